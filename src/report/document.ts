// Puts the parts of a report in order, as much of them as is asked for.
import { count } from '../text/index.js'
import { alertCounts, alerts, problemLines } from './alerts.js'
import { graphBlock } from './graph.js'
import { bullets, codeSpan, delta, details, link, prose } from './markdown.js'
import { isChanged, type Report } from './model.js'
import { manifestList, omitted, resourceList } from './resources.js'
import { baseTable, changedBases, imagesTable, imageTable, settingsTable, unchangedBases } from './tables.js'
import type { ChangedResource, ResourceGroup, View } from './view.js'

/** How much of a report is shown. */
export interface DetailLevel {
  /** counts: numbers only. summary: alerts, tables and lists. full: diffs, graph and files as well. */
  readonly level: 'full' | 'summary' | 'counts'
  /** Whose diffs are shown, and with how many unchanged lines around a change. */
  readonly shown: ReadonlySet<ResourceGroup>
  readonly context: 1 | 3
  /** Graph, unchanged base images, state files. */
  readonly extras: boolean
  /** How long a list may get. */
  readonly rows: number
  readonly footer: boolean
}

/** How a document is opened, and where what it omits is found. */
export interface DocumentOptions {
  readonly firstLine: string | null
  readonly whereOmitted: string
}

export const FOOTER_OPENS = '<sub>'

/** What is around the diffs, whichever of them are shown. */
export interface HeaderAndFooter {
  readonly above: readonly string[]
  readonly below: readonly string[]
}

/** The document without the objects' diffs and without what tells which are shown, in two halves. */
export function headerAndFooter(
  view: View,
  options: DocumentOptions,
  { level, rows, extras, footer }: Omit<DetailLevel, 'shown' | 'context'>,
): HeaderAndFooter {
  const opening = [...opener(view, options), ...committed(view), ...unverified(view)]
  const end = footer ? footerOf(view) : []
  if (level === 'counts') return { above: [...opening, ...alertCounts(view)], below: end }
  return {
    above: [
      ...opening,
      ...uncompared(view),
      ...alerts(view, rows),
      ...settingsTable(view, rows),
      ...imagesTable(view, rows),
      ...baseTable(view, rows),
    ],
    below: [...baseDrift(view, rows), ...notices(view, rows), ...(extras ? extraBlocks(view, rows) : []), ...end],
  }
}

/** What is right above the diffs: which objects change, and how many diffs are left out. */
export function contents(
  view: View,
  options: DocumentOptions,
  { level, shown }: Pick<DetailLevel, 'level' | 'shown'>,
): string[] {
  const missing = omitted(view, shown)
  const note = missing === null ? [] : [`*${missing}: ${options.whereOmitted}.*`]
  return level === 'counts' ? note : [...manifestList(view, shown), ...note]
}

/** The whole document. */
export function assemble(blocks: Iterable<string>): string {
  return [...inPieces(blocks)].join('')
}

/** The whole document piece by piece, for one that is too long to be held. */
export function* inPieces(blocks: Iterable<string>): Generator<string> {
  let between = ''
  for (const block of blocks) {
    yield between + block
    between = '\n\n'
  }
  yield '\n'
}

/** The report in one line: what matters most, then the rest. Only numbers and words of our own. */
export function summarize(view: View): { readonly main: string; readonly rest: string } {
  const { errors, warnings, notices: hints, resources, report } = view
  const problems = counted([
    [errors.length, 'error'],
    [warnings.length, 'warning'],
    [hints.length, 'notice'],
  ]).join(', ')
  if (errors.length > 0) {
    const written = report.commit === null ? ': nothing was written' : ''
    const rest = resources.length === 0 ? '' : ` — ${describeChanges(resources)}`
    return { main: `❌ Failed with ${problems}${written}`, rest }
  }
  // What the numbers before it leave out.
  const drift = view.baseDrift.length === 0 ? '' : ` · ${view.baseDrift.length} more come anyway`
  const aside = drift + (problems === '' ? '' : ` — ${problems}`)
  const totals = `${count(report.totals.images, 'image')}, ${count(report.totals.bases, 'base image')}`
  if (resources.length === 0) {
    const files = report.stateFiles.length
    const updated = files === 0 ? '' : ` · ${count(files, 'state file')} updated`
    return { main: '✅ No manifest changes', rest: ` — ${totals} checked${updated}${aside}` }
  }
  const stale = report.mode === 'check' ? 'Out of date: ' : ''
  const main = `${stale}${totals}: ${describeChanges(resources)}`
  return { main, rest: ` (${delta(view.lines)} lines)${aside}` }
}

