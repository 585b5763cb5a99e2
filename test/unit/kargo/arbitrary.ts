/** Factories at random, as images.yaml can say them. */
import fc from 'fast-check'
import { type Environment, THRESHOLDS, type Update } from '../../../src/enrollment/images-file.js'
import type { Factory } from '../../../src/kargo/index.js'
import type { TrackedBase } from '../../../src/state/model.js'
import { github, gitlab, image, SETTINGS, TELLING } from './fixtures.js'

/** AnalysisTemplates of the user's own. */
export const OWN_TEMPLATES = ['smoke-test', 'licences', 'signature'] as const

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

export const bases: TrackedBase[] = ['node-22', 'python-3.12-slim', 'alpine-latest', 'golang-1e3'].map(
  (name, index) => ({
    name,
    registry: 'docker.io',
    repository: `library/${name.split('-')[0]}`,
    tag: ['22', '3.12-slim', 'latest', '1e3'][index] ?? '',
    baselineDigest: index % 2 === 0 ? null : `sha256:${'ab'.repeat(32)}`,
  }),
)

/** Every text of people's own carries this, so that it is found wherever it goes. */
export const MARK = 'zzz'
const word = fc.stringMatching(/^[a-z1-9]{1,6}$/).map((text) => `${MARK}${text}`)
const path = fc.oneof(
  word,
  fc.tuple(word, word).map(([folder, file]) => `${folder}/${file}.yaml`),
  word.map((folder) => `${folder}/kustomization.yaml`),
)
const anyUpdate: fc.Arbitrary<Update> = fc
  .record({
    provider: fc.constantFrom('github', 'gitlab'),
    repo: fc.constantFrom(`acme/${MARK}one`, `acme/${MARK}two`, `acme/${MARK}three`),
    branch: fc.constantFrom(`${MARK}main`, '1.10', 'true'),
    path,
    type: fc.constantFrom('kustomize-set-image', 'yaml-update'),
    key: fc.tuple(word, word).map((parts) => parts.join('.')),
    value: fc.constantFrom('tag', 'digest', 'image'),
  })
  .map((one) => ({ ...one, key: one.type === 'yaml-update' ? one.key : null }) as Update)
const environmentNamed = (name: RegExp): fc.Arbitrary<Environment> =>
  fc.record({
    name: fc.stringMatching(name),
    auto: fc.boolean(),
    soak: fc.nat({ max: 1_000_000 }).map((seconds) => ({ text: `${seconds}s`, seconds })),
    pullRequest: fc.boolean(),
    updates: fc.array(anyUpdate, { minLength: 1, maxLength: 6 }),
  })

/** Environments of one image, each under a name of its own. */
export const environmentsNamed = (name: RegExp) =>
  fc.uniqueArray(environmentNamed(name), { selector: (one) => one.name, maxLength: 4 })

const threshold = fc.option(fc.constantFrom(...THRESHOLDS), { freq: 2 })
export const analysis = fc.option(
  fc.record({
    dockerfile: threshold,
    content: threshold,
    vulnerabilities: threshold,
    ignoreUnfixed: fc.boolean(),
    templates: fc.uniqueArray(fc.constantFrom(...OWN_TEMPLATES), { maxLength: 2 }),
  }),
)

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

// Without a dash: `promote-a-b-c` would be two Stages.
const environments = environmentsNamed(/^[a-z0-9]{1,63}$/)

export const trackedImage = fc
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
    analysis,
    environments,
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

const images = fc.uniqueArray(trackedImage, { maxLength: 6, selector: ({ enrollment }) => enrollment.name })
export const factory = fc.record({ settings, images }).map((given): Factory => ({ ...given, bases }))
