/** The builds of one GitHub workflow or of one GitLab project, as the fake forge has them, and all that was asked of them. */

/** Which of the forge's answers a request wants: the list of runs, one run, or a new one. */
export type Question = 'runs' | 'run' | 'dispatch'

/** A request as it arrived. */
export interface ForgeRequest {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly question: Question
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  /** What was answered; 0: nothing, the connection was dropped. */
  status: number
  /** The status of the run that was answered with. */
  runStatus: string | null
}

export interface ForgeAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** What goes wrong with some requests. */
export interface Fault {
  readonly question: Question
  readonly answer: ForgeAnswer | 'drop'
  /** How many requests it hits; left out: all until it ends. */
  readonly times?: number
  /** How long it is there from the first request on that it hits; left out: for ever. */
  readonly seconds?: number
  /** Whether the build is started all the same. */
  readonly starts?: true
  /** How long the forge says nothing at all. */
  readonly hangSeconds?: number
}

/** How a build is started. */
export interface RunOptions {
  readonly event?: string
  readonly conclusion?: string
  readonly seconds?: number
  /** How long ago it was started. */
  readonly ageSeconds?: number
  readonly title?: string
  readonly branch?: string
  /** It lasts at least until the list of runs is read. */
  readonly lastsUntilRead?: true
}

export interface Run {
  readonly id: number
  readonly event: string
  readonly branch: string
  readonly title: string
  readonly conclusion: string
  readonly startedAt: number
  /** Until then it waits. */
  readonly waitsUntil: number
  endsAt: number
  /** Whether it cannot end yet. */
  lasts: boolean
  /** The forge's list is behind: a new run is in it from here on. */
  readonly listedAt: number
}

/** What sets GitHub and GitLab apart. */
export interface ForgeWords {
  readonly event: string
  readonly success: string
  /** A run as the forge's API has it. */
  readonly view: (run: Run, now: number) => Readonly<Record<string, unknown>> & { readonly status: string }
}

// As large as GitHub's are today: they must survive the way through Kargo's outputs.
let lastId = 16_234_567_890

/** One workflow or project. */
export class Builds {
  readonly requests: ForgeRequest[] = []
  readonly runs: Run[] = []
  /** How the builds that are dispatched end, one after the other; the last holds for all that follow. */
  conclusions: string[]
  /** How long a dispatched build takes. */
  buildSeconds = 3
  listedAfterSeconds = 1
  /** How long a new run waits to start. */
  queuedSeconds = 1
  /** What `run-name` makes of the inputs. */
  titleOf: (inputs: Readonly<Record<string, string>>) => string = () => 'build'
  /** false: an older GitHub Enterprise server, which refuses the key `return_run_details`. */
  knowsRunDetails = true
  readonly words: ForgeWords
  readonly #held = new Map<Question, Promise<void>>()
  readonly #faults: (Fault & { hits: number; until: number })[] = []

  constructor(words: ForgeWords) {
    this.words = words
    this.conclusions = [words.success]
  }

  /** Has something go wrong from now on; of several the first that fits is taken. */
  fails(fault: Fault): void {
    this.#faults.push({ ...fault, hits: 0, until: Number.POSITIVE_INFINITY })
  }

