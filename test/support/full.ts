/**
 * How much of what is exhaustive a run of the tests does: all of it with `FULL=1`, as `.ci/run --full`, the nightly
 * workflow and a release do; else the part that `SHARE` names, a number that the workflows count up, so that each part
 * has its turn. Nothing else reads these variables.
 */
import { env } from 'node:process'
import { test } from 'vitest'

/** Whether everything is to be tested. What is not tested otherwise is shown as skipped. */
export const FULL = env.FULL === '1'

const PARTS = 4
const SHARE = Number(env.SHARE ?? 0) % PARTS

/** One case in four of many that are alike, a row each; all of them in a full run. */
export function isDue(index: number): boolean {
  return FULL || index % PARTS === SHARE
}

/** One way in two of few that are alike, so that each comes with every second change; all of them in a full run. */
export function isHalfDue(index: number): boolean {
  return FULL || index % 2 === SHARE % 2
}

/** `test` for what two ways have in common, each in turn: `index` is that of the way; all with both in a full run. */
export function inTurn(index: number) {
  return (at: number) => test.skipIf(!isHalfDue(at + index))
}

/** Every second row of a few that are alike; all of them in a full run. */
export function halfOf<Row>(rows: readonly Row[]): Row[] {
  return rows.filter((_, index) => isHalfDue(index))
}

/** `test.each` for a table of cases that are alike: those whose turn it is run, the others are shown as skipped. */
export function eachDue<Row extends readonly unknown[]>(rows: readonly Row[]) {
  return (name: string, run: (...row: Row) => Promise<void>): void => {
    for (const [index, row] of rows.entries()) {
      test.skipIf(!isDue(index)).each([row] as never)(name, run as never)
    }
  }
}

/**
 * How often a property is tried: the number that finds what is rare in a full run, 200 at most in any other; fewer where
 * each case takes long.
 */
export function runs(many: number, most = 200): number {
  return FULL ? many : Math.min(many, most)
}
