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

/** A state folder in which every image of the dump is enrolled, and its sources. */
async function factory() {
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
    await writeFile(join(folder, 'Dockerfile'), dockerfile.replaceAll(DUMP.registry, host))
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
