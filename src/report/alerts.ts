// The alerts: always visible, above everything else. Changes to review carefully (gates by what they protect, deletions
// that lose history, overrides), and problems.

import { type Problem, placeOfProblem } from '../enrollment/problem.js'
import { WITH_HISTORY } from '../manifests/compare.js'
import { count, formatNumber, groupBy, listSome } from '../text/index.js'
import { GATE_KINDS } from './gates/decisions.js'
import { problemUrl, sourceFileUrl } from './links.js'
import { codeSpan, link, prose } from './markdown.js'
import type { GateChange, Report } from './model.js'
import { minute } from './rebuilds.js'
import { byKind, type ChangedResource, type View } from './view.js'

const HEADINGS: Readonly<Record<GateChange['kind'], string>> = {
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
function reviewTitle(view: View): string | null {
  const { gates, overrides } = view.report
  const total = gates.length + overrides.length + lossOfHistory(view).length
  return total === 0 ? null : `${count(total, 'change')} to review carefully`
}

/**
 * One line per change: subject, before → after, consequence. Identical changes share a line, and if there are too many,
 * all with the same consequence do; lines that are left out are counted.
 */
function reviewLines(view: View, rows: number): string[] {
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

/** The Freight of base images and sources is found again when they are next used: nothing was promoted there. */
const WITHOUT_HISTORY = /(?:^|\/)(?:base|source)-[^/]+$/

/** Deleted objects with a history in Kargo, by their file. */
function lossOfHistory(view: View): (readonly [string, readonly ChangedResource[]])[] {
  const lost = view.resources.filter(
    ({ change, kind, path }) => change === 'removed' && WITH_HISTORY.has(kind) && !WITHOUT_HISTORY.test(path),
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
function overrideLine({ base, digest, reason, expires, expiredBefore, place }: Report['overrides'][number]): string {
  const until = expiredBefore === undefined ? 'until ' : `longer: until ${codeSpan(minute(expiredBefore), 40)} → `
  const what = `${codeSpan(base, 160)} ${codeSpan(digest.slice(0, 19), 40)} ${until}${codeSpan(minute(expires), 40)}`
  return `${codeSpan(place, 160)}: ${what}. Rebuilds for it skip their rebuildDelay: ${prose(reason)}`
}

function listed<T>(items: readonly T[], most: number, show: (item: T) => string): string {
  return listSome(items, most, show, (n) => `and ${formatNumber(n)} more`).join(', ')
}

/** The alerts of a report: first what to review, then problems, worst first; no list is longer than `rows`. */
export function alerts(view: View, rows: number): string[] {
  const warnings = view.warnings.filter((one) => !isUnread(one))
  const blocks = [
    review(view, rows),
    alert('CAUTION', `${count(view.errors.length, 'error')} to fix`, problemLines(view.report, view.errors, rows)),
    alert('WARNING', count(warnings.length, 'warning'), problemLines(view.report, warnings, rows)),
  ]
  return blocks.filter((block) => block !== null)
}

/** New images with an unreadable source, shown first: the rest of the report knows nothing about them. */
export function unread(view: View, rows: number): string[] {
  const own = view.warnings.filter(isUnread)
  const title = `${count(own.length, 'new image')} could not be checked`
  const block = alert('WARNING', title, problemLines(view.report, own, rows))
  return block === null ? [] : [block]
}

function isUnread({ code }: Problem): boolean {
  return code === 'source-unread'
}

/** The counts of the alerts, when there is no room for names. */
export function alertCounts(view: View): string[] {
  const title = reviewTitle(view)
  const counts = [
    title === null ? null : `**${title}**`,
    view.errors.length === 0 ? null : `**${count(view.errors.length, 'error')}**`,
    view.warnings.length === 0 ? null : count(view.warnings.length, 'warning'),
  ]
  const lines = counts.filter((line) => line !== null)
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join('\n')]
}

/** A list of problems, each with its location and remedy. */
export function problemLines(report: Report, problems: readonly Problem[], rows: number): string[] {
  return listSome(
    problems,
    rows,
    (one) => problemLine(report, one),
    (n) => `- … and ${formatNumber(n)} more${n === 1 ? ' problem' : ''}`,
  )
}

function alert(kind: 'CAUTION' | 'WARNING', title: string, lines: readonly string[]): string | null {
  if (lines.length === 0) return null
  return [`[!${kind}]`, `**${title}**`, '', ...lines].map((line) => `> ${line}`.trimEnd()).join('\n')
}

function problemLine(report: Report, p: Problem): string {
  const place = placeOfProblem(p)
  const about = p.image === null || p.message.includes(p.image) ? '' : `${codeSpan(p.image, 80)}: `
  const stop = /[.!?:;]$/.test(p.message.trimEnd()) ? '' : '.'
  const urls = new Map(
    p.places?.map(({ text, source, path, line }) => [text, sourceFileUrl(report, source, path, line)]),
  )
  const words = (text: string) => prose(text, undefined, (word) => urls.get(word) ?? ownUrl(report, word))
  const remedy = p.remedy === null ? '' : `${stop} ${words(p.remedy)}`
  return `- ${place === '' ? '' : `${link(codeSpan(place, 160), problemUrl(report, p.file, p.line))} `}${about}${words(p.message)}${remedy}${codeOf(p)}`
}

/** `images.yaml:3`: a line of one of our own files. */
function ownUrl(report: Report, word: string): string | null {
  const [, file = null, line = ''] = /^(.+):(\d{1,9})$/.exec(word) ?? []
  return problemUrl(report, file, Number(line))
}

/** The code of a problem that can be accepted, with the reason if it is. */
function codeOf({ severity, code, reason }: Problem): string {
  if (severity !== 'warning' && severity !== 'accepted') return ''
  return ` ${codeSpan(`[${code}]`, 40)}${reason === undefined ? '' : ` Accepted: ${prose(reason)}`}`
}

/** One block for everything to review; its title counts the lines that are left out, too. */
function review(view: View, rows: number): string | null {
  const lines = reviewLines(view, rows)
  return alert('CAUTION', reviewTitle(view) ?? '', lines)
}
