import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { formatReference } from '../reference/index.js'
import {
  type Answer,
  type PinnedImage,
  type RegistryClient,
  type Repository,
  rememberAnswers,
} from '../registry/index.js'
import { evidencedDigest } from './evidence.js'
import type { LinkedState } from './link.js'
import { readAllEvidence } from './look-up-evidence.js'
import { matchRecords } from './match-records.js'
import type { StateFiles, TrackedBase } from './model.js'
import type { BaseFacts, Observations, PublishedFacts } from './observe.js'
import { digestOf, type StateRecord, timeOf } from './record.js'
import { eligibleTags } from './tag-choice.js'

/** What a look into the registries came to. */
export interface LookUp {
  readonly observed: Observations
  /** Warnings and notices, never errors: a registry that is out of reach stops nobody. */
  readonly problems: readonly Problem[]
  /** Base images and published images asked for, and how many of both were answered. */
  readonly asked: { readonly bases: number; readonly images: number; readonly answered: number }
}

/** What is looked up for. */
export interface LookUpInput {
  readonly linked: LinkedState
  /** The state before: what is known already is not asked again. */
  readonly before: StateFiles
  /** Path of images.yaml, for the problems. */
  readonly imagesFile: string
}

/**
 * Asks registries what the tracked bases and published images are now: the digest of each base's tag, and of each image
 * the tag that Kargo would take, its digest and when it was built. Bases and images that only images with
 * `enabled: false` need are left alone.
 *
 * What is behind a digest is asked only where the digest is another than the recorded one.
 */
export async function lookUp(input: LookUpInput, client: RegistryClient): Promise<LookUp> {
  // An enrolled image may be the base of another.
  const asking = rememberAnswers(client)
  const images = input.linked.images.map(({ enrollment }) => enrollment).filter(({ enabled }) => enabled)
  const used = new Set(input.linked.images.flatMap(({ enrollment, bases }) => (enrollment.enabled ? bases : [])))
  const bases = input.linked.bases.filter(({ name }) => used.has(name))
  const own = matchRecords(images, input.before)
  const [foundBases, foundImages] = await Promise.all([
    Promise.all(bases.map((base) => lookAtBase(base, recordOf(base, input.before), asking))),
    Promise.all(images.map((image) => lookAtImage(image, own.get(image.name)?.record, asking))),
  ])
  const observed = {
    bases: new Map(foundBases.flatMap((one, at) => entryOf(bases[at]?.name, one))),
    images: new Map(foundImages.flatMap((one, at) => entryOf(images[at]?.name, one))),
  }
  const evidence = await readAllEvidence(
    { ...input, images, own, bases: observed.bases, found: observed.images },
    asking,
  )
  for (const [name, facts] of observed.images) {
    observed.images.set(name, { ...facts, evidence: evidence.get(name) ?? null })
  }
  const answered = [...foundBases, ...foundImages].filter(isAnswered).length
  return {
    observed,
    problems: [
      ...lookUpProblems([...missedOf(bases, foundBases), ...missedOf(images, foundImages)]),
      ...foundBases.flatMap((one, at) => missingBase(bases[at], one, input)),
      ...foundImages.flatMap((one, at) => imageProblem(images[at], one, input.imagesFile)),
    ],
    asked: { bases: bases.length, images: images.length, answered },
  }
}

/** What came of one look: the registry's answer, or that there is nothing Kargo would choose. */
type Look<T> =
  | Answer<T>
  | { readonly kind: 'none'; readonly tags: number }
  | { readonly kind: 'tooMany'; readonly tags: number }

function isAnswered({ kind }: Look<unknown>): boolean {
  return kind !== 'limited' && kind !== 'unknown'
}

function entryOf<T>(name: string | undefined, look: Look<T>): [string, T][] {
  return name !== undefined && look.kind === 'found' ? [[name, look.value]] : []
}

function missedOf(places: readonly Repository[], looks: readonly Look<unknown>[]): FailedLookUp[] {
  return looks.map((look, at) => ({ registry: places[at]?.registry ?? '', message: messageOf(look) }))
}

function messageOf(look: Look<unknown>): string | null {
  return look.kind === 'limited' || look.kind === 'unknown' ? look.message : null
}

function recordOf({ name }: TrackedBase, before: StateFiles): StateRecord | undefined {
  return before.bases.get(name) ?? before.archivedBases.get(name)
}

async function lookAtBase(
  { registry, repository, tag }: TrackedBase,
  before: StateRecord | undefined,
  client: RegistryClient,
): Promise<Look<BaseFacts>> {
  const answer = await client.digest({ registry, repository, tag })
  if (answer.kind !== 'found') return answer
  const digest = answer.value
  if (digest === digestOf(before, 'currentDigest')) return { kind: 'found', value: { digest, platforms: null } }
  const platforms = await client.platforms({ registry, repository, digest })
  return { kind: 'found', value: { digest, platforms: platforms.kind === 'found' ? platforms.value : null } }
}

async function lookAtImage(
  image: EnrolledImage,
  before: StateRecord | undefined,
  client: RegistryClient,
): Promise<Look<PublishedFacts>> {
  const { registry, repository } = image
  const place = { registry, repository }
  const newest = await newestTag(image, place, client)
  if (newest.kind !== 'found') return newest
  const version = newest.value
  const answer = await client.digest({ ...place, tag: version })
  if (answer.kind !== 'found') return answer
  const digest = answer.value
  const isRead = timeOf(before, 'lastBuilt') !== null || digest === evidencedDigest(before)
  const isKnown = digest === digestOf(before, 'currentDigest') && isRead
  const created = isKnown ? null : await createdOf({ ...place, digest }, client)
  return { kind: 'found', value: { version, digest, created, evidence: null } }
}

