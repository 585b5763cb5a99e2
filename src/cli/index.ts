/**
 * The command line: options in, the pipeline or one of its steps, text or JSON out. `commands.ts` declares the
 * commands, `read-commands.ts` has the read-only ones, `plan-commands.ts` those that run the pipeline, `demo.ts` shows
 * the whole workflow on the embedded example.
 */

import { CommanderError } from 'commander'
import { Refusal } from '../enrollment/problem.js'
import type { Env } from '../run-options.js'
import { printable } from '../text/index.js'
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
    await makeProgram({ env, terminal, now, finish }).parseAsync([...args], { from: 'user' })
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
