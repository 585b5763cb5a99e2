import type { ResolvedBuild } from '../build-definition/index.js'
import type { BuildOptions, Dockerfile, DockerfileResult } from '../dockerfile/index.js'
import { ANY_VALUE, earlierStages, markOf, piecesOf, type StageChoices, valuesFor } from './stage-choices.js'

/** An unknown input of a build: `args` and an argument's name, or another key alone. */
export type UnknownInput = `args ${string}` | 'target' | 'platforms' | 'contexts'

/** A build that differs from the assumed one in some unknown values. */
export interface PossibleBuild {
  readonly unknowns: readonly UnknownInput[]
  readonly options: BuildOptions
}

/** Limit on builds tried per Dockerfile. */
export const MAX_BUILDS = 64

/** The unknown arguments that decide a FROM, in the order of the file. */
export function openArguments(dockerfile: Dockerfile, { args, open }: ResolvedBuild): string[] {
  const names = [...new Set(dockerfile.globalArgs.map(({ name }) => name))]
  const openNames = names.filter((name) => open.args.has(name) || (open.anyArg && !args.has(name)))
  if (openNames.length === 0) return []
  const marked = new Map([...args, ...openNames.map((name) => [name, ANY_VALUE] as const)])
  const froms = [...dockerfile.fromNames({ args }), ...dockerfile.fromNames({ args: marked })]
  const behind = new Set(froms.flatMap(({ variables }) => [...variables]))
  return openNames.filter((name) => behind.has(name))
}

/**
 * The stages that an unknown target may name: those that match its known parts (`${{ matrix.os }}-debian`) if any do,
 * else all. The last match is assumed, unless there is a default.
 *
 * @returns their names, and the assumed one; null: the last stage.
 */
export function possibleTargets({ stageNames }: Dockerfile, { target, open }: ResolvedBuild) {
  if (open.target === null) return { names: [], assumed: target }
  const names = [...new Set(stageNames.filter((name) => name !== null))]
  const pieces = piecesOf(templateWithMarks(open.target, (at) => at).toLowerCase())
  const fitting =
    pieces.some((piece) => typeof piece === 'number') && pieces.some((piece) => typeof piece === 'string')
      ? names.filter((name) => valuesFor(pieces, name).length > 0)
      : []
  const isUnnamed = target === null || target === ''
  return fitting.length === 0
    ? { names, assumed: target }
    : { names: fitting, assumed: isUnnamed ? (fitting.at(-1) ?? null) : target }
}

/** Longer than any real template. */
const MAX_TEMPLATE = 1_000

/** A template from a workflow, bake or compose file with a mark in place of each variable part. */
function templateWithMarks(written: string, numberOf: (at: number) => number): string {
  let at = -1
  return written
    .slice(0, MAX_TEMPLATE)
    .replace(/^"(.*)"$/s, '$1')
    .replace(/\$\{\{[^{}]{0,200}\}\}|\$\{[^{}]{0,200}\}|\$[A-Za-z_][A-Za-z0-9_]{0,100}/g, () => {
      at += 1
      return markOf(numberOf(at))
    })
}

/** Number of the first context's mark; arguments have smaller ones. */
export const FIRST_CONTEXT = 100_000

/** Contexts with marks for unknown values: `docker-image://` where it may be an image. */
export function markedContexts({ contexts, open }: ResolvedBuild): ReadonlyMap<string, string> {
  const marked = [...open.contexts].map(([name, written], at) => {
    const index = FIRST_CONTEXT + at
    if (isFolder(written)) return [name, '.'] as const
    const prefix = /^docker-image:(?:\/\/)?/.exec(written)?.[0]
    const image = prefix === undefined ? '' : templateWithMarks(written.slice(prefix.length), () => index)
    return [name, `docker-image://${image.includes(markOf(index)) ? image : markOf(index)}`] as const
  })
  return new Map([...contexts, ...marked])
}

/** Whether a context cannot be an image, whatever its unknown part is. */
function isFolder(written: string): boolean {
  return /^(?:[./~]|https?:|git@|ssh:|oci-layout:|local:|\$\{\{ ?(?:github\.workspace|runner\.temp) ?\}\})/.test(
    written,
  )
}

/** The build with the assumed values. */
export interface AssumedBuild {
  readonly options: BuildOptions
  readonly result: DockerfileResult
  /** Whether even the assumed target is not a stage of the file. */
  readonly isGuess: boolean
}

const MAX_TRIES = 16

/**
 * The build with the assumed values. If BuildKit refuses it because a value is unknown (`FROM $X`, `ARG X` without a
 * default or with an invalid one), marks replace as few values as necessary.
 *
 * @param build the build without such marks, and BuildKit's result for it.
 */
