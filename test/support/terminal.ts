import type { Terminal } from '../../src/cli/terminal.js'

/** A terminal that keeps what is printed. */
export function recordingTerminal(color = false): {
  readonly terminal: Terminal
  readonly printed: { out: string; err: string }
} {
  const printed = { out: '', err: '' }
  const terminal: Terminal = {
    out: (text) => {
      printed.out += text
    },
    err: (text) => {
      printed.err += text
    },
    color: { out: false, err: color },
  }
  return { terminal, printed }
}
