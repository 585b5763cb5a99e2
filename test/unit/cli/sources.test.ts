/** The commands that compare or write generated files, when sources cannot be read. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { check, refresh, synth } from '../../../src/cli/plan-commands.js'
import { commandRunOptions, needingSources } from '../../../src/cli/run-options.js'
import { failed, requestKey } from '../../../src/sources/index.js'
import type { FileFailure } from '../../../src/sources/source-file.js'
import { contextIn, folderPerTest } from './command.js'

const entry = (name: string) =>
  `- {name: ${name}, registry: ghcr.io, repository: acme/${name}, source: {repo: acme/${name}, workflow: b.yml, dockerfile: Dockerfile}}\n`

const folder = folderPerTest()

async function run(command: typeof check, names: readonly string[], { sources, env = {}, json = false }: Given = {}) {
  const state = join(folder(), 'state')
  mkdirSync(state, { recursive: true })
  writeFileSync(join(state, 'images.yaml'), names.map(entry).join(''))
  const { context, printed } = contextIn(state, { json, ...(sources && { sources }) }, env)
  const code = await command(context)
  return { code, ...printed, files: readdirSync(state) }
}

interface Given {
  readonly sources?: string
  readonly env?: Readonly<Record<string, string>>
  readonly json?: boolean
}

const WAY_OUT = 'there is neither a token nor --sources. Set GITHUB_TOKEN, or pass --sources DIR.'

describe('without a token and --sources', () => {
  it.each([
    [check, ['web'], `error: the only source cannot be read: ${WAY_OUT} Nothing was compared.`],
    [check, ['api', 'web'], `error: none of the 2 sources could be read: ${WAY_OUT} Nothing was compared.`],
    [synth, ['api', 'web'], `error: none of the 2 sources could be read: ${WAY_OUT} Nothing was written.`],
    [refresh, ['api', 'web'], `error: none of the 2 sources could be read: ${WAY_OUT} Nothing was written.`],
  ] as const)('%o of %o is refused and writes nothing', async (command, names, error) => {
    const { code, out, err, files } = await run(command, names)
    expect(err.trimEnd()).toBe(error)
    expect(out).not.toContain('synth')
    expect([code, files]).toEqual([1, ['images.yaml']])
  })

  it('is an error as JSON, too', async () => {
    const { code, out } = await run(synth, ['web'], { json: true })
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ refused: true, problems: [{ code: 'token-missing' }] })
  })
})

it('servers that cannot be reached stop it with what went wrong there', async () => {
  const { context } = contextIn(folder(), {}, { GITHUB_TOKEN: 'x' })
  const requests = ['api', 'web'].map((name) => {
    return { provider: 'github', repo: `acme/${name}`, branch: null, path: 'Dockerfile' } as const
  })
  const answer = (reason: FileFailure) => failed(reason, `${reason} was the trouble.`, 'Try again.')
  const readerOf = (...reasons: readonly FileFailure[]) => {
    const answers = new Map(requests.map((one, index) => [requestKey(one), answer(reasons[index] ?? 'file')]))
    const read = { isComplete: true, read: async () => answers }
    return needingSources({ ...commandRunOptions('check', context), read }, context, 'Nothing was compared.').read
  }
  await expect(readerOf('unreachable', 'unreachable').read(requests)).rejects.toThrow(
    'none of the 2 sources could be read: unreachable was the trouble. Try again. Nothing was compared.',
  )
  const some = readerOf('unreachable', 'repository')
  expect((await some.read(requests)).size).toBe(2)
})

it('one source that can be read is enough, and so are missing files of a folder', async () => {
  const sources = join(folder(), 'sources')
  mkdirSync(join(sources, 'acme/web'), { recursive: true })
  expect(await run(synth, ['api', 'web'], { sources })).toMatchObject({ code: 0 })
  expect((await run(check, ['api', 'web'], { sources })).code).toBe(0)
})
