import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Candidate, ImageCandidate } from '../../../src/rebuild/candidates.js'
import { chooseStarts } from '../../../src/rebuild/decide.js'
import type { StateRecord, TrackedImage } from '../../../src/state/index.js'

interface Given {
  readonly reason?: 'base' | 'override' | 'manual'
  readonly since?: number
  readonly kind?: Candidate['kind']
  readonly bases?: readonly string[]
}

function candidate(
  name: string,
  { reason = 'base', since = 0, kind = 'startable', bases = [] }: Given,
): ImageCandidate {
  const image = { enrollment: { name }, bases } as unknown as TrackedImage
  return { image, candidate: { kind, since, rebuild: { reason } } as unknown as Candidate }
}

/** Names of what is started, and of what is put off with why. */
function chosen(given: Readonly<Record<string, Given>>, limit = 100, bases = new Map<string, StateRecord>()) {
  const all = Object.entries(given).map(([name, one]) => candidate(name, one))
  const { start, putOff } = chooseStarts(all, bases, limit)
  const why = (reason: (typeof putOff)[number]['reason']) => (reason === 'limit' ? 'limit' : `after ${reason.image}`)
  return {
    start: start.map(({ image }) => image.enrollment.name),
    putOff: putOff.map(({ image, reason }) => `${image.enrollment.name}: ${why(reason)}`),
  }
}

const enrolled = (...names: readonly string[]) =>
  new Map<string, StateRecord>(names.map((name) => [`base-${name}`, { enrolledImage: name }]))

describe('which builds are started', () => {
  it('what a person asked for, then overrides, then what is due longest, then by name', () => {
    const order = chosen({
      late: { since: 9 },
      urgent: { reason: 'override', since: 8 },
      b: { since: 5 },
      a: { since: 5 },
      oldest: { since: 1 },
      asked: { reason: 'manual', since: Number.NEGATIVE_INFINITY },
    })
    expect(order).toEqual({ start: ['asked', 'urgent', 'oldest', 'a', 'b', 'late'], putOff: [] })
  })

  it('as many as the limit says; the others are put off for it', () => {
    const given = { a: { since: 3 }, b: { since: 2 }, c: { since: 1 } }
    expect(chosen(given, 2)).toEqual({ start: ['c', 'b'], putOff: ['a: limit'] })
  })

  it.each<[Candidate['kind'], boolean]>([
    ['startable', true],
    ['open', true],
    ['claimed', true],
    ['paused', true],
    ['failed', false],
    ['waiting', false],
    ['withdrawn', false],
    ['unbuildable', false],
  ])('one built on an image that is %s waits for it: %s', (kind, waits) => {
    const { start, putOff } = chosen({ api: { kind }, web: { bases: ['base-api'] } }, 100, enrolled('api'))
    expect(start.includes('web')).toBe(!waits)
    expect(putOff).toEqual(waits ? ['web: after api'] : [])
  })

  it('one that waits takes no place of the limit, and a chain waits link by link', () => {
    const given = { a: {}, b: { bases: ['base-a'] }, c: { bases: ['base-b'] }, d: { since: 7 } }
    const { start, putOff } = chosen(given, 2, enrolled('a', 'b'))
    expect(start).toEqual(['a', 'd'])
    expect(putOff).toEqual(['b: after a', 'c: after b'])
  })

  it('one built on itself, or on a base that is no image, waits for nobody', () => {
    const given = { a: { bases: ['base-a', 'node'] } }
    expect(chosen(given, 9, enrolled('a')).start).toEqual(['a'])
  })

  it('does not depend on the order of the candidates, starts no more than the limit and forgets none', () => {
    const given = fc.record({
      reason: fc.constantFrom('base' as const, 'override' as const, 'manual' as const),
      since: fc.integer({ min: 0, max: 5 }),
    })
    const all = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,3}$/), given), { selector: ([name]) => name })
    fc.assert(
      fc.property(all, fc.integer({ min: 1, max: 5 }), (entries, limit) => {
        const one = chosen(Object.fromEntries(entries), limit)
        expect(chosen(Object.fromEntries([...entries].reverse()), limit)).toEqual(one)
        expect(one.start).toHaveLength(Math.min(limit, entries.length))
        expect(one.start.length + one.putOff.length).toBe(entries.length)
      }),
    )
  })
})
