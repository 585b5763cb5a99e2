import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Data, isDataMap, type YamlOptions } from '../../../src/yaml/data.js'
import { readData, readOrdinary } from '../../../src/yaml/index.js'
import { readNodes } from '../../../src/yaml/nodes.js'
import { runs } from '../../support/full.js'
import { layouts } from './layouts.js'

const OPTIONS: YamlOptions = { numbers: 'text', bytes: 1e6, depth: 64, repeated: 1000 }
/** How many texts a property tries: YAML_RUNS=100000 after a change of the reader or of the library. */
const RUNS = Number(process.env.YAML_RUNS ?? runs(800))
const TIME_LIMIT = 60_000 + RUNS * 40

/** Data with its types, the order of its keys, and what its maps inherit. */
function said(data: Data): string {
  return JSON.stringify(data, (_, value: Data) =>
    isDataMap(value) ? [String(Object.getPrototypeOf(value)), ...Object.entries(value)] : value,
  )
}

/** Whether a text is read by js-yaml; then it must be what `yaml` makes of it. */
function isOrdinary(text: string, options: YamlOptions = OPTIONS): boolean {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  const data = readOrdinary(body, options)
  if (data === undefined) return false
  const { placed, faults } = readNodes(body, options)
  // Many thousand comparisons: the matchers are for the one that differs.
  if (faults.length > 0 || placed === null || said(data) !== said(placed.data)) {
    expect({ text, faults, data: said(data) }).toEqual({ text, faults: [], data: placed && said(placed.data) })
  }
  for (const path of pathsIn(data)) {
    const place = readData(text, options).placed?.position(path)
    const other = placed?.position(path)
    if (place?.line !== other?.line || place?.column !== other?.column) {
      expect({ text, path, place }).toEqual({ text, path, place: other })
    }
  }
  return true
}

/** Paths of the first parts of data, and one that is not there. */
function pathsIn(data: Data, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof data !== 'object' || data === null) return [[...at, 'not there']]
  const parts: readonly (readonly [string | number, Data])[] = isDataMap(data)
    ? Object.entries(data)
    : [...data.entries()]
  return parts.slice(0, 4).flatMap(([step, part]) => [[...at, step], ...pathsIn(part, [...at, step])])
}

const fixture = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const FILES = [
  'examples/state-repo/images.yaml',
  'examples/state-repo/images/backstage.yaml',
  'examples/state-repo/base-images/node-22-bookworm-slim.yaml',
  'test/fixtures/reference-state/images.yaml',
].map(fixture)

/** A file shaped like a workflow and like nothing else: what the files above do not hold. */
const MIXED = `---\r
# comment
a: [1, "b", 'c', d e]   # comment
"b": {x: 1.10, 'y': null, z: [true, {}]}
c:
- x: "\\u00e9\\n"
  y: 'it''s'

  z:
  - - 1e3
    - -5
  -
  -   k: ~
      l:
d.e-f: http://x:80/y#z
g:    # nothing
h: [a/**, '*.md', b*c, {d: e*}]
`

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  gone: fc.nat({ max: 3 }),
  text: fc.oneof(
    fc.constantFrom(...':#-[]{}&*!|>\'"%@,?~`=<\\.\t\r\n 0aé', '\u00a0', '\u2028', '\u0085', '\ufeff', '\ud800', '😀'),
    fc.constantFrom(': ', '\n', '\r\n', ' #', '- ', '\n- ', '  ', '\n  ', '---\n', '...\n', 'a: ', '<<: ', '""', "''"),
    fc.constantFrom(
      '',
      ' :',
      ',',
      ', ',
      'null',
      'True',
      '0x1F',
      '1.0',
      '\n\n',
      '\n# c\n',
      '{}',
      '[]',
      '? ',
      '\\n',
      '__proto__',
    ),
  ),
})

function mutate(text: string, mutations: readonly { at: number; gone: number; text: string }[]): string {
  return mutations.reduce((now, { at, gone, text: added }) => {
    const offset = Math.floor(at * now.length)
    return now.slice(0, offset) + added + now.slice(offset + gone)
  }, text)
}

/** Some lines of a file: a mutation there is read in every surrounding. */
const excerpt = fc
  .tuple(fc.constantFrom(...FILES, MIXED, MIXED), fc.nat(), fc.integer({ min: 1, max: 25 }))
  .map(([file, from, count]) => {
    const lines = file.split('\n')
    return file === MIXED
      ? file
      : lines
          .slice(from % lines.length)
          .slice(0, count)
          .join('\n')
  })

