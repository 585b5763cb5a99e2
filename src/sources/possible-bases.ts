import type { ResolvedBuild } from '../build-definition/index.js'
import type { BaseImageUse, BuildOptions, Diagnostic, Dockerfile, FromName } from '../dockerfile/index.js'
import { formatReference, parseReference, withDefaultTag } from '../reference/index.js'
import {
  type AssumedBuild,
  argumentVariants,
  assumedBuild,
  combinedBuilds,
  contextVariants,
  FIRST_CONTEXT,
  MAX_BUILDS,
  markedContexts,
  openArguments,
  type PossibleBuild,
  platformVariants,
  possibleTargets,
  targetVariants,
  type UnknownInput,
} from './possible-builds.js'
import { ANY_VALUE, earlierStages, isMarked, type StageChoices, stageChoices } from './stage-choices.js'

/** What other values of an unknown input add: images, or only that images are part of the runtime. */
interface Addition {
  readonly of: 'images' | 'runtime'
  /** The stages it may select. */
  readonly stages: readonly string[]
}

/** The input that a mark stands for. */
export interface MarkedInput {
  readonly key: 'args' | 'contexts'
  readonly name: string
}

/** A place that pulls an image. */
export type PossibleUse = BaseImageUse & { readonly isPossible: boolean }

/** The images that an incompletely known build pulls. */
export interface PossibleBases {
  /** With `isPossible`: not pulled with the assumed values, but possibly with others. */
  readonly uses: readonly PossibleUse[]
  /** Pulled, but unidentified: the references contain marks. */
  readonly unnamed: readonly BaseImageUse[]
  /** The inputs that the marks stand for, by number. */
  readonly marked: ReadonlyMap<number, MarkedInput>
  readonly additions: ReadonlyMap<UnknownInput, Addition>
  /** The build with the assumed values. */
  readonly options: BuildOptions
  /** Values of arguments that select a stage. */
  readonly choices: StageChoices['values']
  /** Whether a limit on possible builds was reached. */
  readonly isCapped: boolean
  readonly warnings: readonly Diagnostic[]
}

/** Limit on the total text of the builds tried. */
const MAX_TEXT = 1_048_576

/**
 * The base images of an incompletely known build: those pulled with the assumed values, and those that any other
 * possible build adds. For a fully known build this is BuildKit's answer.
 *
 * @param text of the Dockerfile: fewer builds of a long one are tried.
 * @returns or why BuildKit refuses the file, whatever the unknown values are.
 */
export function possibleBases(
  dockerfile: Dockerfile,
  resolved: ResolvedBuild,
  text: string,
): ({ readonly ok: true } & PossibleBases) | { readonly ok: false; readonly line: number; readonly message: string } {
  const targets = possibleTargets(dockerfile, resolved)
  const { args, platforms } = resolved
  const contexts = markedContexts(resolved)
  const plain = { args, platforms, contexts, target: targets.assumed }
  // First, so that this build is always evaluated whatever the others cost.
  const first = { options: plain, result: dockerfile.find(plain) }
  const open = openArguments(dockerfile, resolved)
  const assumed = assumedBuild(dockerfile, first, { args: open, isTargetOpen: resolved.open.target !== null })
  const { options, result } = assumed
  if (!result.ok) return { ok: false, ...result.error }
  const choices = stageChoices(dockerfile, options, open)
  const byArguments = argumentVariants(dockerfile, options, choices)
  const variants = [
    byArguments.list,
    addsNothing(resolved, { assumed, choices, text })
      ? []
      : targetVariants(dockerfile, targets.names, options.target ?? null),
    resolved.open.platforms ? platformVariants(dockerfile, options) : [],
    contextVariants(resolved, contexts),
  ]
  const limit = Math.max(1, Math.min(MAX_BUILDS, Math.floor(MAX_TEXT / Math.max(text.length, 1))))
  const { builds, isCapped } = combinedBuilds(options, variants, { limit, isCut: byArguments.isCapped })
  const union = new Union(dockerfile, assumed, choices, resolved.open)
  for (const build of builds) union.add(build)
  const isCut = isCapped || choices.isCapped || dockerfile.isSpent()
  if (isCut) union.addAllNamed()
  return {
    ok: true,
    uses: [...union.uses.values()].sort((a, b) => a.line - b.line),
    unnamed: [...union.unnamed.values()],
    marked: new Map<number, MarkedInput>([
      ...open.map((name, index) => [index, { key: 'args' as const, name }] as const),
      ...[...resolved.open.contexts.keys()].map(
        (name, at) => [FIRST_CONTEXT + at, { key: 'contexts' as const, name }] as const,
      ),
    ]),
    additions: union.additions,
    options,
    choices: choices.values,
    isCapped: isCut,
    warnings: result.problems,
  }
}

