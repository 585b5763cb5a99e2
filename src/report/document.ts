// Arranges the parts of a report up to the requested level of detail: the summary, alerts, the table of images, that of
// base images, and folded details.
import type { Problem } from '../enrollment/problem.js'
import { FACTORY_FILE } from '../kargo/index.js'
import { count, enumeration } from '../text/index.js'
import { alertCounts, alerts, problemLines, unread } from './alerts.js'
import { effectOf } from './effect.js'
import { GATED_SETTINGS } from './gates/decisions.js'
import { graphBlock } from './graph.js'
import { bullets, codeSpan, delta, details, html, link, markdown, prose } from './markdown.js'
import type { Report } from './model.js'
import { countedChanges, resourceList, withoutDiff } from './resources.js'
import { baseTable, changedBases, imagesTable, imageTable, rebuildTable, settingsTable } from './tables.js'
import type { ResourceGroup, View } from './view.js'

export interface DetailLevel {
  /** counts: only numbers. summary: alerts, tables and lists. full: also diffs, graph and files. */
  readonly level: 'full' | 'summary' | 'counts'
  /** The groups whose diffs are shown, and the number of unchanged lines around a change. */
  readonly shown: ReadonlySet<ResourceGroup>
  readonly context: 1 | 3
  readonly extras: boolean
  readonly rows: number
  readonly footer: boolean
}

/** The first line of a document, and where its omitted parts are. */
export interface DocumentOptions {
  readonly firstLine: string | null
  readonly whereOmitted: string
}

export const FOOTER_OPENS = '<sub>'

/** The parts around a section, whatever that shows. */
export interface Around {
  readonly above: readonly string[]
  readonly below: readonly string[]
}

/** The document without the manifests, in two halves. */
export function headerAndFooter(
  view: View,
  options: DocumentOptions,
  { level, rows, extras, footer }: Omit<DetailLevel, 'shown' | 'context'>,
): Around {
  const end = footer ? footerOf(view) : []
  if (level === 'counts') {
    const { main, rest } = summarize(view)
    const counts = [heading(view, options), `**${main}**${rest}`, ...committed(view), ...unverified(view)]
    return { above: [...counts, ...alertCounts(view)], below: end }
  }
  return {
    above: [
      heading(view, options),
      ...uncompared(view),
      ...unread(view, rows),
      ...effect(view),
      ...committed(view),
      ...unverified(view),
      ...alerts(view, rows),
      ...rebuildTable(view, rows),
      ...settingsTable(view, rows),
      ...imagesTable(view, rows),
      ...baseTable(view, rows),
      ...alreadyOnBase(view, rows),
      ...folded(view, view.accepted, 'accepted warning', rows),
      ...folded(view, view.notices, 'notice', rows),
    ],
    below: [...(extras ? [...graphBlock(view), ...stateFiles(view, rows)] : []), ...end],
  }
}

/** The fold of the manifests without its diffs: its contents, and how many diffs are omitted. */
export function manifestsFold(
  view: View,
  options: DocumentOptions,
  { level, shown }: Pick<DetailLevel, 'level' | 'shown'>,
): Around {
  if (view.resources.length === 0) return { above: [], below: [] }
  const hidden = withoutDiff(view, shown)
  const omitted = `${hidden.length} of ${count(view.resources.length, 'diff')} omitted`
  const note = hidden.length === 0 ? [] : [`*${omitted}: ${options.whereOmitted}.*`]
  if (level === 'counts') return { above: note, below: [] }
  const title = `Kargo manifests: ${countedChanges(view.resources)} (${delta(view.lines)})`
  return {
    above: [`<details><summary>${title}</summary>`, ...resourceList(hidden), ...note],
    below: ['</details>'],
  }
}

export function assemble(blocks: Iterable<string>): string {
  return [...inPieces(blocks)].join('')
}

/** The whole document in pieces, for one that is too long to keep in memory. */
export function* inPieces(blocks: Iterable<string>): Generator<string> {
  let between = ''
  for (const block of blocks) {
    yield between + block
    between = '\n\n'
  }
  yield '\n'
}

/** The report on one line: what matters most, then the rest. Only numbers and our own words. */
export function summarize(view: View): { readonly main: string; readonly rest: string } {
  const { errors, warnings, accepted, notices, resources, report } = view
  const problems = counted([
    [errors.length, 'error'],
    [warnings.length, 'warning'],
    [accepted.length, 'accepted warning'],
    [notices.length, 'notice'],
  ]).join(', ')
  if (errors.length > 0) {
    const written = report.commit === null ? ': nothing was written' : ''
    const rest = resources.length === 0 ? '' : ` — ${describeChanges(view)}`
    return { main: `❌ Failed with ${problems}${written}`, rest }
  }
  // Changes that the counts above exclude.
  const drift = view.baseDrift.length === 0 ? '' : ` · ${view.baseDrift.length} more already on the base branch`
  const aside = drift + (problems === '' ? '' : ` — ${problems}`)
  const totals = `${count(report.totals.images, 'image')}, ${count(report.totals.bases, 'base image')}`
  if (resources.length === 0) {
    const files = report.stateFiles.length
    const updated = files === 0 ? '' : ` · ${count(files, 'state file')} updated`
    return { main: '✅ No manifest changes', rest: ` — ${totals} checked${updated}${aside}` }
  }
  const stale = report.mode === 'check' ? 'Out of date: ' : ''
  const main = `${stale}${totals}: ${describeChanges(view)}`
  return { main, rest: ` (${delta(view.lines)} lines)${aside}` }
}

