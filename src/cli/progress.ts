import type { Terminal } from './terminal.js'

/** Shows the progress of a command on one line of a terminal, which is overwritten. */
export interface Progress {
  readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>
  /** Counts work done in the current step: `answers from GitHub`. */
  readonly count: (what: string, times?: number) => void
}

/** Repainting costs more than most of what is counted. */
const REPAINT_INTERVAL = 100
const CLEAR = '\r\u001b[K'

/** Progress on a terminal's error stream; silent when it is not a terminal. */
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
