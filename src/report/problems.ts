// Warnings of a run that depend on its changes, or on the history of its bases.
import { type Problem, problem } from '../enrollment/problem.js'
import { knownImage } from '../explain/index.js'
import { mayStarve, outlookOf, usualInterval } from '../policy/index.js'
import type { Discovered, WorkflowProblem } from '../sources/index.js'
import { fromTop, type MergedState, type StateFiles, type StateFolder } from '../state/index.js'
import { count, formatNumber, jsonList, listSome } from '../text/index.js'
import type { ImageChange, Report } from './model.js'
import { withoutValues } from './redact.js'

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/

/**
 * The enabled images that are provably on an outdated base, according to the state files after the run.
 *
 * @returns each with the first such base, by name, and why it is not rebuilt; null: a rebuild is pending, or held.
 */
export function staleImages({ images, records }: Pick<MergedState, 'images' | 'records'>) {
  return images.flatMap(({ enrollment }) => {
    const known = knownImage(records.images.get(enrollment.name), records.bases)
    const base = known.bases.find(({ change }) => change === 'behind')
    if (base === undefined || !enrollment.enabled) return []
    // Only whether a rebuild comes matters here, not when.
    const outlook = outlookOf(enrollment, known, { staggerSeconds: 0, overrides: [] })
    return [{ enrollment, base, reason: outlook.kind === 'behind' ? outlook.reason : null }]
  })
}

/** Provably outdated images that are not rebuilt automatically. */
export function staleProblems(stale: ReturnType<typeof staleImages>, imagesFile: string): Problem[] {
  const left = stale
    .filter(({ reason }) => reason === 'still-behind')
    .map(({ enrollment, base }) => {
      const message = `${enrollment.name}: its last build ran after ${base.reference} last changed, and is still on an older digest.`
      const remedy = base.isPinned
        ? 'Its Dockerfile pins that digest: update it, or remove it.'
        : 'Make its build pull its base images (`pull: true`), and do not reuse old layers.'
      return problem('build-behind', message, {
        file: imagesFile,
        line: enrollment.line,
        image: enrollment.name,
        remedy,
      })
    })
  const names = stale.filter(({ reason }) => reason === 'before-enrollment').map(({ enrollment }) => enrollment.name)
  if (names.length === 0) return left
  const message = `${count(names.length, 'image')} on an older base since before enrollment: ${listSome(names, MAX_NAMES, String, (more) => `${formatNumber(more)} more`).join(', ')}.`
  return [
    ...left,
    problem('enrollment-behind', message, {
      file: imagesFile,
      remedy: 'Set rebuildOnEnrollment: true to rebuild each of them once, or build them by hand.',
    }),
  ]
}

/** Names in one message. */
const MAX_NAMES = 20

/** Images that may never be rebuilt. How often a base image changes comes from its state file. */
export function starvationProblems(
  { images, bases }: Pick<MergedState, 'images' | 'bases'>,
  before: StateFiles,
  imagesFile: string,
): Problem[] {
  const intervals = new Map(
    bases.map(({ name }) => {
      const history = jsonList(before.bases.get(name)?.updateHistory)
      return [name, usualInterval(history.flatMap((entry) => momentOf(entry) ?? []))]
    }),
  )
  return images.flatMap(({ enrollment, bases: names }) => {
    const { name, minimumReleaseAge: age, line, lineOf } = enrollment
    return names.flatMap((base): Problem[] => {
      const interval = intervals.get(base) ?? null
      if (!mayStarve(age, interval)) return []
      const message = `${name}: ${base} usually changes every ${inWords(interval)}, and minimumReleaseAge is ${age.text}: each change restarts the wait, so a rebuild may never come.`
      const remedy = `Make minimumReleaseAge shorter than ${inWords(interval)}; rebuildDelay limits how often rebuilds happen and cannot starve.`
      const place = { file: imagesFile, line: lineOf('minimumReleaseAge') ?? line, image: name }
      return [problem('rebuild-starved', message, { ...place, remedy })]
    })
  })
}

