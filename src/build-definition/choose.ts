import { actionDockerfile, plainPath, targetDockerfile } from './paths.js'
import type { ActionStep, BakeStep, BuildStep } from './steps.js'
import { type BuildFile, type BuildTarget, selectTargets } from './targets.js'
import { type BuildInputs, type BuildValue, isKnown, known, oneLine } from './value.js'
import type { WorkflowFacts } from './workflow.js'

/** The build of a Dockerfile, with what had to be assumed to say so; or why none can be named. */
export type Choice<Build> =
  | {
      readonly ok: true
      readonly build: Build
      /** Others that build the same Dockerfile in other ways, any of which may be the one that is meant. */
      readonly others: readonly Build[]
      readonly assumed: readonly string[]
    }
  | { readonly ok: false; readonly reason: string }

const REMEDY = 'Say what the build passes under `build` in images.yaml.'

/** What GitHub's runners and BuildKit build where no platform is asked for. */
const DEFAULT_PLATFORM = known('linux/amd64')

interface Candidate<Build> {
  readonly build: Build
  /** null: its Dockerfile is written in the definition. */
  readonly path: BuildValue | null
  readonly passes: BuildInputs
  readonly place: string
}

/**
 * Which step of a workflow builds a Dockerfile: the one whose file is that path. Of several those that publish count,
 * then those that tag the image; those that differ in platforms alone are one. Failing that, the only step whose file
 * cannot be known, or the only one that bakes.
 *
 * @param dockerfile its path inside the repository.
 * @param image where the image is published (`ghcr.io/org/app`), null where that is not known.
 */
export function chooseBuild(
  facts: WorkflowFacts,
  dockerfile: string,
  image: string | null = null,
): Choice<ActionStep | BakeStep> {
  const steps = facts.builds.flatMap((step) => (step.kind === 'build-push' ? [candidateStep(step)] : []))
  const bakes = joined(facts.builds.filter((step) => step.kind === 'bake'))
  const path = plainPath(dockerfile)
  const here = steps.filter((candidate) => isPath(candidate, path))
  if (here.length > 0) return settleStep(narrowed(here, image), facts.file, dockerfile)
  const perhaps = steps.filter(isAnyPath)
  if (perhaps.length + bakes.length === 0) return { ok: false, reason: noneIn(facts, dockerfile) }
  const [bake] = bakes
  if (perhaps.length === 0 && bake !== undefined && bakes.length === 1)
    return { ok: true, build: bake, others: [], assumed: [] }
  const lines = new Set([...perhaps.map(({ build }) => build.line), ...bakes.map(({ line }) => line)])
  if (lines.size > 1 || bakes.length > 0) {
    const reason = `${facts.file}: the builds in lines ${[...lines].join(', ')} may all build ${dockerfile}. ${REMEDY}`
    return { ok: false, reason }
  }
  const choice = settleStep(narrowed(perhaps, image), facts.file, dockerfile)
  if (!choice.ok) return choice
  return { ...choice, assumed: perhaps.slice(0, 1).map((candidate) => assumedPath(candidate, dockerfile)) }
}

/** More ways to build one Dockerfile than this are nobody's to choose from. */
const MOST_WAYS = 64

/**
 * Which target of a bake or compose file builds a Dockerfile, by the same rules; of several that differ all count.
 *
 * @param names the targets and groups the build asks for; none: what bake builds by default.
 * @param folder where bake runs or the compose file lies, relative to the repository.
 * @param image where the image is published, null where that is not known.
 */
export function chooseTarget(
  file: BuildFile,
  dockerfile: string,
  {
    names = [],
    folder = '',
    image = null,
  }: { readonly names?: readonly string[]; readonly folder?: string; readonly image?: string | null } = {},
): Choice<BuildTarget> {
  const candidates = selectTargets(file, names).map((target) => candidateTarget(target, folder))
  const path = plainPath(dockerfile)
  const here = candidates.filter((candidate) => isPath(candidate, path))
  const perhaps = candidates.filter(isAnyPath)
  const inline = candidates.filter((candidate) => candidate.path === null)
  const found = here.length > 0 ? here : perhaps.length > 0 ? perhaps : inline
  const ways = waysOf(taggedTargets(found, image))
  const [first, ...others] = ways
  if (first === undefined) return { ok: false, reason: `none of the targets builds ${oneLine(dockerfile)}. ${REMEDY}` }
  if (ways.length > MOST_WAYS) return { ok: false, reason: ambiguous(ways, dockerfile) }
  const assumed = here.length > 0 ? [] : [assumedPath(first, dockerfile)]
  if (others.length > 0) assumed.push(allOf(ways, dockerfile))
  return { ok: true, build: first.build, others: others.map(({ build }) => build), assumed }
}

/** Targets that tag the image before those that are known not to. */
function taggedTargets(
  candidates: readonly Candidate<BuildTarget>[],
  image: string | null,
): readonly Candidate<BuildTarget>[] {
  if (image === null) return candidates
  const perhaps = candidates.filter(({ build }) => build.tags.some((tag) => !isKnown(tag) || isTagOf(tag, image)))
  const isNamed = perhaps.some(({ build }) => build.tags.some((tag) => isTagOf(tag, image)))
  return isNamed ? perhaps : candidates
}

