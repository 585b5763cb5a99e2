/** More than eighty published images with the truth about each: the bundle's verdicts, its requests, and no false "current". */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { TRUE_IMAGES, TrueImages } from '../support/evidence-images.js'
import { runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'

afterAll(removeTempFolders)

interface Explained {
  readonly images: readonly {
    readonly name: string
    readonly claims: { readonly ref: string; readonly digest: string | null } | null
    readonly bases: readonly { readonly ref: string; readonly change: string; readonly pinned: boolean }[]
  }[]
}

async function factory(pushed: TrueImages) {
  const { path } = await tempFolder('truth')
  const [state, sources] = [join(path, 'state'), join(path, 'sources')]
  const { host } = pushed.registry
  const entries = TRUE_IMAGES.map(({ name }) => {
    const source = `{repo: acme/${name}, branch: main, dockerfile: Dockerfile, workflow: build.yml}`
    return `- {name: ${name}, registry: '${host}', repository: acme/${name}, build: {}, source: ${source}}\n`
  })
  await mkdir(state)
  await writeFile(join(state, 'images.yaml'), entries.join(''))
  for (const image of TRUE_IMAGES) {
    const folder = join(sources, 'acme', image.name)
    await mkdir(join(folder, '.github/workflows'), { recursive: true })
    await writeFile(join(folder, 'Dockerfile'), pushed.dockerfile(image))
    await writeFile(join(folder, '.github/workflows/build.yml'), 'on: workflow_dispatch\n')
  }
  const run = async (...args: readonly string[]) => {
    const done = await runCli([...args, '--state', state], { cwd: path, timeoutMs: 120_000 })
    expect(done.code, done.stdout + done.stderr).toBe(0)
    return done.stdout
  }
  const explained = async () => JSON.parse(await run('explain', '--json')) as Explained
  return { refresh: () => run('refresh', '--sources', sources), explained }
}

/** Each verdict as `image base: change`. */
function verdictsOf({ images }: Explained): Map<string, string> {
  const found = images.flatMap(({ name, bases }) =>
    bases.map(({ ref, change }) => [`${name} ${ref.slice(ref.indexOf('/') + 1)}`, change] as const),
  )
  return new Map(found.map(([key, change]) => [key, change === 'current' || change === 'behind' ? change : 'unknown']))
}

function truths(current: 'v1' | 'v2'): Map<string, string> {
  const all = TRUE_IMAGES.flatMap(({ name, want }) =>
    Object.entries(want).map(([base, one]) => [`${name} ${base}`, one] as const),
  )
  return new Map(all.map(([key, one]) => [key, one === 'unknown' ? one : one === current ? 'current' : 'behind']))
}

test('every verdict is as the truth says, nothing is called current that is not, and nothing is asked twice', async () => {
  expect(new Set(TRUE_IMAGES.map(({ name }) => name)).size).toBeGreaterThanOrEqual(78)
  const pushed = await TrueImages.start()
  try {
    const { refresh, explained } = await factory(pushed)
    await refresh()
    const first = truths('v1')
    for (const [key, change] of verdictsOf(await explained())) {
      if (change === 'current') expect([key, first.get(key)]).toEqual([key, change])
    }
    pushed.moveBases('v2')
    pushed.publishLate()
    await refresh()
    const known = await explained()
    expect(Object.fromEntries(verdictsOf(known))).toEqual(Object.fromEntries(truths('v2')))
    for (const { name, bases, claims } of known.images) {
      const { isPinned = false } = TRUE_IMAGES.find((image) => image.name === name) ?? {}
      // Only provenance tells that a build pinned what the image is built on.
      if (!isPinned) expect([name, bases.some(({ pinned }) => pinned)]).toEqual([name, false])
      expect([name, claims !== null]).toEqual([name, name.startsWith('label-')])
    }
    pushed.registry.requests.length = 0
    await refresh()
    expect(pushed.registry.requests.filter(({ url }) => url.includes('sha256:'))).toEqual([])
  } finally {
    await pushed.registry.stop()
  }
})
