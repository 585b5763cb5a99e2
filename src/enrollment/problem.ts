import type { Provider } from '../forges/index.js'
import type { Path } from '../yaml/data.js'
import { type ErrorCode, type ProblemCode, severityOf } from './problem-codes.js'

/**
 * How bad a problem is: an error stops the run, a warning and a notice are shown and the run goes on. A warning that its
 * entry accepts is counted, and keeps nobody.
 */
export type Severity = 'error' | 'warning' | 'accepted' | 'notice'

/** A place in a source repository that a problem speaks of. */
export interface SourcePlace {
  /** As the message or the remedy names it, as one word: `build.yml:12`. */
  readonly text: string
  /** The branch is the one that the file was read from; null: the default branch. */
  readonly source: { readonly provider: Provider; readonly repo: string; readonly branch: string | null }
  readonly path: string
  /** null: the file as a whole. */
  readonly line: number | null
}

/** Something a person should know: where it is, what is wrong, and what mends it. */
export interface Problem {
  readonly severity: Severity
  /** What kind of problem it is; stable (`problem-codes.ts`). */
  readonly code: ProblemCode
  /** Path as the person knows it (relative to the state folder or repository), null where there is not a file. */
  readonly file: string | null
  /** 1-based line and column, null where unknown. */
  readonly line: number | null
  readonly column: number | null
  readonly message: string
  /** What to do about it, one sentence; null where the message says it already. */
  readonly remedy: string | null
  /** Name of the image it concerns, null where it concerns the whole run. */
  readonly image: string | null
  /** Why it is accepted, in the words of images.yaml; absent where it is not. */
  readonly reason?: string
  /** Where more of it is seen; absent where its words name no file that was read. */
  readonly places?: readonly SourcePlace[]
}

/** Something about an entry that its schema cannot see: where, what, and what mends it. */
export interface EntryFault {
  readonly code: ProblemCode
  /** Path in the entry. */
  readonly path: Path
  readonly message: string
  readonly remedy: string | null
}

type About = Partial<Omit<Problem, 'severity' | 'code' | 'message'>>

/** Makes a problem, as bad as its code says; what is left out is null. */
export function problem(code: ProblemCode, message: string, about: About = {}): Problem {
  const nowhere = { file: null, line: null, column: null, remedy: null, image: null }
  return { severity: severityOf(code), code, message, ...nowhere, ...about }
}

/** `images.yaml:14:3`, as far as it is known; empty where no file is. */
export function placeOfProblem({ file, line, column }: Pick<Problem, 'file' | 'line' | 'column'>): string {
  return [file, line, column].filter((part) => part !== null).join(':')
}

/** `images.yaml:14:3: warning: message. Remedy. [code]` on one line, for logs and plain terminals. */
export function formatProblem(p: Problem): string {
  const place = placeOfProblem(p)
  const remedy = p.remedy === null ? '' : ` ${p.remedy}`
  const severity = p.severity === 'accepted' ? 'accepted warning' : p.severity
  return `${place === '' ? '' : `${place}: `}${severity}: ${p.message}${remedy}${codeOf(p)}`
}

/** The code of what can be accepted, and the reason why it is. */
function codeOf({ severity, code, reason }: Problem): string {
  if (severity !== 'warning' && severity !== 'accepted') return ''
  return ` [${code}]${reason === undefined ? '' : ` Accepted: ${reason}`}`
}

/** Stops the run: carries every problem found, so that all are reported at once. */
export class Refusal extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'Refusal'
    this.problems = problems
  }
}

/** A refusal with one error. */
export function refuse(code: ErrorCode, message: string, about: About = {}): Refusal {
  return new Refusal([problem(code, message, about)])
}
