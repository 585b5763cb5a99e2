import { filledInput } from '../build-definition/index.js'
import type { EnrolledImage, Source } from '../enrollment/images-file.js'
import { forgeOf, type Provider } from '../forges/index.js'
import { type Rebuild, rebuildsOf, type StateRecord, textOf } from '../state/index.js'
import { byKey } from '../text/index.js'

/** Where an image is built, with the default branch filled in; an entry's `job` is only informational. */
export interface BuildPlace {
  readonly provider: Provider
  /** OWNER/REPO, GROUP/…/PROJECT. */
  readonly repo: string
  readonly branch: string
  /** File name of the workflow; absent on forges where runs belong to a branch. */
  readonly workflow?: string
}

/** A workflow of a repository. */
export type WorkflowPlace = Required<BuildPlace>

/** A run (GitHub) or pipeline (GitLab). */
export interface Run {
  /** Digits. */
  readonly id: string
  /** URL of its page, built here, never taken from a response. */
  readonly url: string
}

/** Criteria for the run that an earlier start created. */
export interface RunSearch<Place = BuildPlace> {
  readonly source: Place
  /** The run's title; null if titles identify nothing. */
  readonly title: string | null
  /** ISO 8601: when the start was decided. Older runs have another origin. */
  readonly createdAfter: string
  /** Ids of runs known to belong to another image, or to another start. */
  readonly taken: ReadonlySet<string>
}

export interface StartRequest<Place = BuildPlace> extends RunSearch<Place> {
  /** Workflow inputs, or variables of the pipeline, as sent. */
  readonly inputs: ReadonlyMap<string, string>
}

export type StartAnswer =
  /** Accepted. `run` is null if the forge does not name the run and none was found yet. */
  | { readonly kind: 'started'; readonly run: Run | null }
  /** Rejected; a retry would not help. */
  | { readonly kind: 'refused'; readonly message: string; readonly remedy: string; readonly status: number | null }
  /** Rejected by a rate limit. Nothing more should be started in this run. `retryAt` is ISO 8601. */
  | { readonly kind: 'limited'; readonly message: string; readonly retryAt: string | null }
  /** The response was lost, the build may have been started. Never resend it; look for its run (`find`) next time. */
  | { readonly kind: 'unknown'; readonly message: string; readonly remedy: string }

/** A run as reported by the forge. Times are ISO 8601; null: not yet, or unknown. */
export interface RunState {
  /** `not-found`: it was deleted, or the token cannot access it. */
  readonly status: 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'not-found'
  readonly url: string
  readonly startedAt: string | null
  readonly endedAt: string | null
}

/** Which runs count as builds of an image. */
export interface CountedRuns {
  /** With this title; null: with any title. */
  readonly title: string | null
  /**
   * All runs, or only dispatched ones. A GitHub run that was not dispatched has no distinct title, and still counts
   * with `any`: pass `any` for an image with a title only if its entry has `builds: any`.
   */
  readonly builds: 'any' | 'dispatched'
}

/** A run that counts as a build of an image, whatever its result. */
export interface BuildRun extends Run {
  /** ISO 8601: what the build pulled is at least as new. */
  readonly startedAt: string
  /** ISO 8601; null while it is running. */
  readonly endedAt: string | null
  /** Whether it was dispatched, as our builds and Kargo's are. */
  readonly isDispatched: boolean
  readonly status: Exclude<RunState['status'], 'not-found'>
}

/**
 * Starts builds where images are built, and reads their runs. Responses are cached until something is started or
 * searched for: several images may share a workflow, or a run.
 */
export interface RunsClient {
  /** Starts a build. The request is sent once, whatever happens. Never rejects because of the forge. */
  readonly start: (request: StartRequest) => Promise<StartAnswer>
  /**
   * Looks for the run that an earlier start created: the oldest possible one.
   *
   * @returns null: there is none.
   * @throws Refusal when the forge gives no usable response.
   */
  readonly find: (search: RunSearch) => Promise<Run | null>
  /** @throws Refusal when the forge gives no usable response. */
  readonly read: (source: BuildPlace, runId: string) => Promise<RunState>
  /**
   * The runs that count as builds of an image among the newest hundred, newest first.
   *
   * @throws Refusal when the forge gives no usable response.
   */
  readonly builds: (source: BuildPlace, counted: CountedRuns) => Promise<readonly BuildRun[]>
}

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

/** The inputs of a build as sent for a rebuild. */
export function inputsFor({ source }: Build, { bases: [first] }: Rebuild): ReadonlyMap<string, string> {
  const base = first === undefined ? null : { reference: first.reference, digest: first.to }
  return new Map([...source.inputs].sort(byKey).map(([key, value]) => [key, filledInput(value, base)]))
}

/** A key shared by builds that one run can serve. */
export function startKey({ place, title }: Build, inputs: ReadonlyMap<string, string>): string {
  return JSON.stringify([{ ...place, repo: place.repo.toLowerCase() }, title, [...inputs]])
}

/** A rebuild of an image. */
export interface ImageRebuild {
  readonly name: string
  readonly rebuild: Rebuild
}

/** A rebuild without a known result yet; null: there is none. */
export function openRebuild(record: StateRecord | undefined): Rebuild | null {
  return rebuildsOf(record).find(({ result }) => result === 'intended' || result === 'started') ?? null
}

/** Ids of all runs in the records. */
export function knownRuns(records: Iterable<StateRecord>): Set<string> {
  return new Set([...records].flatMap((record) => rebuildsOf(record).flatMap(({ run }) => run?.id ?? [])))
}
