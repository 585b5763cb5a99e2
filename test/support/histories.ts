/**
 * What may happen around an image that is to be rebuilt, and what becomes of it: the same whoever decides. Every outcome
 * was measured on Kargo 1.11.2 (`npm run test:kargo`, "histories").
 */

/** How the image is enrolled, and what it is built with. */
export interface HistoryEntry {
  /** Left out: `90s`. */
  readonly rebuildDelay?: string
  readonly minimumReleaseAge?: string
  readonly autoRebuild?: false
  /** So many base images; left out: one. */
  readonly bases?: 1 | 2
}

/** Seconds since the first change of a base. */
interface Moment {
  readonly at: number
}

/** A run of the image's workflow that the factory did not start. */
export interface ForeignRun extends Moment {
  readonly what: 'run'
  /** What started it, as GitHub calls it; `WORDS` has GitLab's. */
  readonly event: 'push' | 'workflow_dispatch' | 'pull_request'
  /** Left out: the one that the image is built on, or one of that name in a fork. */
  readonly branch?: string
  /** Left out: `success`. */
  readonly conclusion?: 'success' | 'failure' | 'cancelled'
  /** Left out: 5. */
  readonly seconds?: number
}

export type HistoryEvent =
  | (Moment & { readonly what: 'base moves'; readonly base?: 1 })
  | ForeignRun
  | (Moment & { readonly what: 'override'; readonly isExpired?: true })
  | (Moment & { readonly what: 'forge refuses' })
  | (Moment & { readonly what: 'forge accepts' })

/** How the last change ends: `waits` where nothing is done by itself. */
export type HistoryEnd = 'built' | 'failed' | 'refused' | 'waits'

/** What becomes of it. */
export interface HistoryOutcome {
  /** When the factory starts builds, in seconds. */
  readonly starts: readonly number[]
  readonly end: HistoryEnd
}

export interface History extends HistoryOutcome {
  readonly title: string
  /** A name for it, of small letters and dashes. */
  readonly name: string
  readonly entry?: HistoryEntry
  /** What the builds that the factory starts end as, in turn; the last holds for all that follow. Left out: `success`. */
  readonly conclusions?: readonly string[]
  /** How long they take; left out: 5 seconds. */
  readonly buildSeconds?: number
  readonly events: readonly HistoryEvent[]
  /** After that nothing more happens. */
  readonly watched: number
  /** What engine `actions` does otherwise, and why that is meant so. */
  readonly actions?: HistoryOutcome & { readonly why: string }
}

/** `settings.retryPause` of all of them, and how often anything is asked again. */
export const RETRY_PAUSE_SECONDS = 15
export const POLL_SECONDS = 10

export const BUILD_SECONDS = 5

/** What GitHub and GitLab call what starts a run, and how it ends. */
export const WORDS: Readonly<Record<'GitHub' | 'GitLab', (word: string) => string>> = {
  GitHub: (word) => word,
  GitLab: (word) => GITLAB_WORDS[word] ?? word,
}

const GITLAB_WORDS: Readonly<Record<string, string>> = {
  workflow_dispatch: 'api',
  pull_request: 'external_pull_request_event',
  failure: 'failed',
  cancelled: 'canceled',
}

const moves = { at: 0, what: 'base moves' } as const
const pushBefore = { at: -30, what: 'run', event: 'push' } as const
const PAUSE = 'retryPause counts from the end of the build, with Kargo from when it reads of it'
const NO_DELAY = { rebuildDelay: '0' } as const

