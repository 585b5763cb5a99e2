import { type AnnotationProperties, endGroup, error, info, notice, setSecret, startGroup, warning } from '@actions/core'
import { type Problem, Refusal } from '../enrollment/index.js'
import { redactor } from '../report/index.js'
import { printable } from '../text/index.js'

/** The runner shows no more than this of each kind a step. */
const MAX_ANNOTATIONS = 10

/** How often work that takes long logs its progress, in milliseconds. */
const PROGRESS_INTERVAL = 15_000

/** Kept out of all that is written: the runner's mask covers the log alone, and only what it was told before. */
const secrets = new Set<string>()
let redact = redactor([])

/** Keeps a value out of everything from now on: the runner is told, and `safe` takes it out of what we write. */
export function hideSecret(secret: string): void {
  setSecret(secret)
  setSecret(Buffer.from(`x-access-token:${secret}`).toString('base64'))
  secrets.add(secret)
  redact = redactor([...secrets])
}

/** What was hidden so far. */
export function knownSecrets(): readonly string[] {
  return [...secrets]
}

/**
 * Text that may come from anywhere, made safe for the log: without secrets; the runner takes `::…` at the start of a
 * line and `##[…` for commands, and terminals obey control characters.
 */
export function safe(text: string): string {
  return printable(redact(text))
    .split('\n')
    .map((line) => line.replace(/^(\s*):(?=:)/, '$1: ').replaceAll('##[', '## ['))
    .join('\n')
}

interface Step {
  readonly results: string[]
  /** How much was done, by what it is. */
  readonly done: Map<string, number>
}

/** The step that is under way: the log is one for the whole process. */
let current: Step | null = null

/** A line of the log; what a step logs stands below its group, where it is seen without unfolding. */
export function logLine(text: string): void {
  if (current === null) info(safe(text))
  else current.results.push(text)
}

/** Counts something done in the step that is under way, for those who wait. */
export function countProgress(what: string): void {
  current?.done.set(what, (current.done.get(what) ?? 0) + 1)
}

/**
 * Runs one step as a group of the log. Folded groups and the results between them read as a table of contents; inside
 * stand what was counted and how long it took, now and then while the step runs and once at its end.
 */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const outer = current
  const own: Step = { results: [], done: new Map() }
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

/** Text that is too long to be read by everybody, folded. */
export function logFolded(title: string, text: string): void {
  startGroup(safe(title))
  info(safe(text))
  endGroup()
}

/**
 * Shows problems as annotations at their place: as many as the runner keeps, errors before the rest. All of them are
 * in the log and in the summary.
 *
 * @param isOwnRepository whether the files named are files of the repository the workflow runs in.
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

/** Why something failed that is no reason for the run to fail. */
export function asWarning(error: unknown): string {
  return error instanceof Refusal ? error.problems.map(sentences).join(' ') : (error as Error).message
}

function sentences({ message, remedy }: Problem): string {
  return remedy === null ? message : `${message} ${remedy}`
}
