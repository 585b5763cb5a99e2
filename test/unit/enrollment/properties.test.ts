import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { type EnrolledImage, parseImagesFile } from '../../../src/enrollment/index.js'
import { REBUILD_DEFAULTS } from '../../../src/policy/index.js'
import { runs } from '../../support/full.js'
import { APP, SOURCE } from './examples.js'

/** YAML-like text: pieces that mean something, glued at random. */
const pieces = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '- ',
        'name: ',
        'source:\n',
        '  ',
        '\n',
        '\r\n',
        '\t',
        '[',
        ']',
        '{',
        '}',
        ': ',
        ', ',
        '&a ',
        '*a',
      ),
      fc.constantFrom(
        '!!str ',
        '!x ',
        '"',
        "'",
        '|\n',
        '>-\n',
        '? ',
        '---\n',
        '...\n',
        '#c\n',
        '\ufeff',
        '<<: ',
        '~',
        '%Y',
      ),
      fc.constantFrom(
        'images:\n',
        'defaults:\n',
        'settings:\n',
        'enabled: ',
        '__proto__',
        'constructor',
        '${{',
        '\ud800',
      ),
      fc.string({ maxLength: 5, unit: 'grapheme' }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

/** A good file with one stretch of it overwritten. */
const damaged = fc
  .tuple(fc.constantFrom(APP, SOURCE, `images:\n  - ${JSON.stringify({ name: 'a' })}\n`), fc.nat(80), pieces)
  .map(([text, at, piece]) => text.slice(0, at) + piece + text.slice(at + piece.length))

const anyText = fc.oneof(pieces, damaged, fc.string({ unit: 'binary', maxLength: 200 }))

describe('any text at all', () => {
  it('gives an enrollment or errors, never a throw, and positions inside the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { enrolled, problems } = parseImagesFile(text, 'f')
        expect(enrolled === null).toBe(problems.some((one) => one.severity === 'error'))
        const lines = text.split('\n')
        for (const { line, column } of problems) {
          if (line === null) continue
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines.length)
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
        }
      }),
      { numRuns: runs(3000) },
    )
  })

  it('gives its problems in the order of the file', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const places = parseImagesFile(text, 'f').problems.map(({ line, column }) => (line ?? 0) * 1e6 + (column ?? 0))
        expect(places).toEqual([...places].sort((a, b) => a - b))
      }),
    )
  })
})

/** A file that uses every key. */
const WHOLE = `settings:
  namespace: kf
  secrets: {github: a, gitlab: b, registry: c, source: d}
  retries: 0
  retryPause: 30m
  baseInterval: 12h
  pollInterval: 5m
  stagger: 2h
  stateWorkflow: {repo: acme/state, workflow: run.yml, ref: main}
  webhookReceivers:
    - {type: github, secret: s}
    - {type: artifactory, secret: s, name: af, virtualRepoName: docker}
  analysis: {enabled: true, image: "ghcr.io/aquasecurity/trivy:0.70.0"}
  shard: eu
  allowedRegistries: [ghcr.io/acme, docker.io, "localhost:5000"]
defaults:
  rebuildDelay: 3d
  source: {branch: main, workflow: build.yml, inputs: {reason: "$(baseImage)"}}
  analysis: {content: HIGH, vulnerabilities: {severity: HIGH, ignoreUnfixed: false}}
  updates:
    - {repo: acme/deploy, path: apps, type: kustomize-set-image}
images:
  - name: web
    registry: ghcr.io/acme
    repository: web
    source: {repo: acme/web, dockerfile: docker/Dockerfile, builds: dispatched, inputs: {more: "1"}}
    build: {args: {NODE: "22"}, target: run, platforms: [linux/amd64], contexts: {base: "docker-image://x:1"}}
    minimumReleaseAge: 2d
    autoRebuild: false
    rebuildOn: runtime
    tags: {strategy: Digest, constraint: latest, allow: ["^v"]}
    analysis: {dockerfile: false, templates: [smoke]}
    environments:
      - {name: test, updates: [{repo: acme/deploy, path: t, type: kustomize-set-image}]}
      - name: live
        auto: false
        soak: 1d
        pullRequest: true
        updates: [{repo: g/s/deploy, provider: gitlab, path: v.yaml, type: yaml-update, key: a.b, value: image}]
    shard: us
    description: The web
  - name: lab
    enrollment:
      registry: ghcr.io
      repository: acme/lab
      source: {provider: gitlab, repo: g/s/lab, pipeline: .gitlab-ci.yml, job: build}
    quarantine: 48
  - {name: cg, registry: docker.io/acme, image: cg, namespace: acme, dockerfile: cg/Dockerfile, source: {repo: acme/cg}}
  - {name: pg, repoURL: docker.io/postgres, allowTags: "^16", imageSelectionStrategy: Lexical, updates: []}
  - {name: old, enabled: false}
`

