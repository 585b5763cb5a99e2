import { type Command, toCommand } from './command.js'
import type { Instruction } from './instruction-reader.js'
import { type BuildOptions, DockerfileRefusal, quoted } from './result.js'
import type { Step } from './step.js'
import type { ExpansionMode } from './substitution.js'
import { expandWord } from './word-expansion.js'

type ArgCommand = Extract<Command, { kind: 'arg' }>
/** The commands of a stage that can need another stage or an image. */
export type StageCommand = Extract<Command, { kind: 'copy' | 'run' | 'onbuild' }>

export interface Stage {
  index: number
  from: Extract<Command, { kind: 'from' }>
  commands: StageCommand[]
  /** What building the stage does, in order. */
  steps: Step[]
  /** ARGs declared inside the stage, which FROM never sees; for error messages. */
  args: string[]
}

/**
 * Groups validated instructions into stages and the ARGs before the first FROM, the only ones that FROM sees. Refuses a
 * file without a stage, or with anything but ARG before it.
 */
export function collectStages(instructions: readonly Instruction[]) {
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
      throw new DockerfileRefusal(`${keyword} comes before the first FROM, where only ARG is allowed`, instruction.line)
    }
  }
  if (stages.length === 0) {
    throw new DockerfileRefusal('the file has no FROM: there is no build stage', instructions[0]?.line ?? 1)
  }
  return { globalArgs, stages }
}

function addToStage(stage: Stage, command: Exclude<Command, { kind: 'from' }>): void {
  if (command.step !== null) stage.steps.push(command.step)
  if (command.kind === 'arg') {
    for (const { name } of command.variables) stage.args.push(name)
  } else if (command.kind === 'copy' || command.kind === 'onbuild') stage.commands.push(command)
  else if (command.kind === 'run' && command.mounts.length > 0) stage.commands.push(command)
}

/** The variables that FROM sees, and where their values come from. */
export interface GlobalArgs {
  values: ReadonlyMap<string, string>
  /** For every ARG whose value is its default in the file: the variables that the default mentions. */
  defaults: ReadonlyMap<string, ReadonlySet<string>>
  /** ARGs before the first FROM, with or without a value. */
  declared: ReadonlySet<string>
}

const MAX_ASSUMED = 100

/**
 * Evaluates the ARGs before the first FROM in order: a build argument overrides the default, a default may use earlier
 * variables, and an ARG without a default keeps an earlier value.
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
 * The ARGs that decided an expansion because no build argument was given, sorted: those with a default in the file,
 * those behind their defaults, and those declared without a value. At most a hundred.
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

/** Why an expanded name is empty, and what to do about each variable in it. */
export function explainBlank(written: string, { missing }: { missing: ReadonlySet<string> }, args: GlobalArgs): string {
  const advice = adviceFor(missing, args)
  return `${quoted(written)} comes out empty${advice === '' ? '' : `: ${advice}`}`
}

/** Advice on variables that have no value in FROM; empty if there are none. */
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
        return `ARG ${name} is inside a stage, where FROM does not see it: move it above the first FROM`
      return `there is no ARG ${name} above the first FROM: add ARG ${name}=…, then build.args.${name} in images.yaml can set it`
    })
    .join('; ')
}
