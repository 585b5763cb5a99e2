/** A forge that builds images, in memory: GitHub's workflow runs or GitLab's pipelines, with what may go wrong. */
import { ControllerGone, type HttpAnswer, type HttpRequest, NoAnswer } from './requests.js'

/** A run or pipeline. Times are seconds since 1970. */
export interface Build {
  readonly id: number
  /** Address of its workflow or project in the API. */
  readonly place: string
  readonly branch: string
  readonly isDispatched: boolean
  /** What started it, in the forge's own word; left out: a dispatch, or a push. */
  readonly event?: string
  readonly title: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly startedAt: number
  /** It may be changed while it runs. */
  endsAt: number
  conclusion: string
  /** Not in any answer before. */
  readonly visibleAt: number
  /** What its state is called before it is over; null: that it runs. */
  readonly state: string | null
}

/** Which builds of a list are given. */
export interface Page {
  /** What the request says how many it wants; more are not given. */
  readonly size: number
  readonly onlyDispatched: boolean
}

/** What a request asks for. */
export type Question =
  | ({ readonly kind: 'list'; readonly place: string; readonly branch: string } & Page)
  | { readonly kind: 'one'; readonly place: string; readonly id: number }
  | { readonly kind: 'dispatch'; readonly place: string; readonly branch: string; readonly body: Body }

/** Body of a dispatch. */
export type Body = Readonly<Record<string, unknown>>

/** What a forge says in its own words. */
export interface Dialect {
  readonly question: (request: HttpRequest) => Question
  readonly isAllowed: (request: HttpRequest) => boolean
  readonly list: (builds: readonly Shown[]) => unknown
  readonly one: (build: Shown) => unknown
  /** Why a dispatch is refused, null where it is not. */
  readonly refusal: (body: Body) => HttpAnswer | null
  readonly inputs: (body: Body) => Readonly<Record<string, unknown>>
  readonly accepted: (build: Shown, body: Body) => HttpAnswer
  readonly unauthorized: HttpAnswer
  readonly notFound: HttpAnswer
}

/** A build as it looks now. */
export interface Shown extends Build {
  readonly isOver: boolean
}

/** What happens instead of an answer, to the next requests of a kind. */
export interface Fault {
  readonly on: Question['kind']
  /** So often; once where nothing is said. */
  readonly times?: number
  /** Whether the request is served nevertheless. */
  readonly isServed?: boolean
  readonly answer: HttpAnswer | 'dropped' | 'too late' | 'controller gone'
}

/** How the builds go that are dispatched from now on. */
export interface Plan {
  seconds: number
  /** Of the next builds, in turn; then all are good. */
  conclusions: string[]
  /** Until a new build is in answers. */
  lagSeconds: number
  title: (inputs: Readonly<Record<string, unknown>>) => string
}

/** The forge. */
export class BuildForge {
  readonly builds: Build[] = []
  readonly plan: Plan = { seconds: 300, conclusions: [], lagSeconds: 0, title: () => 'build' }
  readonly #dialect: Dialect
  readonly #now: () => number
  #faults: { readonly fault: Fault; left: number }[] = []

  constructor(dialect: Dialect, now: () => number) {
    this.#dialect = dialect
    this.#now = now
  }

  /** From now on this happens, until it has happened often enough. */
  fails(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 })
  }

  /** All is well again. */
  recovers(): void {
    this.#faults = []
  }

  /** Builds that were started by a dispatch. */
  get dispatched(): Build[] {
    return this.builds.filter(({ isDispatched }) => isDispatched)
  }

  /** Starts a build. */
  start(place: string, build: Partial<Build> = {}): Build {
    const now = this.#now()
    const inputs = build.inputs ?? {}
    const started: Build = {
      id: 20_000_000_001 + this.builds.length,
      place,
      branch: 'main',
      isDispatched: true,
      title: this.plan.title(inputs),
      inputs,
      startedAt: now,
      endsAt: now + this.plan.seconds,
      conclusion: 'success',
      visibleAt: now + this.plan.lagSeconds,
      state: null,
      ...build,
    }
    this.builds.push(started)
    return started
  }

  /** Answers a request. */
  serve(request: HttpRequest): HttpAnswer {
    const question = this.#dialect.question(request)
    const entry = this.#faults.find(({ fault, left }) => fault.on === question.kind && left > 0)
    if (entry === undefined) return this.#answer(request, question)
    entry.left -= 1
    const { isServed, answer } = entry.fault
    if (isServed) this.#answer(request, question)
    if (answer === 'controller gone') throw new ControllerGone()
    if (answer === 'dropped' || answer === 'too late') throw new NoAnswer(answer === 'too late')
    return answer
  }

  #answer(request: HttpRequest, question: Question): HttpAnswer {
    const { list, one, notFound, unauthorized } = this.#dialect
    if (!this.#dialect.isAllowed(request)) return unauthorized
    if (question.kind === 'dispatch') return this.#dispatch(question)
    const now = this.#now()
    const seen = this.builds.filter(({ visibleAt }) => visibleAt <= now).map((build) => this.#shown(build))
    if (question.kind === 'one') {
      const build = seen.find(({ id }) => id === question.id)
      return build === undefined ? notFound : { status: 200, body: one(build) }
    }
    const { place, branch, size, onlyDispatched } = question
    const found = seen.filter(
      (build) => build.place === place && build.branch === branch && (build.isDispatched || !onlyDispatched),
    )
    return { status: 200, body: list(found.sort((a, b) => b.id - a.id).slice(0, size)) }
  }

  #dispatch({ place, branch, body }: Question & { readonly kind: 'dispatch' }): HttpAnswer {
    const refusal = this.#dialect.refusal(body)
    if (refusal !== null) return refusal
    const conclusion = this.plan.conclusions.shift() ?? 'success'
    const build = this.start(place, { branch, conclusion, inputs: this.#dialect.inputs(body) })
    return this.#dialect.accepted(this.#shown(build), body)
  }

  #shown(build: Build): Shown {
    return { ...build, isOver: this.#now() >= build.endsAt }
  }
}
