import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { runProcess } from '../support/processes.js'
import { BUNDLE, runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'

const GOOD = '- {name: app, registry: ghcr.io, repository: org/app}\n'
const WRONG = '- {name: web, registry: ghcr.io}\n'
const repository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

let folder: string

beforeEach(async () => {
  folder = (await tempFolder('elsewhere')).path
  await writeFile(join(folder, 'images.yaml'), GOOD)
  await writeFile(join(folder, 'images.yml'), WRONG)
})
afterAll(removeTempFolders)

const validate = (...args: string[]) => runCli(['validate', ...args], { cwd: folder })

describe('validate FILE…', () => {
  test('looks at each file, and fails when one is wrong', async () => {
    const both = await validate('images.yaml', 'images.yml')
    expect(both.code).toBe(1)
    expect(both.stdout).toBe('images.yaml is valid: 1 image.\n')
    expect(both.stderr).toContain('images.yml:1:3: error: repository is missing.')
    expect(await validate('images.yaml')).toMatchObject({ code: 0 })
    expect(await validate(join(folder, 'images.yaml'))).toMatchObject({ code: 0 })
  })

  test('tells them apart in JSON', async () => {
    const { code, stdout } = await validate('--json', 'images.yml', 'images.yaml')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      files: [
        { file: 'images.yml', valid: false, problems: [{ line: 1 }] },
        { file: 'images.yaml', valid: true, images: ['app'], problems: [] },
      ],
    })
  })

  test('refuses a file that is not there, and files beside --state', async () => {
    expect((await validate('none.yaml')).stderr).toContain(
      'none.yaml: error: there is no file none.yaml. Check the path',
    )
    expect((await validate('--state', '.', 'images.yaml')).stderr).toContain('--state and files are both given')
  })
})

describe('the hook for pre-commit', () => {
  // pre-commit runs a hook of language script as the file in its clone of this repository, from the user's repository.
  const hook = async (...files: string[]) => {
    const [{ entry }] = parse(await readFile(repository('.pre-commit-hooks.yaml'), 'utf8')) as [{ entry: string }]
    const [program = '', ...args] = entry.split(' ')
    const file = program === 'dist/index.js' ? BUNDLE : repository(program)
    return runProcess(file, [...args, ...files], { cwd: folder, env: { PATH: process.env.PATH ?? '' } })
  }

  test('passes good files and stops wrong ones, with their places', async () => {
    expect((await hook('images.yaml')).code).toBe(0)
    const wrong = await hook('images.yaml', 'images.yml')
    expect(wrong.code).toBe(1)
    expect(wrong.stderr.toString()).toContain('images.yml:1:3: error: repository is missing.')
  })
})

test('schema prints the committed schema', async () => {
  const { code, stdout } = await runCli(['schema'], { cwd: folder })
  expect(code).toBe(0)
  expect(stdout).toBe(await readFile(repository('schema/images.schema.json'), 'utf8'))
})