function counted(counts: readonly (readonly [number, string])[]): string[] {
  return counts.flatMap(([n, noun]) => (n === 0 ? [] : [count(n, noun)]))
}

/** `4 resources added · 1 changed · 1 removed` */
function describeChanges(resources: readonly ChangedResource[]): string {
  const words = { added: 'added', modified: 'changed', removed: 'removed' }
  return Object.entries(words)
    .map(([change, word]) => [resources.filter((resource) => resource.change === change).length, word] as const)
    .filter(([n]) => n > 0)
    .map(([n, word], index) => `${index === 0 ? count(n, 'resource') : n} ${word}`)
    .join(' · ')
}

function opener(view: View, { firstLine }: DocumentOptions): string[] {
  const { main, rest } = summarize(view)
  const heading = `## 🏭 Image Factory${view.errors.length > 0 ? ': failed' : ''}`
  return [firstLine === null ? heading : `${firstLine}\n${heading}`, `**${main}**${rest}`]
}

function committed({ report: { commit } }: View): string[] {
  return commit === null ? [] : [`Committed as ${commitLink(commit)} to ${codeSpan(commit.branch, 100)}.`]
}

function commitLink({ sha, url }: NonNullable<Report['commit']>): string {
  return link(codeSpan(sha.slice(0, 7)), url)
}

/** Whoever opened the pull request decides what its own run says. */
function unverified({ report }: View): string[] {
  if (report.run?.isUnverified !== true) return []
  return [
    "> [!NOTE]\n> Made by the pull request's own run, whose workflow it may have changed: nobody else has checked it.",
  ]
}

function uncompared({ report }: View): string[] {
  if (report.baseDrift?.kind !== 'unknown') return []
  return [
    `*What the base branch brings anyway is counted with what this pull request causes: ${prose(report.baseDrift.reason, 300)}.*`,
  ]
}

/** What the next commit on the base branch brings, whether this is merged or not. */
function baseDrift({ report, baseDrift: resources }: View, rows: number): string[] {
  if (report.baseDrift?.kind !== 'known') return []
  const { stateFiles: files, images, bases } = report.baseDrift
  if (resources.length + files === 0) return []
  const changes = resources.length === 0 ? [] : [describeChanges(resources)]
  const what = [...changes, ...counted([[files, 'state file']])].join(', ')
  const why =
    'Not caused by this pull request: the next commit on its base branch brings it, merged or not. Dockerfiles have moved on since the last one, or it was made by another version of this action.'
  const parts = [
    ...(images.length === 0 ? [] : [imageTable(images, rows)]),
    ...(bases.length === 0 ? [] : [changedBases(bases, rows)]),
    ...resourceList(resources, new Set()),
  ]
  return [details(`Comes anyway: ${what}`, [why, ...parts].join('\n\n'))]
}

function notices(view: View, rows: number): string[] {
  if (view.notices.length === 0) return []
  return [details(count(view.notices.length, 'notice'), problemLines(view.notices, rows).join('\n'))]
}

function extraBlocks(view: View, rows: number): string[] {
  // When nothing changes, what stays is of no interest.
  if (view.resources.length === 0 && !view.report.bases.some(isChanged)) return stateFiles(view, rows)
  return [...unchangedBases(view, rows), ...graphBlock(view), ...stateFiles(view, rows)]
}

const FILE_WORD = { added: 'new', removed: 'removed', modified: 'changed' } as const

function stateFiles({ report: { stateFiles: files } }: View, rows: number): string[] {
  if (files.length === 0) return []
  const lines = bullets(files, rows, ({ kind, path }) => `${FILE_WORD[kind]} ${codeSpan(path, 160)}`)
  return [details(count(files.length, 'state file'), lines.join('\n'))]
}

/** Which commit and run this is: all that may differ between two equal reports. One line, the last. */
function footerOf({ report: { run, commit } }: View): string[] {
  if (run === null) return []
  const head = link(codeSpan(run.headSha.slice(0, 7)), `${run.repositoryUrl}/commit/${run.headSha}`)
  const parts = [`For ${head}`, `${link('run', run.url)} with the whole difference in its summary`]
  if (commit !== null) parts.push(`commit ${commitLink(commit)}`)
  if (run.version !== undefined) parts.push(`image-factory-action ${codeSpan(run.version, 40)}`)
  return [`${FOOTER_OPENS}${parts.join(' · ')}</sub>`]
}
