import { type Command, toCommand } from './command.js'
import type { Instruction } from './instruction-reader.js'
import { DockerfileRefusal } from './refusal.js'
import type { Step } from './step.js'

export type FromCommand = Extract<Command, { kind: 'from' }>
export type ArgCommand = Extract<Command, { kind: 'arg' }>
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
