import pc from 'picocolors'
import { formatProblem, type Problem, printable } from '../enrollment/problem.js'

/** Where a command prints: results to `out`, everything about the run itself to `err`. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether `out` and `err` understand colours. */
  readonly colour: { readonly out: boolean; readonly err: boolean }
}

/** The process's own terminal. */
export function processTerminal(): Terminal {
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    colour: {
      out: pc.isColorSupported && process.stdout.isTTY === true,
      err: pc.isColorSupported && process.stderr.isTTY === true,
    },
  }
}

/** Problems, one a line, with the excerpt they point at where the text is at hand. */
export function printProblems(terminal: Terminal, problems: readonly Problem[], text: string | null = null): void {
  const colours = pc.createColors(terminal.colour.err)
  const paint = { error: colours.red, warning: colours.yellow, notice: colours.cyan }
  const lines = text?.split(/\r?\n/) ?? []
  for (const found of problems) {
    terminal.err(`${paint[found.severity](printable(formatProblem(found)))}\n`)
    const line = found.line === null ? undefined : lines[found.line - 1]
    if (line === undefined || !terminal.colour.err) continue
    const shown = printable(line).slice(0, 160)
    terminal.err(`${colours.dim(`${found.line} |`)} ${shown}\n`)
    const indent = ' '.repeat(String(found.line).length + 2 + (found.column ?? 1))
    terminal.err(`${indent}${paint[found.severity]('^')}\n`)
  }
}