const moving: readonly History[] = [
  {
    title: 'the base moves after a quiet time',
    name: 'quiet',
    events: [moves],
    watched: 60,
    starts: [0],
    end: 'built',
  },
  {
    title: 'the base moves soon after a push',
    name: 'soon',
    events: [pushBefore, moves],
    watched: 120,
    starts: [60],
    end: 'built',
  },
  {
    title: 'the base moves soon after a push, without rebuildDelay',
    name: 'at-once',
    entry: NO_DELAY,
    events: [pushBefore, moves],
    watched: 60,
    starts: [0],
    end: 'built',
  },
  {
    title: 'the base moves twice while the image waits',
    name: 'gathered',
    events: [pushBefore, moves, { at: 10, what: 'base moves' }],
    watched: 130,
    starts: [60],
    end: 'built',
  },
  {
    title: 'the base moves again during the build, without rebuildDelay',
    name: 'again',
    entry: NO_DELAY,
    buildSeconds: 60,
    events: [moves, { at: 45, what: 'base moves' }],
    watched: 190,
    starts: [0, 60],
    end: 'built',
  },
  {
    title: 'the base moves again during the build',
    name: 'again-delayed',
    buildSeconds: 60,
    events: [moves, { at: 45, what: 'base moves' }],
    watched: 240,
    starts: [0, 90],
    end: 'built',
  },
  {
    title: 'two bases move together',
    name: 'together',
    entry: { bases: 2, minimumReleaseAge: '60s' },
    buildSeconds: 20,
    events: [moves, { at: 2, what: 'base moves', base: 1 }],
    watched: 150,
    starts: [60],
    end: 'built',
  },
  {
    title: 'the second base moves while the first is built, without rebuildDelay',
    name: 'overlap',
    entry: { bases: 2, ...NO_DELAY },
    buildSeconds: 60,
    events: [moves, { at: 45, what: 'base moves', base: 1 }],
    watched: 190,
    starts: [0, 60],
    end: 'built',
  },
  {
    title: 'minimumReleaseAge',
    name: 'aging',
    entry: { minimumReleaseAge: '40s' },
    events: [moves],
    watched: 110,
    starts: [40],
    end: 'built',
  },
  {
    title: 'autoRebuild: false',
    name: 'held',
    entry: { autoRebuild: false },
    events: [moves],
    watched: 60,
    starts: [],
    end: 'waits',
  },
]

const byOthers: readonly History[] = [
  {
    title: 'a build by hand while the image waits',
    name: 'by-hand',
    events: [pushBefore, moves, { at: 40, what: 'run', event: 'workflow_dispatch' }],
    watched: 120,
    starts: [],
    end: 'built',
  },
  {
    title: 'a push while the image waits',
    name: 'by-push',
    events: [pushBefore, moves, { at: 40, what: 'run', event: 'push' }],
    watched: 120,
    starts: [],
    end: 'built',
  },
  {
    title: 'a push that is built when the image is due',
    name: 'underway',
    events: [pushBefore, moves, { at: 50, what: 'run', event: 'push', seconds: 30 }],
    watched: 140,
    starts: [],
    end: 'built',
  },
  {
    title: 'a push that is built when the image is due, and fails',
    name: 'underway-bad',
    events: [pushBefore, moves, { at: 50, what: 'run', event: 'push', seconds: 30, conclusion: 'failure' }],
    watched: 180,
    starts: [95],
    end: 'built',
  },
  {
    title: 'a push while the image waits, and one that is built when it is due, and fails',
    name: 'covered-already',
    events: [
      pushBefore,
      moves,
      { at: 40, what: 'run', event: 'push' },
      { at: 50, what: 'run', event: 'push', seconds: 30, conclusion: 'failure' },
    ],
    watched: 140,
    starts: [],
    end: 'built',
  },
  {
    title: 'a push that fails while the image waits',
    name: 'bad-push',
    events: [pushBefore, moves, { at: 40, what: 'run', event: 'push', conclusion: 'failure' }],
    watched: 120,
    starts: [60],
    end: 'built',
  },
  {
    title: 'a build by hand that fails while the image waits',
    name: 'bad-hand',
    events: [pushBefore, moves, { at: 40, what: 'run', event: 'workflow_dispatch', conclusion: 'failure' }],
    watched: 140,
    starts: [75],
    end: 'built',
    actions: { starts: [60], end: 'built', why: PAUSE },
  },
  {
    title: 'a build by hand that is cancelled while the image waits',
    name: 'stopped-hand',
    events: [pushBefore, moves, { at: 40, what: 'run', event: 'workflow_dispatch', conclusion: 'cancelled' }],
    watched: 140,
    starts: [75],
    end: 'built',
    actions: { starts: [60], end: 'built', why: PAUSE },
  },
  {
    title: 'a build by hand that fails while the image waits, and so does ours',
    name: 'bad-both',
    conclusions: ['failure'],
    events: [pushBefore, moves, { at: 40, what: 'run', event: 'workflow_dispatch', conclusion: 'failure' }],
    watched: 180,
    starts: [75],
    end: 'failed',
    actions: { starts: [60], end: 'failed', why: PAUSE },
  },
  {
    title: 'a push that began before the base moved and is built when it does',
    name: 'crossing',
    events: [{ at: -5, what: 'run', event: 'push', seconds: 30 }, moves],
    watched: 150,
    starts: [85],
    end: 'built',
  },
  {
    title: 'a push that began before the base moved, is built when it does, and fails',
    name: 'crossing-bad',
    events: [{ at: -5, what: 'run', event: 'push', seconds: 60, conclusion: 'failure' }, moves],
    watched: 150,
    starts: [85],
    end: 'built',
    actions: { starts: [55], end: 'built', why: 'each run asks anew, Kargo asks for nothing while it waits' },
  },
]

