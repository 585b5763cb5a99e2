// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what Kargo evaluates.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { printGoDuration } from '../../../src/kargo/constructs/kube-object.js'
import { printObject } from '../../../src/kargo/synthesize.js'
import type { Data, DataMap } from '../../../src/yaml/data.js'
import { runs } from '../../support/full.js'

const read = (text: string, version: '1.1' | '1.2') =>
  parseAllDocuments(text, { version }).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS() as unknown
  })

const json: fc.Arbitrary<Data> = fc.letrec<{ value: Data }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom('a', ' ', ':', '#', '-', '1', 'e', '.', '\n', '"', "'", '\\', '{', '$', '~', '=', '<'),
      maxLength: 200,
    }),
    fc.integer(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string({ unit: 'binary', maxLength: 20 }), tie('value'), { maxKeys: 3 }),
  ),
})).value

test('whatever is printed is read back, by YAML 1.1 and 1.2', () => {
  fc.assert(
    fc.property(fc.array(json, { minLength: 1, maxLength: 3 }), (values) => {
      const objects = values.map((value): DataMap => ({ value }))
      const text = objects.map(printObject).join('---\n')
      expect(read(text, '1.2')).toEqual(objects)
      expect(read(text, '1.1')).toEqual(objects)
    }),
    { numRuns: runs(500) },
  )
})

describe('strings', () => {
  // biome-ignore format: a table
  test.each([
    ['main', 'main'],
    ['docker.io/library/node', 'docker.io/library/node'],
    ['sha256:abc', 'sha256:abc'],
    ['${{ vars.image }}', '${{ vars.image }}'],
    ['168h0m0s', '168h0m0s'],
    ['on', '"on"'], ['Yes', '"Yes"'], ['y', '"y"'], ['null', '"null"'], ['~', '"~"'],
    ['1e3', '"1e3"'], ['e0', '"e0"'], ['E+1', '"E+1"'], ['0777', '"0777"'], ['0o17', '"0o17"'], ['1_000', '"1_000"'], ['.inf', '".inf"'],
    ['2024-01-01', '"2024-01-01"'], ['1:20', '"1:20"'], ['=', '"="'], ['<<', '"<<"'], ['', '""'],
    ['a: b', '"a: b"'], ['a:', '"a:"'], ['a #b', '"a #b"'], ['a ', '"a "'], ['- a', '"- a"'], ['a\tb', '"a\\tb"'],
    ['{"a":"it\'s"}', "'{\"a\":\"it''s\"}'"],
    ['ö\u2028😀\ud800', '"\\u00f6\\u2028\\U0001f600\\ufffd"'],
  ])('%j is printed as %s', (text, printed) => {
    expect(printObject({ key: text })).toBe(`key: ${printed}\n`)
  })

  test('a long expression is folded at single spaces, anything else that is long is one line', () => {
    const words = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ')
    expect(
      printObject({ key: words })
        .split('\n')
        .slice(0, 3)
        .map((line) => line.slice(0, 12)),
    ).toEqual(['key: >-', '  word0 word', '  word15 wor'])
    expect(printObject({ key: words.replace(' ', '  ') }).split('\n')).toHaveLength(2)
  })
})

test.each([
  [0, '0s'],
  [30, '30s'],
  [60, '1m0s'],
  [90, '1m30s'],
  [300, '5m0s'],
  [900, '15m0s'],
  [3600, '1h0m0s'],
  [3661, '1h1m1s'],
  [604_800, '168h0m0s'],
])('%i seconds are %s to Go', (seconds, text) => {
  expect(printGoDuration(seconds)).toBe(text)
})
