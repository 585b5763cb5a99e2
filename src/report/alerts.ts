// What must not be overlooked: never folded, and above everything else. Problems, what Kargo forgets, and changes of
// where builds run, where images go, and with whose credentials.
import type { Problem } from '../enrollment/problem.js'
import { count, listSome } from '../text/index.js'
import { bullets, codeOrDefault, codeSpan, prose } from './markdown.js'
import type { ImageChange, OverrideRow, Report, ValueChange } from './model.js'
import { byKind, type ChangedResource, type View } from './view.js'

/** The alerts of a report, worst first; no list is longer than `rows`. */
export function alerts(view: View, rows: number): string[] {
  const blocks = [
    alert('CAUTION', `${count(view.errors.length, 'error')} to mend`, problemLines(view.errors, rows)),
    deletions(lossOfHistory(view), rows),
    risks(view, rows),
    overrides(view, rows),
    alert('WARNING', count(view.warnings.length, 'warning'), problemLines(view.warnings, rows)),
  ]
  return blocks.filter((block) => block !== null)
}

/** What the alerts count, for when there is no room to name anything. */
export function alertCounts(view: View): string[] {
  const dangerous = risksOf(view.report).length
  const active = view.report.overrides.length
  const counts = [
    view.errors.length === 0 ? null : `**${count(view.errors.length, 'error')}**`,
    lossOfHistory(view).length === 0 ? null : `**Kargo loses the history of ${countsByKind(lossOfHistory(view))}**`,
    dangerous === 0 ? null : `**${count(dangerous, 'dangerous setting')} changed**`,
    active === 0 ? null : `**${count(active, 'override')} in force**`,
    view.warnings.length === 0 ? null : count(view.warnings.length, 'warning'),
  ]
  const lines = counts.filter((line) => line !== null)
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join('\n')]
}

/** A list of problems, each with its place and its remedy. */
export function problemLines(problems: readonly Problem[], rows: number): string[] {
  return listSome(problems, rows, problemLine, (n) => `- … and ${n} more${n === 1 ? ' problem' : ''}`)
}

function alert(kind: 'CAUTION' | 'WARNING', title: string, lines: readonly string[]): string | null {
  if (lines.length === 0) return null
  return [`[!${kind}]`, `**${title}**`, '', ...lines].map((line) => `> ${line}`.trimEnd()).join('\n')
}

function problemLine(p: Problem): string {
  const place = [p.file, p.line, p.column].filter((part) => part !== null).join(':')
  const about = p.image === null || p.message.includes(p.image) ? '' : `${codeSpan(p.image, 80)}: `
  const stop = /[.!?:;]$/.test(p.message.trimEnd()) ? '' : '.'
  const remedy = p.remedy === null ? '' : `${stop} ${prose(p.remedy)}`
  return `- ${place === '' ? '' : `${codeSpan(place, 160)} `}${about}${prose(p.message)}${remedy}`
}

const KEEPS_HISTORY: ReadonlySet<string> = new Set(['Namespace', 'Project', 'Warehouse', 'Stage'])

function lossOfHistory(view: View): ChangedResource[] {
  return view.resources.filter(({ change, kind }) => change === 'removed' && KEEPS_HISTORY.has(kind))
}

function deletions(lost: readonly ChangedResource[], rows: number): string | null {
  const lines = byKind(lost).map(([kind, resources]) => {
    const show = ({ name }: ChangedResource) => codeSpan(name, 80)
    const names = listSome(resources, Math.min(rows, 10), show, (n) => `and ${n} more`)
    return `- ${kind}: ${names.join(', ')}`
  })
  return alert('CAUTION', `Deletes ${countsByKind(lost)}: Kargo forgets their Freight and promotion history`, lines)
}

/** `1 Warehouse, 3 Stages` */
function countsByKind(resources: readonly ChangedResource[]): string {
  return byKind(resources)
    .map(([kind, all]) => count(all.length, kind))
    .join(', ')
}

function risks({ report }: View, rows: number): string | null {
  const title = 'Where builds run, images go or credentials are used changes: check that this is meant'
  return alert(
    'CAUTION',
    title,
    bullets(risksOf(report), rows, (line) => line),
  )
}