/** The same with lines dropped, doubled, exchanged, indented, or with one value overwritten. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(WHOLE.split('\n').length - 1),
      other: fc.nat(WHOLE.split('\n').length - 1),
      how: fc.constantFrom('drop', 'double', 'exchange', 'indent', 'value', 'key'),
      value: fc.oneof(
        fc.constantFrom(
          '[]',
          '{}',
          '~',
          'true',
          '-1',
          '1e3',
          '"',
          '*a',
          '&a x',
          '!!binary x',
          '[a, {b: c}]',
          '\u202e',
          '|',
        ),
        fc.string({ maxLength: 12, unit: 'grapheme' }),
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((changes) => {
    let lines = WHOLE.split('\n')
    for (const { at, other, how, value } of changes) {
      const line = lines[at] ?? ''
      const becomes: Readonly<Record<typeof how, readonly string[]>> = {
        drop: [],
        double: [line, line],
        exchange: [lines[other] ?? ''],
        indent: [`  ${line}`],
        value: [line.replace(/: .*$/, () => `: ${value}`)],
        key: [line.replace(/\w+:/, () => `${value}:`)],
      }
      lines = lines.flatMap((one, index) => (index === at ? becomes[how] : [one]))
    }
    return lines.join('\n')
  })

/** A file made of known keys with values of any kind. */
const KEYS = [
  ...new Set(WHOLE.match(/\w+(?=:)/g) ?? []),
  '__proto__',
  'constructor',
  'toString',
  '<<',
  'hasOwnProperty',
]
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      fc.constantFrom('HIGH', 'github', '7d'),
    ),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), tie('tree')), { maxLength: 6 }).map((pairs) => new Map(pairs)),
  ),
}))
const anyTree = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom('name', 'source', 'analysis', 'environments', 'tags', ...KEYS), tree)),
    tree,
    tree,
  )
  .map(([entry, settings, defaults]) => stringify({ settings, defaults, images: [new Map(entry)] }))

describe('a file that uses every key', () => {
  it('is good', () => {
    const { enrolled, problems } = parseImagesFile(WHOLE, 'f')
    expect(problems.filter((one) => one.severity === 'error')).toEqual([])
    expect(enrolled?.images.map((image) => image.name)).toEqual(['cg', 'lab', 'old', 'pg', 'web'])
  })

  it('damaged in any way gives an enrollment or problems that a person can read and find', () => {
    fc.assert(
      fc.property(fc.oneof(mutated, anyTree, anyText), (text) => {
        const { enrolled, problems } = parseImagesFile(text, 'f')
        expect(enrolled === null).toBe(problems.some((one) => one.severity === 'error'))
        const lines = text.replace(/^\ufeff/, '').split('\n')
        for (const { line, column, message, remedy } of problems) {
          expect(message).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]{1,400}\.$/u)
          if (remedy !== null) expect(remedy).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]{1,400}[.?]$/u)
          if (line === null) continue
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? -1) + 1)
        }
      }),
      { numRuns: runs(800) },
    )
  })

  it('means the same when what was read is written and read again, and in any order of its keys', () => {
    const plain = (images: readonly EnrolledImage[]) =>
      images.map(({ line: _, column: __, lineOf: ___, ...rest }) => rest)
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1000)), (random) => {
        const first = parseImagesFile(WHOLE, 'f').enrolled?.images ?? []
        const entries = first.map(({ name, written }) => shuffled({ ...written, name }, random))
        const settings = shuffled(parse(WHOLE).settings, random)
        const again = parseImagesFile(stringify({ images: entries, settings }), 'f')
        expect(again.problems.filter((one) => one.severity === 'error')).toEqual([])
        expect(plain(again.enrolled?.images ?? [])).toEqual(plain(first))
      }),
      { numRuns: runs(50, 20) },
    )
  })
})

