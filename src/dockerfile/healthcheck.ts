import { goDuration } from './duration.js'
import type { FlagValues } from './flags.js'
import type { Instruction } from './instruction-reader.js'
import { DockerfileRefusal, quoted } from './refusal.js'

const INTERVALS = ['interval', 'timeout', 'start-period', 'start-interval']
const MAX_RETRIES = 2 ** 31 - 1

/** HEALTHCHECK's own rules: NONE alone, or CMD with a command; intervals of a millisecond and more. */
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
    refuse(`--retries is a whole number of 0 and more, not ${quoted(retries)}`)
}