/** Overrides do not wait for rebuildDelay: whoever merges should know that they are there. */
function overrides({ report }: View, rows: number): string | null {
  const show = ({ base, digest, reason, expires, place }: OverrideRow) =>
    `${codeSpan(place, 160)} ${codeSpan(base, 160)} ${codeSpan(digest.slice(0, 19), 40)} until ${codeSpan(expires, 40)}: ${prose(reason)}`
  const title = `${count(report.overrides.length, 'override')} in force: these rebuilds do not wait for their rebuildDelay`
  return alert('CAUTION', title, bullets(report.overrides, rows, show))
}

const DISPATCH: ReadonlySet<string> = new Set([
  'source.provider',
  'source.repo',
  'source.branch',
  'source.workflow',
  'source.pipeline',
  'source.job',
])
/** The flat `updates` and those of an environment. */
const PROMOTION_TARGET = /^(?:environments\..+\.)?updates\[\d+\]\.(?:provider|repo|branch)$/
const CHECK = /^analysis(?:\.(?:enabled|dockerfile|content|vulnerabilities)(?:\.enabled)?)?$/

/** The dangerous changes of a report, each a line of markdown: images in their order, then settings. */
export function risksOf({ images, settings }: Pick<Report, 'images' | 'settings'>): string[] {
  const ofSettings = settings.flatMap((change) => {
    const meaning = settingRisk(change)
    return meaning === null ? [] : [`${meaning}: ${describe(change, 'settings.')}`]
  })
  return [...images.flatMap(imageRisks), ...ofSettings]
}

function imageRisks({ name: image, kind, published, details }: ImageChange): string[] {
  // A new image has nothing to compare with, and a removed one does nothing any more.
  if (kind === 'enrolled' || kind === 'removed') return []
  const name = codeSpan(image, 80)
  const moved =
    published === undefined
      ? []
      : [
          `${name} is published to another registry: ${codeSpan(published.before, 240)} → ${codeSpan(published.after, 240)}`,
        ]
  const others = details.flatMap((change) => {
    const meaning = imageRisk(change)
    return meaning === null ? [] : [`${name} ${meaning}: ${describe(change)}`]
  })
  return [...moved, ...others]
}

/** What a dangerous change of an image's key means; null where it is none. */
function imageRisk(change: ValueChange): string | null {
  const { key, before, after } = change
  if (key === 'autoRebuild') {
    return before === 'false' && after !== 'false' ? 'is rebuilt automatically from now on' : null
  }
  if (DISPATCH.has(key)) return hasMoved(change) ? 'rebuilds are dispatched elsewhere, with the token' : null
  if (PROMOTION_TARGET.test(key)) return after === null ? null : 'is promoted elsewhere, with the credentials for it'
  if (CHECK.test(key)) return isOff(change) ? 'is checked no longer, or for less' : null
  return null
}

/** A key that was not written had a default: of a provider GitHub, of a branch whatever the repository's is. */
function hasMoved({ key, before, after }: ValueChange): boolean {
  if (key === 'source.provider') return (before ?? 'github') !== (after ?? 'github')
  return key === 'source.branch' || (before !== null && after !== null)
}

function isOff({ before, after }: ValueChange): boolean {
  return after === 'false' && before !== 'false'
}

/** What a dangerous change of a setting means; null where it is none. */
function settingRisk(change: ValueChange): string | null {
  const { key } = change
  if (key === 'namespace') return 'everything is made anew in another namespace, without its Freight'
  if (key.startsWith('secrets.') || /^webhookReceivers\..*\.secret$/.test(key)) return 'other credentials are used'
  if (key.startsWith('stateWorkflow.')) return 'Kargo dispatches another workflow, with the token'
  if (key === 'analysis.enabled') return isOff(change) ? 'no image is checked any more' : null
  if (key === 'analysis.image') return 'the checks run another image'
  return key === 'allowedRegistries' ? 'images may come from other registries' : null
}

/** `rebuildDelay 24h → 7d` */
function describe({ key, before, after }: ValueChange, prefix = ''): string {
  return `${codeSpan(prefix + key, 80)} ${codeOrDefault(before, 160)} → ${codeOrDefault(after, 160)}`
}
