// What must not be overlooked: never folded, and above everything else.
import type { Problem } from '../enrollment/problem.js'
import type { ImageChange, OverrideRow, ValueChange } from './model.js'
import { risksOf } from './risks.js'
import { bounded, code, count, groupBy, prose } from './text.js'
import type { ChangedResource } from './view.js'
import { compareKinds, type View } from './view.js'

/** The alerts of a report, worst first; no list is longer than `rows`. */
export function alerts(view: View, rows: number): string[] {
  const blocks = [
    alert('CAUTION', errorTitle(view), problemLines(view.errors, rows)),
    ...dangers(view, rows),
    alert('WARNING', count(view.warnings.length, 'warning'), problemLines(view.warnings, rows)),
  ]
  return blocks.filter((block) => block !== null)
}

/** What the alerts count, for when there is no room to name anything. */
export function alertCounts(view: View): string[] {
  const dangerous = risksOf(view.report).length
  const overrides = view.report.overrides.length
  const counts = [
    view.errors.length === 0 ? null : `**${count(view.errors.length, 'error')}**`,
    lossOfHistory(view).length === 0 ? null : `**Kargo loses the history of ${tally(lossOfHistory(view))}**`,
    dangerous === 0 ? null : `**${count(dangerous, 'dangerous setting')} changed**`,
    overrides === 0 ? null : `**${count(overrides, 'override')} in force**`,
    view.warnings.length === 0 ? null : count(view.warnings.length, 'warning'),
  ]
  const lines = counts.filter((line) => line !== null)
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join('\n')]
}

/** A list of problems, each with its place and its remedy. */
export function problemLines(problems: readonly Problem[], rows: number): string[] {
  return bounded(problems, rows, problemLine, (n) =>
    `- … and ${count(n, 'more problem')}`.replace('more problems', 'more'),
  )
}

function alert(kind: 'CAUTION' | 'WARNING', title: string, lines: readonly string[]): string | null {
  if (lines.length === 0) return null
  return [`[!${kind}]`, `**${title}**`, '', ...lines].map((line) => `> ${line}`.trimEnd()).join('\n')
}

function errorTitle(view: View): string {
  return `${count(view.errors.length, 'error')} to mend`
}

function problemLine(p: Problem): string {
  const place = [p.file, p.line, p.column].filter((part) => part !== null).join(':')
  const about = p.image === null || p.message.includes(p.image) ? '' : `${code(p.image, 80)}: `
  const stop = /[.!?:;]$/.test(p.message.trimEnd()) ? '' : '.'
  const remedy = p.remedy === null ? '' : `${stop} ${prose(p.remedy)}`
  return `- ${place === '' ? '' : `${code(place, 160)} `}${about}${prose(p.message)}${remedy}`
}

function dangers(view: View, rows: number): (string | null)[] {
  return [deletions(lossOfHistory(view), rows), risks(view, rows), overrides(view, rows)]
}

const KEEPS_HISTORY: ReadonlySet<string> = new Set(['Namespace', 'Project', 'Warehouse', 'Stage'])

function lossOfHistory(view: View): ChangedResource[] {
  return view.resources.filter(({ change, kind }) => change === 'removed' && KEEPS_HISTORY.has(kind))
}

function deletions(lost: readonly ChangedResource[], rows: number): string | null {
  const most = Math.min(rows, 10)
  const kinds = [...groupBy(lost, ({ kind }) => kind)].sort(([a], [b]) => compareKinds(a, b))
  const lines = kinds.map(([kind, resources]) => {
    const names = bounded(
      resources,
      most,
      ({ name }) => code(name, 80),
      (n) => `and ${n} more`,
    )
    return `- ${kind}: ${names.join(', ')}`
  })
  return alert('CAUTION', `Deletes ${tally(lost)}: Kargo forgets their Freight and promotion history`, lines)
}

/** `1 Warehouse, 3 Stages` */
function tally(resources: readonly ChangedResource[]): string {
  const kinds = [...groupBy(resources, ({ kind }) => kind)].sort(([a], [b]) => compareKinds(a, b))
  return kinds.map(([kind, all]) => count(all.length, kind)).join(', ')
}

function risks({ report }: View, rows: number): string | null {
  const lines = bounded(
    risksOf(report),
    rows,
    ({ line }) => `- ${line}`,
    (n) => `- … and ${n} more`,
  )
  return alert(
    'CAUTION',
    'Where builds run, images go or credentials are used changes: check that this is meant',
    lines,
  )
}

/** Emergencies pass over rebuildDelay: whoever merges should know that they are there. */
function overrides({ report }: View, rows: number): string | null {
  const show = ({ base, digest, reason, expires, place }: OverrideRow) =>
    `- ${code(place, 160)} ${code(base, 160)} ${code(digest.slice(0, 19), 40)} until ${code(expires, 40)}: ${prose(reason)}`
  const lines = bounded(report.overrides, rows, show, (n) => `- … and ${n} more`)
  return alert(
    'CAUTION',
    `${count(report.overrides.length, 'override')} in force: these rebuilds do not wait for their rebuildDelay`,
    lines,
  )
}

/** `rebuildDelay 24h → 7d`; of a new image only what it begins with. */
export function describeDetail({ key, before, after }: ValueChange, kind: ImageChange['kind'] = 'changed'): string {
  const [old, now] = [before, after].map((value) => (value === null ? '*default*' : code(value, 80)))
  return kind === 'enrolled' && before === null ? `${code(key, 60)} ${now}` : `${code(key, 60)} ${old} → ${now}`
}