async function createdOf(image: PinnedImage, client: RegistryClient): Promise<string | null> {
  const created = await client.created(image)
  return created.kind === 'found' ? created.value : null
}

/** Of more tags than these NewestBuild would cost too many questions, each run anew. */
const MAX_BUILDS = 20

/** The tag Kargo would take first. */
async function newestTag(
  { tags: selection }: EnrolledImage,
  place: Repository,
  client: RegistryClient,
): Promise<Look<string>> {
  if (selection.strategy === 'Digest') return { kind: 'found', value: selection.constraint ?? 'latest' }
  const all = await client.tags(place)
  if (all.kind !== 'found') return all
  const tags = eligibleTags(all.value, selection)
  const [first] = tags
  if (first === undefined) return { kind: 'none', tags: all.value.length }
  if (selection.strategy !== 'NewestBuild' || tags.length === 1) return { kind: 'found', value: first }
  return tags.length > MAX_BUILDS ? { kind: 'tooMany', tags: tags.length } : newestBuild(tags, place, client)
}

/** The tag whose image is the newest; of equal ones the last in the order of the alphabet, as Kargo breaks ties. */
async function newestBuild(tags: readonly string[], place: Repository, client: RegistryClient): Promise<Look<string>> {
  const built = await Promise.all(
    tags.map(async (tag) => {
      const digest = await client.digest({ ...place, tag })
      const created = digest.kind === 'found' ? await client.created({ ...place, digest: digest.value }) : digest
      return { tag, created }
    }),
  )
  let newest: { readonly tag: string; readonly at: string } | null = null
  for (const { tag, created } of built) {
    // One that is not known could be the newest.
    if (created.kind !== 'found') return created
    const at = created.value ?? ''
    if (newest === null || at > newest.at) newest = { tag, at }
  }
  return newest === null ? { kind: 'missing' } : { kind: 'found', value: newest.tag }
}

function missingBase(
  base: TrackedBase | undefined,
  look: Look<unknown>,
  { linked, imagesFile }: LookUpInput,
): Problem[] {
  if (base === undefined || look.kind !== 'missing') return []
  const uses = linked.uses.filter((use) => use.base === base.name)
  const [first] = uses
  const where = first === undefined ? '' : `: ${first.image} pulls it (${first.file}:${first.line})`
  const others = uses.length > 1 ? `, and ${uses.length - 1} more` : ''
  const message = `${formatReference({ ...base, digest: null })} is not there${where}${others}.`
  const enrollment = linked.images.find((image) => image.enrollment.name === first?.image)?.enrollment
  const remedy = 'Its registry says so (404): the next build fails. Name a tag that is there.'
  const { line = null, column = null, name = null } = enrollment ?? {}
  return [problem('warning', message, { file: imagesFile, line, column, image: name, remedy })]
}

/** What Kargo would find nothing of. */
function imageProblem(image: EnrolledImage | undefined, look: Look<unknown>, file: string): Problem[] {
  if (image === undefined || (look.kind !== 'missing' && look.kind !== 'none' && look.kind !== 'tooMany')) return []
  const place = `${image.registry}/${image.repository}`
  const about = { file, line: image.lineOf('tags') ?? image.line, column: image.column, image: image.name }
  const { strategy, constraint, allow } = image.tags
  if (look.kind === 'tooMany') {
    const message = `${image.name}: which of ${look.tags} tags of ${place} is the newest build is not looked up.`
    return [problem('notice', message, { ...about, remedy: `Narrow them by tags.allow, to ${MAX_BUILDS} at most.` })]
  }
  if (look.kind === 'missing') {
    const missing = strategy === 'Digest' ? `${place}:${constraint}` : place
    const remedy = 'Kargo finds nothing until a build has published it.'
    return [problem('notice', `${image.name}: ${missing} is not there yet.`, { ...about, remedy })]
  }
  const isSaid = constraint !== null || allow.length > 0
  const what = isSaid ? 'that tags lets through' : 'that is a semantic version (1.2.3)'
  const message = `${image.name}: none of ${look.tags} tags of ${place} is one ${what}: Kargo finds nothing.`
  const remedy = isSaid ? 'Widen tags.constraint or tags.allow.' : 'Say by tags how its tags are to be read.'
  return [problem('warning', message, { ...about, remedy })]
}

/** What came of one question to a registry; message: why nothing was learnt, null where something was. */
interface FailedLookUp {
  readonly registry: string
  readonly message: string | null
}

/** Registries of which something was not learnt: one warning each, with the first reason, by name. */
function lookUpProblems(asked: readonly FailedLookUp[]): Problem[] {
  const registries = new Map<string, { count: number; messages: Set<string>; missed: number }>()
  for (const { registry, message } of asked) {
    const known = registries.get(registry) ?? { count: 0, messages: new Set<string>(), missed: 0 }
    known.count += 1
    if (message !== null) {
      known.missed += 1
      known.messages.add(message)
    }
    registries.set(registry, known)
  }
  return [...registries]
    .filter(([, { missed }]) => missed > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([registry, { count, messages, missed }]) => {
      const [first] = [...messages].sort()
      const others = messages.size > 1 ? ` (and ${messages.size - 1} other reasons)` : ''
      const message = `${missed} of ${count} images at ${registry} could not be looked up: ${first}${others}.`
      const remedy = 'Nothing is taken for a change; what is known of them stands, and the next run asks again.'
      return problem('warning', message, { remedy })
    })
}
