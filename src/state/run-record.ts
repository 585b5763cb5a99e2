import { titleOf } from '../build-definition/index.js'
import { isDataMap, isSameData } from '../enrollment/data-map.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import type { Data } from '../enrollment/yaml-data.js'
import type { RunIdentity } from '../sources/index.js'
import { type StateRecord, textOf } from './record.js'

/** The keys of a state file that say which runs are an image's builds. */
export const RUN_KEYS = ['runTitle', 'runs'] as const

/** What they say: `runTitle: TITLE`, or `runs: own`; nothing where every run counts. */
export function runKeys(runs: RunIdentity): StateRecord {
  if (runs.kind === 'title') return { runTitle: runs.title }
  return runs.kind === 'own' ? { runs: 'own' } : {}
}

/**
 * Which runs are an image's builds after this run. Where its workflow had to tell and was not read (or the image is
 * switched off), what was known of the same source stands; else only the runs that we start are surely its own.
 *
 * @param found what this run found; null: it was not read; undefined: nobody looked.
 */
export function runsOf(
  enrollment: EnrolledImage,
  found: RunIdentity | null | undefined,
  before: StateRecord | undefined,
): RunIdentity {
  if (found !== undefined && found !== null) return found
  const known = isSameStart(enrollment, before) ? runsIn(before) : null
  return known ?? (found === null ? { kind: 'own' } : { kind: 'all' })
}

/** What a state file says, null where it says nothing: a title edited by hand must be one like any other. */
function runsIn(before: StateRecord | undefined): RunIdentity | null {
  const written = textOf(before, 'runTitle')
  const title = written === null ? null : titleOf(written)
  if (title?.kind === 'title') return title
  return textOf(before, 'runs') === 'own' ? { kind: 'own' } : null
}

/** What of a source decides how its runs are called. */
const STARTING = ['provider', 'repo', 'branch', 'workflow', 'pipeline', 'inputs']

function isSameStart({ written }: EnrolledImage, before: StateRecord | undefined): boolean {
  const copy = isDataMap(before?.enrollment) ? before.enrollment.source : undefined
  const source = written.source as Data | undefined
  if (!isDataMap(copy) || !isDataMap(source)) return false
  return STARTING.every((key) => isSameData(copy[key], source[key]))
}