function counted(counts: readonly (readonly [number, string])[]): string[] {
  return counts.flatMap(([n, noun]) => (n === 0 ? [] : [count(n, noun)]))
}

/** `4 resources added · 1 changed · 1 removed` */
function describeChanges({ resources }: View): string {
  const [first = '', ...rest] = countedChanges(resources).split(', ')
  const noun = first.startsWith('1 ') ? 'resource' : 'resources'
  return [first.replace(' ', ` ${noun} `), ...rest].join(' · ')
}

function heading(view: View, { firstLine }: DocumentOptions): string {
  const text = `## 🏭 Image Factory${view.errors.length > 0 ? ': failed' : ''}`
  return firstLine === null ? text : `${firstLine}\n${text}`
}

const ONE_BREATH = 2

function effect(view: View): string[] {
  const errors = view.errors.length
  const until = errors === 1 ? 'it is fixed' : 'they are fixed'
  const blocked = errors === 0 ? [] : [`**Blocked by ${count(errors, 'error')}:** nothing is written until ${until}.`]
  const sentences = effectOf(view).map(markdown)
  // A change and its effect form one paragraph; more sentences than that get a line each.
  return [...blocked, ...(sentences.length <= ONE_BREATH ? [sentences.join(' ')] : sentences)].filter(
    (text) => text !== '',
  )
}

function committed({ report: { commit } }: View): string[] {
  return commit === null ? [] : [`Committed as ${commitLink(commit)} to ${codeSpan(commit.branch, 100)}.`]
}

function commitLink({ sha, url }: NonNullable<Report['commit']>): string {
  return link(codeSpan(sha.slice(0, 7)), url)
}

/** The author of the pull request controls what its own run reports. */
function unverified({ report }: View): string[] {
  if (report.run?.isUnverified !== true) return []
  return [
    "> [!NOTE]\n> This report comes from the pull request's own run, whose workflow the pull request may have changed. It is unverified.",
  ]
}

function uncompared({ report }: View): string[] {
  const { baseDrift, outputDir, imagesFile } = report
  if (baseDrift?.kind !== 'unknown') return []
  const reason = prose(baseDrift.reason, 300)
  const settings = {
    known: '',
    recorded: ` Settings are compared with those recorded in ${codeSpan(`${outputDir}/${FACTORY_FILE}`, 160)} of this branch.`,
    unknown: ` Settings are not compared, since no generated file records them: review ${enumeration(GATED_SETTINGS.map((key) => codeSpan(key)))} in ${codeSpan(imagesFile, 160)} yourself.`,
  }[baseDrift.settings]
  return [
    `> [!WARNING]\n> Could not compare with ${baseBranch(report, prose)} (${reason}): changes already there are counted too.${settings}`,
  ]
}

function baseBranch({ run }: Report, show: (text: string, most: number) => string): string {
  return run?.baseBranch === undefined ? 'the base branch' : show(run.baseBranch, 80)
}

/** Changes that are already on the base branch, and come with its next commit in any case. */
function alreadyOnBase({ report, baseDrift: resources }: View, rows: number): string[] {
  if (report.baseDrift?.kind !== 'known') return []
  const { stateFiles: files, images, bases, warnings } = report.baseDrift
  const what = counted([
    [warnings.length, 'warning'],
    [resources.length, 'Kargo object'],
    [files, 'state file'],
  ])
  if (what.length === 0) return []
  const why =
    resources.length + files === 0
      ? []
      : [
          'The next commit on the base branch includes these changes whether or not this is merged: Dockerfiles have changed since the last commit, or a different version of this action made it.',
        ]
  const parts = [
    ...(warnings.length === 0 ? [] : [problemLines(report, warnings, rows).join('\n')]),
    ...why,
    ...(images.length === 0 ? [] : [imageTable(report, images, rows)]),
    ...(bases.length === 0 ? [] : [changedBases(report, bases, rows)]),
    ...resourceList(resources),
  ]
  return [details(`On ${baseBranch(report, html)} already: ${what.join(', ')}`, parts.join('\n\n'))]
}

function folded({ report }: View, found: readonly Problem[], noun: string, rows: number): string[] {
  if (found.length === 0) return []
  return [details(count(found.length, noun), problemLines(report, found, rows).join('\n'))]
}

const FILE_WORD = { added: 'new', removed: 'removed', modified: 'changed' } as const

/** Limit for state files, which are named after their image or base image. */
const MAX_STATE_FILES = 10

function stateFiles({ report: { stateFiles: files } }: View, rows: number): string[] {
  if (files.length === 0) return []
  const lines = bullets(
    files,
    Math.min(rows, MAX_STATE_FILES),
    ({ kind, path }) => `${FILE_WORD[kind]} ${codeSpan(path, 160)}`,
  )
  const words = Object.entries(FILE_WORD).flatMap(([kind, word]) => {
    const n = files.filter((file) => file.kind === kind).length
    return n === 0 ? [] : [`${n} ${word}`]
  })
  return [details(`State files: ${words.join(', ')}`, lines.join('\n'))]
}

/** The commit and run of the report, the only difference between two equal reports. One line, the last. */
function footerOf({ report: { run, commit } }: View): string[] {
  if (run === null) return []
  const head = link(codeSpan(run.headSha.slice(0, 7)), `${run.repositoryUrl}/commit/${run.headSha}`)
  const parts = [`For ${head}`, `${link('run', run.url)} with the full diff in its summary`]
  if (commit !== null) parts.push(`commit ${commitLink(commit)}`)
  if (run.version !== undefined) parts.push(`image-factory-action ${codeSpan(run.version, 40)}`)
  return [`${FOOTER_OPENS}${parts.join(' · ')}</sub>`]
}
