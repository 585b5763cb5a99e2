import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { stringify } from 'yaml'
import { LIBRARY_OPTIONS, yamlLines } from '../../../src/state/print.js'
import type { Data } from '../../../src/yaml/data.js'
import { runs } from '../../support/full.js'

/** How many maps are printed: YAML_RUNS=100000 after a change of the printer or of the library. */
const RUNS = Number(process.env.YAML_RUNS ?? runs(2000))

// biome-ignore format: a list
const WORDS = [
  '', 'web', 'ghcr.io', 'library/node', 'sha256:abc', 'a:', 'a: b', 'a :b', 'a #b', 'a#b', 'a-', '-a', '- a', '?', '? a', '?a',
  '22', '1.25', '1.2.3', '1.', '01', '08', '0x1f', '0b1', '0o7', '1e5', 'e0', 'E+1', '1_000', '1:30', '190:20:30', '+1', '-1', '.5', '.inf', '.nan',
  '24h', '7d', '1d12h', '5m', '0s', '22-bookworm-slim', '3.12-slim', '22-', '2026-11-22', '2026-11-22T10:00:00Z',
  '2026-11-22T10:00:00.000Z', '2026-11-22t10:00:00z', '2026-11-22 10:00:00', 'yes', 'No', 'on', 'OFF', 'y', 'N', 'true', 'FALSE',
  'null', 'Null', '~', '<<', '=', '^22-slim$', '^1\\.25$', '^', '^ ', '$(baseImage)', '"', "'", "it's", 'say "no"', `both ' and "`,
  '|', '>', '%a', '@a', '`a', '&a', '*a', '!a', '[a', '{a}', 'a,b', 'a]', '--- a', '...', ' a', 'a ', 'a\tb', 'a\nb', 'a\n', '\n', 'é', '😀',
  '\u2028', '\u0000', '\u007f', 'x'.repeat(1100), 'a b '.repeat(60),
]
const text = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string({
    unit: fc.constantFrom(...'azTexo019-:._/^$\\ #'),
  }),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const value: fc.Arbitrary<Data> = fc.letrec<{ value: Data }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.oneof(fc.integer(), fc.constant(-0), fc.double()),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ),
})).value

describe('lines of a state file', () => {
  it('are byte for byte what the library prints', () => {
    fc.assert(
      fc.property(fc.dictionary(text, value, { maxKeys: 4 }), (values) => {
        expect(yamlLines(values)).toBe(stringify(values, LIBRARY_OPTIONS))
      }),
      { numRuns: RUNS },
    )
  })

  it('are so for each word alone', () => {
    const maps = WORDS.flatMap((word) => [{ key: word }, { [word]: 'value' }, { list: [word, { [word]: word }] }])
    for (const values of maps)
      expect(yamlLines(values), JSON.stringify(values)).toBe(stringify(values, LIBRARY_OPTIONS))
  })

  test.each([
    ['a date', { at: new Date(0) }],
    ['a Map', { map: new Map([['a', 'b']]) }],
    ['what is undefined', { a: undefined, b: 1 }],
    ['a list in a list', { a: [[1, 2], []] }],
    ['what stands in two places', ((list) => ({ a: list, b: list }))(['x'])],
  ])('are so for %s', (_, values) => {
    expect(yamlLines(values)).toBe(stringify(values, LIBRARY_OPTIONS))
  })
})
