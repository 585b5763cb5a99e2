/** `rebuildOnEnrollment`: an image that is provably behind since before it was enrolled is rebuilt once. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baseChange, outlookOf, provenChange } from '../../../src/policy/index.js'

const DAY = 86_400
const [OLD, NEW] = ['0', '1'].map((one) => `sha256:${one.repeat(64)}`) as [string, string]
const at = (moment: string | null) => (moment === null ? null : Date.parse(moment))

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
  const { built = BUILT, enrolled = ENROLLED, read = READ, updated = SEEN, seen = SEEN, proven = OLD } = facts
  const image = {
    name: 'web',
    enabled: true,
    source: { provider: 'gitlab' } as const,
    rebuildDelay: { seconds: delay * DAY },
    minimumReleaseAge: { seconds: age * DAY },
    autoRebuild,
    rebuildOnEnrollment: key,
  }
  const times = { built: at(built), enrolled: at(enrolled), proven: at(read) }
  const digest = { digest: NEW, updated: at(updated) }
  const byClock = baseChange(digest, times)
  const base = {
    ...digest,
    byClock,
    change: provenChange(NEW, proven) ?? byClock,
    seen: at(seen),
    isPinned: facts.isPinned ?? false,
  }
  const known = { bases: [base], times, discoveryStatus: 'success' }
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
      { built: '2026-02-27', override: NEW },
      'before-enrollment at 2026-03-02 by none',
    ],
    ['waits until the digest is old enough', { age: 30 }, 'before-enrollment at 2026-03-12 by minimumReleaseAge'],
    [
      'waits for that with an override, too',
      { age: 30, override: NEW },
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
    expect(told({ stagger: 2, override: NEW })).toBe('before-enrollment at 2026-03-02 by none')
  })
})

const moments = fc.option(fc.integer({ min: 0, max: 100 }).map((day) => new Date(day * DAY * 1000).toISOString()))
const anyFacts = fc.record({
  autoRebuild: fc.boolean(),
  age: fc.constantFrom(0, 3, 30),
  delay: fc.constantFrom(0, 7),
  stagger: fc.constantFrom(0, 2),
  override: fc.constantFrom('', NEW),
  built: moments,
  enrolled: moments,
  read: moments,
  updated: moments,
  seen: moments,
  proven: fc.constantFrom(null, OLD, NEW),
})

describe('the key', () => {
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
