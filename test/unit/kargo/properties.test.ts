import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Factory, type ManifestFile, synthesize } from '../../../src/kargo/index.js'
import type { TrackedBase, TrackedImage } from '../../../src/state/model.js'
import { runs } from '../../support/full.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { github, gitlab, image, NODE, SETTINGS, TELLING } from './fixtures.js'

type Data = Record<string, unknown>

/** Strings that some YAML reads as something else, and ordinary ones. */
const awkward = fc.constantFrom(
  'on',
  'yes',
  'n',
  'null',
  '~',
  '1e3',
  '0777',
  '0o17',
  '2024-01-01',
  '1:20',
  '=',
  '<<',
  '.inf',
  '0x1F',
  '',
  ' ',
  '- a',
  'a: b',
  'a #b',
  '#',
  '%',
  '@x',
  '"',
  "'",
  'ö',
  '\u2028',
  '😀',
  'tab\there',
  'line\nbreak',
  'x'.repeat(150),
  'word '.repeat(40).trim(),
)
const text = fc
  .oneof(awkward, fc.string({ unit: 'grapheme', maxLength: 150 }))
  .filter((value) => !/\$\{[{%]/.test(value))

const bases: TrackedBase[] = ['node-22', 'python-3.12-slim', 'alpine-latest', 'golang-1e3'].map((name, index) => ({
  name,
  registry: 'docker.io',
  repository: `library/${name.split('-')[0]}`,
  tag: ['22', '3.12-slim', 'latest', '1e3'][index] ?? '',
  baselineDigest: index % 2 === 0 ? null : `sha256:${'ab'.repeat(32)}`,
}))

const duration = fc.nat({ max: 3_000_000 }).map((seconds) => ({ text: `${seconds}s`, seconds }))
const tags = fc.oneof(
  fc.record({
    strategy: fc.constantFrom('SemVer', 'Lexical', 'NewestBuild'),
    constraint: fc.option(text),
    allow: fc.array(text, { maxLength: 3 }),
  }),
  fc.record({
    strategy: fc.constant('Digest'),
    constraint: fc.constantFrom('latest', '22', '1e3'),
    allow: fc.constant([]),
  }),
)
const inputs = fc.dictionary(text, text, { maxKeys: 4 }).map((map) => new Map(Object.entries(map)))
const source = fc.oneof(
  fc
    .record({
      repo: fc.constantFrom('acme/app', 'acme/web.portal'),
      branch: fc.constantFrom(null, 'main', 'release/1.x'),
      dockerfile: fc.constantFrom('Dockerfile', './Dockerfile', 'web/Dockerfile'),
      workflow: fc.constantFrom(null, 'build.yml', 'build & push.yaml'),
      builds: fc.constantFrom('any' as const, 'dispatched' as const),
      inputs,
    })
    .map(github),
  fc
    .record({
      repo: fc.constantFrom('acme/platform/app', 'acme/portal'),
      branch: fc.constantFrom(null, 'main', 'next'),
      dockerfile: fc.constantFrom('Dockerfile', 'api/Dockerfile'),
      pipeline: fc.constantFrom(null, 'ci/build.yml'),
      inputs,
    })
    .map(gitlab),
)

const trackedImage = fc
  .record({
    name: fc
      .stringMatching(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/)
      .filter((name) => name !== 'factory' && bases.every((base) => base.name !== name)),
    enabled: fc.boolean(),
    autoRebuild: fc.boolean(),
    rebuildDelay: duration,
    minimumReleaseAge: duration,
    tags,
    source: fc.option(source),
    shard: fc.constantFrom(null, 'eu'),
    uses: fc.subarray(bases.map(({ name }) => name)),
  })
  .map(({ uses, ...entry }) =>
    image(
      { ...entry, repository: `org/${entry.name.replace(/-+/g, '-')}` } as never,
      entry.source === null ? [] : uses,
    ),
  )

const settings = fc
  .record({
    stateWorkflow: fc.constantFrom(null, TELLING.stateWorkflow),
    stagger: duration,
    shard: fc.constantFrom(null, 'us'),
    analysis: fc.boolean(),
  })
  .map((some) => ({ ...SETTINGS, ...some }))

const images = fc.uniqueArray(trackedImage, { maxLength: 8, selector: ({ enrollment }) => enrollment.name })
const factory = fc.record({ settings, images }).map((given): Factory => ({ ...given, bases }))

const objectsOf = (files: readonly ManifestFile[]) => files.flatMap((file) => readObjects(file.text))
const named = (object: Data) => `${object.kind} ${(object.metadata as Data).name}`

/** Whole factories, each of many files. */
const FACTORIES = { numRuns: runs(100, 40) }

test('the order of images and bases changes no byte', () => {
  fc.assert(
    fc.property(factory, fc.infiniteStream(fc.nat()), (given, numbers) => {
      const shuffled = { ...given, images: shuffle(given.images, numbers), bases: shuffle(given.bases, numbers) }
      expect(synthesize(shuffled)).toEqual(synthesize(given))
    }),
    FACTORIES,
  )
})

test('an added image changes only its own file, those of bases that nobody used before, and that of its source', () => {
  fc.assert(
    fc.property(factory, trackedImage, (given, added) => {
      const others = given.images.filter(({ enrollment }) => enrollment.name !== added.enrollment.name)
      const before = synthesize({ ...given, images: others })
      const after = synthesize({ ...given, images: [...others, added] })
      const known = new Map(before.map(({ path, text: content }) => [path, content]))
      const changed = after.filter(({ path, text: content }) => known.get(path) !== content)
      const [sources, own] = [changed.filter(isSource), changed.filter((file) => !isSource(file))]
      expect(before.every(({ path }) => after.some((file) => file.path === path))).toBe(true)
      expect(own.map(({ path }) => path)).toEqual(expectedChanges(added, known))
      expect(sources.length).toBeLessThanOrEqual(
        added.enrollment.enabled && given.settings.stateWorkflow !== null ? 1 : 0,
      )
      for (const { text: content } of sources) expectSourceOf(added, readObjects(content)[0] as Data)
    }),
    FACTORIES,
  )
})

const isSource = ({ path }: ManifestFile) => path.startsWith('source-')

function expectSourceOf({ enrollment: { source: from } }: TrackedImage, warehouse: Data): void {
  const { git } = (warehouse.spec as { subscriptions: { git: Data }[] }).subscriptions[0] ?? {}
  const host = from?.provider === 'gitlab' ? 'gitlab.com' : 'github.com'
  expect(git).toMatchObject({ repoURL: `https://${host}/${from?.repo}`, branch: from?.branch ?? 'main' })
  expect(git?.includePaths).toContain(from?.dockerfile?.replace('./', ''))
}

function expectedChanges(added: TrackedImage, known: ReadonlyMap<string, string>): string[] {
  if (!added.enrollment.enabled) return []
  const files = [
    ...added.bases.map((base) => `base-${base}.k8s.yaml`).filter((path) => !known.has(path)),
    `image-${added.enrollment.name}.k8s.yaml`,
  ]
  return files.sort()
}

test('a thousand images on two of a hundred bases each give a hundred Warehouses for bases', () => {
  const all = Array.from(
    { length: 100 },
    (_, index): TrackedBase => ({ ...NODE, name: `node-${index}`, tag: `${index}` }),
  )
  const thousand = Array.from({ length: 1000 }, (_, index) =>
    image({ name: `app-${index}` }, [`node-${index % 100}`, `node-${(index * 7 + 1) % 100}`].sort()),
  )
  const files = synthesize({ settings: SETTINGS, images: thousand, bases: all })
  const count = (start: string) => files.filter(({ path }) => path.startsWith(start)).length
  expect([count('base-'), count('image-app-'), files.length]).toEqual([100, 1000, 1101])
  const intervals = files
    .filter(({ path }) => path.startsWith('base-'))
    .map((file) => /interval: (.*)/.exec(file.text)?.[1])
  // One interval for all: bases that are looked at together stay together.
  expect(new Set(intervals)).toEqual(new Set(['24h0m0s']))
})

test('turns are spread over the whole window, after the age a digest must have', () => {
  const turns = (age: number) => {
    const given = { ...SETTINGS, stagger: { text: '100s', seconds: 100 } }
    const minimumReleaseAge = { text: `${age}s`, seconds: age }
    const all = Array.from({ length: 200 }, (_, index) =>
      image({ name: `app-${index}`, minimumReleaseAge }, [NODE.name]),
    )
    const texts = synthesize({ settings: given, images: all, bases: [NODE] }).map((file) => file.text)
    return texts.flatMap((content) =>
      [...content.matchAll(/name: stagger\n {4}value: "(\d+)"\n {2}req/g)].map(([, turn]) => Number(turn)),
    )
  }
  const own = turns(0)
  expect(own).toHaveLength(200)
  expect(own.every((turn) => turn < 100)).toBe(true)
  for (let tenth = 0; tenth < 10; tenth += 1)
    expect(own.filter((turn) => Math.floor(turn / 10) === tenth).length).toBeGreaterThan(5)
  expect(turns(1000)).toEqual(own.map((turn) => turn + 1000))
})

test('every name that an object refers to is an object, and every Stage gives its tasks what they need', () => {
  fc.assert(
    fc.property(factory, (given) => {
      const objects = objectsOf(synthesize(given))
      const byName = new Map(objects.map((object) => [named(object), object]))
      expect(byName.size).toBe(objects.length)
      for (const stage of objects.filter(({ kind }) => kind === 'Stage')) checkStage(stage.spec as StageSpec, byName)
    }),
    FACTORIES,
  )
})

interface StageSpec {
  readonly vars: { name: string; value: string }[]
  readonly requestedFreight: {
    origin: { name: string }
    sources: { direct?: boolean; stages?: string[]; requiredSoakTime?: string }
  }[]
  readonly promotionTemplate: { spec: { steps: { task?: { name: string } }[] } }
  readonly verification?: { analysisTemplates: { name: string }[] }
}

function checkStage(spec: StageSpec, objects: ReadonlyMap<string, Data>): void {
  for (const { origin, sources } of spec.requestedFreight) {
    expect(objects.has(`Warehouse ${origin.name}`)).toBe(true)
    expect(sources.direct === true).toBe(sources.stages === undefined)
    if (sources.direct === true) expect(sources.requiredSoakTime).toBeUndefined()
    for (const stage of sources.stages ?? []) expect(objects.has(`Stage ${stage}`)).toBe(true)
  }
  for (const { name } of spec.verification?.analysisTemplates ?? [])
    expect(objects.has(`AnalysisTemplate ${name}`)).toBe(true)
  for (const { task } of spec.promotionTemplate.spec.steps) {
    if (task === undefined) continue
    const taskSpec = objects.get(`PromotionTask ${task.name}`)?.spec as { vars: { name: string; value?: string }[] }
    for (const { name, value } of taskSpec.vars)
      expect(value ?? spec.vars.find((given) => given.name === name)?.value).toBeTruthy()
  }
}

test('YAML 1.1 and 1.2 read the same, and every string that went in comes out', () => {
  fc.assert(
    fc.property(factory, (given) => {
      const files = synthesize(given)
      // What everybody's data is not in stands in the golden files.
      for (const { text: content } of files.filter(({ path }) => path !== 'image-factory.k8s.yaml')) {
        const [modern, old] = (['1.2', '1.1'] as const).map((version) =>
          parseAllDocuments(content, { version }).map((document) => document.toJS() as unknown),
        )
        expect(old).toEqual(modern)
      }
      const byName = new Map(objectsOf(files).map((object) => [named(object), object]))
      for (const { enrollment, bases: uses } of given.images.filter((each) => each.enrollment.enabled)) {
        const subscription = (
          byName.get(`Warehouse ${enrollment.name}`) as { spec: { subscriptions: { image: Data }[] } }
        ).spec.subscriptions[0]?.image
        if (enrollment.tags.strategy !== 'Digest' && enrollment.tags.allow.length > 0)
          expect(subscription?.allowTagsRegexes).toEqual(enrollment.tags.allow)
        const stage = byName.get(`Stage rebuild-trigger-${enrollment.name}`)?.spec as StageSpec | undefined
        const { source: from } = enrollment
        if (stage === undefined || from === null) continue
        expect(uses.length).toBeGreaterThan(0)
        const given = JSON.parse(
          stage.vars.find(({ name }) => /^(?:inputs|variables)$/.test(name))?.value ?? '',
        ) as Data
        const pairs = Array.isArray(given)
          ? (given as { key: string; value: string }[]).map(({ key, value }) => [key, value] as const)
          : Object.entries(given)
        expect(new Map(pairs)).toEqual(new Map(from.inputs))
      }
    }),
    FACTORIES,
  )
})

function shuffle<T>(items: readonly T[], numbers: fc.Stream<number>): T[] {
  const keys = [...numbers.take(items.length)]
  return items
    .map((item, index) => [keys[index] ?? 0, item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item)
}
