/** Requests of http steps and what comes of them. */

/** A request as it leaves Kargo. */
export interface HttpRequest {
  readonly method: string
  /** With its query. */
  readonly url: string
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** An answer, after so many seconds. */
export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown
}

/** No answer: the connection was dropped, or nothing came in time. */
export class NoAnswer extends Error {
  /** Whether the step waited for as long as it may. */
  readonly isTimeout: boolean
  constructor(isTimeout: boolean) {
    super(isTimeout ? 'context deadline exceeded' : 'EOF')
    this.isTimeout = isTimeout
  }
}

/** Kargo's controller ends while the request is under way. */
export class ControllerGone extends Error {}

/** Whoever answers requests. */
export type Server = (request: HttpRequest) => HttpAnswer
