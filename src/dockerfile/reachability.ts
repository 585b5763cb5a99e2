import { toCommand } from './command.js'
import { readInstructions } from './instruction-reader.js'
import { DockerfileRefusal } from './result.js'
import type { Need, StageGraph, StageNode } from './stage-graph.js'
import type { Step } from './step.js'

/** What a build of the target needs. */
export interface Reachable {
  stages: ReadonlySet<StageNode>
  /** Needs of ONBUILD triggers that run because a stage of this file builds on another. */
  triggered: readonly Need[]
  /** The triggers' steps, by the stage that declares them. */
  triggeredSteps: ReadonlyMap<StageNode, readonly Step[]>
  /** The FROM chain of the target, including the target. */
  runtime: ReadonlySet<StageNode>
}

/**
 * Follows FROM, COPY, mounts and ONBUILD triggers of local stages from the target. Stages in `replaced` get their
 * content from a named context and are not followed. Refuses a needed stage that copies from a later one.
 */
export function findReachable(graph: StageGraph, replaced: ReadonlySet<StageNode>): Reachable {
  const stages = new Set<StageNode>()
  const triggers = new Map<StageNode, ReturnType<typeof triggersOf>>()
  const waiting: StageNode[] = [graph.target]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (stages.has(node)) continue
    stages.add(node)
    if (replaced.has(node)) continue
    for (const { stage } of node.needs) if (stage !== null) waiting.push(stage)
    if (node.base === null) continue
    waiting.push(node.base)
    const known = triggers.get(node.base) ?? triggersOf(node.base, graph, replaced)
    if (!triggers.has(node.base)) for (const { stage } of known.needs) if (stage !== null) waiting.push(stage)
    triggers.set(node.base, known)
  }
  for (const node of stages) refuseForwardNeeds(node, triggers, replaced)
  const triggered = [...triggers.values()].flatMap((known) => known.needs)
  const triggeredSteps = new Map([...triggers].map(([node, { steps }]) => [node, steps]))
  return { stages, triggered, triggeredSteps, runtime: fromChain(graph.target, replaced) }
}

/** `latest`: the needed stage that is last in the file; a stage that runs the triggers must come after it. */
function triggersOf(base: StageNode, graph: StageGraph, replaced: ReadonlySet<StageNode>) {
  const needs: Need[] = []
  const steps: Step[] = []
  for (const command of base.stage.commands) {
    if (command.kind !== 'onbuild') continue
    const { needs: more, step } = readTrigger(command.trigger, base, graph, command.line)
    for (const need of more) needs.push(need)
    if (step !== null) steps.push(step)
  }
  const inOrder = needs.filter((need) => need.stage !== null && !replaced.has(need.stage))
  const latest = inOrder.reduce<Need | null>((last, need) => (indexOf(need) > indexOf(last) ? need : last), null)
  return { needs, steps, latest }
}

/** A trigger is parsed as a separate Dockerfile, with the backslash as escape character whatever this file uses. */
function readTrigger(
  trigger: string,
  base: StageNode,
  graph: StageGraph,
  line: number,
): { needs: Need[]; step: Step | null } {
  try {
    const { instructions } = readInstructions(trigger)
    const [instruction, ...more] = instructions
    if (instruction === undefined || more.length > 0)
      throw new DockerfileRefusal('it is not a single instruction', line)
    const command = toCommand({ ...instruction, line })
    const hasNeeds = command.kind === 'copy' || command.kind === 'run'
    return { needs: hasNeeds ? graph.needsOf(base, command, 'onbuild') : [], step: command.step }
  } catch (error) {
    if (error instanceof DockerfileRefusal) throw new DockerfileRefusal(`ONBUILD, when it runs: ${error.message}`, line)
    throw error
  }
}

function refuseForwardNeeds(
  node: StageNode,
  triggers: ReadonlyMap<StageNode, ReturnType<typeof triggersOf>>,
  replaced: ReadonlySet<StageNode>,
): void {
  if (replaced.has(node)) return
  const inherited = node.base === null ? null : (triggers.get(node.base)?.latest ?? null)
  for (const need of inherited === null ? node.needs : [inherited, ...node.needs]) {
    if (need.stage === null || replaced.has(need.stage) || need.stage.index <= node.index) continue
    const message = `stage ${node.label} takes files from stage ${need.stage.label}, which comes later: move that stage up`
    throw new DockerfileRefusal(message, need.line)
  }
}

function indexOf(need: Need | null): number {
  return need?.stage?.index ?? -1
}

function fromChain(target: StageNode, replaced: ReadonlySet<StageNode>): Set<StageNode> {
  const chain = new Set<StageNode>()
  for (let node: StageNode | null = target; node !== null; node = replaced.has(node) ? null : node.base) chain.add(node)
  return chain
}
