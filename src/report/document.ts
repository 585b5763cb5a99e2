// Puts the parts of a report in order, as much of them as a plan asks for.
import { alertCounts, alerts, problemLines } from './alerts.js'
import { graph } from './graph.js'
import { isChanged } from './model.js'
import { manifestList, omitted, resourceList } from './resources.js'
import { baseTable, changedBases, imagesTable, imageTable, settingsTable, unchangedBases } from './tables.js'
import { bounded, code, count, details, link, prose } from './text.js'
import { describeChanges, summarize } from './verdict.js'
import type { ResourceGroup, View } from './view.js'

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

/** What the document stands in: the first line, and where the omitted rest is found. */
export interface DocumentOptions {
  readonly firstLine: string | null
  readonly elsewhere: string
}

export const FOOTER_OPENS = '<sub>'

/** What stands around the diffs whichever of them are shown. */
export interface HeaderAndFooter {
  readonly above: readonly string[]
  readonly below: readonly string[]
}

/** The document without the objects' diffs and without what tells which are shown, in two halves. */
export function headerAndFooter(
  view: View,
  frame: DocumentOptions,
  plan: Omit<DetailLevel, 'shown' | 'context'>,
): HeaderAndFooter {
  const opening = [...opener(view, frame), ...committed(view), ...unverified(view)]
  const footer = plan.footer ? footerOf(view) : []
  if (plan.level === 'counts') return { above: [...opening, ...alertCounts(view)], below: footer }
  return {
    above: [
      ...opening,
      ...uncompared(view),
      ...alerts(view, plan.rows),
      ...settingsTable(view, plan.rows),
      ...imagesTable(view, plan.rows),
      ...baseTable(view, plan.rows),
    ],
    below: [
      ...baseDrift(view, plan.rows),
      ...notices(view, plan.rows),
      ...(plan.extras ? extras(view, plan.rows) : []),
      ...footer,
    ],
  }
}

/** What stands right above the diffs: which objects change, and how many diffs are left out. */
export function contents(
  view: View,
  frame: DocumentOptions,
  { level, shown }: Pick<DetailLevel, 'level' | 'shown'>,
): string[] {
  const missing = omitted(view, shown)
  const note = missing === null ? [] : [`*${missing}: ${frame.elsewhere}.*`]
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

function opener(view: View, frame: DocumentOptions): string[] {
  const { main, rest } = summarize(view)
  const heading = `## 🏭 Image Factory${view.errors.length > 0 ? ': failed' : ''}`
  const first = frame.firstLine === null ? heading : `${frame.firstLine}\n${heading}`
  return [first, `**${main}**${rest}`]
}

function committed(view: View): string[] {
  const { commit } = view.report
  if (commit === null) return []
  return [`Committed as ${link(code(commit.sha.slice(0, 7)), commit.url)} to ${code(commit.branch, 100)}.`]
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
  const { stateFiles, images, bases } = report.baseDrift
  if (resources.length + stateFiles === 0) return []
  const files = stateFiles === 0 ? [] : [count(stateFiles, 'state file')]
  const what = [...(resources.length === 0 ? [] : [describeChanges(resources)]), ...files].join(', ')
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

function extras(view: View, rows: number): string[] {
  // When nothing changes, nobody wants to read what stays.
  if (view.resources.length === 0 && !view.report.bases.some(isChanged)) return stateFiles(view, rows)
  return [...unchangedBases(view, rows), ...graph(view), ...stateFiles(view, rows)]
}

const FILE_WORD = { added: 'new', removed: 'removed', modified: 'changed' } as const

function stateFiles(view: View, rows: number): string[] {
  const files = view.report.stateFiles
  if (files.length === 0) return []
  const lines = bounded(
    files,
    rows,
    ({ kind, path }) => `- ${FILE_WORD[kind]} ${code(path, 160)}`,
    (n) => `- … and ${n} more`,
  )
  return [details(count(files.length, 'state file'), lines.join('\n'))]
}

/** Which commit and run this is: all that may differ between two equal reports. One line, the last. */
function footerOf(view: View): string[] {
  const { run, commit } = view.report
  if (run === null) return []
  const head = link(code(run.headSha.slice(0, 7)), `${run.repositoryUrl}/commit/${run.headSha}`)
  const parts = [`For ${head}`, `${link('run', run.url)} with the whole difference in its summary`]
  if (commit !== null) parts.push(`commit ${link(code(commit.sha.slice(0, 7)), commit.url)}`)
  if (run.version !== undefined) parts.push(`image-factory-action ${code(run.version, 40)}`)
  return [`${FOOTER_OPENS}${parts.join(' · ')}</sub>`]
}