/** Whether no target can pull more images, as in most files: every image named is needed, whatever the target. */
function addsNothing(
  { open }: ResolvedBuild,
  { assumed: { result }, choices, text }: { assumed: AssumedBuild; choices: StageChoices; text: string },
): boolean {
  return (
    open.target === '' &&
    open.contexts.size === 0 &&
    choices.froms.size === 0 &&
    result.ok &&
    result.images.every((use) => use.reachable) &&
    !/onbuild|TARGETSTAGE/i.test(text)
  )
}

class Union {
  readonly uses = new Map<string, PossibleUse>()
  readonly unnamed = new Map<string, BaseImageUse>()
  readonly additions = new Map<UnknownInput, Addition>()
  readonly #known = new Set<string>()
  /** Canonical references that stage names would be as images. */
  readonly #stages: ReadonlySet<string>
  readonly #dockerfile: Dockerfile
  readonly #assumed: AssumedBuild
  readonly #choices: StageChoices
  readonly #open: ResolvedBuild['open']
  readonly #isEarlierStage: ReturnType<typeof earlierStages>
  /** What the stage-selecting FROMs name with the assumed values, and their lines. */
  readonly #assumedNames: ReadonlySet<string>
  readonly #choosingLines: ReadonlySet<number>

  constructor(dockerfile: Dockerfile, assumed: AssumedBuild, choices: StageChoices, open: ResolvedBuild['open']) {
    this.#dockerfile = dockerfile
    this.#assumed = assumed
    this.#choices = choices
    this.#open = open
    this.#isEarlierStage = earlierStages(dockerfile)
    this.#stages = new Set(dockerfile.stageNames.flatMap((name) => (name === null ? [] : canonical(name))))
    const froms = this.#choosing(assumed.options)
    this.#assumedNames = new Set(froms.map(({ index, text }) => `${index} ${text}`))
    this.#choosingLines = new Set(froms.map(({ line }) => line))
    for (const [key, use] of keyed(assumed.result.ok ? assumed.result.images : [])) {
      if (!isMarked(use.ref)) this.uses.set(key, { ...use, isPossible: assumed.isGuess && use.reachable })
      else if (use.reachable) this.#addUnnamed(key, use)
    }
    this.#learn([...this.uses.values()])
  }

  /** Adds what this build pulls and no earlier one does. */
  add({ unknowns, options }: PossibleBuild): void {
    const result = this.#dockerfile.find(options)
    if (!result.ok) return
    const isMadeUp = this.#madeUp(unknowns, options)
    const pulled = keyed(result.images).filter(([, use]) => use.reachable && !isMadeUp(use))
    for (const [key, use] of pulled) {
      if (isMarked(use.ref)) this.#addUnnamed(key, use)
      else this.#addNamed(key, use, { unknowns, target: options.target ?? null })
    }
    this.#learn(pulled.map(([, use]) => use))
  }

