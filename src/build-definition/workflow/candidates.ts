import { byKey, distinctBy, groupBy } from '../../text/index.js'
import { targetDockerfile } from '../paths.js'
import { type BuildFile, selectTargets } from '../targets.js'
import { type BuildInputs, type BuildValue, contentKey, isKnown, known, shortText } from '../value.js'
import { METADATA_TAG } from './build-actions.js'
import type { BakeStep, BuildStep, DockerfileStep } from './steps.js'

/** The definition in a bake step's files. */
export type DefinitionResult =
  | { readonly ok: true; readonly definition: BuildFile; readonly assumed: readonly string[] }
  /** A sentence. */
  | { readonly ok: false; readonly reason: string }

/** A build that may be the image's. */
export interface Candidate {
  /** null: its Dockerfile is inline in the definition. */
  readonly path: BuildValue | null
  readonly orContainerfile: boolean
  readonly inputs: BuildInputs
  readonly inline: BuildValue | null
  readonly place: string
  readonly step: BuildStep
  readonly publishes: boolean | null
  readonly tags: readonly BuildValue[]
  /** Assumptions made to read its definition. */
  readonly assumed: readonly string[]
  /** The target, with the definition that contains it. */
  readonly target: { readonly name: string; readonly file: BuildFile; readonly folder: string | null } | null
}

/** The build of a step; none if it builds another repository. */
export function stepCandidate(step: DockerfileStep): Candidate[] {
  const { dockerfile, orContainerfile, inputs, publishes, tags } = step
  if (dockerfile === null) return []
  const place = `${step.file}:${step.line}`
  return [
    {
      path: dockerfile,
      orContainerfile,
      inputs,
      inline: null,
      place,
      step,
      publishes,
      tags,
      assumed: [],
      target: null,
    },
  ]
}

/** The targets of a bake step; all of them if the step's are unknown. */
export function targetCandidates(step: BakeStep, read: Extract<DefinitionResult, { ok: true }>): Candidate[] {
  const { definition: file, assumed } = read
  const where = `${step.file}:${step.line}`
  const open = step.targets.find((target) => !isKnown(target))
  const names = step.targets.filter(isKnown).map(({ text }) => text)
  const folder = isKnown(step.folder) ? step.folder.text : null
  const targets = open === undefined ? selectTargets(file, names) : [...file.targets.values()]
  const unknown =
    open === undefined || isKnown(open)
      ? []
      : [`the targets of ${where} are ${shortText(open.written)}: all targets of this Dockerfile are tracked`]
  return targets.map((target) => ({
    path: target.inline === null ? targetDockerfile(target.context, target.dockerfile, folder ?? '') : null,
    orContainerfile: false,
    inputs: target.inputs,
    inline: target.inline,
    place: `target ${shortText(target.name)} of ${where}`,
    step,
    publishes: step.publishes,
    tags: target.tags,
    assumed: [...assumed, ...unknown],
    target: { name: target.name, file, folder },
  }))
}

/** Whether a build uses the Dockerfile at a path. */
export function isBuildOf({ path, orContainerfile }: Candidate, wanted: string): boolean {
  if (path === null || !isKnown(path)) return false
  return path.text === wanted || (orContainerfile && path.text.replace(/Dockerfile$/, 'Containerfile') === wanted)
}

/** Merges builds that differ only in platforms. */
export function waysOf(candidates: readonly Candidate[]): Candidate[] {
  const groups = groupBy(candidates, ({ inputs, inline }) => `${withoutPlatforms(inputs)} ${JSON.stringify(inline)}`)
  return [...groups.values()].map((group) => {
    const tags = distinctBy(
      group.flatMap((one) => one.tags),
      contentKey,
    )
    return { ...group[0], tags, inputs: { ...group[0].inputs, platforms: allPlatforms(group) } }
  })
}

/** The platform that GitHub's runners and BuildKit use by default. */
const DEFAULT_PLATFORM = known('linux/amd64')

function allPlatforms(group: readonly Candidate[]): readonly BuildValue[] {
  if (group.length === 1) return group[0]?.inputs.platforms ?? []
  const all = group.flatMap(({ inputs }) => (inputs.platforms.length > 0 ? inputs.platforms : [DEFAULT_PLATFORM]))
  return distinctBy(all, contentKey)
}

function withoutPlatforms({ args, contexts, target, unclear }: BuildInputs): string {
  const sorted = (map: ReadonlyMap<string, BuildValue>) => [...map].sort(byKey)
  return JSON.stringify([sorted(args), sorted(contexts), target, unclear], (key, value) =>
    key === 'place' ? undefined : value,
  )
}

/** Those that pass a test; if none does, all. */
export function preferred(
  candidates: readonly Candidate[],
  test: (candidate: Candidate) => boolean,
): readonly Candidate[] {
  const some = candidates.filter(test)
  return some.length > 0 ? some : candidates
}

/** Whether a build gives the image's name: by one of its tags, by none of them, or unknown. */
export function naming({ tags, step }: Candidate, image: string | null): 'names' | 'others' | 'unknown' {
  if (image === null || tags.length === 0) return 'unknown'
  const names = tags.map(repositoryOfTag)
  if (names.includes(repositoryName(image))) return 'names'
  // Files written by other steps may set the tags of bake targets.
  return step.kind === 'build' && !names.includes(null) ? 'others' : 'unknown'
}

/** REGISTRY/REPOSITORY of a tag, if it is complete before the part known only during the run; else null. */
function repositoryOfTag(tag: BuildValue): string | null {
  const text = isKnown(tag) ? tag.text : (tag.written.split(/[$%`]/)[0] ?? '')
  if (text === METADATA_TAG) return null
  const match = /^(.+?)(?::[^/]*|@.*)?$/s.exec(text)
  if (!isKnown(tag) && !/:[^/]*$/.test(text)) return null
  return match?.[1] === undefined ? null : repositoryName(match[1])
}

/** Normalizes a name for comparison: no registry means docker.io. */
function repositoryName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(?:index\.)?docker\.io\//, '')
    .replace(/^library\//, '')
}

/** Whether a tag is completely known. */
export function isWholeTag(text: string): boolean {
  return !text.includes(METADATA_TAG)
}

/** Tags of docker/metadata-action without prefix and suffix are the image's, unless `tags.allow` mentions one. */
export function ofFlavor(candidates: readonly Candidate[], allow: readonly string[]): readonly Candidate[] {
  const all = candidates.flatMap(flavorsOf)
  const spoken = all.filter((flavor) => flavor !== '' && allow.some((one) => one.includes(flavor)))
  const meant = spoken.length > 0 ? spoken : ['']
  return preferred(candidates, (one) => {
    const flavors = flavorsOf(one)
    return flavors.length === 0 || flavors.some((flavor) => meant.includes(flavor))
  })
}

/** Prefixes and suffixes of the tags from docker/metadata-action. */
function flavorsOf({ tags }: Candidate): string[] {
  return tags.filter(isKnown).flatMap(({ text }) => {
    const at = text.indexOf(METADATA_TAG)
    const tag = text.slice(text.lastIndexOf(':', at) + 1)
    return at < 0 ? [] : [tag.replace(METADATA_TAG, '')]
  })
}
