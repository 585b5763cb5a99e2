import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import stringWidth from 'fast-string-width'
import pc from 'picocolors'
import { formatProblem, type Problem, refuse } from '../enrollment/problem.js'
import { FORGES, forEachForge, type Provider } from '../forges/index.js'
import { withoutValues } from '../report/redact.js'
import type { Env } from '../run-options.js'
import { formatNumber, printable } from '../text/index.js'

/** Where a command prints: results to `out`, everything about the run itself to `err`. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether `out` and `err` support colors. */
  readonly color: { readonly out: boolean; readonly err: boolean }
  /** Whether `err` is shown while it is written. */
  readonly isLive?: boolean
  /** Width of `out` in characters; if not set, a table is as wide as its cells. */
  readonly columns?: number
}

/**
 * The process's own terminal. Its reader may close it at any time (`| head`): the process then exits silently.
 *
 * @param secrets values that are never printed.
 */
export function processTerminal(secrets: readonly string[]): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit()
    })
  }
  const hide = withoutValues(secrets)
  return {
    out: (text) => process.stdout.write(hide(text)),
    err: (text) => process.stderr.write(hide(text)),
    color: {
      out: pc.isColorSupported && process.stdout.isTTY === true,
      err: pc.isColorSupported && process.stderr.isTTY === true,
    },
    isLive: process.stderr.isTTY === true,
    ...(process.stdout.isTTY ? { columns: process.stdout.columns } : {}),
  }
}

/** The token in the environment for each forge; empty: none. */
export function forgeTokens(env: Env): Readonly<Record<Provider, string>> {
  return forEachForge(({ tokenVariables }) => tokenVariables.map((name) => env[name]).find(Boolean) ?? '')
}

/** All tokens in the environment. */
export function tokensIn(env: Env): string[] {
  const variables = [...FORGES.flatMap(({ tokenVariables }) => tokenVariables), 'IMAGE_FACTORY_DISPATCH_TOKEN']
  return variables.flatMap((name) => env[name] || [])
}

/** Where requests to servers report what went wrong: only warnings are shown. */
export function logOn(terminal: Terminal) {
  return { warning: (text: string) => terminal.err(`${printable(text)}\n`), debug: () => undefined }
}

/** Prints data for `--json`. */
export function printJson(terminal: Terminal, data: unknown): void {
  terminal.out(`${JSON.stringify(data, null, 2)}\n`)
}

/** Prints problems, one per line, with an excerpt of the text if it is available. */
export function printProblems(terminal: Terminal, problems: readonly Problem[], text: string | null = null): void {
  const colors = pc.createColors(terminal.color.err)
  const paint = { error: colors.red, warning: colors.yellow, accepted: colors.dim, notice: colors.cyan }
  const lines = text?.split(/\r?\n/) ?? []
  for (const found of problems) {
    terminal.err(`${paint[found.severity](printable(formatProblem(found)))}\n`)
    const line = found.line === null ? undefined : lines[found.line - 1]
    if (line === undefined || !terminal.color.err) continue
    const { shown, caret } = excerpt(line, found.column ?? 1)
    const margin = `${found.line} |`
    terminal.err(`${colors.dim(margin)} ${shown}\n`)
    terminal.err(`${' '.repeat(margin.length + 1 + caret)}${paint[found.severity]('^')}\n`)
  }
}

/** Maximum width of an excerpt, and how much of it precedes the column. */
const WIDEST = 120
const BEFORE = 60

/**
 * The part of a line around a column, as a terminal shows it on one line, tabs as two spaces.
 *
 * @param column 1-based, in UTF-16 units.
 * @returns the text, and the number of cells before the column.
 */
export function excerpt(line: string, column: number): { readonly shown: string; readonly caret: number } {
  const cells = (text: string) => [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment)
  const at = Math.min(column - 1, line.length)
  // Only text near the column is processed: lines may be very long.
  const near = line.slice(Math.max(0, at - 4 * WIDEST), at + 4 * WIDEST)
  const before = cells(near.slice(0, Math.min(at, 4 * WIDEST)))
  const after = cells(near.slice(Math.min(at, 4 * WIDEST)))
  const start = lastWithin(before, BEFORE)
  const left = (start > 0 || at > 4 * WIDEST ? '…' : '') + readable(before.slice(start).join(''))
  const end = firstWithin(after, WIDEST - BEFORE)
  const isCut = end < after.length || line.length > at + 4 * WIDEST
  return { shown: left + readable(after.slice(0, end).join('')) + (isCut ? '…' : ''), caret: stringWidth(left) }
}

