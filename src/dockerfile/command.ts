import { type FlagSpecification, type FlagValues, parseFlags } from './flags.js'
import { checkHealthcheck } from './healthcheck.js'
import { isHeredoc } from './heredoc.js'
import type { Instruction } from './instruction-reader.js'
import { mountSource, splitCsv } from './mount.js'
import { DockerfileRefusal, quoted } from './refusal.js'
import { lower, nearest, trim } from './text.js'

/** What an instruction means for base images; `other` means nothing. */
export type Command =
  | { kind: 'from'; base: string; name: string | null; platform: string | null; line: number }
  | { kind: 'arg'; variables: { name: string; value: string | null }[]; line: number }
  | { kind: 'copy'; from: string; line: number }
  /** The `from` of every mount in order; empty where a mount has none. */
  | { kind: 'run'; mounts: string[]; line: number }
  | { kind: 'onbuild'; trigger: string; line: number }
  | { kind: 'other'; line: number }

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
const INSTRUCTIONS =
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  )

/** Checks an instruction as BuildKit does (arguments, flags, names) and says what it means for base images. */
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
      checkOther(instruction)
      return { kind: 'other', line }
  }
}

function fromCommand(instruction: Instruction): Command {
  const { args, line } = instruction
  const [base = '', as, written] = args
  if (args.length !== 1 && !(args.length === 3 && /^a[sſ]$/i.test(as ?? ''))) {
    refuse(instruction, 'takes an image and nothing else, or "image AS name"; a comment needs a line of its own')
  }
  const name = written === undefined ? null : lower(written)
  if (name !== null && !/^[a-z][a-z0-9_.-]*$/.test(name)) {
    refuse(
      instruction,
      `${quoted(written ?? '')} is no stage name: a letter first, then letters, digits, ".", "-", "_"; no variables`,
    )
  }
  const platform = flagsOf(instruction).get('platform')?.[0] ?? ''
  return { kind: 'from', base, name, platform: platform === '' ? null : platform, line }
}

function argCommand(instruction: Instruction): Command {
  needsArgument(instruction)
  const variables = instruction.args.map((arg) => {
    const equals = arg.indexOf('=')
    if (equals === 0) refuse(instruction, 'a name is missing before "="')
    return equals === -1 ? { name: arg, value: null } : { name: arg.slice(0, equals), value: arg.slice(equals + 1) }
  })
  return { kind: 'arg', variables, line: instruction.line }
}

function copyCommand(instruction: Instruction): Command {
  checkDestination(instruction)
  const from = flagsOf(instruction).get('from')?.[0] ?? ''
  checkHeredocDestination(instruction)
  return from === '' ? { kind: 'other', line: instruction.line } : { kind: 'copy', from, line: instruction.line }
}

function runCommand(instruction: Instruction): Command {
  const flags = flagsOf(instruction)
  for (const device of flags.get('device') ?? []) splitCsv(device, instruction.line)
  const mounts = (flags.get('mount') ?? []).map((mount) => mountSource(mount, instruction.line))
  checkChoice(instruction, flags, 'network', ['default', 'none', 'host'])
  checkChoice(instruction, flags, 'security', ['insecure', 'sandbox'])
  return { kind: 'run', mounts, line: instruction.line }
}

function onbuildCommand(instruction: Instruction): Command {
  needsArgument(instruction)
  flagsOf(instruction)
  const trigger = trim(instruction.args[0] ?? '').toUpperCase()
  if (trigger === 'ONBUILD') refuse(instruction, 'cannot be chained (ONBUILD ONBUILD)')
  if (trigger === 'FROM' || trigger === 'MAINTAINER') refuse(instruction, `${trigger} is not allowed as a trigger`)
  const text = instruction.text.replace(/^[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*/i, '')
  return { kind: 'onbuild', trigger: text + instruction.heredocs, line: instruction.line }
}

type Check = (instruction: Instruction) => void

/** The checks of instructions that name no image, each in BuildKit's order. */
const CHECKS: Readonly<Record<string, readonly Check[]>> = {
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

function checkOther(instruction: Instruction): void {
  const checks = Object.hasOwn(CHECKS, instruction.name) ? CHECKS[instruction.name] : undefined
  if (checks === undefined) refuseUnknown(instruction)
  for (const check of checks) check(instruction)
}

function needsNames(instruction: Instruction): void {
  if (instruction.args.includes('')) refuse(instruction, 'a name is missing before "="')
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