const ofNobody: readonly History[] = [
  {
    title: "a fork's pull request, from a branch of the same name, while the image waits",
    name: 'fork-after',
    events: [pushBefore, moves, { at: 40, what: 'run', event: 'pull_request' }],
    watched: 120,
    starts: [60],
    end: 'built',
  },
  {
    title: "a fork's pull request, from a branch of the same name, before the base moves",
    name: 'fork-before',
    events: [{ at: -30, what: 'run', event: 'pull_request' }, moves],
    watched: 60,
    starts: [0],
    end: 'built',
  },
  {
    title: 'runs on another branch, before and after',
    name: 'elsewhere',
    events: [
      { at: -30, what: 'run', event: 'push', branch: 'next' },
      moves,
      { at: 1, what: 'run', event: 'workflow_dispatch', branch: 'next' },
    ],
    watched: 60,
    starts: [0],
    end: 'built',
  },
]

const failing: readonly History[] = [
  {
    title: 'the build fails, then succeeds',
    name: 'flaky-once',
    conclusions: ['failure', 'success'],
    events: [moves],
    watched: 100,
    starts: [0, 20],
    end: 'built',
  },
  {
    title: 'the build is cancelled, then succeeds',
    name: 'stopped',
    conclusions: ['cancelled', 'success'],
    events: [moves],
    watched: 100,
    starts: [0, 20],
    end: 'built',
  },
  {
    title: 'the build fails twice',
    name: 'bad-twice',
    conclusions: ['failure'],
    events: [moves],
    watched: 140,
    starts: [0, 20],
    end: 'failed',
  },
  {
    title: 'the build fails twice, and the base moves again',
    name: 'bad-then-good',
    conclusions: ['failure', 'failure', 'success'],
    events: [moves, { at: 100, what: 'base moves' }],
    watched: 160,
    starts: [0, 20, 100],
    end: 'built',
  },
  {
    title: 'the forge refuses',
    name: 'denied',
    events: [{ at: -1, what: 'forge refuses' }, moves],
    watched: 60,
    starts: [],
    end: 'refused',
  },
  {
    title: 'the forge refuses, then accepts, and the base moves again',
    name: 'denied-once',
    events: [
      { at: -1, what: 'forge refuses' },
      moves,
      { at: 59, what: 'forge accepts' },
      { at: 60, what: 'base moves' },
    ],
    watched: 120,
    starts: [60],
    end: 'built',
  },
  {
    title: 'the forge refuses, then accepts',
    name: 'denied-mended',
    events: [{ at: -1, what: 'forge refuses' }, moves, { at: 40, what: 'forge accepts' }],
    watched: 120,
    starts: [],
    end: 'refused',
    actions: { starts: [45], end: 'built', why: 'docs/engines.md: a refused start is tried again after retryPause' },
  },
]

const overridden: readonly History[] = [
  {
    title: 'an override while the image waits',
    name: 'override-live',
    entry: { rebuildDelay: '5m' },
    events: [pushBefore, moves, { at: 20, what: 'override' }],
    watched: 100,
    starts: [20],
    end: 'built',
  },
  {
    title: 'an override that has expired',
    name: 'override-old',
    events: [pushBefore, moves, { at: 20, what: 'override', isExpired: true }],
    watched: 120,
    starts: [60],
    end: 'built',
  },
]

export const HISTORIES: readonly History[] = [...moving, ...byOthers, ...ofNobody, ...failing, ...overridden]

/**
 * Compares when builds were started with when they are to be.
 *
 * @param late how many seconds each may take longer, which adds up.
 * @returns null where all is right, else when they were started.
 */
export function wrongStarts(
  started: readonly number[],
  { starts }: HistoryOutcome,
  late: number,
): readonly number[] | null {
  const isRight = (at: number, index: number) => {
    const due = starts[index]
    return due !== undefined && at >= due - 2 && at <= due + late * (index + 1)
  }
  return started.length === starts.length && started.every(isRight) ? null : started
}
