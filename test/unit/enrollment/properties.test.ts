import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parseEnrolment } from '../../../src/enrollment/index.js'
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
  it('gives an enrolment or errors, never a throw, and positions inside the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { enrolment, problems } = parseEnrolment(text, 'f')
        expect(enrolment === null).toBe(problems.some((one) => one.severity === 'error'))
        const lines = text.split('\n')
        for (const { line, column } of problems) {
          if (line === null) continue
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines.length)
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('gives its problems in the order of the file', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const places = parseEnrolment(text, 'f').problems.map(({ line, column }) => (line ?? 0) * 1e6 + (column ?? 0))
        expect(places).toEqual([...places].sort((a, b) => a - b))
      }),
    )
  })
})

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

describe('an enrolment that is written', () => {
  it('is read as what it says', () => {
    fc.assert(
      fc.property(entries, fc.boolean(), (all, asMap) => {
        const { enrolment, problems } = parseEnrolment(stringify(asMap ? { images: all } : all), 'f')
        expect(problems.filter((one) => one.severity !== 'notice')).toEqual([])
        const images = new Map(enrolment?.images.map((image) => [image.name, image]))
        expect(images.size).toBe(all.length)
        for (const one of all) {
          const image = images.get(one.name)
          expect(image).toMatchObject({
            registry: one.registry,
            repository: one.repository,
            enabled: one.enabled ?? true,
            autoRebuild: one.autoRebuild ?? true,
            rebuildOn: one.rebuildOn ?? 'all',
            rebuildDelay: { text: one.rebuildDelay ?? '7d' },
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
      parseEnrolment(stringify(list), 'f').enrolment?.images.map(
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
