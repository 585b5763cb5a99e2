/**
 * How much of what is exhaustive a run of the tests does: all of it with `FULL=1`, as `.ci/run --full`, the nightly
 * workflow and a release do; else the part that `SHARE` names, a number that the workflows count up, so that each part
 * has its turn. Nothing else reads these variables.
 */
import { env } from 'node:process'
import { test } from 'vitest'

/** Whether everything is to be tested. What is not tested otherwise is shown as skipped. */
export const FULL = env.FULL === '1'

const PARTS = 6
const SHARE = Number(env.SHARE ?? 0)

/** One case in six, or in as many as `parts` says, of many that are alike, a row each; all of them in a full run. */
export function isDue(index: number, parts = PARTS): boolean {
  return FULL || index % parts === SHARE % parts
}

/**
 * A cell of a table of rows that are alike in every column: one cell of so many rows, which moves on with each change; all
 * of them in a full run.
 */
export function isCellDue(row: number, column: number, columns: number, rows: number): boolean {
  return isDue(row * columns + column, rows * columns + 1)
}

/**
 * `test` for what two ways have in common, each in turn: `index` is that of the way; all with both in a full run. Where one
 * comes with one change in `parts`, both ways have something with every change.
 */
export function inTurn(index: number, parts = PARTS) {
  return (at: number) => test.skipIf(!isDue(at + (index * parts) / 2, parts))
}

/**
 * For the tests of a file that are parts of one thing: called for each, gives the `test` that runs with one change in
 * six, or in as many as `parts` says; all of them in a full run.
 */
export function takingTurns(parts = PARTS) {
  let index = -1
  return () => {
    index += 1
    return test.skipIf(!isDue(index, parts))
  }
}

/**
 * `test.each` for a table of cases that are alike: one in six runs, or in as many as `parts` says, and one at least; the
 * others are shown as skipped.
 */
export function eachDue<Row extends readonly unknown[]>(rows: readonly Row[], parts = PARTS) {
  return (name: string, run: (...row: Row) => Promise<void>, timeout?: number): void => {
    for (const [index, row] of rows.entries()) {
      test.skipIf(!isDue(index, Math.min(parts, rows.length))).each([row] as never)(name, run as never, timeout)
    }
  }
}

/**
 * How often a property is tried: the number that finds what is rare in a full run, 60 at most in any other; fewer where
 * each case takes long.
 */
export function runs(many: number, most = 60): number {
  return FULL ? many : Math.min(many, most)
}
