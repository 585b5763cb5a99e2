import { familiarReference, formatReference, parseReference, withDefaultTag } from '../reference/index.js'
import { BUILD_PLATFORM, formatPlatform, type Platform, platformArguments } from './platform.js'
import { findReachable, type Reachable } from './reachability.js'
import { type BaseImageUse, type BuildOptions, type Diagnostic, DockerfileRefusal, type WorkBudget } from './result.js'
import { buildStageGraph, type ImageRequest, type StageGraph, type StageNode } from './stage-graph.js'
import { runStages } from './stage-run.js'
import { adviceFor, type collectStages, evaluateGlobalArgs, type GlobalArgs } from './stages.js'
import { lower } from './text.js'
import { suspicions } from './warnings.js'

export interface PlatformRequest {
  /** As given in the options, and parsed. */
  written: string
  platform: Platform
  budget: WorkBudget
}

/** What one platform needs; `uses` are in file order. */
export interface PlatformAnswer {
  uses: { position: number; use: BaseImageUse }[]
  warnings: Diagnostic[]
}

interface Resolution {
  graph: StageGraph
  args: GlobalArgs
  contexts: ReturnType<typeof namedContexts>
  replaced: ReadonlyMap<StageNode, Replacement>
}

/** The images that a build for one platform names and needs; refuses what BuildKit refuses. */
export function answerFor(
  request: PlatformRequest,
  list: ReturnType<typeof collectStages>,
  escapeChar: string,
  options: BuildOptions,
): PlatformAnswer {
  const mode = { escapeChar, budget: request.budget }
  const buildArgs = options.args ?? new Map<string, string>()
  const target = options.target ?? null
  const targetName = target === null || target === '' ? (list.stages.at(-1)?.from.name ?? '') : target
  const predefined = platformArguments(request.platform, BUILD_PLATFORM, targetName, buildArgs)
  const args = evaluateGlobalArgs(list.globalArgs, predefined, buildArgs, mode)
  const graph = buildStageGraph({ stages: list.stages, args, mode, target })
  const contexts = namedContexts(options.contexts ?? new Map(), request.platform)
  const resolution = { graph, args, contexts, replaced: replacedStages(graph, contexts) }
  checkReferences(resolution)
  const reachable = findReachable(graph, new Set(resolution.replaced.keys()))
  const stages = graph.nodes.filter((node) => reachable.stages.has(node) && !resolution.replaced.has(node))
  runStages({ stages, triggered: reachable.triggeredSteps }, { args, buildArgs, mode })
  return { uses: listUses(resolution, reachable, request.written), warnings: suspicions(graph) }
}

function replacedStages(graph: StageGraph, contexts: Resolution['contexts']): Map<StageNode, Replacement> {
  const replaced = new Map<StageNode, Replacement>()
  for (const node of graph.nodes) {
    const { name, line } = node.stage.from
    const replacement = name === null ? null : contexts.find(name, line)
    if (replacement !== null) replaced.set(node, replacement)
  }
  return replaced
}

/** BuildKit parses every image reference before it builds, so each must be valid, needed or not. */
function checkReferences({ graph, args }: Resolution): void {
  for (const node of graph.nodes) {
    if (node.base === null) canonical(node.image, () => adviceOnFrom(node, graph, args))
    for (const need of node.needs) if (need.image !== null) canonical(need.image)
  }
}

function adviceOnFrom(node: StageNode, graph: StageGraph, args: GlobalArgs): string {
  const name = lower(node.image.text)
  const earlier = graph.byName.get(name)
  if (earlier !== undefined && earlier.index < node.index) return `. For the stage of that name write FROM ${name}`
  const stageArgs = new Set(graph.nodes.slice(0, node.index).flatMap(({ stage }) => stage.args))
  const advice = adviceFor(node.missing, args, stageArgs)
  return advice === '' ? '' : `; ${advice}`
}

/** Canonical reference; null for scratch. */
function canonical(image: ImageRequest, advice: () => string = () => ''): string | null {
  if (image.text === 'scratch') return null
  const parsed = parseReference(image.text)
  if (parsed.ok) return formatReference(withDefaultTag(parsed.reference))
  throw new DockerfileRefusal(`${parsed.message}${advice()}`, image.line)
}

