// Rebuilds in words: what merging starts (usually nothing; a rebuild that was held back may start), and sentences and a
// table of those that a run started, follows or waits for.
import { count, groupBy } from '../text/index.js'
import { code, linked, listed, markdown, type Span, shortReference, strong } from './markdown.js'
import type { ImageChange, RebuildRow, Report } from './model.js'
import { effective } from './values.js'

const MAX_DUE = 3

/** What happens when a pull request is merged; empty without changes, or if it is already merged. */
export function dueSentences(report: Report, hasEffect: boolean): Span[][] {
  if (report.mode !== 'preview') return []
  const { due, images, settings } = report
  const promoted = images.flatMap(promotedAtOnce)
  if (!hasEffect && due.length === 0) return []
  const builds = due.length > 0 ? started(due) : ['Merging starts no build.']
  if (settings.some(({ key }) => key === 'namespace')) {
    return [
      ['Kargo starts over in the other namespace: earlier changes count as new there, so merging may start builds.'],
    ]
  }
  if (promoted.length === 0) return [builds]
  const what = listed(promoted, { max: MAX_DUE })
  return [[...builds, ' Once merged, Kargo may deploy the newest version of ', ...what, ' automatically.']]
}

/** `Merging may start 2 builds: web (node:22 changed, due 2026-11-21 07:00 UTC) and …` */
function started(due: Report['due']): Span[] {
  const all = due.map(({ image, base, at }): Span[] => {
    return [code(image), ' (', code(shortReference(base)), ' changed, due ', code(minute(at)), ')']
  })
  return [strong(`Merging may start ${count(due.length, 'build')}`), ': ', ...listed(all, { max: MAX_DUE }), '.']
}

/** `2026-11-21 07:00 UTC`; a report that is read back may say something else, which stays as it is. */
export function minute(at: string): string {
  return at.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z$/, '$1 $2 UTC')
}

/** An environment that becomes automatic: its latest version no longer waits for a person. */
function promotedAtOnce({ name, kind, details, environments = [] }: ImageChange): Span[][] {
  if (kind === 'enrolled' || kind === 'removed') return []
  return environments.flatMap(({ name: environment, auto }): Span[][] => {
    if (!auto) return []
    const prefix = environment === null ? 'updates[0].' : `environments.${environment}.`
    const at = (key: string) => details.find((change) => change.key === prefix + key)
    const isNew = at(environment === null ? 'repo' : 'name')?.before === null
    const change = at('auto')
    const isFreed = change !== undefined && effective(change.key, change.before) === 'false'
    if (!isNew && !isFreed) return []
    return [[code(name), ...(environment === null ? [] : [' to ', code(environment)])]]
  })
}

const MAX_NAMES = 5

type Status = RebuildRow['status']

/** The sentence for several images with the same status. */
const HEADLINES: Readonly<Partial<Record<Status, (n: number) => string>>> = {
  started: (n) => `${count(n, 'build')} started`,
  failed: (n) => `${count(n, 'build')} failed`,
  refused: (n) => `${count(n, 'build')} refused`,
  unknown: (n) => `${count(n, 'build')} may have been started`,
  unbuildable: (n) => `${count(n, 'image')} cannot be rebuilt`,
}

/** Started builds and failures; everything else is only in the table. */
export function rebuildSentences({ rebuilds }: Report): Span[][] {
  const byStatus = groupBy(rebuilds, ({ status }) => status)
  return Object.entries(HEADLINES).flatMap(([status, headline]): Span[][] => {
    const rows = byStatus.get(status as Status)
    if (rows === undefined) return []
    return [[strong(headline(rows.length)), ': ', ...listed(rows.map(named), { max: MAX_NAMES }), '.']]
  })
}

function named(row: RebuildRow): Span[] {
  const why = row.status === 'started' ? reasonOf(row) : []
  return why.length === 0 ? [code(row.image, row.run)] : [code(row.image, row.run), ' (', ...why, ')']
}

/** Manual builds that we start were requested; running and finished ones may have been started directly. */
const ASKED: ReadonlySet<Status> = new Set(['started', 'queued', 'refused', 'unknown'])

/** `node:22 changed`; empty if the reason is unknown. */
function reasonOf({ reason, bases, status }: RebuildRow): Span[] {
  const asked = ASKED.has(status) ? 'by request' : 'by hand'
  if (reason === 'manual' && bases.length === 0) return [asked]
  const what = listed(
    bases.map((base) => [code(shortReference(base))]),
    { max: 3 },
  )
  if (reason === 'manual') return [`${asked}; `, ...what, ' changed']
  return reason === 'override' ? [...what, ' changed, override'] : what.length === 0 ? [] : [...what, ' changed']
}

/** One row per image whose rebuild is pending, waiting or finished. */
export function rebuildCells(row: RebuildRow): string[] {
  return [markdown([code(row.image)]), markdown(STATES[row.status](row)), markdown(reasonOf(row))]
}

function runOf({ status, run }: RebuildRow): Span {
  return linked(WORDS[status], run)
}

function until({ until: at }: RebuildRow): Span[] {
  return at === null ? [] : [code(minute(at))]
}

function because({ message }: RebuildRow): Span[] {
  return message === null ? [] : [': ', code(message)]
}

/** The status in a few words, followed by the date if there is one. */
const WORDS: Readonly<Record<Status, string>> = {
  started: 'started',
  running: 'is being built',
  claimed: 'another run is about to start it',
  queued: 'the next run starts it',
  waiting: 'waits until',
  paused: 'is started again after',
  succeeded: 'built',
  failed: 'failed',
  refused: 'refused',
  unknown: 'may have been started',
  unbuildable: 'no workflow is set that builds it',
}

/** Like `rebuildCells`, for a terminal. */
export function rebuildWords({ status, until: at }: RebuildRow): string {
  return at === null ? WORDS[status] : `${WORDS[status]} ${minute(at)}`
}

const STATES: Readonly<Record<Status, (row: RebuildRow) => Span[]>> = {
  started: (row) => [runOf(row)],
  running: (row) => [runOf(row)],
  claimed: () => [WORDS.claimed],
  queued: (row) =>
    row.waitsFor === null
      ? [WORDS.queued, ...(row.message === null ? [] : [' (', code(row.message), ')'])]
      : ['waits for ', code(row.waitsFor), ', which it is built on'],
  waiting: (row) => [
    `${WORDS.waiting} `,
    ...until(row),
    ...(row.message === null ? [] : [' (', code(row.message), ')']),
  ],
  paused: (row) => [`${WORDS.paused} `, ...until(row), ...because(row)],
  succeeded: (row) => [runOf(row)],
  failed: (row) => [runOf(row), ...because(row), '; not retried until a base image changes'],
  refused: (row) => [WORDS.refused, ...because(row)],
  unknown: (row) => [`${WORDS.unknown}; the next run looks for it`, ...because(row)],
  unbuildable: () => [WORDS.unbuildable],
}
