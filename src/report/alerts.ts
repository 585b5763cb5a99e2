// What must not be overlooked: never folded, and above everything else.
import type { Problem } from '../enrollment/problem.js'
import type { ImageChange } from './model.js'
import { bounded, code, count, groupBy, prose } from './text.js'
import { compareKinds, type Resource, type View } from './view.js'

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
  const dangerous = view.report.images.flatMap(riskyDetails).length
  const counts = [
    view.errors.length === 0 ? null : `**${count(view.errors.length, 'error')}**`,
    lossOfHistory(view).length === 0 ? null : `**Kargo loses the history of ${tally(lossOfHistory(view))}**`,
    dangerous === 0 ? null : `**${count(dangerous, 'dangerous setting')} changed**`,
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
  return [deletions(lossOfHistory(view), rows), settings(view.report.images, rows)]
}

const KEEPS_HISTORY: ReadonlySet<string> = new Set(['Namespace', 'Project', 'Warehouse', 'Stage'])

function lossOfHistory(view: View): Resource[] {
  return view.resources.filter(({ change, kind }) => change === 'removed' && KEEPS_HISTORY.has(kind))
}

function deletions(lost: readonly Resource[], rows: number): string | null {
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
function tally(resources: readonly Resource[]): string {
  const kinds = [...groupBy(resources, ({ kind }) => kind)].sort(([a], [b]) => compareKinds(a, b))
  return kinds.map(([kind, all]) => count(all.length, kind)).join(', ')
}

type Detail = ImageChange['details'][number]

const DISPATCH: ReadonlySet<string> = new Set([
  'source.provider',
  'source.repo',
  'source.workflow',
  'source.pipeline',
  'source.job',
])

/** What a dangerous change of a key means; null where it is none. */
function risk({ key, before, after }: Detail): string | null {
  if (key === 'autoRebuild')
    return before === 'false' && after !== 'false' ? 'is rebuilt automatically from now on' : null
  if (DISPATCH.has(key)) return 'rebuilds are dispatched elsewhere, with the token'
  return key === 'registry' ? 'is published to another registry' : null
}

function riskyDetails(image: ImageChange): { readonly detail: Detail; readonly meaning: string }[] {
  // A new image has nothing to compare with, and a removed one does nothing any more.
  if (image.kind === 'enrolled' || image.kind === 'removed') return []
  return image.details.flatMap((detail) => {
    const meaning = risk(detail)
    return meaning === null ? [] : [{ detail, meaning }]
  })
}

function settings(images: readonly ImageChange[], rows: number): string | null {
  const risky = images.flatMap((image) => riskyDetails(image).map((found) => ({ name: image.name, ...found })))
  const show = ({ name, meaning, detail }: (typeof risky)[number]) =>
    `- ${code(name, 80)} ${meaning}: ${describeDetail(detail)}`
  const lines = bounded(risky, rows, show, (n) => `- … and ${n} more`)
  return alert('CAUTION', 'Where builds run or images go changes: check that this is meant', lines)
}

/** `rebuildDelay 24h → 7d`; of a new image only what it begins with. */
export function describeDetail({ key, before, after }: Detail, kind: ImageChange['kind'] = 'changed'): string {
  const [old, now] = [before, after].map((value) => (value === null ? '*default*' : code(value, 80)))
  return kind === 'enrolled' && before === null ? `${code(key, 60)} ${now}` : `${code(key, 60)} ${old} → ${now}`
}
