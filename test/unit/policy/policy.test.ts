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
/** A base whose digest is B, and what is proven about it. */
const judged = (
  proven: string | null,
  built: number | null,
  updated: number | null,
  enrolled: number | null = 0,
  seen: number | null = updated ?? 0,
  isPinned = false,
) => {
  const byClock = baseChange({ digest: B, updated }, { built, enrolled })
  return { digest: B, updated, byClock, change: provenChange(B, proven) ?? byClock, seen, isPinned }
}
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

/** An image, its base and what is on record; the rest is as at the enrollment of an image that is behind. */
interface Facts {
  readonly isPinned?: boolean
  readonly key?: boolean
  readonly autoRebuild?: boolean
  readonly age?: number
  readonly delay?: number
  readonly stagger?: number
  readonly override?: string
  readonly built?: string | null
  readonly enrolled?: string | null
  readonly read?: string | null
  readonly updated?: string | null
  readonly seen?: string | null
  readonly proven?: string | null
}

const [SEEN, BUILT, ENROLLED, READ] = ['2026-02-10', '2026-01-05', '2026-03-01', '2026-03-02'].map(
  (day) => `${day}T00:00:00.000Z`,
) as [string, string, string, string]

function outlook(facts: Facts) {
  const { key = true, autoRebuild = true, age = 0, delay = 7, stagger = 0, override = '' } = facts
  const { built = BUILT, enrolled = ENROLLED, read = READ, updated = SEEN, seen = SEEN, proven = A } = facts
  const times = { built: at(built), enrolled: at(enrolled), proven: at(read) }
  const base = judged(proven, times.built, at(updated), times.enrolled, at(seen), facts.isPinned)
  const known = { bases: [base], times, discoveryStatus: 'success' }
  const image = policy({ delay, age, autoRebuild, rebuildOnEnrollment: key })
  return outlookOf(image, known, { staggerSeconds: stagger * DAY, overrides: [{ digest: override }] })
}

function told(facts: Facts): string {
  const found = outlook(facts)
  if (found.kind === 'scheduled') return `${found.cause} at ${found.at.slice(0, 10)} by ${found.limit}`
  if (found.kind === 'held') return `held: ${found.cause}`
  return `${found.kind}: ${found.reason}`
}

describe('an image that is proven to be behind since before it was enrolled', () => {
  it.each<[string, Facts, string]>([
    ['stays as it is where its build pins that digest', { isPinned: true }, 'behind: before-enrollment'],
    ['is due when that was read', {}, 'before-enrollment at 2026-03-02 by none'],
    ['is due whose last build is not on record', { built: null }, 'before-enrollment at 2026-03-02 by none'],
    [
      'is due whose base never changed since it is tracked',
      { updated: null },
      'before-enrollment at 2026-03-02 by none',
    ],
    ['is due that was built on a cached base', { built: '2026-02-11' }, 'before-enrollment at 2026-03-02 by none'],
    ['waits for the delay', { built: '2026-02-27' }, 'before-enrollment at 2026-03-06 by rebuildDelay'],
    [
      'does not, where an override has the digest',
      { built: '2026-02-27', override: B },
      'before-enrollment at 2026-03-02 by none',
    ],
    ['waits until the digest is old enough', { age: 30 }, 'before-enrollment at 2026-03-12 by minimumReleaseAge'],
    [
      'waits for that with an override, too',
      { age: 30, override: B },
      'before-enrollment at 2026-03-12 by minimumReleaseAge',
    ],
    [
      'is due where it was old enough when that was read',
      { age: 3 },
      'before-enrollment at 2026-03-02 by minimumReleaseAge',
    ],
    ['is held where nothing is automatic', { autoRebuild: false }, 'held: before-enrollment'],
    ['is only reported without the key', { key: false }, 'behind: before-enrollment'],
    ['is not rebuilt again: a build came since', { built: '2026-03-03' }, 'behind: still-behind'],
    [
      'is not rebuilt where its enrollment is not on record',
      { enrolled: null, updated: null },
      'behind: before-enrollment',
    ],
    ['is not rebuilt where it is not known when that was read', { read: null }, 'behind: before-enrollment'],
    ['is not rebuilt where it is not known since when its base is so', { seen: null }, 'behind: before-enrollment'],
  ])('%s', (_, facts, expected) => {
    expect(told(facts)).toBe(expected)
  })

  it('waits for its turn, counted from when that was read', () => {
    const found = outlook({ stagger: 2 })
    expect(found).toMatchObject({ kind: 'scheduled', cause: 'before-enrollment', limit: 'stagger' })
    const wait = 'at' in found ? Date.parse(found.at) - Date.parse(READ) : Number.NaN
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThan(2 * DAY * 1000)
    expect(told({ stagger: 2, override: B })).toBe('before-enrollment at 2026-03-02 by none')
  })
})

const moments = fc.option(fc.integer({ min: 0, max: 100 }).map((day) => new Date(day * DAY * 1000).toISOString()))
const anyFacts = fc.record({
  autoRebuild: fc.boolean(),
  age: fc.constantFrom(0, 3, 30),
  delay: fc.constantFrom(0, 7),
  stagger: fc.constantFrom(0, 2),
  override: fc.constantFrom('', B),
  built: moments,
  enrolled: moments,
  read: moments,
  updated: moments,
  seen: moments,
  proven: fc.constantFrom(null, A, B),
})

describe('rebuildOnEnrollment', () => {
  it('changes nothing of an image that is not proven to be behind, nor of one that a change rebuilds', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const without = outlook({ ...facts, key: false })
        const isReported = without.kind === 'behind'
        if (!isReported) expect(outlook(facts)).toEqual(without)
      }),
    )
  })

  it('rebuilds nothing that was built since it was enrolled, and nothing before that was read', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const found = outlook(facts)
        if (found.kind !== 'scheduled' || found.cause === 'change') return
        expect(at(facts.built) ?? Number.NEGATIVE_INFINITY).toBeLessThan(at(facts.enrolled) ?? Number.NaN)
        expect(Date.parse(found.at)).toBeGreaterThanOrEqual(Date.parse(facts.read ?? ''))
      }),
    )
  })
})
