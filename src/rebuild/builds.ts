import { filledInput } from '../build-definition/index.js'
import type { EnrolledImage, Source } from '../enrollment/images-file.js'
import { forgeOf } from '../forges/index.js'
import { type Rebuild, rebuildsOf, type StateRecord, textOf } from '../state/index.js'
import { byKey } from '../text/index.js'
import type { BuildPlace, CountedRuns } from './runs.js'

/** How an image's build is started, and which runs are its builds. */
export interface Build {
  readonly source: Source
  readonly place: BuildPlace
  /** The title of its runs; null: titles identify nothing. */
  readonly title: string | null
  /** null: only runs known to be its own. */
  readonly counted: CountedRuns | null
}

/**
 * The build of an image.
 *
 * @param record of its state file, with its default branch and which runs are its own.
 * @returns null if it is unknown what to start, or on which branch.
 */
export function buildOf({ source, lineOf }: EnrolledImage, record: StateRecord | undefined): Build | null {
  const branch = source?.branch ?? textOf(record, 'defaultBranch')
  if (source === null || branch === null) return null
  const place = placeOf(source, branch)
  if (place === null) return null
  const title = textOf(record, 'runTitle')
  const onlyDispatched = 'builds' in source && source.builds === 'dispatched'
  const isAny = !onlyDispatched && (title === null || lineOf('source.builds') !== null)
  const counted = textOf(record, 'runs') === 'own' ? null : ({ title, builds: isAny ? 'any' : 'dispatched' } as const)
  return { source, place, title, counted }
}

/** Where a source is built on a branch; null if no workflow is known. */
export function placeOf(source: Source, branch: string): BuildPlace | null {
  const { provider, repo } = source
  const { hasRunsPerFile, buildOf: fileOf } = forgeOf(source)
  if (!hasRunsPerFile) return { provider, repo, branch }
  const workflow = fileOf(source)
  return workflow === null ? null : { provider, repo, branch, workflow }
}

/** The inputs of a build as sent. */
export function filledInputs({ source }: Build, base: Parameters<typeof filledInput>[1]): ReadonlyMap<string, string> {
  return new Map([...source.inputs].sort(byKey).map(([key, value]) => [key, filledInput(value, base)]))
}

/** A key shared by builds that one run can serve. */
export function startKey({ place, title }: Build, inputs: ReadonlyMap<string, string>): string {
  return JSON.stringify([{ ...place, repo: place.repo.toLowerCase() }, title, [...inputs]])
}

/** A rebuild without a known result yet; null: there is none. */
export function openRebuild(record: StateRecord | undefined): Rebuild | null {
  return rebuildsOf(record).find(({ result }) => result === 'intended' || result === 'started') ?? null
}

/** Ids of all runs in the records. */
export function knownRuns(records: Iterable<StateRecord>): Set<string> {
  return new Set([...records].flatMap((record) => rebuildsOf(record).flatMap(({ run }) => run?.id ?? [])))
}