const options = fc.constantFrom<YamlOptions['numbers']>('text', 'lossless').map((numbers) => ({ ...OPTIONS, numbers }))

/** What the two libraries read differently, or one of them does not read. */
const ODD = [
  '',
  '# a\n',
  'a: &x 1\n',
  'a: *x\n',
  'a: !!str 1\n',
  'a: |\n  b\n',
  'a: b\n  c\n',
  'a: "b\n  c"\n',
  'a:\tb\n',
  'a: b\t\n',
  '? a\n: b\n',
  'a: b\n---\nc: d\n',
  'a: b\n...\n',
  'a: b\n--- c: d\n',
  'a: b\n... c: d\n',
  '%YAML 1.2\n---\na: b\n',
  'a: b\na: c\n',
  'a: {b: c, b: d}\n',
  '__proto__: b\n',
  '~: b\n',
  'b: 1\n1: b\n',
  `${'k'.repeat(1025)}: b\n`,
  'a: b: c\n',
  'a:\n    b: c\n  d: e\n',
  '- a\nb: c\n',
  'a: [b,\n  c]\n',
  'a: [b\n',
  'a: [b:]\n',
  'a: {b:[c]}\n',
  'a: \ud800\n',
  'a: "\\ud800"\n',
  'a: b\u0001\n',
  'a: b\ufeff\n',
  'a: b\rc: d\n',
  '<<<<<<< HEAD\na: b\n',
  'a\n',
  'a: "b"#c\n',
  '- -\n-\n',
  '----\n\n- a: b\n',
  'a: "x\ny"\n',
  '[a]: b\n',
  'a: {[b]: c}\n',
  'a: {: c}\n',
  'a: {b}\n',
  'a: [b: c, d]\n',
  'a: {"b":c}\n',
  '%top\n---\na: b\n',
  '! \n',
  'a: b\u0085c\n',
]

describe('what js-yaml reads', () => {
  it.each(FILES.map((text) => [text.slice(0, 60), text]))('are the files that people and we write: %j', (_, text) => {
    expect(isOrdinary(text)).toBe(true)
    expect(isOrdinary(`\ufeff${text.replaceAll('\n', '\r\n')}`)).toBe(true)
  })

  it(
    'is what yaml reads, whatever becomes of a file',
    () => {
      for (const text of ODD) isOrdinary(text)
      let taken = 0
      fc.assert(
        fc.property(
          fc.oneof(excerpt, layouts),
          fc.array(mutation, { maxLength: 4 }),
          options,
          (text, mutations, given) => {
            if (isOrdinary(mutate(text, mutations), given)) taken += 1
          },
        ),
        { numRuns: RUNS * 4 },
      )
      expect(taken).toBeGreaterThan(RUNS / 5)
    },
    TIME_LIMIT,
  )

  it('is no deeper than the caller allows, and takes no time where it is neither', () => {
    const deep = (levels: number) => `a: ${'['.repeat(levels)}${']'.repeat(levels)}\n`
    const read = (text: string, depth: number) => readOrdinary(text, { numbers: 'text', depth })
    expect(read(deep(3), 4)).toBeDefined()
    expect(read(deep(4), 4)).toBeUndefined()
    for (const text of [
      deep(1e5),
      '- '.repeat(1e5),
      `a: [${"'".repeat(1e5)}`,
      `a: [${'""'.repeat(1e5)}`,
      `${'] '.repeat(1e5)}:`,
    ]) {
      expect(read(text, 64)).toBeUndefined()
    }
  })
})

describe('readData', () => {
  it('gives places on demand, and the words of yaml where there is a mistake', () => {
    const { placed, faults } = readData('\ufeffa:\r\n- b: 1.10\r\n')
    expect([placed?.data, faults]).toEqual([{ a: [{ b: '1.10' }] }, []])
    expect(placed?.position(['a', 0, 'b'])).toEqual({ line: 2, column: 3 })
    expect(placed?.valuePosition(['a', 0, 'b'])).toEqual({ line: 2, column: 6 })
    expect(placed?.position(['a', 1])).toBeNull()
    expect(readData('a: b\na: c\n').faults).toMatchObject([{ line: 2, column: 1 }])
  })
})
