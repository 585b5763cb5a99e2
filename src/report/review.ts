// The lines to review carefully: gates by what they protect, deletions that lose history, overrides.
import { count, formatNumber, groupBy, listSome } from '../text/index.js'
import { GATE_KINDS, type GateKind } from './gates/decisions.js'
import { codeSpan, prose } from './markdown.js'
import type { GateChange, OverrideRow } from './model.js'
import { byKind, type ChangedResource, type View } from './view.js'

const HEADINGS: Readonly<Record<GateKind, string>> = {
  deployed: 'What is deployed',
  destination: 'Where it goes',
  agreement: 'Who must approve',
  checks: 'What is checked',
  builds: 'Where builds run',
}

const MAX_LINES = 20
const MAX_NAMES = 5
const MAX_EXAMPLES = 3

/** `6 changes to review carefully`; null if there is none. */
export function reviewTitle(view: View): string | null {
  const { gates, overrides } = view.report
  const total = gates.length + overrides.length + lossOfHistory(view).length
  return total === 0 ? null : `${count(total, 'change')} to review carefully`
}

/**
 * One line per change: subject, before → after, consequence. Identical changes share a line, and if there are too many,
 * all with the same consequence do; lines that are left out are counted.
 */
export function reviewLines(view: View, rows: number): string[] {
  const { gates, overrides } = view.report
  const alike = groupsOf(gates, ({ key, before, after, meaning }) => JSON.stringify([key, before, after, meaning]))
  const groups = alike.length > Math.min(rows, MAX_LINES) ? groupsOf(gates, ({ meaning }) => meaning) : alike
  const sections = GATE_KINDS.map((kind) => ({
    heading: HEADINGS[kind],
    lines: groups.filter(([first]) => first.kind === kind).map(groupLine),
  }))
  const all = [
    { heading: 'What is deleted', lines: deletionLines(view) },
    ...sections,
    {
      heading: 'Which rebuilds skip the delay',
      lines: listSome(overrides, rows, overrideLine, (n) => `… and ${count(n, 'more override')}`),
    },
  ]
  return all
    .filter(({ lines }) => lines.length > 0)
    .flatMap(({ heading, lines }, index) => [
      ...(index === 0 ? [] : ['']),
      `**${heading}**`,
      ...lines.map((line) => `- ${line}`),
    ])
}

type Group = readonly [GateChange, ...GateChange[]]

function groupsOf(gates: readonly GateChange[], keyOf: (gate: GateChange) => string): Group[] {
  return [...groupBy(gates, keyOf).values()]
}

function groupLine(group: Group): string {
  const [first, ...others] = group
  const meaning = prose(first.meaning)
  if (others.length === 0) return `${subjectOf(group)}: ${changeOf(first)}. ${meaning}.`
  const isAlike = others.every(
    ({ key, before, after }) => key === first.key && before === first.before && after === first.after,
  )
  if (isAlike) return `${subjectOf(group)}: ${changeOf(first)}. ${meaning}.`
  const show = (one: GateChange) => `${one.image === null ? '' : `${codeSpan(one.image, 80)} `}${changeOf(one)}`
  return `**${count(group.length, 'change')}**: ${listed(group, MAX_EXAMPLES, show)}. ${meaning}.`
}

/** `payments`, or `49 images (a, b, and 47 more)`. */
function subjectOf(group: Group): string {
  const names = [...new Set(group.flatMap(({ image }) => image ?? []))]
  const [name] = names
  if (name === undefined) return 'All images'
  if (names.length === 1) return codeSpan(name, 80)
  return `**${count(names.length, 'image')}** (${listed(names, MAX_NAMES, (one) => codeSpan(one, 80))})`
}

/** `soak` `24h` → `0` */
function changeOf({ key, before, after }: GateChange): string {
  return `${codeSpan(key, 80)} ${shownValue(before)} → ${shownValue(after)}`
}

function shownValue(value: string | null): string {
  return value === null ? 'not set' : codeSpan(value, 240)
}

const KEEPS_HISTORY: ReadonlySet<string> = new Set(['Namespace', 'Project', 'Warehouse', 'Stage'])

/** The Freight of base images and sources is found again when they are next used: nothing was promoted there. */
const WITHOUT_HISTORY = /(?:^|\/)(?:base|source)-[^/]+$/

/** Deleted objects with a history in Kargo, by their file. */
function lossOfHistory(view: View): (readonly [string, readonly ChangedResource[]])[] {
  const lost = view.resources.filter(
    ({ change, kind, path }) => change === 'removed' && KEEPS_HISTORY.has(kind) && !WITHOUT_HISTORY.test(path),
  )
  return [...groupBy(lost, ({ path }) => path)]
}

const MAX_DELETED = 5

function deletionLines(view: View): string[] {
  const files = lossOfHistory(view)
  if (files.length === 0) return []
  if (files.length > MAX_DELETED) {
    const names = listed(files, MAX_NAMES, ([path]) => codeSpan(nameIn(path), 80))
    return [`**${count(files.length, 'image')}** (${names}): ${kindsOf(files.flatMap(([, all]) => all))}. ${FORGETS}`]
  }
  return files.map(([path, all]) => `${codeSpan(nameIn(path), 80)}: ${kindsOf(all)}. ${FORGETS}`)
}

const FORGETS = 'Kargo loses the Freight and its promotion history.'

/** `image-web.k8s.yaml` → `web` */
function nameIn(path: string): string {
  return path
    .replace(/^.*\//, '')
    .replace(/^image-(?!factory\.k8s)/, '')
    .replace(/\.k8s\.yaml$/, '')
}

/** `1 Warehouse, 3 Stages` */
function kindsOf(resources: readonly ChangedResource[]): string {
  return byKind(resources)
    .map(([kind, all]) => count(all.length, kind))
    .join(', ')
}

/** Overrides skip rebuildDelay, so reviewers must see them. */
function overrideLine({ base, digest, reason, expires, expiredBefore, place }: OverrideRow): string {
  const until = expiredBefore === undefined ? 'until ' : `longer: until ${codeSpan(expiredBefore, 40)} → `
  const what = `${codeSpan(base, 160)} ${codeSpan(digest.slice(0, 19), 40)} ${until}${codeSpan(expires, 40)}`
  return `${codeSpan(place, 160)}: ${what}. Rebuilds for it skip their rebuildDelay: ${prose(reason)}`
}

function listed<T>(items: readonly T[], most: number, show: (item: T) => string): string {
  return listSome(items, most, show, (n) => `and ${formatNumber(n)} more`).join(', ')
}
