// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub evaluates these.
import { describe, expect, it } from 'vitest'
import { discover, type FileAnswer, failed, requestKey, type SourceReader } from '../../../src/sources/index.js'
import { linkState, NOTHING_OBSERVED, writtenState } from '../../../src/state/index.js'
import { enrolled, filesFrom, LATER, NOW } from './world.js'

const WORKFLOW = 'run-name: Build ${{ inputs.image }}\non: {workflow_dispatch: {inputs: {image: {}}}}\njobs: {}\n'

const entry = (name: string, image: string, more = '') =>
  `- {name: ${name}, registry: ghcr.io, repository: org/${name}, source: {repo: org/apps, branch: main, workflow: build.yml, inputs: {image: "${image}"}${more}}}\n`
const TWO = entry('api', 'api') + entry('web', 'web')

/** One run. null: the source cannot be reached. */
async function run(images: string, workflow: string | null, before = new Map<string, string>(), now = NOW) {
  const read: SourceReader['read'] = async (requests) =>
    new Map(
      requests.map((one): [string, FileAnswer] => {
        const text = one.path === 'Dockerfile' ? 'FROM node:22\n' : workflow
        if (text === null) return [requestKey(one), failed('unreachable', 'HTTP 502.', 'Try again.')]
        return [requestKey(one), { kind: 'found', text, branch: 'main' }]
      }),
    )
  const enrollments = enrolled(images)
  const files = filesFrom(before)
  const discovered = await discover(enrollments, { read, isComplete: true }, 'images.yaml', () => true)
  const linked = linkState({ enrollments, discovered, before: files, imagesFile: 'images.yaml', allowedRegistries: [] })
  const state = writtenState(linked, {
    before: files,
    now,
    observed: NOTHING_OBSERVED,
    overridden: new Set(),
    writes: true,
  })
  const runs = Object.fromEntries(state.images.map((image) => [image.enrollment.name, image.runs]))
  return { files: state.files, runs, lines: linesOf(state.files) }
}

/** What the state files say about runs. */
function linesOf(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([path, text]) =>
    [...text.matchAll(/^(?:runTitle|runs): .*$/gm)].map(([line]) => `${path}: ${line}`),
  )
}

const TITLED = { api: { kind: 'title', title: 'Build api' }, web: { kind: 'title', title: 'Build web' } }
const LINES = ['images/api.yaml: runTitle: Build api', 'images/web.yaml: runTitle: Build web']

describe('which runs are whose, in the state files', () => {
  it('stands after the discovery, and a second run changes nothing', async () => {
    const first = await run(TWO, WORKFLOW)
    expect(first.runs).toEqual(TITLED)
    expect(first.files.get('images/web.yaml')).toContain(
      "lastDiscovery: '2026-03-01T08:00:00.000Z'\ndiscoveryStatus: success\nrunTitle: Build web\n\n",
    )
    const second = await run(TWO, WORKFLOW, new Map(first.files), LATER)
    expect([...second.files]).toEqual([...first.files])
  })

  it('own runs alone are said so; every run is not worth a line', async () => {
    const own = await run(TWO, WORKFLOW.replace(/^run-name.*\n/, ''))
    expect(own.lines).toEqual(['images/api.yaml: runs: own', 'images/web.yaml: runs: own'])
    expect(own.runs).toEqual({ api: { kind: 'own' }, web: { kind: 'own' } })
    const mended = await run(TWO, WORKFLOW, new Map(own.files), LATER)
    expect(mended.lines).toEqual(LINES)
    expect(mended.files.get('images/web.yaml')).toContain(`lastDiscovery: '${LATER}'`)
    const alone = await run(entry('web', 'web'), WORKFLOW, new Map(mended.files), LATER)
    expect(alone.lines.filter((line) => line.startsWith('images/'))).toEqual([])
    expect(alone.runs).toEqual({ web: { kind: 'all' } })
  })
})

describe('a workflow that was not read', () => {
  it('leaves what was known last, byte for byte', async () => {
    const first = await run(TWO, WORKFLOW)
    for (const broken of [null, 'run-name: [', 'on: push\njobs: {}\n']) {
      const second = await run(TWO, broken, new Map(first.files), LATER)
      expect(second.runs).toEqual(TITLED)
      expect([...second.files]).toEqual([...first.files])
    }
  })

  it('leaves own runs what they were', async () => {
    const first = await run(TWO, WORKFLOW.replace(/^run-name.*\n/, ''))
    const second = await run(TWO, null, new Map(first.files), LATER)
    expect([...second.files]).toEqual([...first.files])
  })

  it.each([
    ['inputs', entry('api', 'api') + entry('web', 'portal')],
    ['branch', entry('api', 'api').replace('main', 'dev') + entry('web', 'portal').replace('main', 'dev')],
    ['workflow', TWO.replaceAll('build.yml', 'other.yml')],
    ['repository', TWO.replaceAll('org/apps', 'org/other')],
  ])('says nothing of an entry whose %s changed: only own runs are sure', async (_, images) => {
    const first = await run(TWO, WORKFLOW)
    const second = await run(images, null, new Map(first.files), LATER)
    expect(second.runs.web).toEqual({ kind: 'own' })
  })

  it('keeps it for an entry that changed elsewhere', async () => {
    const first = await run(TWO, WORKFLOW)
    const images = TWO.replaceAll('repository:', 'rebuildDelay: 1h, repository:').replaceAll('}}}', '}, builds: any}}')
    expect((await run(images, null, new Map(first.files), LATER)).runs).toEqual(TITLED)
  })

  it('is not guessed for a new entry, nor for files that never said', async () => {
    expect((await run(TWO, null)).runs).toEqual({ api: { kind: 'own' }, web: { kind: 'own' } })
    const alone = await run(entry('web', 'web'), WORKFLOW)
    expect((await run(TWO, null, new Map(alone.files), LATER)).runs.web).toEqual({ kind: 'own' })
  })

  it.each(['" x"', '"a\\nb"', `"${'x'.repeat(300)}"`, '"${{ secret(1) }}"', '[a]', '{}', '""'])(
    'makes no title of what somebody wrote there: %s',
    async (written) => {
      const first = await run(TWO, WORKFLOW)
      const spoiled = new Map([...first.files].map(([path, text]) => [path, text.replace('Build web', () => written)]))
      expect((await run(TWO, null, spoiled, LATER)).runs).toEqual({ ...TITLED, web: { kind: 'own' } })
    },
  )
})

it('files of before take it up, and an image that is switched off keeps it', async () => {
  const first = await run(TWO, WORKFLOW)
  const old = new Map([...first.files].map(([path, text]) => [path, text.replace(/^runTitle.*\n/m, '')]))
  expect(linesOf(old)).toEqual([])
  expect((await run(TWO, WORKFLOW, old, LATER)).lines).toEqual(LINES)
  const off = await run(TWO.replaceAll('registry', 'enabled: false, registry'), WORKFLOW, new Map(first.files), LATER)
  expect(off.lines).toEqual(LINES)
})
