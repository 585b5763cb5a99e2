import type { FlagValues } from './arguments.js'
import type { Instruction } from './instruction-reader.js'
import { DockerfileRefusal, quoted } from './result.js'

const INTERVALS = ['interval', 'timeout', 'start-period', 'start-interval']
const MAX_RETRIES = 2 ** 31 - 1

/** Checks HEALTHCHECK: NONE alone, or CMD with a command; intervals of at least one millisecond. */
export function checkHealthcheck(instruction: Instruction, readFlags: () => FlagValues): void {
  const [type = '', ...command] = instruction.args
  const refuse = (message: string): never => {
    throw new DockerfileRefusal(`HEALTHCHECK: ${message}`, instruction.line)
  }
  if (type.toUpperCase() === 'NONE') {
    if (command.length > 0) refuse('NONE takes no arguments')
    return
  }
  const flags = readFlags()
  if (type.toUpperCase() !== 'CMD') refuse(`${quoted(type)} should be CMD or NONE`)
  if (command.length === 0) refuse('the command after CMD is missing')
  for (const flag of INTERVALS) {
    const value = flags.get(flag)?.[0] ?? ''
    const duration = value === '' ? 0 : goDuration(value)
    if (duration === null) refuse(`--${flag} is a duration such as 30s, not ${quoted(value)}`)
    else if (duration !== 0 && duration < 1) refuse(`--${flag} cannot be less than a millisecond`)
  }
  const retries = flags.get('retries')?.[0] ?? ''
  const isCount = /^[+]?\d+$/.test(retries) && Number(retries) <= MAX_RETRIES
  if (retries !== '' && !isCount && !/^-0+$/.test(retries))
    refuse(`--retries is a whole number, 0 or more, not ${quoted(retries)}`)
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])
const MAX_MILLISECONDS = 2 ** 63 / 1e6

/** Milliseconds of a Go duration (`1h30m`, `1.5s`, `0`); null if invalid. */
function goDuration(text: string): number | null {
  const unsigned = text.replace(/^[+-]/, '')
  const sign = text.startsWith('-') ? -1 : 1
  if (unsigned === '0') return 0
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y
  let total = 0
  let at = 0
  while (at < unsigned.length) {
    part.lastIndex = at
    const match = part.exec(unsigned)
    if (match === null) return null
    total += Number(match[1]) * (UNITS.get(match[2] ?? '') ?? 0)
    at = part.lastIndex
  }
  return at === 0 || total >= MAX_MILLISECONDS ? null : sign * total
}
