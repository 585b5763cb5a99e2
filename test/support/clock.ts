/** A clock whose waiting takes no time and is written down. */
import type { Clock } from '../../src/network/index.js'

export function newClock(pauses: number[]): Clock {
  let now = 0
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      pauses.push(milliseconds)
      const end = now + milliseconds
      // Who sleeps at the same time wakes at the same time.
      await Promise.resolve()
      now = Math.max(now, end)
    },
  }
}
