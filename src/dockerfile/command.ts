import { type FlagSpecification, type FlagValues, isGoBoolean, parseFlags, splitCsv } from './arguments.js'
import { type Instruction, isHeredoc } from './instruction-reader.js'
import { mountSource } from './mount.js'
import { DockerfileRefusal, quoted } from './result.js'
import { type Step, stepOf } from './step.js'
import { lower, nearest, trim } from './text.js'

const INTERVALS = ['interval', 'timeout', 'start-period', 'start-interval']
const MAX_RETRIES = 2 ** 31 - 1

/** Checks HEALTHCHECK: NONE alone, or CMD with a command; intervals of at least one millisecond. */
function checkHealthcheck(instruction: Instruction, readFlags: () => FlagValues): void {
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

/** An instruction's meaning for base images (`other`: none), and the step it performs when its stage is built. */
export type Command = { step: Step | null } & (
  | { kind: 'from'; base: string; name: string | null; platform: string | null; line: number }
  | { kind: 'arg'; variables: { name: string; value: string | null }[]; line: number }
  | { kind: 'copy'; from: string; line: number }
  /** The `from` of every mount in order; empty for a mount without one. */
  | { kind: 'run'; mounts: string[]; line: number }
  | { kind: 'onbuild'; trigger: string; line: number }
  | { kind: 'other'; line: number }
)

const KNOWN_FLAGS: Readonly<Record<string, FlagSpecification>> = {
  add: {
    chown: 'string',
    chmod: 'string',
    link: 'boolean',
    'keep-git-dir': 'boolean',
    checksum: 'string',
    unpack: 'boolean',
    exclude: 'strings',
  },
  copy: { chown: 'string', from: 'string', chmod: 'string', link: 'boolean', exclude: 'strings', parents: 'boolean' },
  from: { platform: 'string' },
  run: { mount: 'strings', network: 'string', security: 'string', device: 'strings' },
  healthcheck: {
    interval: 'string',
    timeout: 'string',
    'start-period': 'string',
    'start-interval': 'string',
    retries: 'string',
  },
}
const NO_FLAGS: FlagValues = new Map()
const INSTRUCTIONS =
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  )

/** Validates an instruction as BuildKit does (arguments, flags, names) and returns its meaning for base images. */
export function toCommand(instruction: Instruction): Command {
  const { name, line } = instruction
  switch (name) {
    case 'from':
      return fromCommand(instruction)
    case 'arg':
      return argCommand(instruction)
    case 'copy':
      return copyCommand(instruction)
    case 'run':
      return runCommand(instruction)
    case 'onbuild':
      return onbuildCommand(instruction)
    default:
      return { kind: 'other', line, step: checkOther(instruction) }
  }
}

function fromCommand(instruction: Instruction): Command {
  const { args, line } = instruction
  const [base = '', as, written] = args
  if (args.length !== 1 && !(args.length === 3 && /^a[sſ]$/i.test(as ?? ''))) {
    refuse(instruction, 'takes an image and nothing else, or "image AS name"; a comment needs its own line')
  }
  const name = written === undefined ? null : lower(written)
  if (name !== null && !/^[a-z][a-z0-9_.-]*$/.test(name)) {
    refuse(
      instruction,
      `${quoted(written ?? '')} is not a valid stage name: a letter first, then letters, digits, ".", "-", "_"; no variables`,
    )
  }
  const platform = flagsOf(instruction).get('platform')?.[0] ?? ''
  return { kind: 'from', base, name, platform: platform === '' ? null : platform, line, step: null }
}

function argCommand(instruction: Instruction): Command {
  needsArgument(instruction)
  const variables = instruction.args.map((arg) => {
    const equals = arg.indexOf('=')
    if (equals === 0) refuse(instruction, 'a name is missing before "="')
    return equals === -1 ? { name: arg, value: null } : { name: arg.slice(0, equals), value: arg.slice(equals + 1) }
  })
  const { line } = instruction
  return { kind: 'arg', variables, line, step: { kind: 'arg', keyword: 'ARG', variables, line } }
}

function copyCommand(instruction: Instruction): Command {
  checkDestination(instruction)
  const flags = flagsOf(instruction)
  checkHeredocDestination(instruction)
  const from = flags.get('from')?.[0] ?? ''
  const about = { line: instruction.line, step: stepOf(instruction, flags) }
  return from === '' ? { kind: 'other', ...about } : { kind: 'copy', from, ...about }
}

function runCommand(instruction: Instruction): Command {
  const flags = flagsOf(instruction)
  const { line } = instruction
  for (const device of flags.get('device') ?? []) checkDevice(device, line)
  const written = flags.get('mount') ?? []
  const mounts = written.map((mount) => mountSource(mount, line))
  checkChoice(instruction, flags, 'network', ['default', 'none', 'host'])
  checkChoice(instruction, flags, 'security', ['insecure', 'sandbox'])
  const step: Step | null = written.length === 0 ? null : { kind: 'mounts', keyword: 'RUN', mounts: written, line }
  return { kind: 'run', mounts, line, step }
}

