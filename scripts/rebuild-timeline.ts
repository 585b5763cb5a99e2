/** The timelines of docs/rebuild-policy.md: what happens when, by the rule that the state files are written by. */
import type { rebuildEligibleAt } from '../src/policy/index.js'
import { table, withParts } from './page-parts.js'

/** The rule itself. */
type Rule = typeof rebuildEligibleAt

const DAY = 86_400
/** All timelines begin here. */
const BEGIN = '2026-03-01'

/** Something that happens to an image from outside, by day. */
type Event =
  | { readonly day: number; readonly kind: 'change'; readonly base: string }
  | { readonly day: number; readonly kind: 'build' }

/** A story: a policy, and what happens. */
export interface Scenario {
  readonly title: string
  readonly rebuildDelay: number
  readonly minimumReleaseAge: number
  readonly events: readonly Event[]
}

/** The stories of the page, by the names in its markers. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  delay: {
    title: 'rebuildDelay 7d',
    rebuildDelay: 7,
    minimumReleaseAge: 0,
    events: [
      { day: 1, kind: 'change', base: 'node' },
      { day: 3, kind: 'change', base: 'node' },
      { day: 5, kind: 'change', base: 'debian' },
      { day: 11, kind: 'change', base: 'node' },
      { day: 13, kind: 'build' },
      { day: 27, kind: 'change', base: 'debian' },
    ],
  },
  age: {
    title: 'rebuildDelay 2d, minimumReleaseAge 3d',
    rebuildDelay: 2,
    minimumReleaseAge: 3,
    events: [
      { day: 1, kind: 'change', base: 'node' },
      { day: 9, kind: 'change', base: 'node' },
      { day: 11, kind: 'change', base: 'node' },
    ],
  },
}

/** A build that happened. */
export interface Build {
  readonly day: number
  readonly isByHand: boolean
  /** Since when the oldest change waited; null where nothing had changed. */
  readonly waitedSince: number | null
  /** The bases that changed since the build before. */
  readonly bases: readonly string[]
}

/** Runs a story: every build, in order. */
export function buildsOf({ rebuildDelay, minimumReleaseAge, events }: Scenario, rule: Rule): Build[] {
  const policy = {
    name: 'web',
    autoRebuild: true,
    rebuildOnEnrollment: false,
    rebuildDelay: { seconds: rebuildDelay * DAY },
    minimumReleaseAge: { seconds: minimumReleaseAge * DAY },
  }
  const builds: Build[] = []
  const changed = new Map<string, number>()
  let since: number | null = null
  const build = (day: number, isByHand: boolean) => {
    builds.push({ day, isByHand, waitedSince: since, bases: [...changed.keys()].sort() })
    changed.clear()
    since = null
  }
  const due = () => {
    const last = builds.at(-1)
    const times = { built: last === undefined ? null : Date.parse(iso(last.day)), enrolled: null }
    const days = [...changed.values()].flatMap((day) => {
      const base = { digest: null, updated: Date.parse(iso(day)) }
      return dayOf(rule({ policy, times, fromEnrollment: null }, base, { isOverridden: false })) ?? []
    })
    return days.length === 0 ? null : Math.min(...days)
  }
  for (const event of [...events, { day: Number.POSITIVE_INFINITY, kind: 'end' } as const]) {
    for (let next = due(); next !== null && next < event.day; next = due()) build(next, false)
    if (event.kind === 'build') build(event.day, true)
    if (event.kind !== 'change') continue
    changed.set(event.base, event.day)
    since ??= event.day
  }
  return builds
}

function iso(day: number): string {
  return new Date(Date.parse(BEGIN) + day * DAY * 1000).toISOString()
}

function dayOf(moment: string | null): number | null {
  return moment === null ? null : (Date.parse(moment) - Date.parse(BEGIN)) / (DAY * 1000)
}

const date = (day: number) => iso(day).slice(0, 10)

/** A story as a Mermaid gantt chart (which GitHub draws) and as a table for everybody else. */
export function timeline(scenario: Scenario, rule: Rule): string {
  const builds = buildsOf(scenario, rule)
  const bases = [...new Set(scenario.events.flatMap((event) => (event.kind === 'change' ? [event.base] : [])))]
  const sections = bases.map((base) => {
    const own = scenario.events.filter((event) => event.kind === 'change' && event.base === base)
    return [`  section ${base}`, ...own.map(({ day }) => `  new digest :milestone, ${date(day)}, 0d`)].join('\n')
  })
  const waits = builds.flatMap(({ day, waitedSince }) =>
    waitedSince === null || waitedSince === day ? [] : [`  waits :${date(waitedSince)}, ${date(day)}`],
  )
  const built = builds.map(
    ({ day, isByHand }) => `  ${isByHand ? 'build by hand' : 'rebuild'} :crit, milestone, ${date(day)}, 0d`,
  )
  const chart = ['gantt', `  title ${scenario.title}`, '  dateFormat YYYY-MM-DD', '  axisFormat %d %b', ...sections]
  const image = ['  section image', ...waits, ...built]
  return [`\`\`\`mermaid\n${[...chart, ...image].join('\n')}\n\`\`\``, buildTable(builds)].join('\n\n')
}

function buildTable(builds: readonly Build[]): string {
  const rows = builds.map(({ day, isByHand, waitedSince, bases }) => [
    date(day),
    isByHand ? 'by hand' : 'automatically',
    bases.join(', ') || 'nothing',
    waitedSince === null || waitedSince === day ? 'at once' : `${day - waitedSince} days`,
  ])
  return table(['Build', 'Started', 'Picks up new digests of', 'After the first of them'], rows)
}

/** The page with its timelines put in. Throws when a marker is missing. */
export function withTimelines(page: string, rule: Rule): string {
  const charts = Object.entries(SCENARIOS).map(([name, scenario]) => [name, timeline(scenario, rule)])
  return withParts(page, Object.fromEntries(charts))
}
