/** Runs processes and tells what they took. */
import { spawnSync } from 'node:child_process'
import { hrtime } from 'node:process'
import { fileURLToPath } from 'node:url'

/** What one process took, or the medians of several. */
export interface Measured {
  /** From start to end, in seconds. */
  readonly wall: number
  /** Processor time, user and system, all threads, in seconds. */
  readonly cpu: number
  /** Largest resident memory, in MiB. */
  readonly memory: number
}

/** Tells what a process used; see its first lines. */
export const PRELOAD = fileURLToPath(new URL('measure.cjs', import.meta.url))

/** Runs Node once. The kernel's own account of the process (getrusage) comes from a preload of a few lines. */
export function measure(node: string, args: readonly string[]): Measured {
  const start = hrtime.bigint()
  const { status, stderr, output } = spawnSync(node, ['--require', PRELOAD, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
  })
  const wall = Number(hrtime.bigint() - start) / 1e9
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return measured(wall, String(output[3]))
}

/** @param usage what the preload wrote. */
export function measured(wall: number, usage: string): Measured {
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(usage) as NodeJS.ResourceUsage
  return { wall, cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 }
}

/** The median of each quantity by itself. */
export function medians(measured: readonly Measured[]): Measured {
  const median = (of: (one: Measured) => number) => {
    const sorted = measured.map(of).sort((a, b) => a - b)
    return sorted[Math.floor(sorted.length / 2)] ?? 0
  }
  return { wall: median((one) => one.wall), cpu: median((one) => one.cpu), memory: median((one) => one.memory) }
}