  /** Adds every image that the file names, for when there are too many builds to try each. */
  addAllNamed(): void {
    const { contexts, platforms } = this.#assumed.options
    const replaced = new Set([...(contexts?.keys() ?? [])].map(canonical))
    for (const [key, use] of this.uses) {
      if (use.reachable || this.#known.has(use.ref) || replaced.has(use.ref) || this.#stages.has(use.ref)) continue
      this.uses.set(key, { ...use, reachable: true, platforms: [...(platforms ?? [])], isPossible: true })
    }
    for (const name of this.#choices.values.keys()) this.#note(`args ${name}`, 'images', null)
    if (this.#open.target !== null) this.#note('target', 'images', null)
  }

  #addNamed(key: string, use: BaseImageUse, build: Pick<PossibleBuild, 'unknowns'> & { target: string | null }): void {
    const of = this.#known.has(use.ref) ? 'runtime' : 'images'
    // Unless a target is known to be passed, a stage that others copy from does not count as the target.
    const isTargetWritten = this.#open.target !== ''
    if (of === 'runtime' && !(isTargetWritten && use.runtime && !this.#known.has(`${use.ref} runtime`))) return
    const before = this.uses.get(key)
    this.uses.set(key, before?.reachable === true ? { ...before, runtime: true } : { ...use, isPossible: true })
    for (const unknown of build.unknowns) this.#note(unknown, of, build.target)
  }

  #addUnnamed(key: string, use: BaseImageUse): void {
    // A FROM that selects a stage says nothing about images.
    const isChoice = use.kind === 'from' && this.#choosingLines.has(use.line)
    if (!isChoice && !use.ref.includes(ANY_VALUE)) this.unnamed.set(key, use)
  }

  /** Matches images that are only artifacts: a stage that does not exist, an omitted context. */
  #madeUp(unknowns: readonly UnknownInput[], options: BuildOptions): (use: BaseImageUse) => boolean {
    const missed = this.#choosing(options).filter(
      (from) => !this.#isEarlierStage(from) && !this.#assumedNames.has(`${from.index} ${from.text}`),
    )
    const stages = new Set(missed.map(({ line, text }) => `${line} ${canonical(text)}`))
    const names = unknowns.includes('contexts') ? [...this.#open.contexts.keys()] : []
    const contexts = new Set(names.filter((name) => /^[\w-]+$/.test(name)).map(canonical))
    return ({ line, ref, kind }) =>
      contexts.has(ref) || this.#stages.has(ref) || (kind === 'from' && stages.has(`${line} ${ref}`))
  }

  #choosing(options: BuildOptions): FromName[] {
    const { froms } = this.#choices
    return froms.size === 0 ? [] : this.#dockerfile.fromNames(options).filter(({ index }) => froms.has(index))
  }

  #learn(uses: readonly BaseImageUse[]): void {
    for (const { ref, reachable, runtime } of uses) {
      if (reachable) this.#known.add(ref)
      if (reachable && runtime) this.#known.add(`${ref} runtime`)
    }
  }

  #note(unknown: UnknownInput, of: Addition['of'], target: string | null): void {
    const before = this.additions.get(unknown)
    const chosen = this.#choices.stages.get(unknown.replace(/^args /, '')) ?? []
    const stages = unknown !== 'target' ? chosen : [...(before?.stages ?? []), ...(target === null ? [] : [target])]
    this.additions.set(unknown, { of: before?.of === 'images' ? 'images' : of, stages: [...new Set(stages)] })
  }
}

/** Uses keyed by their position; one instruction may name an image more than once. */
function keyed(uses: readonly BaseImageUse[]): [string, BaseImageUse][] {
  const seen = new Map<string, number>()
  return uses.map((use) => {
    const place = `${use.line} ${use.kind} ${use.stage} ${use.ref} ${use.platform ?? ''}`
    const count = seen.get(place) ?? 0
    seen.set(place, count + 1)
    return [`${place} ${count}`, use]
  })
}

/** The full reference, or the text itself if it is not one. */
function canonical(text: string): string {
  const parsed = parseReference(text)
  return parsed.ok ? formatReference(withDefaultTag(parsed.reference)) : text
}
