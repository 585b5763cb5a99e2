import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type DashboardMarker,
  isSameBody,
  isSameButBoxes,
  readDashboard,
  unticked,
  withMarker,
  withTicks,
} from '../../../src/dashboard/index.js'
import { runs } from '../../support/full.js'

const TEXT = '**2 images**\n\n- [ ] <!-- rebuild=api --> `api`\n- [ ] <!-- rebuild=web --> `web`'
const MARKER: DashboardMarker = { id: 'main:teams/a b', sequence: 12, told: new Set(['0123abcd', '89abcdef']) }
const BODY = withMarker(MARKER, TEXT)

describe('a dashboard', () => {
  it('is read as it was written', () => {
    expect(readDashboard(BODY)).toEqual({ marker: MARKER, isIntact: true, ticked: [] })
    expect(readDashboard(withMarker({ ...MARKER, told: 'many' }, TEXT))?.marker.told).toBe('many')
    expect(readDashboard(withMarker({ ...MARKER, told: new Set() }, TEXT))?.marker.told).toEqual(new Set())
  })

  it('is the same whatever is ticked, trimmed, or has other line ends', () => {
    const ticked = withTicks(BODY, ['web', 'nobody'])
    for (const body of [ticked, ticked.replaceAll('\n', '\r\n'), `${ticked}\n\n`, ticked.replace('[x]', '[X]')])
      expect(readDashboard(body)).toEqual({ marker: MARKER, isIntact: true, ticked: ['web'] })
    expect(unticked(ticked)).toBe(BODY)
    expect(isSameButBoxes(ticked, BODY)).toBe(true)
    expect(isSameBody(ticked, BODY)).toBe(false)
  })

  it.each([
    ['another name in a box', (body: string) => body.replace('rebuild=web', 'rebuild=db')],
    ['one more box', (body: string) => `${body}\n- [ ] <!-- rebuild=db --> db`],
    ['a box less', (body: string) => body.replace(/\n.*rebuild=web.*$/m, '')],
    ['other words', (body: string) => body.replace('2 images', '3 images')],
    ['another number', (body: string) => body.replace('seq=12', 'seq=13')],
    ['other keys', (body: string) => body.replace('0123abcd', '0123abce')],
    ['another id', (body: string) => body.replace('teams/a', 'teams/b')],
    ['another hash', (body: string) => body.replace(/hash=(.)/, (_, one: string) => `hash=${one === '0' ? '1' : '0'}`)],
  ])('that others wrote into is seen: %s', (_, change) => {
    expect(change(BODY)).not.toBe(BODY)
    expect(readDashboard(change(BODY))?.isIntact).toBe(false)
  })

  it.each([
    '',
    'Hello',
    `x${BODY}`,
    `\n${BODY}`,
    BODY.replace('hash=', 'hash=z'),
    BODY.replace('seq=12', 'seq=1e9'),
    'a'.repeat(1e6),
  ])('is none: %#', (body) => {
    expect(readDashboard(body)).toBeNull()
  })

  it('reads back whatever it is', () => {
    const key = fc.integer({ min: 0, max: 0xffff_ffff }).map((n) => n.toString(16).padStart(8, '0'))
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
        fc.nat(999_999_999),
        fc.uniqueArray(key, { maxLength: 200 }),
        fc.string({ unit: 'binary' }),
        (id, sequence, keys, text) => {
          const marker = { id, sequence, told: new Set(keys.sort()) }
          const read = readDashboard(withMarker(marker, text))
          expect(read?.marker).toEqual(marker)
          expect(read?.isIntact).toBe(true)
        },
      ),
      { numRuns: runs(500) },
    )
  })
})
