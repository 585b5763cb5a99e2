import { setTimeout as sleep } from 'node:timers/promises'
import { refuse } from '../enrollment/index.js'
import { baseDelay, type Log } from '../network/index.js'
import { quote } from '../text/index.js'
import { connectForge, type ForgeReply, type ForgeServer, type ForgeStart, unreadable } from './forge-api.js'
import type {
  BuildPlace,
  BuildRun,
  CountedRuns,
  Run,
  RunSearch,
  RunState,
  RunsClient,
  StartAnswer,
  StartRequest,
} from './runs.js'

/** An id in a forge's response: an integer that JSON represents exactly. null: invalid. */
export function idIn(value: unknown): string | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : null
}

/** A time in milliseconds since the epoch; null if invalid. */
export function momentIn(value: unknown): number | null {
  const moment = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(moment) ? null : moment
}

/** A time as ISO 8601; null if invalid. */
export function isoIn(value: unknown): string | null {
  const moment = momentIn(value)
  return moment === null ? null : new Date(moment).toISOString()
}

/** A string; null for any other type. */
export function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** What a forge is connected with. URLs without trailing slash. */
export interface RunsServer {
  /** Base URL of its pages: https://github.com. */
  readonly url: string
  /** GitHub's API, which may be on a host of its own: https://api.github.com, https://HOST/api/v3. */
  readonly apiUrl: string
  readonly token: string
  readonly log: Log
}

/** A run in a forge's list. Times are in milliseconds since the epoch. */
export interface ListedRun {
  readonly id: string
  readonly branch: string | null
  readonly title: string | null
  readonly isDispatched: boolean
  /** Whether it builds a proposed change, which is not published. */
  readonly isProposal: boolean
  /** Whether its title was not set by us. */
  readonly isUntitled: boolean
  readonly status: BuildRun['status']
  readonly createdAt: number
  readonly startedAt: number
  /** null while it is running, or if unknown. */
  readonly endedAt: number | null
}

/**
 * What differs between forges: API paths, and the meaning of responses. Declared as methods, so that the compiler accepts a
 * forge of workflows as a forge of any place.
 */
export interface ForgeRuns<Place = BuildPlace> extends ForgeServer {
  start(request: StartRequest<Place>): Omit<ForgeStart, 'what'>
  /** The id of the run that an accepted start created; null if the response does not include it. */
  startedId(data: unknown): string | null
  /** One page of the runs dispatched since, newest first. */
  dispatchedUrl(source: Place, since: Date, page: number): string
  /** The newest runs, whatever their result. */
  runsUrl(source: Place, counted: CountedRuns): string
  runUrl(source: Place, id: string): string
  /** null: the response is not a list. */
  runsIn(data: unknown): readonly ListedRun[] | null
  /** null: the response is not a run. */
  stateOf(data: unknown): Omit<RunState, 'url'> | null
  /** `build.yml of acme/web`. */
  nameOf(source: Place): string
  pageOf(source: Place, id: string): string
}

/** Runs per page, and maximum number of pages of runs dispatched since a start was decided. */
export const PAGE = 100
const MAX_PAGES = 3

/** Allowed difference between our clock and the forge's, in milliseconds. */
const SKEW = 15_000

/** If a response names no run, it is searched for after this many base delays, then again after this many more. */
const LOOKS = [2, 4]

const RUN_ID = /^[1-9]\d{0,19}$/

/** Starts builds on a forge, and reads their runs. */
export class ForgeRunsClient implements RunsClient {
  readonly #forge: ForgeRuns
  readonly #api: ReturnType<typeof connectForge>
  readonly #started = new Set<string>()
  /** Responses by URL, if they can be reused. */
  readonly #known = new Map<string, Promise<unknown>>()

  /** @throws Refusal when the token is malformed. */
  constructor(forge: ForgeRuns) {
    this.#forge = forge
    this.#api = connectForge(forge)
  }

  async start(request: StartRequest): Promise<StartAnswer> {
    const { source } = request
    const what = `${this.#forge.nameOf(source)} on ${source.branch}`
    this.#known.clear()
    const answer = await this.#api.start({ ...this.#forge.start(request), what })
    if (answer.kind !== 'accepted') return answer
    const id = this.#forge.startedId(answer.data)
    const run = id === null ? await this.#lookFor(request) : this.#runOf(source, id)
    if (run !== null) this.#started.add(run.id)
    return { kind: 'started', run }
  }

