import { type BuildInputs, isKnown, type ResolvedBuild, resolveBuild } from '../build-definition/index.js'
import { findBaseImages } from '../dockerfile/index.js'
import type { Enrollment } from '../enrollment/enrollment.js'
import { type ImageReference, parseReference } from '../reference/index.js'
import type { DefinedBuild } from './workflow-build.js'

/** One place in a Dockerfile that pulls a base image. */
export interface BaseUse {
  readonly reference: ImageReference
  readonly kind: 'from' | 'copy' | 'mount' | 'onbuild'
  /** The Dockerfile inside its repository. */
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
}

/** A Dockerfile to be read, with what its build passes. */
export interface BuiltFile {
  readonly file: string
  readonly text: string
  /** What its build passes; null where no definition says. */
  readonly passes: BuildInputs | null
  /** Whether it is another build of the image's own Dockerfile. */
  readonly isImage?: boolean
}

/** What a Dockerfile pulls. */
export type BasesResult =
  | {
      readonly ok: true
      readonly uses: readonly BaseUse[]
      /** What had to be assumed and bears on the answer, in words. */
      readonly assumed: readonly string[]
      /** Whether a base image is named by an argument that has its value from the Dockerfile. */
      readonly usesDefaults: boolean
      readonly warnings: readonly { readonly line: number; readonly message: string }[]
    }
  | { readonly ok: false; readonly line: number; readonly message: string }

/**
 * The base images a Dockerfile pulls when it is built as its definition says.
 *
 * @param explicit what images.yaml says about the build; null for a build it does not speak of.
 */
export function basesOf({ file, text, passes }: BuiltFile, explicit: Enrollment['build'] | null): BasesResult {
  const nothing = {
    args: new Map<string, string>(),
    target: null,
    platforms: null,
    contexts: new Map<string, string>(),
  }
  const settled = resolveBuild(passes, explicit ?? nothing)
  const { args, target, platforms, contexts } = settled
  const result = findBaseImages(text, { args, target, platforms, contexts })
  if (!result.ok) return { ok: false, ...result.error }
  const uses = result.images.flatMap((use) => {
    const parsed = parseReference(use.ref)
    if (!parsed.ok) return []
    const { kind, stage, line, reachable, runtime, platform } = use
    return [
      { reference: parsed.reference, kind, file, stage, line, reachable, runtime, platform, platforms: use.platforms },
    ]
  })
  const used = new Set([...result.images.flatMap((use) => use.assumed), ...decisive(text, settled, passes)])
  const assumed = relevant(settled, passes, used)
  return {
    ok: true,
    uses,
    assumed,
    usesDefaults: result.images.some((use) => use.assumed.length > 0),
    warnings: result.problems,
  }
}

/** Arguments that are tried one by one; of more each is said. */
const MOST_TRIED = 32

/** Arguments with a default that the real build may replace, if another value gives other base images. */
function decisive(text: string, { args, ...settled }: ResolvedBuild, passes: BuildInputs | null): string[] {
  const images = (given: ReadonlyMap<string, string>) => {
    const result = findBaseImages(text, { ...settled, args: given })
    return result.ok ? JSON.stringify(result.images.map(({ ref, reachable }) => [ref, reachable])) : null
  }
  const assumed = [...(passes?.args ?? [])].flatMap(([name, value]) =>
    isKnown(value) && value.assumedFrom !== undefined && args.get(name) === value.text && text.includes(name)
      ? [name]
      : [],
  )
  if (assumed.length === 0 || assumed.length > MOST_TRIED) return assumed
  const now = images(args)
  return assumed.filter((name) => images(new Map([...args, [name, `${args.get(name)}0`]])) !== now)
}

/** An argument nobody knows matters only where a base image is named by it. */
function relevant(settled: ResolvedBuild, passes: BuildInputs | null, used: ReadonlySet<string>): string[] {
  const idle = [...(passes?.args ?? [])]
    .filter(([name, value]) => !used.has(name) && (!isKnown(value) || value.assumedFrom !== undefined))
    .map(([name]) => `build-arg ${name} `)
  return settled.assumed.filter((text) => !idle.some((start) => text.startsWith(start)))
}

/** Dockerfiles that the image's build is put together from, as far as they are written in the definition itself. */
export function inlineBuilds({ linked }: DefinedBuild): BuiltFile[] {
  return linked.flatMap(({ name, inline, passes, isImage }) =>
    inline === null ? [] : [{ file: `target ${name}`, text: inline, passes, isImage }],
  )
}
