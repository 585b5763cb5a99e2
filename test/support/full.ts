/**
 * How much of what is exhaustive a run of the tests does: all of it with `FULL=1`, as `.ci/run --full`, the nightly
 * workflow and a release do; else the part that `SHARE` names, a number that the workflows count up, so that each part
 * has its turn. Nothing else reads these variables.
 */
import { env } from 'node:process'

/** Whether everything is to be tested. What is not tested otherwise is shown as skipped. */
export const FULL = env.FULL === '1'

const PARTS = 4
const SHARE = Number(env.SHARE ?? 0) % PARTS

/** One case in four of many that are alike, a row each; all of them in a full run. */
export function isDue(index: number): boolean {
  return FULL || index % PARTS === SHARE
}

/**
 * How often a property is tried: the number that finds what is rare in a full run, 200 at most in any other; fewer where
 * each case takes long.
 */
export function runs(many: number, most = 200): number {
  return FULL ? many : Math.min(many, most)
}
