/** `init` without a person at a terminal: what it prints about the files that it wrote, and those that it kept. */
import { mkdirSync, readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { InitOptions } from '../../../src/cli/init-answers.js'
import { init } from '../../../src/cli/init-command.js'
import { git } from '../../support/git.js'
import { contextIn, folderPerTest } from './command.js'

const top = folderPerTest()

const IMAGE = { image: 'ghcr.io/acme/web', repo: 'acme/web', dockerfile: 'Dockerfile', workflow: 'build.yml' }

async function run(options: Partial<InitOptions>, checkout?: string): Promise<string> {
  const { context, printed } = contextIn(options.inAppRepository ? join(top(), 'image-factory') : top())
  const all = { engine: 'kargo', owner: [], base: [], repository: 'acme/state', yes: true, ...options } as const
  expect(await init(context, checkout, all)).toBe(0)
  return printed.out
}

const stepsOf = (out: string) => out.slice(out.indexOf('\nNext:\n'))

describe('init', () => {
  it('lists what it wrote apart from what it kept', async () => {
    await run(IMAGE)
    unlinkSync(join(top(), 'CODEOWNERS'))
    const out = await run({ ...IMAGE, keep: true })
    const kept = ['images.yaml', '.github/workflows/synth.yml', '.gitattributes', 'README.md']
    const lists = [`Wrote to ${top()}:`, '  CODEOWNERS', 'Kept as they were:', ...kept.map((path) => `  ${path}`), '']
    expect(out.slice(0, out.indexOf('\nNext:\n'))).toBe(lists.join('\n'))
    expect(stepsOf(out)).toMatch(/^\nNext:\n {2}1\. CODEOWNERS names @acme.*\n {2}2\. Commit it all .* manifests\.\n$/)
  })

  it('after a change of the engine names what is left of Kargo, and nothing about files that were kept', async () => {
    await run(IMAGE)
    const steps = stepsOf(await run({ engine: 'actions', keep: true }))
    expect(steps).toContain(
      '1. Change the engine: set settings.engine to actions in images.yaml, remove settings.stateWorkflow, and delete .github/workflows/synth.yml (https://',
    )
    expect(steps).toContain('2. Create a GitHub App')
    expect(steps).not.toMatch(/Enroll|CODEOWNERS/)
  })

  it('says what to write for a guessed owner', async () => {
    expect(await run({ engine: 'actions' })).toContain(
      'If @acme is one, write a team instead, for example @acme/platform;',
    )
    expect(stepsOf(await run({ engine: 'actions', keep: true }))).not.toContain('CODEOWNERS')
  })

  it('in an application repository names images.yaml by its path there', async () => {
    await git(top(), ['init', '--quiet', '.'])
    mkdirSync(join(top(), 'image-factory'))
    const out = await run({ ...IMAGE, engine: 'actions', inAppRepository: true, repository: 'acme/web' })
    expect(out).toContain('1. Review image-factory/images.yaml and validate it: ')
  })

  it('says what is missing for a rebuild', async () => {
    const { workflow: _, ...image } = IMAGE
    expect(stepsOf(await run(image))).toContain(
      '1. Set source.workflow in images.yaml to the file of the workflow that',
    )
  })

  it.each([
    [{ repository: 'https://github.com/acme/state.git' }, 'Write --repository acme/state.'],
    [{ owner: ['acme/platform'] }, 'Write --owner @acme/platform.'],
    [{ owner: ['@a b'] }, null],
    [{ namespace: 'Factory' }, null],
  ])('says what to write instead of %j', async (options, remedy) => {
    await expect(run(options)).rejects.toMatchObject({ problems: [{ code: 'option-invalid', remedy }] })
  })

  it('takes base images instead of a Dockerfile', async () => {
    const { image, repo, workflow } = IMAGE
    await run({ image, repo, workflow, base: ['node:22'] })
    expect(readFileSync(join(top(), 'images.yaml'), 'utf8')).toMatch(/bases:\s+- node:22$/m)
  })
})