/** The same data with the keys of every map in another order. */
function shuffled(data: unknown, random: Iterator<number>): unknown {
  if (Array.isArray(data)) return data.map((one) => shuffled(one, random))
  if (typeof data !== 'object' || data === null) return data
  const ranked = Object.entries(data).map(([name, one]) => ({ name, one, rank: random.next().value as number }))
  return new Map(ranked.sort((a, b) => a.rank - b.rank).map(({ name, one }) => [name, shuffled(one, random)]))
}

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/)
const value = fc.oneof(
  fc.string({ maxLength: 20, unit: 'grapheme' }),
  fc.constantFrom(
    'on',
    'no',
    '1e3',
    '0777',
    '1.10',
    'null',
    '~',
    '2024-01-01',
    'true',
    '=',
    '<<',
    '- a',
    'a: b',
    '\t',
    '\n',
  ),
)
const safe = value.filter((text) => !/\$\{[{%]|\p{Surrogate}/u.test(text))
const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,10}$/).filter((text) => text !== '__proto__')
const duration = fc.tuple(fc.nat(99), fc.constantFrom('s', 'm', 'h', 'd', 'w')).map(([n, unit]) => `${n}${unit}`)

const source = fc.record(
  {
    repo: fc.tuple(label, label).map(([owner, repo]) => `${owner}/${repo}`),
    branch: fc.constantFrom('main', 'release/1.0', '2024', '1e3'),
    dockerfile: fc.constantFrom('Dockerfile', 'a/Dockerfile.x'),
    workflow: fc.constantFrom('build.yml', '1.yaml'),
    builds: fc.constantFrom('any', 'dispatched'),
    inputs: fc.dictionary(key, safe, { maxKeys: 4 }),
  },
  { requiredKeys: ['repo'] },
)
const entry = fc.record(
  {
    name: label,
    registry: fc.constantFrom('ghcr.io', 'localhost:5000'),
    enabled: fc.boolean(),
    rebuildDelay: duration,
    autoRebuild: fc.boolean(),
    rebuildOn: fc.constantFrom('all', 'runtime'),
    source,
  },
  { requiredKeys: ['name', 'registry'] },
)
const entries = fc
  .uniqueArray(entry, { minLength: 1, maxLength: 6, selector: (one) => one.name })
  .map((all) => all.map((one) => ({ ...one, repository: `org/${one.name.replace(/-+/g, '-')}x${one.name.length}` })))
  .filter((all) => new Set(all.map((one) => one.repository)).size === all.length)

describe('an enrollment that is written', () => {
  it('is read as what it says', () => {
    fc.assert(
      fc.property(entries, fc.boolean(), (all, asMap) => {
        const { enrolled, problems } = parseImagesFile(stringify(asMap ? { images: all } : all), 'f')
        expect(problems.filter((one) => one.severity !== 'notice')).toEqual([])
        const images = new Map(enrolled?.images.map((image) => [image.name, image]))
        expect(images.size).toBe(all.length)
        for (const one of all) {
          const image = images.get(one.name)
          expect(image).toMatchObject({
            registry: one.registry,
            repository: one.repository,
            enabled: one.enabled ?? true,
            autoRebuild: one.autoRebuild ?? REBUILD_DEFAULTS.autoRebuild,
            rebuildOn: one.rebuildOn ?? REBUILD_DEFAULTS.rebuildOn,
            rebuildDelay: { text: one.rebuildDelay ?? REBUILD_DEFAULTS.rebuildDelay },
          })
          const { inputs = {}, ...rest } = one.source ?? {}
          if (one.source === undefined) expect(image?.source).toBeNull()
          else expect(image?.source).toMatchObject({ ...rest, provider: 'github' })
          expect(Object.fromEntries(image?.source?.inputs ?? [])).toEqual(inputs)
        }
      }),
    )
  })

  it('means the same in any order, places aside', () => {
    const shuffled = entries.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    )
    const plain = (list: unknown) =>
      parseImagesFile(stringify(list), 'f').enrolled?.images.map(
        ({ line: _, column: __, lineOf: ___, ...rest }) => rest,
      )
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const images = plain(one)
        expect(images?.length).toBe(one.length)
        expect(plain(other)).toEqual(images)
        expect(images?.map((image) => image.name)).toEqual(one.map((image) => image.name).sort())
      }),
    )
  })
})