/** The time of an entry of a base's history, in seconds: its only timestamp, under any key. */
function momentOf(entry: unknown): number | null {
  const values = typeof entry === 'object' && entry !== null ? Object.values(entry) : [entry]
  const times = values
    .filter((value) => typeof value === 'string' && MOMENT.test(value))
    .map((value) => Date.parse(String(value)))
  const [time = Number.NaN] = times
  return Number.isNaN(time) ? null : time / 1000
}

function inWords(seconds: number): string {
  if (seconds >= 86_400) return `${Math.round(seconds / 86_400)}d`
  return seconds >= 3600 ? `${Math.round(seconds / 3600)}h` : `${Math.max(1, Math.round(seconds / 60))}m`
}

/**
 * Problems with workflows. Before an entry is merged, a dispatch that GitHub would refuse is an error; later, and for
 * unchanged entries, it is a warning: a change of a workflow in its repository must not stop the whole factory.
 *
 * @param writes whether results are written even if a source is missing, with a warning, as on the command line: the
 *   pull request is later.
 */
export function workflowProblems(
  found: readonly WorkflowProblem[],
  images: readonly ImageChange[],
  { mode, writes }: { readonly mode: Report['mode']; readonly writes: boolean },
): Problem[] {
  const changed = kindsOfChange(images)
  return found.map(({ problem: one, isRefusal }) => {
    const isThere = one.code !== 'workflow-missing' && one.code !== 'workflow-unreadable'
    const isError = isRefusal && mode === 'preview' && (isThere || !writes) && changed.has(one.image ?? '')
    return isError ? { ...one, severity: 'error' as const } : one
  })
}

/** The kinds of changes by image name. An entry that only adds an acceptance counts as unchanged: it gets no errors. */
function kindsOfChange(images: readonly ImageChange[]): ReadonlyMap<string, ImageChange['kind']> {
  const isMore = ({ details, kind }: ImageChange) =>
    kind !== 'changed' || details.some(({ key }) => !/^accept\b/.test(key))
  return new Map(images.filter(isMore).map(({ name, kind }) => [name, kind]))
}

/**
 * Problems with sources. Before an entry is merged, a missing Dockerfile or branch is an error; an unreadable source
 * may be private: for a new entry nothing is known then, which is reported.
 *
 * @param writes as for `workflowProblems`.
 */
export function sourceProblems(
  problems: readonly Problem[],
  { failures, images: discovered }: Pick<Discovered, 'failures' | 'images'>,
  images: readonly ImageChange[],
  { mode, writes }: { readonly mode: Report['mode']; readonly writes: boolean },
): Problem[] {
  if (mode !== 'preview' || writes || failures.size === 0) return [...problems]
  const changes = kindsOfChange(images)
  return problems.map((one) => {
    const name = one.image ?? ''
    const [failure, change, found] = [failures.get(name), changes.get(name), discovered.get(name)]
    if (failure === undefined || change === undefined) return one
    if (one.code !== 'bases-unknown' && one.code !== 'source-unchecked') return one
    if (failure === 'file' || failure === 'branch') return { ...one, severity: 'error' as const }
    if (change !== 'enrolled' || found?.kind !== 'failed') return one
    return { ...one, code: 'source-unread', message: `nothing is known about ${name} yet: ${found.message}` }
  })
}

/** Shorter secrets occur in ordinary words. */
const MIN_SECRET_LENGTH = 16

/**
 * Files that would contain a token of this run: it was written to a public place, and must not be copied.
 *
 * @param changes texts by path relative to the state folder, null for a deleted file.
 */
export function leakedSecretProblems(
  changes: ReadonlyMap<string, string | null>,
  secrets: readonly string[],
  folder: StateFolder,
): Problem[] {
  const hide = withoutValues(secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH))
  const holding = [...changes].filter(([path, text]) => hide(path) !== path || (text !== null && hide(text) !== text))
  return holding.map(([path]) =>
    problem('secret-leaked', `${fromTop(folder.path, hide(path))} would hold a token of this run.`, {
      file: fromTop(folder.path, folder.imagesFile),
      remedy: 'Revoke the token, and remove it from images.yaml and from the Dockerfile and workflow of that image.',
    }),
  )
}
