/**
 * The command line: options in, the pipeline or one of its steps, text or JSON out. `commands.ts` declares the
 * commands, `read-commands.ts` has the read-only ones, `plan-commands.ts` those that run the pipeline, `demo.ts` shows
 * the whole workflow on the embedded example.
 */

import { CommanderError } from 'commander'
import { Refusal, refuse } from '../enrollment/problem.js'
import type { Env } from '../run-options.js'
import { printable, quote, suggest } from '../text/index.js'
import { makeProgram } from './commands.js'
import { printJson, printProblems, processTerminal, tokensIn } from './terminal.js'

/**
 * Runs one command.
 *
 * @param args the arguments after the program's name.
 * @param now the time of the run, ISO 8601.
 * @returns the exit code: 0 success, 1 error, 2 out of date (`check` only).
 */
export async function runCommandLine(args: readonly string[], env: Env, now: string): Promise<number> {
  const terminal = processTerminal(tokensIn(env))
  let exitCode = 0
  const finish = (code: number) => {
    exitCode = code
  }
  try {
    const program = makeProgram({ env, terminal, now, finish })
    refuseUnknownCommand(args, [...program.commands.map((command) => command.name()), 'help'])
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1
    // A bug: the stack trace helps to fix it, and may quote a server's answer.
    if (!(error instanceof Refusal)) {
      terminal.err(`${printable(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`)
    } else if (args.includes('--json')) {
      printJson(terminal, { refused: true, problems: error.problems })
    } else printProblems(terminal, error.problems)
    return 1
  }
}

/** The parser prints the whole help for `help` with an unknown command, and no way out without a similar name. */
function refuseUnknownCommand(args: readonly string[], names: readonly string[]): void {
  const [first, second] = args
  const name = first === 'help' ? second : first
  if (name === undefined || name.startsWith('-') || names.includes(name)) return
  const near = suggest(name, names)
  const remedy = near === null ? 'image-factory help lists all commands.' : `Did you mean ${near}?`
  throw refuse('option-invalid', `unknown command ${quote(name)}.`, { remedy })
}