  async find({ source, title, createdAfter, taken }: RunSearch): Promise<Run | null> {
    const since = Date.parse(createdAfter) - SKEW
    const isIt = (run: ListedRun) =>
      run.isDispatched &&
      run.branch === source.branch &&
      run.createdAt >= since &&
      (title === null || run.title === title) &&
      !taken.has(run.id) &&
      !this.#started.has(run.id)
    const found: ListedRun[] = []
    this.#known.clear()
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const runs = await this.#list(source, this.#forge.dispatchedUrl(source, new Date(since), page))
      found.push(...runs.filter(isIt))
      if (runs.length < PAGE) break
    }
    const [oldest] = found.sort((a, b) => a.createdAt - b.createdAt || Number(a.id) - Number(b.id))
    return oldest === undefined ? null : this.#runOf(source, oldest.id)
  }

  async read(source: BuildPlace, runId: string): Promise<RunState> {
    // State files may have been edited by hand.
    if (!RUN_ID.test(runId))
      throw refuse('state-invalid', `${quote(runId)} is not the ID of a run.`, { remedy: 'Correct the state file.' })
    const { url } = this.#runOf(source, runId)
    const what = `run ${runId} of ${this.#forge.nameOf(source)}`
    const address = this.#forge.runUrl(source, runId)
    return this.#once(address, async () => {
      const reply = await this.#api.read(address)
      const isGone = reply.kind === 'no' && reply.status === 404
      if (isGone) return { status: 'not-found', url, startedAt: null, endedAt: null }
      return { ...this.#taken(what, reply, this.#forge.stateOf), url }
    })
  }

  async builds(source: BuildPlace, counted: CountedRuns): Promise<readonly BuildRun[]> {
    const address = this.#forge.runsUrl(source, counted)
    const runs = await this.#once(address, () => this.#list(source, address))
    return runs
      .filter((run) => run.branch === source.branch && countsAs(run, counted))
      .sort((a, b) => b.startedAt - a.startedAt || Number(b.id) - Number(a.id))
      .map(({ id, startedAt, endedAt, isDispatched, status }) => {
        const times = { startedAt: isoOf(startedAt), endedAt: endedAt === null ? null : isoOf(endedAt) }
        return { ...this.#runOf(source, id), ...times, isDispatched, status }
      })
  }

  /** Caches the response of a URL. */
  #once<T>(address: string, ask: () => Promise<T>): Promise<T> {
    const answer = (this.#known.get(address) as Promise<T> | undefined) ?? ask()
    this.#known.set(address, answer)
    return answer
  }

  /** Runs appear in lists shortly after a start was accepted. */
  async #lookFor(request: StartRequest): Promise<Run | null> {
    for (const delays of LOOKS) {
      await sleep(delays * baseDelay())
      const run = await this.find(request).catch(() => null)
      if (run !== null) return run
    }
    return null
  }

  async #list(source: BuildPlace, url: string): Promise<readonly ListedRun[]> {
    return this.#taken(`the runs of ${this.#forge.nameOf(source)}`, await this.#api.read(url), this.#forge.runsIn)
  }

  /** @throws Refusal when the response has no such data. */
  #taken<T>(what: string, reply: ForgeReply, use: (data: unknown) => T | null): T {
    if (reply.kind !== 'data') throw unreadable(what, reply, this.#forge)
    const found = use(reply.data)
    if (found !== null) return found
    throw unreadable(what, { kind: 'no', status: 200, message: 'something else' }, this.#forge)
  }

  #runOf(source: BuildPlace, id: string): Run {
    return { id, url: this.#forge.pageOf(source, id) }
  }
}

function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

/** Whether a run is a build of an image (docs/rebuild-policy.md); the same rule as `counts` in Kargo's task. */
function countsAs(run: ListedRun, { title, builds }: CountedRuns): boolean {
  if (run.isProposal || (builds === 'dispatched' && !run.isDispatched)) return false
  return title === null || run.title === title || run.isUntitled
}
