import type { Provider } from '../forges/index.js'
import { compareText, formatNumber, listSome, quote, suggest } from '../text/index.js'
import type { Path } from '../yaml/data.js'
import { type ErrorCode, type ProblemCode, severityOf } from './problem-codes.js'

/** A place in a source repository that a problem refers to. */
export interface SourcePlace {
  /** The part of the message or the remedy that names it, a single word: `build.yml:12`. */
  readonly text: string
  /** The branch that the file was read from; null: the default branch. */
  readonly source: { readonly provider: Provider; readonly repo: string; readonly branch: string | null }
  readonly path: string
  /** null: the file as a whole. */
  readonly line: number | null
}

/** A problem: where it is, what is wrong, and how to fix it. */
export interface Problem {
  /**
   * An error stops the run, a warning and a notice are shown while the run continues. A warning accepted by its entry is
   * only counted.
   */
  readonly severity: 'error' | 'warning' | 'accepted' | 'notice'
  /** The kind of problem; stable (`problem-codes.ts`). */
  readonly code: ProblemCode
  /** Path as shown to people (relative to the state folder or repository), null for none. */
  readonly file: string | null
  /** 1-based line and column, null where unknown. */
  readonly line: number | null
  readonly column: number | null
  readonly message: string
  /** How to fix it, one sentence; null if the message is enough. */
  readonly remedy: string | null
  /** Name of the affected image, null for the whole run. */
  readonly image: string | null
  /** Why it is accepted, quoted from images.yaml; absent if it is not. */
  readonly reason?: string
  /** Links for the places named in the text; absent if it names no file that was read. */
  readonly places?: readonly SourcePlace[]
}

/** A problem of an entry that its schema cannot detect: its path, message and remedy. */
export interface EntryFault {
  readonly code: ProblemCode
  readonly path: Path
  readonly message: string
  readonly remedy: string | null
}

type About = Partial<Omit<Problem, 'severity' | 'code' | 'message'>>

/** Makes a problem with the severity of its code; omitted properties are null. */
export function problem(code: ProblemCode, message: string, about: About = {}): Problem {
  const nowhere = { file: null, line: null, column: null, remedy: null, image: null }
  return { severity: severityOf(code), code, message, ...nowhere, ...about }
}

/** `images.yaml:14:3`, without unknown parts; empty without a file. */
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

/** The code of a problem that can be accepted, with the reason if it is. */
function codeOf({ severity, code, reason }: Problem): string {
  if (severity !== 'warning' && severity !== 'accepted') return ''
  return ` [${code}]${reason === undefined ? '' : ` Accepted: ${reason}`}`
}

/** Stops the run; carries every problem found, so that all are reported together. */
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

const MAX_NAMES = 10

/**
 * The message about a name that no entry has, and what to write instead.
 *
 * @param names of the enrolled images.
 * @param file the enrollment file as shown to people.
 */
export function unknownImage(
  name: string,
  names: readonly string[],
  file: string,
): { readonly message: string; readonly remedy: string } {
  const message = `${file} enrolls no image ${quote(name)}.`
  const near = suggest(name, names)
  if (near !== null) return { message, remedy: `Did you mean ${near}?` }
  const shown = listSome([...names].sort(compareText), MAX_NAMES, String, (n) => `and ${formatNumber(n)} more`)
  return { message, remedy: `Its images: ${shown.join(', ')}.` }
}
