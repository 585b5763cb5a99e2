import { plainPath } from '../paths.js'
import { type BuildTarget, contextTargets } from '../targets.js'
import { type BuildInputs, type BuildValue, isKnown, shortText, writtenText } from '../value.js'
import {
  type Candidate,
  type DefinitionResult,
  isBuildOf,
  isWholeTag,
  naming,
  ofFlavor,
  preferred,
  stepCandidate,
  targetCandidates,
  waysOf,
} from './candidates.js'
import type { FollowedBuilds } from './follow.js'
import type { BakeStep, StepPlace, UnreadStep } from './steps.js'
import { displayPath } from './walk.js'

interface WantedImage {
  /** Path of its Dockerfile in the repository. */
  readonly dockerfile: string
  /** Where it is published (`ghcr.io/org/app`); null if unknown. */
  readonly image: string | null
  /** `tags.allow` of its entry: which tags are the image's; empty: any. */
  readonly allow: readonly string[]
}

/** How an image is built, or why that is unknown. */
export type BuildChoice =
  | {
      readonly ok: true
      /** The ways its Dockerfile is built. */
      readonly builds: readonly {
        readonly inputs: BuildInputs
        /** The Dockerfile's text if it is inline in the definition. */
        readonly inline: BuildValue | null
        /** Where it is defined, `.github/workflows/build.yml:12`. */
        readonly place: string
        /** Whether it is one of several possible builds, with nothing to tell which one is meant. */
        readonly isPossible: boolean
      }[]
      /**
       * Targets that they depend on (`contexts: base = target:base`); `folder`: base of their paths, inside the
       * repository, null if unknown.
       */
      readonly linked: readonly { readonly target: BuildTarget; readonly folder: string | null }[]
      /** Assumptions made, in words without a full stop. */
      readonly assumed: readonly string[]
      /** The steps that build it. */
      readonly steps: readonly StepPlace[]
      /** Whether one of them publishes, and whether one names the image; null: unknown. */
      readonly publishes: boolean | null
      readonly namesImage: boolean | null
      /** Known names that they publish, and whether these are all. */
      readonly tags: readonly string[]
      readonly areTagsKnown: boolean
    }
  | {
      readonly ok: false
      /** A sentence. */
      readonly reason: string
      /** Positions of builds of other Dockerfiles, if no other build can be the image's. */
      readonly others: readonly string[]
    }

/** Limit on ways to build one Dockerfile; no real workflow reaches it. */
const MAX_WAYS = 64

/**
 * Selects the builds of a workflow that make an image: those of its Dockerfile that a dispatched run executes, that
 * publish, and that name the image, as far as each is known. Builds that differ only in platforms are merged; with
 * several, the base images of all count.
 *
 * @param definitionOf the definition in a bake step's files.
 */
export function chooseBuilds(
  followed: FollowedBuilds,
  wanted: WantedImage,
  definitionOf: (step: BakeStep) => DefinitionResult,
): BuildChoice {
  const failures: string[] = []
  const candidates = followed.builds.flatMap((step) => {
    if (step.kind === 'build') return stepCandidate(step)
    const read = definitionOf(step)
    if (!read.ok) failures.push(read.reason)
    return read.ok ? targetCandidates(step, read) : []
  })
  const path = plainPath(wanted.dockerfile)
  const exact = candidates.filter((one) => isBuildOf(one, path))
  const possible = candidates.filter((one) => one.path !== null && !isKnown(one.path))
  const inline = candidates.filter((one) => one.path === null && one.inline !== null)
  const found = [exact, possible, inline].find((some) => some.length > 0)
  if (found === undefined) {
    const isRead = failures.length + followed.unread.length + followed.wanted.length + followed.limits.length === 0
    const others = isRead ? [...new Set(candidates.map(({ place }) => place))] : []
    return { ok: false, reason: failures[0] ?? noneOf(followed, wanted.dockerfile), others }
  }
  const ways = waysOf(filtered(found, wanted))
  const [first] = ways
  if (first === undefined || ways.length > MAX_WAYS) return unchosen(`${inWays(ways, wanted)}. ${WRITE_BUILD}`)
  const isSure = ways.length === 1 || ways.every((one) => naming(one, wanted.image) === 'names')
  const assumed = [
    ...followed.limits.map((limit) => `the workflow has ${limit}: the rest is ignored`),
    ...(found === exact ? [] : [assumedPath(first, wanted.dockerfile)]),
    ...(isSure ? [] : [`${inWays(ways, wanted)}: the base images of all are tracked`]),
    ...ways.flatMap((way) => way.assumed),
    ...unreadBeside(ways, followed.unread),
  ]
  return chosen(ways, { isSure, assumed: [...new Set(assumed)], image: wanted.image })
}

