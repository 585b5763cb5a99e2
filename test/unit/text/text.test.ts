import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  alternatives,
  by,
  byKey,
  compareText,
  count,
  distinctBy,
  escapeInvisible,
  formatNumber,
  groupBy,
  listSome,
  oneLine,
  printable,
  quote,
  truncate,
} from '../../../src/text/index.js'

const anyText = fc.string({
  unit: fc.oneof(
    fc.string({ minLength: 1, maxLength: 1 }),
    fc.constantFrom(...'\u202e\u200b\u0000\u001b\n\t\ufeff\ud800\u2028\u00a0😀'.split(''), '😀'),
  ),
})

describe('a text that comes from outside', () => {
  it.each([
    ['control', 'a\u001b[31mb', 'a\\u{1b}[31mb', 'a�[31mb'],
    ['bidirectional', 'a\u202eb', 'a\\u{202e}b', 'a�b'],
    ['zero-width', 'a\u200bb', 'a\\u{200b}b', 'a�b'],
    ['half a character', 'a\ud800b', 'a\\u{d800}b', 'a�b'],
    ['a line end of Unicode', 'a\u2028b', 'a\\u{2028}b', 'a�b'],
    ['a blank that is none', 'a\u00a0b', 'a\\u{a0}b', 'a�b'],
    ['nothing of the kind', 'naïve 日本 😀', 'naïve 日本 😀', 'naïve 日本 😀'],
  ])('%s', (_, text, escaped, shown) => {
    expect(escapeInvisible(text)).toBe(escaped)
    expect(printable(text)).toBe(shown)
  })

  it('is one visible line of at most the length', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 20 }), (text, max) => {
        const line = oneLine(text, max)
        expect(escapeInvisible(line)).toBe(line)
        expect(line.length).toBeLessThanOrEqual(max)
      }),
    )
    expect(oneLine(' a \n\t b ')).toBe('a b')
    expect(oneLine('x'.repeat(10), 4)).toBe('xxx…')
    expect(oneLine(`a${' '.repeat(100)}b`, 4)).toBe('a…')
  })

  it('is quoted on one line, short, and as JSON reads it where it is ordinary', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeInvisible(quote(text))).toBe(quote(text))
      }),
    )
    expect(quote('say "hi"')).toBe('"say \\"hi\\""')
    expect(quote('x'.repeat(100))).toBe(`"${'x'.repeat(79)}…"`)
  })

  it('is never cut inside a character', () => {
    expect(truncate('ab😀', 3)).toBe('ab…')
    expect(truncate('a😀b', 3)).toBe('a…')
    expect(truncate('abc', 3)).toBe('abc')
  })
})

describe('lists', () => {
  it('are ordered by code unit', () => {
    expect(['b', 'a', 'B', 'ä', 'a'].sort(compareText)).toEqual(['B', 'a', 'a', 'b', 'ä'])
    expect([{ name: 'b' }, { name: 'a' }].sort(by(({ name }) => name))).toEqual([{ name: 'a' }, { name: 'b' }])
    expect(
      [
        ...new Map([
          ['b', 1],
          ['a', 2],
        ]),
      ].sort(byKey),
    ).toEqual([
      ['a', 2],
      ['b', 1],
    ])
  })

  it('are grouped in the order in which keys come, and reduced to the first of each', () => {
    const parity = (n: number) => n % 2
    expect([...groupBy([3, 2, 1, 4], parity)]).toEqual([
      [1, [3, 1]],
      [0, [2, 4]],
    ])
    expect(distinctBy([3, 2, 1, 4], parity)).toEqual([3, 2])
  })

  it('are shown up to a limit, and the rest is counted', () => {
    const more = (n: number) => `${n} more`
    expect(listSome([1, 2, 3], 2, String, more)).toEqual(['1', '2', '1 more'])
    expect(listSome([1, 2], 2, String, more)).toEqual(['1', '2'])
  })

  it('are spoken', () => {
    expect([alternatives([]), alternatives(['a']), alternatives(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b or c'])
    expect([count(0, 'image'), count(1, 'image'), count(2, 'image')]).toEqual(['0 images', '1 image', '2 images'])
  })
})

it('shows a whole number as English does', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (n) => {
      expect(formatNumber(n)).toBe(n.toLocaleString('en-US'))
    }),
  )
})
