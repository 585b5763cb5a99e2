import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWithLibrary } from '../../../src/enrollment/yaml/library.js'
import type { Data, Path, PlacedData, YamlOptions } from '../../../src/enrollment/yaml/model.js'
import { readPlain } from '../../../src/enrollment/yaml/plain.js'
import { readYaml } from '../../../src/enrollment/yaml-data.js'
import { runs } from '../../support/full.js'
import { layouts } from './yaml-layouts.js'

const OPTIONS: YamlOptions = { numbers: 'text', bytes: 1e6, depth: 64, repeated: 1000 }
/** How many texts a property tries: YAML_RUNS=100000 after a change of the reader or of the library. */
const RUNS = Number(process.env.YAML_RUNS ?? runs(800))
const PATIENCE = 60_000 + RUNS * 40

/** Everything a reading says: each part with its type, place and value's place, and some parts that are not there. */
function input(placed: PlacedData | null): string {
  if (placed === null) return 'nothing'
  const lines: string[] = []
  const at = (path: Path) => JSON.stringify([placed.position(path), placed.valuePosition(path)])
  const visit = (data: Data, path: Path) => {
    for (const beyond of [0, 7, 'absent', '', 'length', '__proto__', 'a']) {
      lines.push(`${JSON.stringify([...path, beyond])}? ${at([...path, beyond])}`)
    }
    const isObject = typeof data === 'object' && data !== null
    const prototype = isObject && !Array.isArray(data) ? String(Object.getPrototypeOf(data)) : ''
    const what = Array.isArray(data) ? 'list' : isObject ? `map ${prototype} ${JSON.stringify(Object.keys(data))}` : ''
    lines.push(`${JSON.stringify(path)} ${at(path)} ${what || `${typeof data} ${JSON.stringify(data)}`}`)
    if (!isObject) return
    if (Array.isArray(data)) for (const [index, item] of data.entries()) visit(item, [...path, index])
    else for (const [key, value] of Object.entries(data)) visit(value, [...path, key])
  }
  visit(placed.data, [])
  return lines.join('\n')
}

