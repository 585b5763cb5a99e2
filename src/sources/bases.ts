import { type BuildInputs, isKnown, resolveBuild } from '../build-definition/index.js'
import { type BuildOptions, type Dockerfile, readDockerfile } from '../dockerfile/index.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import { formatReference, type ImageReference, parseReference } from '../reference/index.js'
import { type AssumptionWarning, assumptions } from './assumptions.js'
import { type PossibleBases, type PossibleUse, possibleBases } from './possible-bases.js'
import { type UnnamedBase, unnamedBases, untrackable } from './unnamed-bases.js'

/**
 * One place that pulls a base image: in a Dockerfile, in ko's configuration, or named in images.yaml. `evidence`: the
 * published image was built on it although the source does not name it.
 */
export interface BaseUse {
  readonly reference: ImageReference
  readonly kind: 'from' | 'copy' | 'mount' | 'onbuild' | 'named' | 'ko' | 'evidence'
  /** Path of the Dockerfile or `.ko.yaml` in its repository; images.yaml for `named` and `evidence`. */
  readonly file: string
  readonly stage: string
  readonly line: number
  /** Pulled for the target that is built. */
  readonly reachable: boolean
  /** Part of the image that runs, not only used to build it. */
  readonly runtime: boolean
  readonly platform: string | null
  /** The platforms that need it. */
  readonly platforms: readonly string[]
  /** Pulled only if the build passes other values than the assumed ones. */
  readonly assumed: boolean
}

/** A Dockerfile to read, with the inputs of its build. */
export interface BuiltFile {
  readonly file: string
  readonly text: string
  /** What the build passes; null when no definition tells. */
  readonly inputs: BuildInputs | null
  /** Whether it is the image's own Dockerfile, which `build` in images.yaml applies to. */
  readonly isImage: boolean
  /** Whether it is one of several possible builds, with nothing to tell which one is meant. */
  readonly isPossible?: boolean
}

/** What a Dockerfile pulls. */
export type BasesResult =
  | {
      readonly ok: true
      readonly uses: readonly BaseUse[]
      /** Assumptions that affect the result. */
      readonly assumed: readonly AssumptionWarning[]
      readonly unnamed: readonly UnnamedBase[]
      /** Whether an argument with its default from the Dockerfile names a base image. */
      readonly usesDefaults: boolean
      readonly warnings: readonly { readonly line: number; readonly message: string }[]
    }
  | { readonly ok: false; readonly line: number; readonly message: string }

/**
 * The base images that a Dockerfile pulls when built as its definition specifies, and those it may pull where the
 * definition is incomplete.
 *
 * @param explicit `build` in images.yaml; null if absent. If no definition specifies the inputs either, every stage may
 * be the target and every argument may be passed.
 */
export function dockerfileBases(
  { file, text, inputs }: BuiltFile,
  explicit: EnrolledImage['build'] | null,
): BasesResult {
  const dockerfile = readDockerfile(text)
  const resolved = resolveBuild(inputs, explicit)
  const possible = possibleBases(dockerfile, resolved, text)
  if (!possible.ok) return possible
  const used = new Set([...possible.uses.flatMap((use) => use.assumed), ...decisive(dockerfile, possible, inputs)])
  const uses = possible.uses.flatMap((use) => baseUse(use, file) ?? [])
  return {
    ok: true,
    uses: uses.filter((use) => !use.reachable || untrackable(use.reference) === null),
    assumed: assumptions({ dockerfile, resolved, possible, used }),
    unnamed: unnamedBases(file, resolved, possible),
    usesDefaults:
      possible.uses.some((use) => use.assumed.length > 0) || (inputs === null && possible.additions.size > 0),
    warnings: possible.warnings,
  }
}

function baseUse(use: PossibleUse, file: string): BaseUse | null {
  const parsed = parseReference(use.ref)
  if (!parsed.ok) return null
  const { kind, stage, line, reachable, runtime, platform, platforms } = use
  const { reference } = parsed
  return { reference, kind, file, stage, line, reachable, runtime, platform, platforms, assumed: use.isPossible }
}

/** Arguments tried one by one; with more, all of them are reported. */
const MAX_TRIED = 32

/** Assumed arguments for which another value gives other base images. */
function decisive(dockerfile: Dockerfile, { options }: PossibleBases, inputs: BuildInputs | null): string[] {
  const images = (given: NonNullable<BuildOptions['args']>) => {
    const result = dockerfile.find({ ...options, args: given })
    return result.ok ? JSON.stringify(result.images.map(({ ref, reachable }) => [ref, reachable])) : null
  }
  const given = options.args ?? new Map<string, string>()
  const declared = new Set(dockerfile.globalArgs.map(({ name }) => name))
  const assumed = [...(inputs?.args ?? [])].flatMap(([name, value]) => {
    const isAssumed = isKnown(value) && value.assumedFrom !== undefined && given.get(name) === value.text
    // FROM sees the platform arguments without an ARG.
    return isAssumed && (declared.has(name) || /^(?:TARGET|BUILD)/.test(name)) ? [{ name, text: value.text }] : []
  })
  if (assumed.length > MAX_TRIED) return assumed.map(({ name }) => name)
  const now = assumed.length === 0 ? null : images(given)
  const differs = (name: string, text: string) => images(new Map([...given, [name, text]])) !== now
  return assumed.flatMap(({ name, text }) => (differs(name, `${text}0`) || differs(name, '') ? [name] : []))
}

/**
 * Merges the uses of one image's Dockerfiles. An image that only some of the possible builds pull is marked as assumed;
 * if one build is known to be the image's, so is everything that only the possible ones pull.
 *
 * @param builds the image's own first; other builds of its own Dockerfile have `isImage` too.
 */
export function unitedUses(
  builds: readonly (Pick<BuiltFile, 'isImage' | 'isPossible'> & { readonly uses: readonly BaseUse[] })[],
): BaseUse[] {
  const possible = builds.filter(({ isPossible }) => isPossible === true)
  const others = builds.filter(({ isPossible }) => isPossible !== true)
  const isChosen = builds.some(({ isImage, isPossible }) => isPossible !== true && isImage)
  const sure = new Set(others.flatMap(({ uses }) => pulledBy(uses)))
  const pulled = possible.map(({ uses }) => new Set(pulledBy(uses)))
  const isSure = (ref: string) => sure.has(ref) || (!isChosen && pulled.every((refs) => refs.has(ref)))
  return builds.flatMap(({ isPossible, uses }) =>
    uses.map((use) =>
      isPossible === true && use.reachable && !isSure(formatReference(use.reference)) ? { ...use, assumed: true } : use,
    ),
  )
}

function pulledBy(uses: readonly BaseUse[]): string[] {
  return uses.flatMap((use) => (use.reachable && !use.assumed ? [formatReference(use.reference)] : []))
}