function listUses(resolution: Resolution, reachable: Reachable, platform: string): PlatformAnswer['uses'] {
  const { graph, replaced } = resolution
  const needed = neededImages(reachable, replaced)
  const owners = new Map<ImageRequest, StageNode>()
  const requests = new Set<ImageRequest>()
  for (const node of graph.nodes) {
    owners.set(node.image, node)
    if (node.base === null || replaced.has(node)) requests.add(node.image)
    for (const { image } of node.needs) if (image !== null) requests.add(image)
  }
  for (const { image } of reachable.triggered) if (image !== null) requests.add(image)
  const ordered = [...requests].sort((a, b) => a.line - b.line)
  return ordered.flatMap((image, position) => {
    const owner = owners.get(image) ?? null
    const isNeeded = needed.has(image)
    const ref = isNeeded ? effectiveReference(image, owner, resolution) : owner?.base ? null : canonical(image)
    if (ref === null) return []
    const runtime = isNeeded && owner !== null && reachable.runtime.has(owner)
    const { kind, stage, line, assumed } = image
    const platforms = isNeeded ? [platform] : []
    return [
      {
        position,
        use: { ref, kind, stage, line, reachable: isNeeded, platform: image.platform, runtime, assumed, platforms },
      },
    ]
  })
}

function neededImages(reachable: Reachable, replaced: ReadonlyMap<StageNode, Replacement>): Set<ImageRequest> {
  const needed = new Set<ImageRequest>()
  for (const node of reachable.stages) {
    needed.add(node.image)
    for (const { image } of replaced.has(node) ? [] : node.needs) if (image !== null) needed.add(image)
  }
  for (const { image } of reachable.triggered) if (image !== null) needed.add(image)
  return needed
}

/** The image actually pulled: a named context may replace the stage or the image; null if nothing is pulled. */
function effectiveReference(
  image: ImageRequest,
  owner: StageNode | null,
  { contexts, replaced }: Resolution,
): string | null {
  const stageReplacement = owner === null ? undefined : replaced.get(owner)
  if (stageReplacement !== undefined) return stageReplacement.ref
  const ref = canonical(image)
  const replacement = ref === null ? null : contexts.find(ref, image.line)
  return replacement === null ? ref : replacement.ref
}

/** What a named build context replaces an image or stage with; `ref` is null unless it is a registry image. */
interface Replacement {
  ref: string | null
}

/**
 * Named build contexts (`--build-context`), looked up as in BuildKit: by the short name without `:latest`, first for
 * the platform (`name::linux/amd64`), then for all; `scratch` and `context` cannot be replaced.
 */
function namedContexts(contexts: NonNullable<BuildOptions['contexts']>, platform: Platform) {
  const byName = new Map([...contexts].map(([name, value]) => [contextName(name), value]))
  const suffix = `::${formatPlatform(platform, true)}`
  return {
    /** The replacement for a stage name or image reference; null if no context has that name. */
    find(name: string, line: number): Replacement | null {
      if (byName.size === 0 || /^(?:scratch|context)$/i.test(name)) return null
      const key = shortName(name)
      const value = byName.get(key + suffix) ?? byName.get(key)
      return value === undefined ? null : { ref: imageOf(value, key, line) }
    },
  }
}

function contextName(written: string): string {
  const separator = written.indexOf('::')
  const name = separator === -1 ? written : written.slice(0, separator)
  return shortName(name) + written.slice(name.length)
}

function shortName(name: string): string {
  const parsed = parseReference(name)
  const familiar = parsed.ok ? familiarReference(parsed.reference) : name
  return familiar.endsWith(':latest') ? familiar.slice(0, -':latest'.length) : familiar
}

function imageOf(value: string, name: string, line: number): string | null {
  if (!value.startsWith('docker-image:')) return null
  const text = value.slice('docker-image:'.length).replace(/^\/\//, '')
  if (text === 'scratch') return null
  const parsed = parseReference(text)
  if (parsed.ok) return formatReference(withDefaultTag(parsed.reference))
  throw new DockerfileRefusal(`the build context ${name} is not an image: ${parsed.message}`, line)
}
