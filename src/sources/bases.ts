import { type BuildInputs, isKnown, resolveBuild } from '../build-definition/index.js'
import { type BuildOptions, type Dockerfile, readDockerfile } from '../dockerfile/index.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import { formatReference, type ImageReference, parseReference } from '../reference/index.js'
import { type AssumptionWarning, assumptions } from './assumptions.js'
import { type PossibleBases, type PossibleUse, possibleBases } from './possible-bases.js'
import { type UnnamedBase, unnamedBases, untrackable } from './unnamed-bases.js'

/**
 * One place that pulls a base image: in a Dockerfile, in ko's configuration, or in images.yaml, which names it. `evidence`:
 * the published image was built on it, and source does not say so.
 */
export interface BaseUse {
  readonly reference: ImageReference
  readonly kind: 'from' | 'copy' | 'mount' | 'onbuild' | 'named' | 'ko' | 'evidence'
  /** The Dockerfile or `.ko.yaml` inside its repository; for a named one, and for evidence, images.yaml. */
  readonly file: string
  readonly stage: string
  readonly line: number
  /** Pulled for the target that is built. */
  readonly reachable: boolean
  /** Part of what runs, not only of what builds. */
  readonly runtime: boolean
  readonly platform: string | null
  /** The platforms that need it. */
  readonly platforms: readonly string[]
  /** Pulled only if the build passes something else than what is assumed. */
  readonly assumed: boolean
}

/** A Dockerfile to be read, with what its build passes. */
export interface BuiltFile {
  readonly file: string
  readonly text: string
  /** What its build passes; null where no definition says. */
  readonly inputs: BuildInputs | null
  /** Whether it is the image's own Dockerfile, so that what images.yaml says holds for it. */
  readonly isImage: boolean
  /** Whether it is only one of several builds, of which nothing tells the one that is meant. */
  readonly isPossible?: boolean
}

/** What a Dockerfile pulls. */
export type BasesResult =
  | {
      readonly ok: true
      readonly uses: readonly BaseUse[]
      /** What had to be assumed and bears on the answer. */
      readonly assumed: readonly AssumptionWarning[]
      readonly unnamed: readonly UnnamedBase[]
      /** Whether a base image is named by an argument that has its value from the Dockerfile. */
      readonly usesDefaults: boolean
      readonly warnings: readonly { readonly line: number; readonly message: string }[]
    }
  | { readonly ok: false; readonly line: number; readonly message: string }

/**
 * The base images a Dockerfile pulls when it is built as its definition says, and those that it may pull where the
 * definition does not say all.
 *
 * @param explicit what images.yaml says about the build; null where it does not speak of it. Where no definition says
 * what is passed either, every stage may be the target and every argument may be passed.
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
    unnamed: unnamedBases(file, { resolved, possible }),
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

/** Arguments that are tried one by one; of more each is said. */
const MAX_TRIED = 32

/** Arguments with a default that the real build may replace, if another value gives other base images. */
function decisive(dockerfile: Dockerfile, { options }: PossibleBases, inputs: BuildInputs | null): string[] {
  const images = (given: NonNullable<BuildOptions['args']>) => {
    const result = dockerfile.find({ ...options, args: given })
    return result.ok ? JSON.stringify(result.images.map(({ ref, reachable }) => [ref, reachable])) : null
  }
  const given = options.args ?? new Map<string, string>()
  const declared = new Set(dockerfile.globalArgs.map(({ name }) => name))
  const assumed = [...(inputs?.args ?? [])].flatMap(([name, value]) => {
    const isAssumed = isKnown(value) && value.assumedFrom !== undefined && given.get(name) === value.text
    // FROM sees the platform's arguments without an ARG.
    return isAssumed && (declared.has(name) || /^(?:TARGET|BUILD)/.test(name)) ? [{ name, text: value.text }] : []
  })
  if (assumed.length > MAX_TRIED) return assumed.map(({ name }) => name)
  const now = assumed.length === 0 ? null : images(given)
  const differs = (name: string, text: string) => images(new Map([...given, [name, text]])) !== now
  return assumed.flatMap(({ name, text }) => (differs(name, `${text}0`) || differs(name, '') ? [name] : []))
}

/**
 * The uses of several Dockerfiles of one image. What only some of those builds pull that may be the image's is assumed;
 * where one of them is known to be the image's, so is all that only the others pull.
 *
 * @param builds that of the image first; others of its own Dockerfile say so.
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
