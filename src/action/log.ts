import { type AnnotationProperties, endGroup, error, info, notice, setSecret, startGroup, warning } from '@actions/core'
import { type Problem, Refusal } from '../enrollment/index.js'
import { basicCredentials, redactor } from '../report/index.js'
import { printable } from '../text/index.js'

/** The runner shows at most this many annotations of each kind per step. */
const MAX_ANNOTATIONS = 10

/** Milliseconds between two progress lines of a long step. */
const PROGRESS_INTERVAL = 15_000

/** Kept out of everything that is written: the runner's mask covers only the log, and only values registered before. */
const secrets = new Set<string>()
let redact = redactor([])

/** Hides a value from now on: masks it in the runner's log, and makes `safe` remove it from what we write. */
export function hideSecret(secret: string): void {
  setSecret(secret)
  setSecret(basicCredentials(secret))
  secrets.add(secret)
  redact = redactor([...secrets])
}

/** The values hidden so far. */
export function knownSecrets(): readonly string[] {
  return [...secrets]
}

/**
 * Makes untrusted text safe for the log: removes secrets, breaks up `::…` at the start of a line and `##[…`, which the
 * runner would take for commands, and replaces control characters, which terminals obey.
 */
export function safe(text: string): string {
  return printable(redact(text))
    .split('\n')
    .map((line) => line.replace(/^(\s*):(?=:)/, '$1: ').replaceAll('##[', '## ['))
    .join('\n')
}

/** The results of the current step, and its completed work, counted by kind: there is one log for the whole process. */
let current: { readonly results: string[]; readonly done: Map<string, number> } | null = null

/** Logs a line; lines of a step appear below its group, where they are visible without unfolding. */
export function logLine(text: string): void {
  if (current === null) info(safe(text))
  else current.results.push(text)
}

/** Counts completed work in the current step, for its progress lines. */
export function countProgress(what: string): void {
  current?.done.set(what, (current.done.get(what) ?? 0) + 1)
}

/**
 * Runs one step as a group of the log, so that folded groups with their results read as a table of contents. The group
 * holds the counts and the time taken, logged periodically during the step and once at its end.
 */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const outer = current
  const own = { results: [] as string[], done: new Map<string, number>() }
  const started = performance.now()
  const logProgress = () => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    info(safe([`${seconds} s`, ...[...own.done].map(([what, times]) => `${what}: ${times}`)].join(', ')))
  }
  startGroup(safe(title))
  current = own
  const timer = setInterval(logProgress, PROGRESS_INTERVAL)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    logProgress()
    endGroup()
    current = outer
    for (const text of own.results) logLine(`  ${text}`)
  }
}

/** Logs text that is too long for most readers, folded. */
export function logFolded(title: string, text: string): void {
  startGroup(safe(title))
  info(safe(text))
  endGroup()
}

/**
 * Shows problems as annotations at their location, errors first, as many as the runner keeps. The log and the summary
 * list all of them.
 *
 * @param isOwnRepository whether the files belong to the repository that the workflow runs in.
 */
export function annotate(problems: readonly Problem[], isOwnRepository: boolean): void {
  const show = { error, warning, notice } as const
  for (const severity of ['error', 'warning', 'notice'] as const) {
    for (const found of problems.filter((one) => one.severity === severity).slice(0, MAX_ANNOTATIONS)) {
      show[severity](safe(text(found, isOwnRepository)), isOwnRepository ? place(found) : {})
    }
  }
}

function text(found: Problem, isOwnRepository: boolean): string {
  const where =
    isOwnRepository || found.file === null
      ? ''
      : `${[found.file, found.line].filter((part) => part !== null).join(':')}: `
  const remedy = found.remedy === null ? '' : ` ${found.remedy}`
  const code = found.severity === 'warning' ? ` [${found.code}]` : ''
  return `${where}${found.message}${remedy}`.slice(0, 4000) + code
}

function place(found: Problem): AnnotationProperties {
  return {
    ...(found.file === null ? {} : { file: found.file }),
    ...(found.line === null ? {} : { startLine: found.line }),
    ...(found.column === null ? {} : { startColumn: found.column }),
  }
}

/** The message of an error that does not fail the run. */
export function asWarning(error: unknown): string {
  if (!(error instanceof Refusal)) return (error as Error).message
  return error.problems.flatMap(({ message, remedy }) => (remedy === null ? message : [message, remedy])).join(' ')
}
