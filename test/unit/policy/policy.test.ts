import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baseChange, builtSince, outlookOf, provenChange, rebuildEligibleAt } from '../../../src/policy/index.js'

const DAY = 86_400
const [A, B] = ['a', 'b'].map((one) => `sha256:${one.repeat(64)}`) as [string, string]
const CHANGED = '2026-02-10T00:00:00.000Z'
const at = (moment: string | null) => (moment === null ? null : Date.parse(moment))

const policy = (days: { delay?: number; age?: number; autoRebuild?: boolean; rebuildOnEnrollment?: boolean } = {}) => ({
  name: 'web',
  enabled: true,
  source: { provider: 'gitlab' } as const,
  rebuildDelay: { seconds: (days.delay ?? 7) * DAY },
  minimumReleaseAge: { seconds: (days.age ?? 0) * DAY },
  autoRebuild: days.autoRebuild ?? true,
  rebuildOnEnrollment: days.rebuildOnEnrollment ?? false,
})
const base = (updated = CHANGED) => ({ digest: B, updated: at(updated) })
const times = (built: string | null, enrolled: string | null = null) => ({ built: at(built), enrolled: at(enrolled) })

describe('a change of a base', () => {
  it.each([
    ['newer', CHANGED, null, null],
    ['newer', CHANGED, '2026-02-09T23:59:59Z', null],
    ['built', CHANGED, CHANGED, null],
    ['built', CHANGED, '2026-03-01', '2026-02-20'],
    ['earlier', CHANGED, null, '2026-02-20'],
    ['newer', CHANGED, null, CHANGED],
  ] as const)('is %s: changed %s, built %s, enrolled %s', (expected, changed, built, enrolled) => {
    expect(baseChange(base(changed), times(built, enrolled))).toBe(expected)
  })

  it.each([
    ['unknown', null],
    ['unchanged', A],
  ] as const)('is %s where it never changed', (expected, digest) => {
    expect(baseChange({ digest, updated: null }, times(null))).toBe(expected)
  })
})

describe('from when on a rebuild is due', () => {
  const LONG_AGO = '2025-01-01T00:00:00Z'
  const BEFORE = '2026-02-09T00:00:00Z'

  it.each([
    ['the change, where nothing is known of a build', {}, null, false, CHANGED],
    ['the change, where the last build is long ago', {}, LONG_AGO, false, CHANGED],
    ['the end of the delay', {}, BEFORE, false, '2026-02-16T00:00:00.000Z'],
    ['the change, where an override does away with the delay', {}, BEFORE, true, CHANGED],
    ['the age of the digest', { age: 3 }, LONG_AGO, false, '2026-02-13T00:00:00.000Z'],
    ['the age of the digest, which an override does not reach', { age: 3 }, BEFORE, true, '2026-02-13T00:00:00.000Z'],
    ['never: a build came later', {}, '2026-02-10T00:00:01Z', false, null],
    ['never: nothing is automatic', { autoRebuild: false }, LONG_AGO, false, null],
    ['never, with an override either', { autoRebuild: false }, BEFORE, true, null],
  ])('%s', (_, days, built, isOverridden, expected) => {
    const image = { policy: policy(days), times: times(built), fromEnrollment: null }
    expect(rebuildEligibleAt(image, base(), { isOverridden })).toBe(expected)
  })

  it('the outlook says the same, with the turns of stagger up to its span later', () => {
    const moments = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 5, 1) })
    const days = fc.constantFrom(0, 1, 7, 14)
    fc.assert(
      fc.property(fc.option(moments), moments, days, days, fc.boolean(), (built, updated, delay, age, isOverridden) => {
        const image = policy({ delay, age })
        const byClock = baseChange({ digest: B, updated }, { built, enrolled: null })
        const known = { digest: B, updated, change: byClock, byClock, seen: updated, isPinned: false }
        const overrides = isOverridden ? [{ digest: B }] : [{ digest: A }]
        const outlook = (staggerSeconds: number) => {
          const facts = { bases: [known], times: { built, enrolled: null, proven: null }, discoveryStatus: 'success' }
          const found = outlookOf(image, facts, { staggerSeconds, overrides })
          return found.kind === 'scheduled' ? found.at : null
        }
        const rebuilt = { policy: image, times: { built, enrolled: null }, fromEnrollment: null }
        const eligible = rebuildEligibleAt(rebuilt, known, { isOverridden })
        expect(outlook(0)).toBe(eligible)
        const latest = Date.parse(eligible ?? CHANGED) + DAY * 1000
        expect(Date.parse(outlook(DAY) ?? CHANGED)).toBeLessThanOrEqual(latest)
        if (isOverridden) expect(outlook(DAY)).toBe(eligible)
      }),
    )
  })
})

