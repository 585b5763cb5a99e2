import { type Command, toCommand } from './command.js'
import type { Instruction } from './instruction-reader.js'
import { type BuildOptions, DockerfileRefusal, quoted } from './result.js'
import type { Step } from './step.js'
import type { ExpansionMode } from './substitution.js'
import { expandWord } from './word-expansion.js'

type FromCommand = Extract<Command, { kind: 'from' }>
type ArgCommand = Extract<Command, { kind: 'arg' }>
/** The commands of a stage that can need another stage or image. */
export type StageCommand = Extract<Command, { kind: 'copy' | 'run' | 'onbuild' }>

export interface Stage {
  index: number
  from: FromCommand
  commands: StageCommand[]
  /** What is done when the stage is built, in order. */
  steps: Step[]
  /** ARGs declared inside the stage: FROM never sees them, which an error message may have to say. */
  args: string[]
}

export interface StageList {
  /** ARGs before the first FROM: the only ones FROM sees. */
  globalArgs: ArgCommand[]
  stages: Stage[]
}

/** Sorts checked instructions into stages. A file without a stage, or with anything but ARG before it, is refused. */
export function collectStages(instructions: readonly Instruction[]): StageList {
  const globalArgs: ArgCommand[] = []
  const stages: Stage[] = []
  for (const instruction of instructions) {
    const command = toCommand(instruction)
    const stage = stages.at(-1)
    if (command.kind === 'from') stages.push({ index: stages.length, from: command, commands: [], steps: [], args: [] })
    else if (stage !== undefined) addToStage(stage, command)
    else if (command.kind === 'arg') globalArgs.push(command)
    else {
      const keyword = instruction.name.toUpperCase()
      throw new DockerfileRefusal(
        `${keyword} stands before the first FROM, where only ARG is allowed`,
        instruction.line,
      )
    }
  }
  if (stages.length === 0) {
    throw new DockerfileRefusal('the file has no FROM: there is no build stage', instructions[0]?.line ?? 1)
  }
  return { globalArgs, stages }
}

function addToStage(stage: Stage, command: Exclude<Command, FromCommand>): void {
  if (command.step !== null) stage.steps.push(command.step)
  if (command.kind === 'arg') {
    for (const { name } of command.variables) stage.args.push(name)
  } else if (command.kind === 'copy' || command.kind === 'onbuild') stage.commands.push(command)
  else if (command.kind === 'run' && command.mounts.length > 0) stage.commands.push(command)
}

/** The variables FROM sees, and where their values come from. */
export interface GlobalArgs {
  values: ReadonlyMap<string, string>
  /** For every ARG that has its default from the file: the variables that default mentions. */
  defaults: ReadonlyMap<string, ReadonlySet<string>>
  /** ARGs before the first FROM, with or without a value. */
  declared: ReadonlySet<string>
}

const MAX_ASSUMED = 100

/**
 * Evaluates the ARGs before the first FROM in order: a build argument wins over the default, a default may use what
 * stands before it, and an ARG without default keeps an earlier value.
 */
export function evaluateGlobalArgs(
  commands: readonly ArgCommand[],
  predefined: ReadonlyMap<string, string>,
  buildArgs: NonNullable<BuildOptions['args']>,
  mode: ExpansionMode,
): GlobalArgs {
  const values = new Map(predefined)
  const defaults = new Map<string, Set<string>>()
  const declared = new Set<string>()
  for (const { variables, line } of commands) {
    for (const { name, value } of variables) {
      declared.add(name)
      const given = buildArgs.get(name)
      if (given !== undefined) {
        values.set(name, given)
        defaults.delete(name)
      } else if (value !== null) {
        const expansion = expandWord(value, values, mode, line)
        const behind = defaults.get(name) ?? new Set<string>()
        for (const variable of [...expansion.found, ...expansion.missing]) behind.add(variable)
        defaults.set(name, behind)
        values.set(name, expansion.text)
      }
    }
  }
  return { values, defaults, declared }
}

/**
 * The ARGs that decided an expansion for want of a build argument, sorted: those with a default in the file, those
 * behind them, and those declared without any value. At most a hundred are told.
 */
export function assumedBehind(args: GlobalArgs, mentioned: Iterable<string>): string[] {
  const assumed = new Set<string>()
  const waiting: Iterator<string>[] = [mentioned[Symbol.iterator]()]
  for (let names = waiting.at(-1); names !== undefined && assumed.size < MAX_ASSUMED; names = waiting.at(-1)) {
    const { value: name, done } = names.next()
    if (done === true) waiting.pop()
    else if (isAssumed(args, name) && !assumed.has(name)) {
      assumed.add(name)
      waiting.push((args.defaults.get(name) ?? new Set<string>())[Symbol.iterator]())
    }
  }
  return [...assumed].sort()
}

function isAssumed({ defaults, values, declared }: GlobalArgs, name: string): boolean {
  return defaults.has(name) || (declared.has(name) && !values.has(name))
}

/** Why a name made of variables came out empty, and what to do about each of them. */
export function explainBlank(written: string, { missing }: { missing: ReadonlySet<string> }, args: GlobalArgs): string {
  const advice = adviceFor(missing, args)
  return `${quoted(written)} comes out empty${advice === '' ? '' : `: ${advice}`}`
}

/** One sentence about variables that have no value where FROM looks for one; empty when there are none. */
export function adviceFor(
  missing: Iterable<string>,
  args: GlobalArgs,
  stageArgs: ReadonlySet<string> = new Set(),
): string {
  return [...missing]
    .map((name) => {
      if (args.declared.has(name)) {
        return `ARG ${name} has no default: pass it (build.args.${name} in images.yaml) or write ARG ${name}=…`
      }
      if (stageArgs.has(name))
        return `ARG ${name} stands inside a stage, where FROM does not see it: move it above the first FROM`
      return `no ARG ${name} stands above the first FROM: add ARG ${name}=…, then build.args.${name} in images.yaml can set it`
    })
    .join('; ')
}
