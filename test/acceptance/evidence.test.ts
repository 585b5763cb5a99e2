/** Images that BuildKit built, from their registry into the state and out again as an answer. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { DUMP, EvidenceRegistry } from '../support/evidence-registry.js'
import { runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'

let pushed: EvidenceRegistry
beforeEach(async () => {
  pushed = await EvidenceRegistry.start()
})
afterEach(() => pushed.registry.stop())
afterAll(removeTempFolders)

/** A state folder in which every image of the dump is enrolled, and its sources; some have no Dockerfile. */
async function factory({ without = [] }: { readonly without?: readonly string[] } = {}) {
  const { path } = await tempFolder('evidence')
  const [state, sources] = [join(path, 'state'), join(path, 'sources')]
  const { host } = pushed.registry
  const entries = DUMP.images.map(
    ({ name }) =>
      `- {name: ${name}, registry: '${host}', repository: acme/${name}, source: {repo: acme/${name}, branch: main, workflow: build.yml}}\n`,
  )
  await mkdir(state)
  await writeFile(join(state, 'images.yaml'), entries.join(''))
  for (const { name, dockerfile } of DUMP.images) {
    const folder = join(sources, 'acme', name)
    await mkdir(join(folder, '.github/workflows'), { recursive: true })
    if (!without.includes(name)) await writeFile(join(folder, 'Dockerfile'), dockerfile.replaceAll(DUMP.registry, host))
    const build = '{uses: docker/build-push-action@v6, with: {push: true}}'
    const workflow = `on: workflow_dispatch\njobs: {build: {runs-on: x, steps: [${build}]}}\n`
    await writeFile(join(folder, '.github/workflows/build.yml'), workflow)
  }
  const run = async (...args: readonly string[]) => {
    const done = await runCli([...args, '--state', state], { cwd: path })
    expect(done.code, done.stdout + done.stderr).toBe(0)
    return done
  }
  return { state, refresh: () => run('refresh', '--sources', sources), explain: () => run('explain', '--json') }
}

test('every verdict is as the truth says after both versions of the bases were seen, and none is too fresh before', async () => {
  const { state, refresh, explain } = await factory()
  const verdicts = async () => {
    const { images } = JSON.parse((await explain()).stdout) as {
      images: { name: string; bases: { ref: string; change: string; inferred: boolean; evidence: unknown }[] }[]
    }
    return DUMP.images.map(({ name, want }) => {
      const { bases = [] } = images.find((image) => image.name === name) ?? {}
      return [name, Object.keys(want).map((base) => bases.find(({ ref }) => ref.endsWith(`/${base}`))?.change)]
    })
  }
  const proven = (want: string | undefined, current: string) =>
    want === 'unknown' ? expect.not.stringMatching(/^(?:current|behind)$/) : want === current ? 'current' : 'behind'
  await refresh()
  for (const [name, changes] of await verdicts()) {
    const { want } = DUMP.images.find((image) => image.name === name) ?? { want: {} }
    for (const [index, change] of [...(changes ?? [])].entries()) {
      // What is built on v2 is known once v2 was seen: before that nobody can call it current.
      if (change === 'current') expect([name, Object.values(want)[index]]).toEqual([name, 'v1'])
    }
  }
  pushed.moveBases('v2')
  await refresh()
  expect(await verdicts()).toEqual(
    DUMP.images.map(({ name, want }) => [name, Object.values(want).map((one) => proven(one, 'v2'))]),
  )
  const before = await readFile(join(state, 'images/multi-v1-v1.yaml'), 'utf8')
  pushed.registry.requests.length = 0
  await refresh()
  expect(pushed.registry.requests.filter(({ url }) => url.includes('sha256:'))).toEqual([])
  expect(await readFile(join(state, 'images/multi-v1-v1.yaml'), 'utf8')).toBe(before)
})

test('an image whose Dockerfile nobody can read lives from what its published image was built on', async () => {
  const { state, refresh, explain } = await factory({ without: ['stages-v1-v1', 'stages-v1-none'] })
  await refresh()
  const read = (name: string) => readFile(join(state, `images/${name}.yaml`), 'utf8')
  expect(await read('stages-v1-v1')).toMatch(
    /baseImages:\n {2}- .*chainguard-wolfi-base-latest\n {2}- .*library-rust-1.89\n/,
  )
  expect(await read('stages-v1-v1')).toContain('kind: evidence')
  // Layers prove a base that is known, and name none.
  expect(await read('stages-v1-none')).toMatch(/baseImages: \[\]\n/)
  const before = await read('stages-v1-v1')
  pushed.registry.requests.length = 0
  await refresh()
  expect(
    pushed.registry.requests.filter(({ url }) => url.includes('/acme/stages-v1-v1/') && url.includes('sha256:')),
  ).toEqual([])
  expect(await read('stages-v1-v1')).toBe(before)
  pushed.moveBases('v2')
  await refresh()
  const { images } = JSON.parse((await explain()).stdout) as {
    images: { name: string; bases: { change: string }[] }[]
  }
  const changes = images.find(({ name }) => name === 'stages-v1-v1')?.bases.map(({ change }) => change)
  expect(changes).toEqual(['behind', 'behind'])
})
