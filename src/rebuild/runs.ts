/** Where an image is built: its entry's `source`, the default branch filled in. */
export type BuildPlace = GitHubPlace | GitLabPlace

/** A workflow of a repository on GitHub. */
export interface GitHubPlace {
  readonly provider: 'github'
  /** OWNER/REPO. */
  readonly repo: string
  readonly branch: string
  /** Its file name. */
  readonly workflow: string
}

/** The pipelines of a branch on GitLab: an entry's `job` is for people who read it. */
export interface GitLabPlace {
  readonly provider: 'gitlab'
  /** GROUP/…/PROJECT. */
  readonly repo: string
  readonly branch: string
}

/** A run (GitHub) or pipeline (GitLab). */
export interface Run {
  /** Digits. */
  readonly id: string
  /** Its page. Made here, never taken from an answer. */
  readonly url: string
}

/** Which of its runs a former start made. */
export interface RunSearch<Place = BuildPlace> {
  readonly source: Place
  /** What the run is called; null where titles tell nothing. */
  readonly title: string | null
  /** ISO 8601: when the start was decided. Older runs are others'. */
  readonly createdAfter: string
  /** Ids of runs that are known to be another image's, or of another start. */
  readonly taken: ReadonlySet<string>
}

/** A build to start. */
export interface StartRequest<Place = BuildPlace> extends RunSearch<Place> {
  /** Workflow inputs, or variables of the pipeline, as they are sent. */
  readonly inputs: ReadonlyMap<string, string>
}

/** What came of a start. */
export type StartAnswer =
  /** Accepted. `run` is null where the forge does not say which run it is and none was found yet. */
  | { readonly kind: 'started'; readonly run: Run | null }
  /** Not accepted, and will not be as it is. */
  | { readonly kind: 'refused'; readonly message: string; readonly remedy: string; readonly status: number | null }
  /** Not looked at: too many requests. Nothing more should be started in this run. `retryAt` is ISO 8601. */
  | { readonly kind: 'limited'; readonly message: string; readonly retryAt: string | null }
  /** The answer was lost: the build may have been started. Never send it again; look for its run (`find`) next time. */
  | { readonly kind: 'unknown'; readonly message: string; readonly remedy: string }

/** How far a run is. `not-found`: it was deleted, or the token may not see it. */
export type RunStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'not-found'

/** What the forge says of one run. Times are ISO 8601; null: not yet, or not known. */
export interface RunState {
  readonly status: RunStatus
  readonly url: string
  readonly startedAt: string | null
  readonly endedAt: string | null
}

/** Which runs count as builds of an image. */
export interface CountedRuns {
  /** With this title; null: whatever they are called. */
  readonly title: string | null
  /**
   * Whoever started them, or only what was dispatched. A run of GitHub that was not dispatched has no title of its own,
   * and counts with `any` all the same: pass `any` for an image with a title only if its entry says `builds: any`.
   */
  readonly builds: 'any' | 'dispatched'
}

/** A run that counts as a build of an image, whatever became of it. */
export interface BuildRun extends Run {
  /** ISO 8601: what the build pulled is from then or later. */
  readonly startedAt: string
  /** ISO 8601; null while it goes on. */
  readonly endedAt: string | null
  /** Whether it was started as we and Kargo start builds. */
  readonly isDispatched: boolean
  readonly status: Exclude<RunStatus, 'not-found'>
}

/**
 * Starts builds where images are built, and asks for their runs. What was asked is not asked again until something is
 * started or looked for: several images may share a workflow, or a run.
 */
export interface RunsClient<Place = BuildPlace> {
  /** Starts a build. It is sent once, whatever comes of it. Never rejects for what the forge does. */
  readonly start: (request: StartRequest<Place>) => Promise<StartAnswer>
  /**
   * Looks for the run that a former start made: the oldest one that may be it.
   *
   * @returns null: there is none.
   * @throws Refusal when the forge gives no usable answer.
   */
  readonly find: (search: RunSearch<Place>) => Promise<Run | null>
  /** @throws Refusal when the forge gives no usable answer. */
  readonly read: (source: Place, runId: string) => Promise<RunState>
  /**
   * The runs that count as builds of an image among the newest hundred, newest first.
   *
   * @throws Refusal when the forge gives no usable answer.
   */
  readonly builds: (source: Place, counted: CountedRuns) => Promise<readonly BuildRun[]>
}
