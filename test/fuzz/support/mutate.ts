/** Text and data that were right once: changes at random, as an attacker or an accident makes them. */
import fc from 'fast-check'
import { runs } from '../../support/full.js'

/** How many cases each test draws: few in the usual suite, many in the slow lane (`npm run fuzz`). */
export const RUNS = Number(process.env.FUZZ_RUNS ?? runs(150, 50))

type Change = (text: string) => string

/**
 * Texts that come from good ones.
 *
 * @param corpus good texts.
 * @param words pieces that mean something to whoever reads them.
 */
export function mutated(corpus: readonly string[], words: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...words) },
    { weight: 2, arbitrary: fc.constantFrom(...NASTY) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  )
  const place = fc.double({ min: 0, max: 1, noNaN: true })
  const size = fc.nat({ max: 40 })
  const other = fc.constantFrom(...corpus)
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.tuple(place, piece).map(
      ([at, text]) =>
        (whole: string) =>
          spliced(whole, at, 0, text),
    ),
    fc.tuple(place, size, piece).map(
      ([at, length, text]) =>
        (whole: string) =>
          spliced(whole, at, length, text),
    ),
    fc.tuple(place, size).map(
      ([at, length]) =>
        (whole: string) =>
          spliced(whole, at, length, ''),
    ),
    fc.tuple(place, fc.nat({ max: 400 })).map(
      ([at, times]) =>
        (whole: string) =>
          repeated(whole, at, times),
    ),
    place.map((at) => (whole: string) => whole.slice(0, Math.floor(at * whole.length))),
    fc.tuple(place, place, other).map(([at, from, text]) => (whole: string) => {
      const start = Math.floor(from * text.length)
      return spliced(whole, at, 0, text.slice(start, start + 200))
    }),
    fc.tuple(place, place).map(
      ([a, b]) =>
        (whole: string) =>
          swappedLines(whole, a, b),
    ),
  )
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([text, changes]) => changes.reduce((whole, one) => one(whole), text))
}

/** What has broken parsers, terminals, templates and reports before. */
const NASTY: readonly string[] = [
  '${{ secret("x") }}',
  '${% x %}',
  '$',
  '`',
  '\0',
  '\r',
  '\r\n',
  '\n',
  '\n\n',
  '\t',
  ' ',
  '"',
  "'",
  '\\',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\ud800',
  '💥',
  '__proto__',
  'constructor',
  '../',
  '/',
  '::error::x',
  '<!-- ',
  '|',
  '@everyone',
  '1e999',
  '-1',
  '%s',
  'A'.repeat(300),
  '['.repeat(60),
]

function spliced(text: string, at: number, length: number, piece: string): string {
  const start = Math.floor(at * text.length)
  return text.slice(0, start) + piece + text.slice(start + length)
}

function repeated(text: string, at: number, times: number): string {
  const start = Math.floor(at * text.length)
  return spliced(text, at, 0, text.slice(start, start + 3).repeat(times))
}

function swappedLines(text: string, a: number, b: number): string {
  const lines = text.split('\n')
  const [i, j] = [Math.floor(a * (lines.length - 1)), Math.floor(b * (lines.length - 1))]
  const [one = '', other = ''] = [lines[i], lines[j]]
  return lines.with(i, other).with(j, one).join('\n')
}

/** Data that comes from good data: parts of it are gone, doubled, or something else. */
export function mutatedData(corpus: readonly unknown[]): fc.Arbitrary<unknown> {
  const junk = fc.oneof(
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, '', [], {}, [[]], { a: 1 }, 'x'.repeat(5000)),
    fc.constantFrom<unknown>(...NASTY),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const change = fc.tuple(fc.nat({ max: 10_000 }), fc.constantFrom('put', 'remove', 'double', 'wrap'), junk)
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([data, changes]) =>
      changes.reduce<unknown>((whole, [at, how, value]) => changed(whole, at, how, value), data),
    )
}

/** @param at number of the part that is changed, counted through the whole. */
function changed(data: unknown, at: number, how: string, junk: unknown): unknown {
  const total = parts(data)
  let number = -1
  const walk = (value: unknown): unknown => {
    number += 1
    if (number === at % total) {
      if (how === 'double') return [value, value]
      return how === 'wrap' ? { value } : junk
    }
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, one]) => {
        const isHere = number + 1 === at % total
        const next = walk(one)
        return isHere && how === 'remove' ? [] : [[key, next]]
      }),
    )
  }
  return walk(data)
}

function parts(data: unknown): number {
  if (typeof data !== 'object' || data === null) return 1
  return Object.values(data).reduce<number>((sum, one) => sum + parts(one), 1)
}
