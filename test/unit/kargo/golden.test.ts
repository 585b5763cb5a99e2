import { describe, expect, test } from 'vitest'
import { type Factory, GENERATED_HEADER, synthesize } from '../../../src/kargo/index.js'
import type { TrackedBase } from '../../../src/state/model.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { exampleFactory, external, github, gitlab, image, NODE, PYTHON, SETTINGS, textOf } from './fixtures.js'
import { scenarios } from './scenarios.js'

const FACTORY = 'image-factory'

describe.each(Object.entries(scenarios))('%s', (name, { factory, files, showsFactory }) => {
  test('gives these files, sorted by path', () => {
    expect(synthesize(factory).map(({ path }) => path)).toEqual(files.map((file) => `${file}.k8s.yaml`))
  })

  const shown = files.filter((file) => file !== FACTORY || showsFactory)
  if (shown.length > 0)
    test.each(shown)('%s is as accepted before', async (file) => {
      const text = textOf(synthesize(factory), `${file}.k8s.yaml`)
      expect(text.split('\n')[0]).toBe(GENERATED_HEADER)
      await expect(text).toMatchFileSnapshot(`../../golden/kargo/${name}/${file}.k8s.yaml`)
    })
})

const HALF_A_DAY = { text: '12h', seconds: 43_200 }

test.each<[string, Partial<Factory['settings']>, Partial<TrackedBase>, string]>([
  ['a base of others', {}, {}, '24h0m0s'],
  ['a base of others, as settings say', { baseInterval: HALF_A_DAY }, {}, '12h0m0s'],
  ['a base that is enrolled', {}, { enrolledImage: 'node' }, '5m0s'],
  ['a base that is enrolled, whatever settings say', { baseInterval: HALF_A_DAY }, { enrolledImage: 'node' }, '5m0s'],
])('%s is looked at so often, and the bases beside it as often as each other', (_, settings, base, interval) => {
  const others = ['20', '21', '23'].map((tag): TrackedBase => ({ ...NODE, name: `node-${tag}`, tag }))
  const bases = [{ ...NODE, ...base }, ...others]
  const files = synthesize(
    exampleFactory({
      settings: { ...SETTINGS, ...settings },
      images: [
        image(
          {},
          bases.map(({ name }) => name),
        ),
      ],
      bases,
    }),
  )
  const intervalOf = (name: string) => /^ {2}interval: (.*)$/m.exec(textOf(files, `base-${name}.k8s.yaml`))?.[1]
  expect(intervalOf(NODE.name)).toBe(interval)
  expect(new Set(others.map(({ name }) => intervalOf(name)))).toEqual(
    new Set([settings.baseInterval === undefined ? '24h0m0s' : '12h0m0s']),
  )
})

test('an image without workflow or without bases has no rebuild Stage', () => {
  const rebuilds = (images: Factory['images']) =>
    textOf(synthesize(exampleFactory({ images })), 'image-backstage.k8s.yaml').includes('rebuild-trigger')
  expect(rebuilds([image()])).toBe(true)
  expect(rebuilds([image({ source: github({ workflow: null }) })])).toBe(false)
  expect(rebuilds([image({}, [])])).toBe(false)
  expect(rebuilds([image({ source: gitlab() })])).toBe(true)
  expect(rebuilds([image({ source: gitlab() }, [])])).toBe(false)
})

test.each([
  ['SemVer', { strategy: 'SemVer', constraint: null, allow: [] }, { imageSelectionStrategy: 'SemVer' }],
  [
    'SemVer with a constraint',
    { strategy: 'SemVer', constraint: '>=1.0.0 <2', allow: ['^v'] },
    { imageSelectionStrategy: 'SemVer', constraint: '>=1.0.0 <2', allowTagsRegexes: ['^v'] },
  ],
  [
    'NewestBuild',
    { strategy: 'NewestBuild', constraint: 'ignored', allow: ['.'] },
    { imageSelectionStrategy: 'NewestBuild', allowTagsRegexes: ['.'] },
  ],
  [
    'NewestBuild in a longer list',
    { strategy: 'NewestBuild', constraint: null, allow: ['.'], discoveryLimit: 50 },
    { imageSelectionStrategy: 'NewestBuild', allowTagsRegexes: ['.'], discoveryLimit: 50 },
  ],
  [
    'Lexical',
    { strategy: 'Lexical', constraint: null, allow: ['^2024-'] },
    { imageSelectionStrategy: 'Lexical', allowTagsRegexes: ['^2024-'] },
  ],
  [
    'Digest',
    { strategy: 'Digest', constraint: 'latest', allow: ['ignored'] },
    { imageSelectionStrategy: 'Digest', constraint: 'latest' },
  ],
] as const)('tags are selected by %s', (_, tags, subscription) => {
  const files = synthesize(exampleFactory({ images: [external({ tags })] }))
  const [warehouse] = readObjects(textOf(files, 'image-postgres.k8s.yaml'))
  const defaults = { repoURL: 'docker.io/library/postgres', strictSemvers: true, discoveryLimit: 20 }
  expect(warehouse?.spec).toMatchObject({
    interval: '5m0s',
    subscriptions: [{ image: { ...defaults, ...subscription } }],
  })
})

test('a base that only disabled images use is not watched', () => {
  const bases: TrackedBase[] = [NODE, PYTHON]
  const images = [image({ name: 'on' }, [NODE.name]), image({ name: 'off', enabled: false }, [PYTHON.name])]
  const paths = synthesize({ settings: SETTINGS, images, bases }).map(({ path }) => path)
  expect(paths).toEqual(['base-node-22-bookworm-slim.k8s.yaml', 'image-factory.k8s.yaml', 'image-on.k8s.yaml'])
})
