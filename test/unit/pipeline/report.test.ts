import { describe, expect, it } from 'vitest'
import type { ManifestFile } from '../../../src/kargo/index.js'
import { changesBetween } from '../../../src/manifests/index.js'
import { buildReport, committedState, imageChanges, staleImages } from '../../../src/report/index.js'
import type { MergedState } from '../../../src/state/index.js'
import { SETTINGS } from '../kargo/fixtures.js'
import { madeFile } from '../manifests/examples.js'
import { enrolled, entry, filesFrom, LATER, run } from '../state/world.js'

const object = (kind: string, name: string, value: string) =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\ndata: ${value}\n`

/** One file an image and a base, as far as causes need them. */
function manifests(state: MergedState): ManifestFile[] {
  return [
    ...state.images.map(({ enrollment, bases }) =>
      madeFile(
        `image-${enrollment.name}.k8s.yaml`,
        object('Stage', enrollment.name, JSON.stringify([bases, enrollment.written])),
      ),
    ),
    ...state.bases.map(({ name, tag }) => madeFile(`base-${name}.k8s.yaml`, object('Warehouse', name, tag))),
  ]
}

interface Side {
  readonly images: string
  readonly sources: Parameters<typeof run>[1]
}

/** The report of a run from one enrollment to another. */
async function reportOf(was: Side | null, is: Side, path = '.') {
  const first = was === null ? null : await run(was.images, was.sources)
  const before = first?.files ?? new Map<string, string>()
  const state = await run(is.images, is.sources, before, LATER)
  const committed = committedState(filesFrom(before))
  return buildReport({
    mode: 'preview',
    folder: { path, imagesFile: 'images.yaml', outputDir: 'dist' },
    enrolled: {
      settings: SETTINGS,
      images: enrolled(is.images),
    },
    before: committed,
    images: imageChanges(enrolled(is.images), committed.entries),
    settings: [],
    overrides: [],
    state,
    changes: changesBetween(first === null ? [] : manifests(first), manifests(state)),
    baseDrift: null,
    problems: [],
    factory: { settings: SETTINGS, images: state.images, bases: state.bases },
    manifests: [],
    stale: staleImages(state),
    due: [],
  })
}

const inMain = (name: string) => ({ provider: 'github', repo: `org/${name}`, branch: 'main' })
const A1 = 'FROM a:1\n'
const TWO = { images: entry('app') + entry('web'), sources: { app: A1, web: A1 } }

describe('what happens to images', () => {
  it.each([
    ['nothing', TWO, TWO, []],
    ['one is enrolled', { ...TWO, images: entry('app') }, TWO, ['web enrolled']],
    ['one is removed', TWO, { ...TWO, images: entry('app') }, ['web removed']],
    [
      'one is switched off',
      TWO,
      { ...TWO, images: entry('app', 'enabled: false') + entry('web') },
      ['app disabled enabled'],
    ],
    [
      'one is switched on',
      { ...TWO, images: entry('app', 'enabled: false') + entry('web') },
      TWO,
      ['app enabled enabled'],
    ],
    [
      'a key changes',
      TWO,
      { ...TWO, images: entry('app', 'rebuildDelay: 1d') + entry('web') },
      ['app changed rebuildDelay'],
    ],
    [
      'an input by the name of None changes nothing',
      { images: entry('app', 'build: {args: {SUFFIX: None}}'), sources: { app: A1 } },
      { images: entry('app', 'build: {args: {SUFFIX: None}}'), sources: { app: A1 } },
      [],
    ],
  ])('%s', async (_, was, is, expected) => {
    const { images } = await reportOf(was, is)
    expect(
      images.map(({ name, kind, details }) =>
        [name, kind, ...(kind === 'enrolled' ? [] : details.map((one) => one.key))].join(' '),
      ),
    ).toEqual(expected)
  })
})

describe('base images', () => {
  it('that come and go, with who pulls them where', async () => {
    const { bases } = await reportOf(TWO, { ...TWO, sources: { app: `\nFROM b:2\nCOPY --from=c:3 / /\n`, web: A1 } })
    expect(bases).toEqual([
      {
        name: 'a-1',
        reference: 'docker.io/library/a:1',
        change: 'unchanged',
        uses: [
          { image: 'app', file: '', line: 0, kind: 'from', change: 'removed' },
          { image: 'web', file: 'Dockerfile', line: 1, kind: 'from', change: 'unchanged', source: inMain('web') },
        ],
      },
      {
        name: 'b-2',
        reference: 'docker.io/library/b:2',
        change: 'added',
        uses: [{ image: 'app', file: 'Dockerfile', line: 2, kind: 'from', change: 'added', source: inMain('app') }],
      },
      {
        name: 'c-3',
        reference: 'docker.io/library/c:3',
        change: 'added',
        uses: [{ image: 'app', file: 'Dockerfile', line: 3, kind: 'copy', change: 'added', source: inMain('app') }],
      },
    ])
  })

  it('that nobody uses any more', async () => {
    const { bases, totals } = await reportOf(TWO, { ...TWO, sources: { app: 'FROM b:2\n', web: 'FROM b:2\n' } })
    expect(bases.map(({ name, reference, change }) => [name, reference, change])).toEqual([
      ['a-1', 'docker.io/library/a:1', 'removed'],
      ['b-2', 'docker.io/library/b:2', 'added'],
    ])
    expect(totals).toEqual({ images: 2, bases: 1, stale: 0 })
  })

  it('that are named by hand, at their line of images.yaml', async () => {
    const named = { images: `${entry('app', 'bases: ["b:2"]')}${entry('web')}`, sources: { web: A1 } }
    const { bases, images } = await reportOf(TWO, named)
    expect(bases.map(({ name, uses }) => [name, uses.find(({ image }) => image === 'app')])).toEqual([
      ['a-1', { image: 'app', file: '', line: 0, kind: 'from', change: 'removed' }],
      ['b-2', { image: 'app', file: 'images.yaml', line: 1, kind: 'named', change: 'added' }],
    ])
    expect(images).toMatchObject([{ details: [{ key: 'bases[0]', before: null, after: 'b:2' }] }])
    const { images: enrolledNow } = await reportOf({ images: entry('web'), sources: { web: A1 } }, named)
    expect(enrolledNow).toMatchObject([
      {
        kind: 'enrolled',
        details: expect.arrayContaining([
          { key: 'source.repo', before: null, after: 'org/app' },
          { key: 'bases', before: null, after: 'docker.io/library/b:2' },
        ]),
      },
    ])
  })

  it('of a failed look-up are known, without a line', async () => {
    const { bases } = await reportOf(TWO, { ...TWO, sources: { app: new Error('no.'), web: A1 } })
    expect(bases).toMatchObject([
      {
        name: 'a-1',
        change: 'unchanged',
        uses: [
          { image: 'app', line: 0 },
          { image: 'web', line: 1 },
        ],
      },
    ])
    expect(bases[0]?.uses.every((use) => use.change === 'unchanged')).toBe(true)
  })
})

describe('state files and places', () => {
  it('are told from the repository’s top, sorted', async () => {
    const report = await reportOf(
      TWO,
      { images: entry('app') + entry('new'), sources: { app: A1, new: A1 } },
      'factory',
    )
    expect(report).toMatchObject({ imagesFile: 'factory/images.yaml', outputDir: 'factory/dist' })
    expect(report.stateFiles).toEqual([
      { kind: 'added', path: 'factory/_archive/images/web.yaml' },
      { kind: 'added', path: 'factory/images/new.yaml' },
      { kind: 'removed', path: 'factory/images/web.yaml' },
    ])
  })

  it('a run that changes nothing tells of none', async () => {
    expect(await reportOf(TWO, TWO)).toMatchObject({ changes: [], stateFiles: [], images: [], causes: [] })
  })
})