function readable(text: string): string {
  return printable(text.replaceAll('\t', '  '))
}

/** How many of the first characters fit into this many cells. */
function firstWithin(characters: readonly string[], width: number): number {
  let used = 0
  const over = characters.findIndex((one) => {
    used += stringWidth(readable(one))
    return used > width
  })
  return over < 0 ? characters.length : over
}

/** Index of the first of the last characters that fit into this many cells. */
function lastWithin(characters: readonly string[], width: number): number {
  return characters.length - firstWithin([...characters].reverse(), width)
}

/** Shows the progress of a command on one line of a terminal, which is overwritten. */
export interface Progress {
  readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>
  /** Counts work done in the current step: `answers from GitHub`. */
  readonly count: (what: string, times?: number) => void
}

/** Repainting costs more than most of what is counted. */
const REPAINT_INTERVAL = 100
const CLEAR = '\r\u001b[K'

/** Progress on a terminal's error stream; silent when it is not a terminal. */
export function progressOn({ err, isLive = false, columns = 80 }: Terminal): Progress {
  if (!isLive) return { step: (_, work) => work(), count: () => undefined }
  let title = ''
  let painted = 0
  const done = new Map<string, number>()
  const paint = () => {
    const counts = [...done].map(([what, times]) => `, ${formatNumber(times)} ${what}`).join('')
    err(`${CLEAR}${`${title} …${counts}`.slice(0, columns - 1)}`)
    painted = performance.now()
  }
  return {
    step: async (name, work) => {
      title = name
      done.clear()
      paint()
      try {
        return await work()
      } finally {
        err(CLEAR)
      }
    },
    count: (what, times = 1) => {
      done.set(what, (done.get(what) ?? 0) + times)
      if (performance.now() - painted >= REPAINT_INTERVAL) paint()
    },
  }
}

export interface Prompt {
  readonly text: string
  /** Used for an empty answer. */
  readonly fallback: string
  /** What is wrong with an answer, to complete "must be …"; null if it is valid. */
  readonly fault: (answer: string) => string | null
}

/** Asks until the answer is valid. */
export type Ask = (question: Prompt) => Promise<string>

/** Whether both input and output are a terminal. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true
}

/**
 * Asks the person at the terminal. Lines typed ahead answer later questions; a question is rejected with a Refusal once
 * input has ended (Ctrl-C, end of input).
 *
 * @param input and
 * @param output are the two streams of the terminal.
 */
export function openPrompt(input: Readable, output: Writable): { readonly ask: Ask; readonly close: () => void } {
  const lines = createInterface({ input, output })
  const typed: string[] = []
  const open: { readonly answer: (line: string) => void; readonly leave: () => void }[] = []
  let isGone = false
  lines.on('line', (line) => {
    const question = open.shift()
    if (question === undefined) typed.push(line)
    else question.answer(line)
  })
  lines.on('close', () => {
    isGone = true
    for (const { leave } of open) leave()
  })
  const answerTo = ({ text, fallback }: Prompt) =>
    new Promise<string>((resolve, reject) => {
      const leave = () => reject(refuse('option-invalid', 'the questions were not answered: nothing was written.'))
      const prompt = `${text}${fallback === '' ? '' : ` [${fallback}]`}: `
      const line = typed.shift()
      if (line !== undefined) {
        output.write(`${prompt}${line}\n`)
        resolve(line)
      } else if (isGone) leave()
      else {
        open.push({ answer: resolve, leave })
        lines.setPrompt(prompt)
        lines.prompt()
      }
    })
  return {
    ask: (question) => askUntilValid(question, answerTo, (text) => output.write(text)),
    close: () => lines.close(),
  }
}

/** Repeats the question with the reason while the answer is invalid. */
async function askUntilValid(
  question: Prompt,
  answerTo: (question: Prompt) => Promise<string>,
  print: (text: string) => void,
): Promise<string> {
  for (;;) {
    const answer = (await answerTo(question)).trim() || question.fallback
    const fault = question.fault(answer)
    if (fault === null) return answer
    print(`It must be ${fault}.\n`)
  }
}