function onbuildCommand(instruction: Instruction): Command {
  needsArgument(instruction)
  flagsOf(instruction)
  const trigger = trim(instruction.args[0] ?? '').toUpperCase()
  if (trigger === 'ONBUILD') refuse(instruction, 'cannot be chained (ONBUILD ONBUILD)')
  if (trigger === 'FROM' || trigger === 'MAINTAINER') refuse(instruction, `${trigger} is not allowed as a trigger`)
  const text = instruction.text.replace(/^[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*/i, '')
  return { kind: 'onbuild', trigger: text + instruction.heredocs, line: instruction.line, step: null }
}

/** Checks of instructions that name no image, in BuildKit's order. */
const CHECKS: Readonly<Record<string, readonly ((instruction: Instruction) => void)[]>> = {
  env: [flagsOf, needsArgument, needsNames],
  label: [flagsOf, needsArgument, needsNames],
  maintainer: [needsArgument, flagsOf],
  workdir: [needsArgument, flagsOf],
  user: [needsArgument, flagsOf],
  stopsignal: [needsArgument],
  expose: [needsArgument, flagsOf],
  volume: [needsArgument, flagsOf, needsPaths],
  add: [checkDestination, flagsOf, checkHeredocDestination],
  cmd: [flagsOf],
  entrypoint: [flagsOf],
  shell: [flagsOf, needsArgument, needsJson],
  healthcheck: [needsArgument, (instruction) => checkHealthcheck(instruction, () => flagsOf(instruction))],
}

function checkOther(instruction: Instruction): Step | null {
  const checks = Object.hasOwn(CHECKS, instruction.name) ? CHECKS[instruction.name] : undefined
  if (checks === undefined) refuseUnknown(instruction)
  for (const check of checks) check(instruction)
  return stepOf(instruction, instruction.name === 'add' ? flagsOf(instruction) : NO_FLAGS)
}

function needsNames(instruction: Instruction): void {
  if (instruction.args.some((arg, at) => arg === '' && at % 2 === 0))
    refuse(instruction, 'a name is missing before "="')
}

function needsPaths(instruction: Instruction): void {
  if (instruction.args.some((arg) => trim(arg) === '')) refuse(instruction, 'a path is empty')
}

function needsJson(instruction: Instruction): void {
  if (!instruction.isJson) refuse(instruction, 'needs its arguments in JSON form: SHELL ["sh", "-c"]')
}

function checkDestination(instruction: Instruction): void {
  if (instruction.args.length < 2) refuse(instruction, 'needs at least a source and a destination')
}

function checkHeredocDestination(instruction: Instruction): void {
  if (isHeredoc(instruction.args.at(-1) ?? '')) refuse(instruction, 'a heredoc cannot be the destination')
}

function checkChoice(instruction: Instruction, flags: FlagValues, flag: string, choices: string[]): void {
  const value = flags.get(flag)?.[0]
  if (value !== undefined && !choices.includes(value)) {
    refuse(instruction, `--${flag} is one of ${choices.join(', ')}, not ${quoted(value)}`)
  }
}

function needsArgument(instruction: Instruction): void {
  if (instruction.args.length === 0) refuse(instruction, 'needs an argument')
}

function flagsOf(instruction: Instruction): FlagValues {
  const known = KNOWN_FLAGS[instruction.name] ?? {}
  return parseFlags(instruction.name.toUpperCase(), instruction.flags, known, instruction.line)
}

function refuse(instruction: Instruction, message: string): never {
  throw new DockerfileRefusal(`${instruction.name.toUpperCase()}: ${message}`, instruction.line)
}

function refuseUnknown({ keyword, line }: Instruction): never {
  const message = `${quoted(keyword)} is not a Dockerfile instruction`
  const meant = nearest(keyword.toUpperCase(), INSTRUCTIONS)
  throw new DockerfileRefusal(meant === null ? message : `${message} (did you mean ${meant}?)`, line)
}

/** Validates the value of `RUN --device=…`: a name, bare or as `name=…`, and `required`. */
function checkDevice(device: string, line: number): void {
  const refuse = (reason: string): never => {
    throw new DockerfileRefusal(`RUN: --device=${device}: ${reason}`, line)
  }
  let name = ''
  for (const field of splitCsv(device, line)) {
    const equals = field.indexOf('=')
    const key = lower(equals === -1 ? field : field.slice(0, equals))
    const value = equals === -1 ? null : field.slice(equals + 1)
    if (key === 'required') {
      if (value !== null && !isGoBoolean(value)) refuse(`required cannot be ${quoted(value)}`)
    } else if (key === 'name' && value !== null) {
      if (name !== '') refuse('it has two names')
      name = value
    } else if (name === '') name = field
    else refuse(`${quoted(field)} is neither a name nor "required"`)
  }
}
