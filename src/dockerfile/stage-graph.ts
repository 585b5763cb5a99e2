import { parsePlatform } from './platform.js'
import { type BaseImageUse, DockerfileRefusal, quoted } from './result.js'
import { assumedBehind, explainBlank, type GlobalArgs, type Stage, type StageCommand } from './stages.js'
import type { ExpansionMode } from './substitution.js'
import { lower, nearest } from './text.js'
import { expandWord } from './word-expansion.js'

/** A reference to an image in the file; `text` has its variables expanded. */
export interface ImageRequest extends Pick<BaseImageUse, 'kind' | 'stage' | 'line' | 'platform' | 'assumed'> {
  text: string
}

/** The stage or image that a COPY, a mount or a trigger needs. */
export interface Need {
  line: number
  /** As written after `from=`. */
  text: string
  stage: StageNode | null
  image: ImageRequest | null
  /** False if an index refers to an image named earlier. */
  isNew: boolean
}

export interface StageNode {
  index: number
  stage: Stage
  /** Name of the stage, or its index in decimal. */
  label: string
  /** The stage it builds on; null if it starts from an image or scratch. */
  base: StageNode | null
  /** The image it starts from. */
  image: ImageRequest
  /** Variables in its FROM without a value. */
  missing: ReadonlySet<string>
  needs: Need[]
}

export interface StageGraph {
  nodes: readonly StageNode[]
  /** By lower-case name; the last of stages with the same name. */
  byName: ReadonlyMap<string, StageNode>
  target: StageNode
  /** The needs of an instruction of `node`, for triggers that become known later. */
  needsOf(node: StageNode, command: StageCommand, kind: 'onbuild' | null): Need[]
}

const NO_VARIABLES: ReadonlyMap<string, string> = new Map()
const MAX_INDEX_DIGITS = 18

/**
 * Links stages: FROM to an earlier stage of exactly that name or else an image, COPY and mounts to a stage by
 * case-insensitive name (COPY also by index) or else an image. Refuses blank names, invalid platforms, an unknown
 * target, nonexistent indexes, and stages that copy from each other in a cycle.
 */
export function buildStageGraph(input: {
  stages: readonly Stage[]
  args: GlobalArgs
  mode: ExpansionMode
  target: string | null
}): StageGraph {
  const { args, mode } = input
  const byName = new Map<string, StageNode>()
  const nodes = input.stages.map((stage) => {
    const node = stageNode(stage, byName, args, mode)
    if (stage.from.name !== null) byName.set(stage.from.name, node)
    return node
  })
  const target = findTarget(nodes, byName, input.target)
  // BuildKit appends every image it encounters to its list of stages, where an index can refer to it.
  const numbered: (StageNode | ImageRequest)[] = [...nodes]
  const needsOf = (node: StageNode, command: StageCommand, kind: 'onbuild' | null): Need[] => {
    const needs = commandNeeds(node, command, { byName, numbered, mode, kind })
    for (const need of needs) if (need.isNew && need.image !== null) numbered.push(need.image)
    return needs
  }
  for (const node of nodes) {
    node.needs = node.stage.commands.flatMap((command) => needsOf(node, command, null))
  }
  refuseCircles(nodes)
  return { nodes, byName, target, needsOf }
}

function stageNode(
  stage: Stage,
  byName: ReadonlyMap<string, StageNode>,
  args: GlobalArgs,
  mode: ExpansionMode,
): StageNode {
  const { base: written, line, name } = stage.from
  const expansion = expandWord(written, args.values, mode, line)
  if (expansion.text === '') throw new DockerfileRefusal(explainBlank(written, expansion, args), line)
  const mentioned = new Set([...expansion.found, ...expansion.missing])
  const platform = expandPlatform(stage, args, mode, mentioned)
  const label = name ?? String(stage.index)
  const assumed = assumedBehind(args, mentioned)
  const image: ImageRequest = { kind: 'from', text: expansion.text, stage: label, line, platform, assumed }
  const base = byName.get(expansion.text) ?? null
  return { index: stage.index, stage, label, base, image, missing: expansion.missing, needs: [] }
}

