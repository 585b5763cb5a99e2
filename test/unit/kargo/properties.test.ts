import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Factory, type ManifestFile, synthesize } from '../../../src/kargo/index.js'
import type { TrackedBase, TrackedImage } from '../../../src/state/model.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { github, image, SETTINGS } from './fixtures.js'

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
const source = fc.record({
  branch: fc.constantFrom(null, 'main', 'release/1.x'),
  workflow: fc.constantFrom(null, 'build.yml', 'build & push.yaml'),
  builds: fc.constantFrom('any', 'dispatched'),
  inputs: fc.dictionary(text, text, { maxKeys: 4 }).map((map) => new Map(Object.entries(map))),
})

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
    uses: fc.subarray(bases.map(({ name }) => name)),
  })
  .map(({ uses, source: from, ...entry }) =>
    image(
      {
        ...entry,
        repository: `org/${entry.name.replace(/-+/g, '-')}`,
        source: from === null ? null : github(from),
      } as never,
      from === null ? [] : uses,
    ),
  )

const images = fc.uniqueArray(trackedImage, { maxLength: 8, selector: ({ enrollment }) => enrollment.name })
const factory = images.map((all): Factory => ({ settings: SETTINGS, images: all, bases }))

const objectsOf = (files: readonly ManifestFile[]) => files.flatMap((file) => readObjects(file.text))
const named = (object: Data) => `${object.kind} ${(object.metadata as Data).name}`

test('the order of images and bases changes no byte', () => {
  fc.assert(
    fc.property(factory, fc.infiniteStream(fc.nat()), (given, numbers) => {
      const shuffled = { ...given, images: shuffle(given.images, numbers), bases: shuffle(given.bases, numbers) }
      expect(synthesize(shuffled)).toEqual(synthesize(given))
    }),
  )
})

test('an added image changes only its own file, and those of bases that nobody used before', () => {
  fc.assert(
    fc.property(factory, trackedImage, (given, added) => {
      const others = given.images.filter(({ enrollment }) => enrollment.name !== added.enrollment.name)
      const before = synthesize({ ...given, images: others })
      const after = synthesize({ ...given, images: [...others, added] })
      const known = new Map(before.map(({ path, text: content }) => [path, content]))
      const changed = after.filter(({ path, text: content }) => known.get(path) !== content).map(({ path }) => path)
      expect(before.every(({ path }) => after.some((file) => file.path === path))).toBe(true)
      expect(changed).toEqual(expectedChanges(added, known))
    }),
  )
})

function expectedChanges(added: TrackedImage, known: ReadonlyMap<string, string>): string[] {
  if (!added.enrollment.enabled) return []
  const files = [
    ...added.bases.map((base) => `base-${base}.k8s.yaml`).filter((path) => !known.has(path)),
    `image-${added.enrollment.name}.k8s.yaml`,
  ]
  return files.sort()
}

test('every name that an object refers to is an object, and every Stage gives its tasks what they need', () => {
  fc.assert(
    fc.property(factory, (given) => {
      const objects = objectsOf(synthesize(given))
      const byName = new Map(objects.map((object) => [named(object), object]))
      expect(byName.size).toBe(objects.length)
      for (const stage of objects.filter(({ kind }) => kind === 'Stage')) checkStage(stage.spec as StageSpec, byName)
    }),
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
      for (const { text: content } of synthesize(given)) {
        const [modern, old] = (['1.2', '1.1'] as const).map((version) =>
          parseAllDocuments(content, { version }).map((document) => document.toJS() as unknown),
        )
        expect(old).toEqual(modern)
      }
      const byName = new Map(objectsOf(synthesize(given)).map((object) => [named(object), object]))
      for (const { enrollment, bases: uses } of given.images.filter((each) => each.enrollment.enabled)) {
        const subscription = (
          byName.get(`Warehouse ${enrollment.name}`) as { spec: { subscriptions: { image: Data }[] } }
        ).spec.subscriptions[0]?.image
        if (enrollment.tags.strategy !== 'Digest' && enrollment.tags.allow.length > 0)
          expect(subscription?.allowTagsRegexes).toEqual(enrollment.tags.allow)
        const stage = byName.get(`Stage rebuild-trigger-${enrollment.name}`)?.spec as StageSpec | undefined
        const { source: from } = enrollment
        if (stage === undefined || from?.provider !== 'github') continue
        expect(uses.length).toBeGreaterThan(0)
        const inputs = JSON.parse(stage.vars.find(({ name }) => name === 'inputs')?.value ?? '') as Data
        expect(new Map(Object.entries(inputs))).toEqual(new Map(from.inputs))
      }
    }),
  )
})

function shuffle<T>(items: readonly T[], numbers: fc.Stream<number>): T[] {
  const keys = [...numbers.take(items.length)]
  return items
    .map((item, index) => [keys[index] ?? 0, item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item)
}