describe('an override has done its work', () => {
  const SINCE = '2026-02-11T00:00:00Z'
  const LONG_AGO = '2026-01-01T00:00:00Z'
  const built = (moment: string, autoRebuild = true) => {
    return { policy: policy({ autoRebuild }), times: times(moment), fromEnrollment: null }
  }

  it.each([
    ['when all were built since', [[built(SINCE), built(SINCE)]], [B]],
    ['not while one waits', [[built(SINCE), built(LONG_AGO)]], []],
    ['not while one waits for another base with that digest', [[built(SINCE)], [built(LONG_AGO)]], []],
    ['whatever is rebuilt by hand only', [[built(SINCE), built(LONG_AGO, false)]], [B]],
    ['not where nothing is rebuilt automatically', [[built(SINCE)], [built(LONG_AGO, false)]], []],
    ['not while one is still to be rebuilt because it was enrolled', [[{ ...built(SINCE), fromEnrollment: 0 }]], []],
    ['not where nothing is built on a base with that digest', [[built(SINCE)], []], []],
  ])('%s', (_, bases, expected) => {
    expect([...builtSince(bases.map((images) => ({ ...base(), images })))]).toEqual(expected)
  })

  it('not where nothing changed', () => {
    expect(builtSince([{ digest: B, updated: null, images: [built(SINCE)] }]).size).toBe(0)
  })
})

describe('evidence', () => {
  const image = policy({})
  const judged = (proven: string | null, built: number | null, updated: number | null, enrolled = 0) => {
    const byClock = baseChange({ digest: B, updated }, { built, enrolled })
    return {
      digest: B,
      updated,
      byClock,
      change: provenChange(B, proven) ?? byClock,
      seen: updated ?? 0,
      isPinned: false,
    }
  }
  const outlook = (bases: readonly ReturnType<typeof judged>[], built: number | null, enrolled = 0) => {
    const known = { bases, times: { built, enrolled, proven: LATE }, discoveryStatus: 'success' }
    const found = outlookOf(image, known, { staggerSeconds: 0, overrides: [] })
    return 'reason' in found ? `${found.kind}: ${found.reason}` : found.kind
  }
  const [EARLY, CHANGE, LATE] = [1000, 2000, 3000]

  it.each<[string, string | null, number | null, number | null, number, string]>([
    ['proves an image fresh that clocks would rebuild', B, EARLY, CHANGE, 0, 'up-to-date: proven'],
    ['proves an image fresh whose last build is not on record', B, null, CHANGE, 0, 'up-to-date: proven'],
    ['lets a change come that clocks know as well', A, EARLY, CHANGE, 0, 'scheduled'],
    ['finds a build that ran on the old base', A, LATE, CHANGE, 0, 'behind: still-behind'],
    ['finds an image that was stale when it was enrolled', A, EARLY, CHANGE, LATE, 'behind: before-enrollment'],
    ['finds one whose base never changed since', A, EARLY, null, LATE, 'behind: before-enrollment'],
    ['finds one that a build after its enrollment left behind', A, LATE, null, CHANGE, 'behind: still-behind'],
    ['says nothing where there is none', null, LATE, CHANGE, 0, 'up-to-date: built'],
  ])('%s', (_, proven, built, updated, enrolled, expected) => {
    expect(outlook([judged(proven, built, updated, enrolled)], built, enrolled)).toBe(expected)
  })

  it('proves an image fresh only by all of its bases', () => {
    const [proven, byClock] = [judged(B, LATE, CHANGE), judged(null, LATE, CHANGE)]
    expect(outlook([proven, proven], LATE)).toBe('up-to-date: proven')
    expect(outlook([proven, byClock], LATE)).toBe('up-to-date: built')
    expect(outlook([proven, judged(A, LATE, CHANGE)], LATE)).toBe('behind: still-behind')
  })

  it('never makes a base current that has no digest', () => {
    expect(provenChange(null, A)).toBeNull()
  })
})