/** Builds that differ in platforms alone are one. */
function waysOf(candidates: readonly Candidate<BuildTarget>[]): Candidate<BuildTarget>[] {
  const groups = new Map<string, Candidate<BuildTarget>[]>()
  for (const candidate of candidates) {
    const key = `${withoutPlatforms(candidate.passes)} ${JSON.stringify(candidate.build.inline)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [candidate])
    else group.push(candidate)
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    const passes = merged(group)
    return first === undefined || passes === null ? [] : [{ ...first, passes, build: { ...first.build, passes } }]
  })
}

function settleStep(
  candidates: readonly Candidate<ActionStep>[],
  file: string,
  dockerfile: string,
): Choice<ActionStep> {
  const passes = merged(candidates)
  const [first] = candidates
  if (first === undefined || passes === null) {
    return { ok: false, reason: `${file}: ${ambiguous(candidates, dockerfile)}` }
  }
  return { ok: true, build: { ...first.build, passes }, others: [], assumed: [] }
}

/** Steps that differ in their targets alone (a matrix over targets) are one step that bakes them all. */
function joined(steps: readonly BakeStep[]): readonly BakeStep[] {
  const [first] = steps
  const rest = ({ files, set, workdir, source, environment }: BakeStep) =>
    JSON.stringify([files, set, workdir, source, [...environment]])
  if (first === undefined || !steps.every((step) => rest(step) === rest(first))) return steps
  const isDefault = steps.some(({ targets }) => targets.length === 0)
  return [{ ...first, targets: isDefault ? [] : steps.flatMap(({ targets }) => targets) }]
}

function candidateStep(step: ActionStep): Candidate<ActionStep> {
  const path = actionDockerfile(step.context, step.file)
  return { build: step, path, passes: step.passes, place: `line ${step.line}` }
}

function candidateTarget(target: BuildTarget, folder: string): Candidate<BuildTarget> {
  const path = target.inline === null ? targetDockerfile(target.context, target.dockerfile, folder) : null
  return { build: target, path, passes: target.passes, place: `target ${oneLine(target.name)}` }
}

function isPath({ path }: Candidate<unknown>, wanted: string): boolean {
  return path !== null && isKnown(path) && path.text === wanted
}

function isAnyPath({ path }: Candidate<unknown>): boolean {
  return path !== null && !isKnown(path)
}

/** A build that is only tested counts only where none publishes; one that tags the image before one that does not. */
function narrowed(candidates: readonly Candidate<ActionStep>[], image: string | null): Candidate<ActionStep>[] {
  const publishing = candidates.filter(({ build }) => build.publishes)
  const left = publishing.length > 0 ? publishing : [...candidates]
  const tagging = image === null ? [] : left.filter(({ build }) => build.tags.some((tag) => isTagOf(tag, image)))
  return tagging.length > 0 ? tagging : left
}

function isTagOf(tag: BuildValue, image: string): boolean {
  const text = isKnown(tag) ? tag.text : tag.written
  return text === image || text.startsWith(`${image}:`)
}

/** What builds of one Dockerfile pass that differ in platforms alone: several runners, one image. Else null. */
function merged(candidates: readonly Candidate<unknown>[]): BuildInputs | null {
  const [first] = candidates
  if (first === undefined) return null
  if (candidates.length === 1) return first.passes
  const same = candidates.every(({ passes }) => withoutPlatforms(passes) === withoutPlatforms(first.passes))
  if (!same) return null
  const all = candidates.flatMap(({ passes }) => (passes.platforms.length > 0 ? passes.platforms : [DEFAULT_PLATFORM]))
  const platforms = [...new Map(all.map((value) => [JSON.stringify(value), value])).values()]
  return { ...first.passes, platforms }
}

function withoutPlatforms({ args, target, contexts, unclear }: BuildInputs): string {
  const sorted = (map: ReadonlyMap<string, BuildValue>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))
  // Where something is written makes no other build.
  return JSON.stringify([sorted(args), target, sorted(contexts), unclear], (key, value: unknown) =>
    key === 'place' ? undefined : value,
  )
}

function ambiguous(candidates: readonly Candidate<unknown>[], dockerfile: string): string {
  return `${inWays(candidates, dockerfile)}. ${REMEDY}`
}

function allOf(candidates: readonly Candidate<unknown>[], dockerfile: string): string {
  return `${inWays(candidates, dockerfile)}: the base images of all are taken`
}

function inWays(candidates: readonly Candidate<unknown>[], dockerfile: string): string {
  const places = [...new Set(candidates.map(({ place }) => place))]
  const shown = places.slice(0, 5).join(', ') + (places.length > 5 ? ', …' : '')
  return `${oneLine(dockerfile)} is built in ${candidates.length} ways (${shown})`
}

function assumedPath({ path, place }: Candidate<unknown>, dockerfile: string): string {
  if (path === null) return `the Dockerfile of ${place} is written in the definition: it is taken for ${dockerfile}`
  const written = isKnown(path) ? path.text : path.written
  return `the Dockerfile in ${place} is ${oneLine(written)}: ${oneLine(dockerfile)} is assumed`
}

function noneIn(facts: WorkflowFacts, dockerfile: string): string {
  const command = facts.builds.find((step: BuildStep) => step.kind === 'command')
  const [call] = facts.calls
  const why =
    command !== undefined
      ? `the script in line ${command.line} builds, and scripts are not read.`
      : call !== undefined
        ? `the job ${oneLine(call.job)} calls ${oneLine(call.workflow)}, which is not read.`
        : `no step in it builds ${oneLine(dockerfile)}.`
  return `${facts.file}: ${why} ${REMEDY}`
}