function expandPlatform(stage: Stage, args: GlobalArgs, mode: ExpansionMode, mentioned: Set<string>): string | null {
  const { platform, line } = stage.from
  if (platform === null) return null
  const expansion = expandWord(platform, args.values, mode, line)
  for (const name of [...expansion.found, ...expansion.missing]) mentioned.add(name)
  if (expansion.text === '') throw new DockerfileRefusal(explainBlank(platform, expansion, args), line)
  if (parsePlatform(expansion.text) === null) {
    throw new DockerfileRefusal(
      `${quoted(expansion.text)} is not a platform: write os/architecture, such as linux/arm64`,
      line,
    )
  }
  return expansion.text
}

function findTarget(
  nodes: readonly StageNode[],
  byName: ReadonlyMap<string, StageNode>,
  target: string | null,
): StageNode {
  const node = target === null || target === '' ? nodes.at(-1) : byName.get(lower(target))
  if (node !== undefined) return node
  const meant = nearest(lower(target ?? ''), byName.keys())
  const names = [...byName.keys()].slice(0, 20).join(', ')
  const remedy = meant !== null ? `did you mean ${meant}?` : names === '' ? 'no stage has a name' : `there are ${names}`
  throw new DockerfileRefusal(`the target ${quoted(target ?? '')} is not a stage of this file (${remedy})`, 1)
}

function commandNeeds(
  node: StageNode,
  command: StageCommand,
  context: {
    byName: ReadonlyMap<string, StageNode>
    numbered: readonly (StageNode | ImageRequest)[]
    mode: ExpansionMode
    kind: 'onbuild' | null
  },
): Need[] {
  const { line } = command
  const image = (text: string, kind: BaseImageUse['kind']): ImageRequest => {
    return { kind: context.kind ?? kind, text, stage: node.label, line, platform: null, assumed: [] }
  }
  const byNameOrImage = (text: string, kind: BaseImageUse['kind']): Need => {
    const stage = context.byName.get(lower(text)) ?? null
    return { line, text, stage, image: stage === null ? image(text, kind) : null, isNew: true }
  }
  if (command.kind === 'onbuild') return []
  if (command.kind === 'run')
    return command.mounts.map((mount) => byNameOrImage(mount === '' ? 'scratch' : mount, 'mount'))
  if (expandWord(command.from, NO_VARIABLES, context.mode, line).text !== command.from) {
    const remedy = 'give the image its own stage (FROM … AS name) and copy from that'
    throw new DockerfileRefusal(`COPY --from=${command.from}: variables and quotes do not work there: ${remedy}`, line)
  }
  const index = stageIndex(command.from)
  if (index === null) return [byNameOrImage(command.from, 'copy')]
  const found = context.numbered[index]
  if (index < 0 || found === undefined) {
    throw new DockerfileRefusal(`COPY --from=${command.from}: there is no stage with this index (the first is 0)`, line)
  }
  const target = 'needs' in found ? { stage: found, image: null } : { stage: null, image: found }
  return [{ line, text: command.from, ...target, isNew: false }]
}

function stageIndex(text: string): number | null {
  return /^[+-]?\d+$/.test(text) && text.replace(/^[+-]?0*/, '').length <= MAX_INDEX_DIGITS ? Number(text) + 0 : null
}

/** Cycles of COPY and mounts; FROM cannot create one, because it only sees earlier stages. */
function refuseCircles(nodes: readonly StageNode[]): void {
  const finished = new Set<StageNode>()
  const open = new Set<StageNode>()
  for (const start of nodes) {
    const path: { node: StageNode; next: number }[] = finished.has(start) ? [] : [{ node: start, next: 0 }]
    open.add(start)
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const need = at.node.needs[at.next]
      at.next += 1
      if (need === undefined) {
        finished.add(at.node)
        open.delete(at.node)
        path.pop()
      } else if (need.stage !== null && open.has(need.stage)) {
        throw new DockerfileRefusal(
          `stage ${at.node.label} needs stage ${need.stage.label}, which needs it in turn: a cycle`,
          need.line,
        )
      } else if (need.stage !== null && !finished.has(need.stage)) {
        open.add(need.stage)
        path.push({ node: need.stage, next: 0 })
      }
    }
    open.delete(start)
  }
}