/** Remedy if nothing tells how an image is built. */
export const WRITE_BUILD = 'Write what the build passes into the entry: `build: {target: …, args: {…}}`.'

function unchosen(reason: string): BuildChoice {
  return { ok: false, reason, others: [] }
}

function chosen(
  ways: readonly Candidate[],
  { isSure, assumed, image }: { isSure: boolean; assumed: readonly string[]; image: string | null },
): BuildChoice {
  const linked = new Map<string, { target: BuildTarget; folder: string | null }>()
  for (const { target } of ways) {
    if (target === null) continue
    const links = contextTargets(target.file, target.name)
    if (!links.ok) return unchosen(links.message)
    for (const one of links.targets) linked.set(one.name, { target: one, folder: target.folder })
  }
  const published = ways.map(({ publishes }) => publishes)
  // As long as nothing is known to push it, its names are only those on the build machine.
  const named = ways.map((way) => {
    const found = naming(way, image)
    return found === 'others' && way.publishes === null ? 'unknown' : found
  })
  return {
    ok: true,
    builds: ways.map(({ inputs, inline, place }) => ({ inputs, inline, place, isPossible: !isSure })),
    linked: [...linked.values()],
    assumed,
    steps: ways.map(({ step }) => step),
    publishes: published.includes(true) ? true : published.includes(null) ? null : false,
    namesImage: named.includes('names') ? true : named.includes('unknown') ? null : false,
    tags: [...new Set(ways.flatMap(({ tags }) => tags.filter(isKnown).map(({ text }) => text)))].sort(),
    areTagsKnown: ways.every(
      ({ tags }) => tags.length > 0 && tags.every((tag) => isKnown(tag) && isWholeTag(tag.text)),
    ),
  }
}

/** A build that a dispatched run skips, that only tests or makes another image counts only if there is no other. */
function filtered(candidates: readonly Candidate[], { image, allow }: WantedImage): readonly Candidate[] {
  const made = preferred(candidates, ({ step }) => step.runs !== false)
  const publishing = preferred(made, ({ publishes }) => publishes !== false)
  const named = preferred(publishing, (one) => naming(one, image) === 'names')
  const possible = preferred(named, (one) => naming(one, image) !== 'others')
  return ofFlavor(possible, allow)
}

function inWays(ways: readonly Candidate[], { dockerfile }: WantedImage): string {
  const places = [...new Set(ways.map(({ place }) => place))]
  const shown = places.slice(0, 5).join(', ') + (places.length > 5 ? ', …' : '')
  return `${shortText(dockerfile)} is built in ${ways.length} ways (${shown})`
}

function assumedPath({ path, place }: Candidate, dockerfile: string): string {
  if (path === null)
    return `the Dockerfile of ${place} is inline in the definition: it is assumed to be ${shortText(dockerfile)}`
  const written = writtenText(path)
  return `the Dockerfile of ${place} is ${shortText(written)}: ${shortText(dockerfile)} is assumed`
}

/** If no build found publishes, an unread step may. */
function unreadBeside(ways: readonly Candidate[], unread: readonly UnreadStep[]): string[] {
  const [first] = unread
  if (first === undefined || ways.some(({ publishes }) => publishes !== false)) return []
  const places = ways
    .map(({ place }) => place)
    .slice(0, 3)
    .join(', ')
  return [`the build in ${places} publishes nothing, and ${sentenceOf(first)}: it is assumed to be the one that does`]
}

function noneOf({ builds, unread, limits, wanted }: FollowedBuilds, dockerfile: string): string {
  const [limit] = limits
  const others = builds.slice(0, 3).map((step) => `${step.file}:${step.line}`)
  const why =
    unread.length > 0
      ? unread.slice(0, 3).map(sentenceOf).join('; ')
      : wanted.length > 0
        ? `${wanted.slice(0, 3).map(displayPath).join(', ')} was not read`
        : limit !== undefined
          ? `the workflow has ${limit}`
          : others.length > 0
            ? `${others.join(', ')} builds a different Dockerfile than ${shortText(dockerfile)}`
            : `no step of the workflow builds ${shortText(dockerfile)}`
  return `${why}. ${WRITE_BUILD}`
}

function sentenceOf({ file, line, what, reason }: UnreadStep): string {
  return `${file}:${line}: ${what} ${reason.replace(/\.$/, '')}`
}
