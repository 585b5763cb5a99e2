/** What strangers get wrong, each by the bundle: the place, the cause and the text to write instead, in one table. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { COMMAND_MISTAKES, INPUT_MISTAKES } from './mistakes/arguments.js'
import { type FileMistake, IMAGES_MISTAKES, OVERRIDES_MISTAKES } from './mistakes/files.js'
import { inputError, stopInputs } from './mistakes/inputs.js'

afterAll(removeTempFolders)
afterAll(stopInputs)

let folder: string

beforeAll(async () => {
  folder = (await tempFolder('mistakes')).path
  await writeFile(join(folder, 'images.yaml'), '- {name: app, registry: ghcr.io, repository: org/app}\n')
})

/** What validate says of each file, without the file's name. */
async function validated(mistakes: readonly FileMistake[], name: string): Promise<readonly string[]> {
  const files = await Promise.all(
    mistakes.map(async ([, text], index) => {
      await mkdir(join(folder, name, String(index)), { recursive: true })
      const file = `${name}/${index}/${name}.yaml`
      await writeFile(join(folder, file), text)
      return file
    }),
  )
  const { stderr } = await runCli(['validate', ...files], { cwd: folder })
  const lines = stderr.split('\n')
  return files.map((file) =>
    lines
      .filter((line) => line.startsWith(`${file}:`))
      .map((line) => line.slice(file.length + 1))
      .join('\n'),
  )
}

const rows: string[] = []
const cell = (text: string) =>
  text.trimEnd().replaceAll('|', '\\|').replaceAll('\n', '<br>').replaceAll('  ', '&nbsp; ')

describe.each([
  ['images', IMAGES_MISTAKES],
  ['overrides', OVERRIDES_MISTAKES],
] as const)('%s.yaml', (name, mistakes) => {
  test('each mistake is shown with its place, its cause and the text to write instead', async () => {
    const shown = await validated(mistakes, name)
    for (const [index, [title, text, place, cause, remedy]] of mistakes.entries()) {
      const all = shown[index]?.split('\n') ?? []
      const here = all.filter((one) => one.startsWith(`${place}:`))
      const line = (here.length > 0 ? here : all).join('\n')
      expect.soft({ title, line }).toEqual({ title, line: expect.stringContaining(cause) })
      expect.soft({ title, line }).toEqual({ title, line: expect.stringContaining(remedy) })
      expect.soft({ title, line }).toEqual({ title, line: expect.stringMatching(new RegExp(`^${place}: `)) })
      const at = text.split('\n')[Number(place.split(':')[0]) - 1] ?? ''
      rows.push(`| ${title} | ${at === '' ? '' : `\`${at}\``} | ${cell(line)} |`)
    }
  })
})

test.each(COMMAND_MISTAKES)('on the command line: %s', async (title, args, cause, remedy) => {
  const { code, stderr } = await runCli(args, { cwd: folder })
  expect(code).toBe(1)
  expect(stderr).toContain(cause)
  expect(stderr).toContain(remedy)
  const shown = stderr.replaceAll(folder, '.').replaceAll(dirname(folder), '..')
  rows.push(`| ${title} | ${cell(args.join(' '))} | ${cell(shown)} |`)
})

test.each(INPUT_MISTAKES)('in the workflow: %s', async (title, inputs, cause, remedy) => {
  const shown = await inputError(inputs)
  expect(shown).toContain(cause)
  expect(shown).toContain(remedy)
  const written = Object.entries(inputs).map(([name, value]) => `${name}: ${value}`)
  rows.push(`| ${title} | ${cell(written.join('\n'))} | ${cell(shown)} |`)
})

test('are more than a hundred, and what is said of all of them can be read in one table', async () => {
  expect(rows.length).toBeGreaterThan(100)
  const head = '# Common mistakes and their messages\n\n| Mistake | Written | Shown |\n| --- | --- | --- |\n'
  await expect(`${head}${rows.join('\n')}\n`).toMatchFileSnapshot('../golden/mistakes.md')
})