/** Whether the plain reader took a text; then everything it says must be what the library says. */
function agrees(text: string, options: YamlOptions = OPTIONS): boolean {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  const plain = readPlain(body, options)
  if (plain === null) return false
  const { placed, problems } = readWithLibrary(body, 'a.yaml', options)
  // Many thousand comparisons: the matchers are for the one that differs.
  if (problems.length > 0 || input(plain) !== input(placed)) {
    expect({ text, problems, input: input(plain) }).toEqual({ text, problems: [], input: input(placed) })
  }
  return true
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

describe('the plain reader', () => {
  it.each(FILES.map((text) => [text.slice(0, 60), text]))('takes a real file: %j', (_, text) => {
    expect(agrees(text)).toBe(true)
    expect(agrees(`\ufeff${text.replaceAll('\n', '\r\n')}`)).toBe(true)
  })

  it(
    'takes every layout that people write, and says what the library says',
    () => {
      fc.assert(
        fc.property(layouts, options, (text, given) => {
          expect(agrees(text, given), text).toBe(true)
        }),
        { numRuns: RUNS },
      )
    },
    PATIENCE,
  )

  it(
    'declines or says what the library says, whatever becomes of a file',
    () => {
      let taken = 0
      fc.assert(
        fc.property(excerpt, fc.array(mutation, { minLength: 1, maxLength: 4 }), options, (text, mutations, given) => {
          if (agrees(mutate(text, mutations), given)) taken += 1
        }),
        { numRuns: RUNS * 2 },
      )
      expect(taken).toBeGreaterThan(RUNS / 4)
    },
    PATIENCE,
  )

  it(
    'declines or says what the library says, whatever becomes of a layout',
    () => {
      let taken = 0
      fc.assert(
        fc.property(layouts, fc.array(mutation, { minLength: 1, maxLength: 3 }), options, (text, mutations, given) => {
          if (agrees(mutate(text, mutations), given)) taken += 1
        }),
        { numRuns: RUNS * 2 },
      )
      expect(taken).toBeGreaterThan(RUNS / 4)
    },
    PATIENCE,
  )
})

describe('what the plain reader leaves to the library', () => {
  it.each([
    ['nothing', ''],
    ['comments alone', '# a\n'],
    ['an anchor', 'a: &x 1\n'],
    ['an alias', 'a: *x\n'],
    ['a tag', 'a: !!str 1\n'],
    ['a block scalar', 'a: |\n  b\n'],
    ['text over two lines', 'a: b\n  c\n'],
    ['quoted text over two lines', 'a: "b\n  c"\n'],
    ['a tab', 'a:\tb\n'],
    ['a tab behind text', 'a: b\t\n'],
    ['an explicit key', '? a\n: b\n'],
    ['a second document', 'a: b\n---\nc: d\n'],
    ['the end of a document', 'a: b\n...\n'],
    ['a second document on its marker’s line', 'a: b\n--- c: d\n'],
    ['the end of a document before text', 'a: b\n... c: d\n'],
    ['a directive', '%YAML 1.2\n---\na: b\n'],
    ['a key written twice', 'a: b\na: c\n'],
    ['a key written twice in a flow map', 'a: {b: c, b: d}\n'],
    ['a prototype', '__proto__: b\n'],
    ['a null key', '~: b\n'],
    ['a key of digits, which objects put first', 'b: 1\n1: b\n'],
    ['a key too long for YAML', `${'k'.repeat(1025)}: b\n`],
    ['a map in a line', 'a: b: c\n'],
    ['odd indentation', 'a:\n    b: c\n  d: e\n'],
    ['a list and a map at once', '- a\nb: c\n'],
    ['a flow list over two lines', 'a: [b,\n  c]\n'],
    ['a flow list without an end', 'a: [b\n'],
    ['a colon that touches what follows in a flow list', 'a: [b:]\n'],
    ['a colon that touches what follows in a flow map', 'a: {b:[c]}\n'],
    ['half a character', 'a: \ud800\n'],
    ['half an escaped character', 'a: "\\ud800"\n'],
    ['a control character', 'a: b\u0001\n'],
    ['a byte order mark in the middle', 'a: b\ufeff\n'],
    ['a lone carriage return', 'a: b\rc: d\n'],
    ['a conflict', '<<<<<<< HEAD\na: b\n'],
    ['one scalar', 'a\n'],
    ['a comment that touches text', 'a: "b"#c\n'],
  ])('%s', (_, text) => {
    expect(readPlain(text, OPTIONS)).toBeNull()
  })

  it('depth beyond what the caller allows', () => {
    const deep = (levels: number) => `a: ${'['.repeat(levels)}${']'.repeat(levels)}\n`
    expect(readPlain(deep(3), { numbers: 'text', depth: 4 })).not.toBeNull()
    expect(readPlain(deep(4), { numbers: 'text', depth: 4 })).toBeNull()
    expect(readPlain(deep(60), OPTIONS)).toBeNull()
    expect(readPlain('- '.repeat(50_000), OPTIONS)).toBeNull()
  })
})

describe('readYaml', () => {
  it('gives the plain reading where there is one, and the library’s words where there is a mistake', () => {
    const { placed, problems } = readYaml('\ufeffa:\r\n- b: 1.10\r\n', 'a.yaml')
    expect([placed?.data, problems]).toEqual([{ a: [{ b: '1.10' }] }, []])
    expect(placed?.position(['a', 0, 'b'])).toEqual({ line: 2, column: 3 })
    expect(placed?.valuePosition(['a', 0, 'b'])).toEqual({ line: 2, column: 6 })
    expect(readYaml('a: b\na: c\n', 'a.yaml').problems).toMatchObject([{ line: 2, column: 1 }])
  })
})
