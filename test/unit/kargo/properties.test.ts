import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type ManifestFile, synthesize } from '../../../src/kargo/index.js'
import type { TrackedBase, TrackedImage } from '../../../src/state/model.js'
import { runs } from '../../support/full.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { factory, trackedImage } from './arbitrary.js'
import { image, NODE, SETTINGS } from './fixtures.js'

type Data = Record<string, unknown>

const objectsOf = (files: readonly ManifestFile[]) => files.flatMap((file) => readObjects(file.text))
const named = (object: Data) => `${object.kind} ${(object.metadata as Data).name}`

/** Whole factories, each of many files. */
const FACTORIES = { numRuns: runs(100, 12) }

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
        const stage = byName.get(`Stage rebuild-trigger-${enrollment.name}`)?.spec as
          | { vars: { name: string; value: string }[] }
          | undefined
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