export function assumedBuild(
  dockerfile: Dockerfile,
  { options, result: first }: Pick<AssumedBuild, 'options' | 'result'>,
  { args: open, isTargetOpen }: { readonly args: readonly string[]; readonly isTargetOpen: boolean },
): AssumedBuild {
  const isTargetLost = isTargetOpen && (options.target ?? null) !== null
  const withDefault = new Set(dockerfile.globalArgs.flatMap(({ name, value }) => (value === null ? [] : [name])))
  const bare = open.filter((name) => !withDefault.has(name) && !options.args?.has(name))
  const others = open.filter((name) => !bare.includes(name)).slice(0, MAX_TRIES)
  const tries: readonly (readonly string[])[] = [bare, ...others.map((name) => [...bare, name]), open]
  if (first.ok || (open.length === 0 && !isTargetLost)) return { options, result: first, isGuess: false }
  for (const isGuess of [false, true]) {
    for (const names of [[], ...tries]) {
      const marks = names.map((name) => [name, markOf(open.indexOf(name))] as const)
      const target = isGuess ? null : (options.target ?? null)
      const tried = { ...options, target, args: new Map([...(options.args ?? []), ...marks]) }
      const result = dockerfile.find(tried)
      if (result.ok) return { options: tried, result, isGuess }
    }
    if (!isTargetLost) break
  }
  return { options, result: first, isGuess: false }
}

/** Builds in which unknown arguments make a FROM name an earlier stage, and whether there are too many to combine. */
export function argumentVariants(dockerfile: Dockerfile, options: BuildOptions, choices: StageChoices) {
  const isEarlierStage = earlierStages(dockerfile)
  const perArgument = [...choices.values].map(([name, values]) =>
    [...values].filter((value) => value !== options.args?.get(name)).map((value) => [name, value] as const),
  )
  const isCapped = perArgument.reduce((count, values) => count * (values.length + 1), 1) > 4 * MAX_BUILDS
  const combinations = isCapped ? perArgument.flat().map((one) => [one]) : product(perArgument)
  const list = combinations.flatMap((changed): PossibleBuild[] => {
    const args = new Map([...(options.args ?? []), ...changed])
    const names = dockerfile.fromNames({ ...options, args })
    const isChoice = names.some(
      (from) =>
        choices.froms.has(from.index) && changed.some(([name]) => from.variables.has(name)) && isEarlierStage(from),
    )
    return isChoice ? [{ unknowns: changed.map(([name]) => `args ${name}` as const), options: { args } }] : []
  })
  return { list, isCapped }
}

/** Every way to take at most one item from each group, except the empty one. */
function product<Item>(groups: readonly (readonly Item[])[]): Item[][] {
  let taken: Item[][] = [[]]
  for (const group of groups) taken = [...taken, ...taken.flatMap((items) => group.map((item) => [...items, item]))]
  return taken.filter((items) => items.length > 0)
}

/** Builds of the other stages that the target may name. */
export function targetVariants(
  { stageNames }: Dockerfile,
  names: readonly string[],
  assumed: string | null,
): PossibleBuild[] {
  const built = assumed?.toLowerCase() ?? stageNames.at(-1)
  const others = names.filter((name) => name !== built)
  return others.map((target): PossibleBuild => ({ unknowns: ['target'], options: { target } }))
}

const PLATFORMS = ['amd64', 'arm64', 'arm/v7', '386', 'ppc64le', 's390x', 'riscv64'].map((name) => `linux/${name}`)
const PLATFORM_ARGUMENTS = ['TARGETPLATFORM', 'TARGETOS', 'TARGETARCH', 'TARGETVARIANT']

/** Builds for other platforms, if the platform selects a stage (`FROM base-$TARGETARCH`). */
export function platformVariants(dockerfile: Dockerfile, options: BuildOptions): PossibleBuild[] {
  const decidesFrom = dockerfile
    .fromNames(options)
    .some(({ variables }) => PLATFORM_ARGUMENTS.some((name) => variables.has(name)))
  if (!decidesFrom) return []
  const isEarlierStage = earlierStages(dockerfile)
  const others = PLATFORMS.filter((platform) => !options.platforms?.includes(platform))
  return others.flatMap((platform): PossibleBuild[] => {
    const isChoice = dockerfile
      .fromNames({ ...options, platforms: [platform] })
      .some((from) => PLATFORM_ARGUMENTS.some((name) => from.variables.has(name)) && isEarlierStage(from))
    return isChoice ? [{ unknowns: ['platforms'], options: { platforms: [platform] } }] : []
  })
}

/** The build without the unknown contexts: possibly none is passed. */
export function contextVariants({ contexts, open }: ResolvedBuild, marked: BuildOptions['contexts']): PossibleBuild[] {
  const kept = [...open.contexts].flatMap(([name, written]): [string, string][] =>
    isFolder(written) || /^docker-image:/.test(written) ? [[name, marked?.get(name) ?? '.']] : [],
  )
  if (kept.length === open.contexts.size) return []
  return [{ unknowns: ['contexts'], options: { contexts: new Map([...contexts, ...kept]) } }]
}

/**
 * Every combination of variants, those with the fewest differences first; beyond the limit, each variant alone, up to
 * the limit.
 *
 * @param groups the variants of each unknown value, or of several together.
 */
export function combinedBuilds(
  base: BuildOptions,
  groups: readonly (readonly PossibleBuild[])[],
  { limit, isCut }: { readonly limit: number; readonly isCut: boolean },
) {
  const count = groups.reduce((all, group) => all * (group.length + 1), 1) - 1
  const isCapped = count > limit || isCut
  const combinations = isCapped ? groups.flat().map((one) => [one]) : product(groups)
  const builds = combinations.slice(0, limit).map((parts): PossibleBuild => {
    return {
      unknowns: parts.flatMap(({ unknowns }) => unknowns),
      options: Object.assign({}, base, ...parts.map(({ options }) => options)) as BuildOptions,
    }
  })
  return { builds: builds.sort((a, b) => a.unknowns.length - b.unknowns.length), isCapped }
}
