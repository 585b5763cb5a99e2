/** What evidence costs where nothing is new: no request more than the digests alone. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { FakeRegistry } from '../support/fake-registry.js'
import { runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'

/** 10,000 were measured so once (docs/evidence.md). */
const COUNT = Number(process.env.EVIDENCE_IMAGES ?? 100)
const BASES = 10
/** A registry is asked 20,000 times a run at most; images on one base are on one registry. */
const REGISTRIES = COUNT > 2500 ? BASES / 2 : 1
/** A run reads so many images. */
const READS = 500

/** In the order in which images are read. */
const named = (at: number) => `image-${String(at).padStart(5, '0')}`

let registries: FakeRegistry[]
beforeEach(async () => {
  registries = await Promise.all(Array.from({ length: REGISTRIES }, () => FakeRegistry.start({ images: {} })))
})
afterEach(() => Promise.all(registries.map((registry) => registry.stop())))
afterAll(removeTempFolders)

/** Enrolls all, each on one of a few bases; some show their base by layers, the others show nothing. */
async function factory() {
  const { path } = await tempFolder('evidence-counts')
  const [state, sources] = [join(path, 'state'), join(path, 'sources')]
  await mkdir(state)
  const entries = Array.from({ length: COUNT }, (_, at) => {
    const registry = registries[at % REGISTRIES] ?? expect.fail('no registry')
    registry.push(`acme/${named(at)}`, '1.0.0', { created: '2026-01-05T10:00:00Z', content: `${at}` })
    return `- {name: ${named(at)}, registry: '${registry.host}', repository: acme/${named(at)}, source: {repo: acme/app-${at % BASES}, branch: main, workflow: build.yml}}\n`
  })
  await writeFile(join(state, 'images.yaml'), entries.join(''))
  for (let at = 0; at < BASES; at += 1) {
    registries[0]?.push(`acme/base-${at}`, '1', { content: 'one' })
    const folder = join(sources, `acme/app-${at}`)
    await mkdir(join(folder, '.github/workflows'), { recursive: true })
    await writeFile(join(folder, 'Dockerfile'), `FROM ${registries[0]?.host}/acme/base-${at}:1\n`)
    const build = '{uses: docker/build-push-action@v6, with: {push: true}}'
    const workflow = `on: workflow_dispatch\njobs: {build: {runs-on: x, steps: [${build}]}}\n`
    await writeFile(join(folder, '.github/workflows/build.yml'), workflow)
  }
  const refresh = async () => {
    for (const registry of registries) registry.requests.length = 0
    const run = await runCli(['refresh', '--sources', sources, '--state', state], { cwd: path, timeoutMs: 600_000 })
    expect(run.code, run.stderr).toBe(0)
    const asked = registries.flatMap(({ requests }) => requests.map(({ method, url }) => `${method} ${url}`))
    return { all: asked.length, contents: asked.filter((one) => one.includes('sha256:')).length }
  }
  return { refresh, fill: () => fill(join(state, 'images')) }
}

/** What further runs would write down of images that the first one did not read, as of others on the same base. */
async function fill(folder: string): Promise<void> {
  const digestIn = (text: string) => /^currentDigest: (sha256:\w+)$/m.exec(text)?.[1] ?? expect.fail('no digest')
  for (let at = READS; at < COUNT; at += 1) {
    const path = join(folder, `${named(at)}.yaml`)
    const [own, like] = await Promise.all(
      [path, join(folder, `${named(at % BASES)}.yaml`)].map((one) => readFile(one, 'utf8')),
    )
    if (own === undefined || like === undefined || own.includes('\nevidence:')) continue
    const text = like.replaceAll(named(at % BASES), named(at)).replaceAll(digestIn(like), digestIn(own))
    await writeFile(path, text)
  }
}

test('images without a new digest: a list of tags and a digest each, a digest of each base, and nothing more', async () => {
  const { refresh, fill } = await factory()
  const digestsAlone = 2 * COUNT + BASES
  expect((await refresh()).contents).toBeGreaterThan(Math.min(READS, COUNT))
  await fill()
  const asked = await refresh()
  if (process.env.EVIDENCE_IMAGES !== undefined)
    console.log(`${COUNT} images: ${asked.all} requests of ${digestsAlone}`)
  expect(asked).toEqual({ all: digestsAlone, contents: 0 })
  // A new digest of one base of which nothing is proven has its images read once more, and then nothing again.
  registries[0]?.push('acme/base-0', '1', { content: 'two' })
  for (let read = 0; read < COUNT / BASES; read += READS) expect((await refresh()).contents).toBeGreaterThan(0)
  expect(await refresh()).toEqual({ all: digestsAlone, contents: 0 })
}, 3_600_000)
