import type { Terminal } from './terminal.js'

/** Shows what a command is at, on one line of a terminal that is written over. */
export interface Progress {
  /** Runs one named step. */
  readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>
  /** Counts things done in the step that is under way: `answers from GitHub`. */
  readonly count: (what: string, times?: number) => void
}

/** Repainting costs more than most of what is counted. */
const REPAINT_INTERVAL = 100
const CLEAR = '\r\u001b[K'

/** Progress on the error stream of a terminal; silent where nobody looks at one. */
export function progressOn({ err, isLive = false, columns = 80 }: Terminal): Progress {
  if (!isLive) return { step: (_, work) => work(), count: () => undefined }
  let title = ''
  let painted = 0
  const done = new Map<string, number>()
  const paint = () => {
    const counts = [...done].map(([what, times]) => `, ${times.toLocaleString('en-US')} ${what}`).join('')
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
