/**
 * After how many errors a step gives up. Kargo tries again 5 ms after the first error and then after twice as long each
 * time, at most 1,000 s: the n-th error in a row comes 5 ms · (2^(n−1) − 1) after the first, until the pauses reach that
 * limit (with the 19th). It never counts anew while the step lasts. Where a step says nothing, its first error is its last.
 */
export const RETRY_LIMITS = {
  /** Reads of a forge: 6 hours in a row, or two times 20 minutes and some more in a wait of days. */
  readForge: { errorThreshold: 40 },
  /** Git servers, and the API that opens pull requests: 38 minutes. */
  git: { errorThreshold: 20 },
  /** A pull request may be open for weeks: a day in a row, or a hundred answers that were bad. */
  pullRequest: { errorThreshold: 100 },
  /** The clock is the cluster's own API: while that is down, nothing else goes on either. */
  clock: { errorThreshold: 1_000_000 },
} as const