  /** The forge takes its time with such requests until the function that this gives is called. */
  holds(question: Question): () => void {
    let release = () => {}
    this.#held.set(
      question,
      new Promise<void>((resolve) => {
        release = resolve
      }),
    )
    return release
  }

  /** Resolves when such a request may be answered. */
  mayAnswer(question: Question): Promise<void> {
    return this.#held.get(question) ?? Promise.resolve()
  }

  /** All is well again. */
  recovers(): void {
    this.#faults.splice(0)
  }

  /** What goes wrong with a request that is made now. */
  faultFor(question: Question): Fault | undefined {
    const fault = this.#faults.find(
      (one) =>
        one.question === question && one.until > Date.now() && one.hits < (one.times ?? Number.POSITIVE_INFINITY),
    )
    if (fault === undefined) return undefined
    if (fault.hits === 0 && fault.seconds !== undefined) fault.until = Date.now() + fault.seconds * 1000
    fault.hits += 1
    return fault
  }

  /** Faults that hit nothing: what they are there for was not tried. */
  get unusedFaults(): readonly Fault[] {
    return this.#faults.filter(({ hits }) => hits === 0)
  }

  /** Somebody starts a build. */
  start(options: RunOptions = {}): Run {
    const startedAt = Date.now() - (options.ageSeconds ?? 0) * 1000
    lastId += 1
    const run = {
      id: lastId,
      event: options.event ?? this.words.event,
      branch: options.branch ?? 'main',
      title: options.title ?? 'build',
      conclusion: options.conclusion ?? this.words.success,
      startedAt,
      waitsUntil: startedAt + this.queuedSeconds * 1000,
      endsAt: startedAt + Math.max(this.queuedSeconds, options.seconds ?? this.buildSeconds) * 1000,
      lasts: options.lastsUntilRead === true,
      listedAt: startedAt + this.listedAfterSeconds * 1000,
    }
    this.runs.unshift(run)
    return run
  }

  /** What a dispatch starts. */
  startDispatched(inputs: Readonly<Record<string, string>>): Run {
    const [conclusion = this.words.success, ...later] = this.conclusions
    if (later.length > 0) this.conclusions = later
    return this.start({ conclusion, title: this.titleOf(inputs) })
  }

  /** The runs that the list shows, newest first. */
  listed(): Run[] {
    return this.runs.filter(({ listedAt }) => listedAt <= Date.now()).sort((a, b) => b.startedAt - a.startedAt)
  }

  /** The list was read: what lasted for that ends when it is to, or now. */
  wasRead(): void {
    for (const run of this.runs.filter(({ lasts }) => lasts))
      Object.assign(run, { lasts: false, endsAt: Math.max(run.endsAt, Date.now()) })
  }

  asked(question: Question): ForgeRequest[] {
    return this.requests.filter((request) => request.question === question)
  }

  /** How many requests there were: lists of runs, single runs, dispatches. */
  counts(): { readonly runs: number; readonly run: number; readonly dispatch: number } {
    const count = (question: Question) => this.asked(question).length
    return { runs: count('runs'), run: count('run'), dispatch: count('dispatch') }
  }
}

function second(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

/** How far a run is, in GitHub's words. */
function progressOf({ waitsUntil, endsAt, lasts }: Run, now: number): 'queued' | 'in_progress' | 'completed' {
  if (now >= endsAt && !lasts) return 'completed'
  return now < waitsUntil ? 'queued' : 'in_progress'
}

/** GitHub's words; the address of a run is one that nobody visits. */
export const GITHUB_WORDS: ForgeWords = {
  event: 'workflow_dispatch',
  success: 'success',
  view: (run, now) => {
    const status = progressOf(run, now)
    return {
      id: run.id,
      name: 'build',
      display_title: run.title,
      event: run.event,
      head_branch: run.branch,
      status,
      conclusion: status === 'completed' ? run.conclusion : null,
      run_attempt: 1,
      created_at: second(run.startedAt),
      run_started_at: second(run.startedAt),
      updated_at: second(Math.min(now, run.endsAt)),
      html_url: runUrl(run),
    }
  },
}

const GITLAB_PROGRESS = { queued: 'pending', in_progress: 'running' } as const

export const GITLAB_WORDS: ForgeWords = {
  event: 'api',
  success: 'success',
  view: (run, now) => {
    const progress = progressOf(run, now)
    return {
      id: run.id,
      iid: run.id % 1000,
      name: run.title,
      source: run.event,
      ref: run.branch,
      status: progress === 'completed' ? run.conclusion : GITLAB_PROGRESS[progress],
      created_at: second(run.startedAt),
      updated_at: second(Math.min(now, run.endsAt)),
      web_url: runUrl(run),
    }
  },
}

/** Where people see a run. */
export function runUrl({ id }: Pick<Run, 'id'>): string {
  return `https://forge.example.com/runs/${id}`
}
