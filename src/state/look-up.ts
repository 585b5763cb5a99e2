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
import { byKey, groupBy } from '../text/index.js'
import { evidenceIn, type ImageEvidence } from './evidence.js'
import type { LinkedState } from './link.js'
import { readAllEvidence } from './look-up-evidence.js'
import { knownBase } from './match-records.js'
import { placeOfEntry, type StateFiles, type TrackedBase } from './model.js'
import type { BaseFacts, Observations, PublishedFacts } from './observe.js'
import { digestOf, type StateRecord, timeOf } from './record.js'
import { eligibleTags } from './tag-choice.js'

/** Registries' answers about base images in this run, by reference; those in neither set are unknown. */
export interface BaseAnswers {
  readonly there: ReadonlySet<string>
  /** The registry reports that the image does not exist. */
  readonly missing: ReadonlySet<string>
}

export const NO_ANSWERS: BaseAnswers = { there: new Set(), missing: new Set() }

export interface LookUp {
  readonly observed: Observations
  readonly answers: BaseAnswers
  /** Warnings and notices, never errors: an unreachable registry does not stop a run. */
  readonly problems: readonly Problem[]
  /** Number of base images and published images looked up, and of answers for both. */
  readonly asked: { readonly bases: number; readonly images: number; readonly answered: number }
}

export interface LookUpInput {
  readonly linked: LinkedState
  /** The previous state: what it contains is not looked up again. */
  readonly before: StateFiles
  /** Path of images.yaml, for the problems. */
  readonly imagesFile: string
}

/**
 * Looks up tracked bases and published images in their registries: the digest of each base's tag, and for each image
 * the tag that Kargo would select, its digest and when it was built. Bases and images needed only by images with
 * `enabled: false` are skipped.
 *
 * The content of a digest is read only if it differs from the recorded one.
 */
export async function lookUp({ linked, before, imagesFile }: LookUpInput, client: RegistryClient): Promise<LookUp> {
  // An enrolled image may be the base of another.
  const asking = rememberAnswers(client)
  const enabled = linked.images.filter(({ enrollment }) => enrollment.enabled)
  const used = new Set(enabled.flatMap((image) => image.bases))
  const [bases, images] = await Promise.all([
    lookAtBases(
      linked.bases.filter(({ name }) => used.has(name)),
      before,
      asking,
    ),
    Promise.all(
      enabled.map(async ({ enrollment: of }) => {
        return { of, look: await lookAtImage(of, linked.own.get(of.name)?.record, asking) }
      }),
    ),
  ])
  const all = [...bases, ...images]
  const observed = { bases: foundIn(bases), images: foundIn(images) }
  const evidence = await readAllEvidence(linked, before, observed, asking)
  const seen = [...observed.images].map(([name, facts]) => [name, { ...facts, ...evidence.get(name) }] as const)
  return {
    observed: { ...observed, images: new Map(seen) },
    answers: answersIn(bases),
    problems: [
      ...unansweredProblems(all),
      ...bases.flatMap(({ of, look }) => missingBase(of, look, linked, imagesFile)),
      ...images.flatMap(({ of, look }) => imageProblem(of, look, imagesFile)),
    ],
    asked: { bases: bases.length, images: images.length, answered: all.filter(({ look }) => isAnswered(look)).length },
  }
}

/** Evidence of published images that was read, by image name. */
export function evidenceSeen({ images }: Observations): ReadonlyMap<string, ImageEvidence> {
  return new Map([...images].flatMap(([name, { evidence }]) => (evidence === null ? [] : [[name, evidence] as const])))
}

/**
 * Looks up the bases that only became known during the lookup, from published images.
 *
 * @param known names of those known before.
 */
export async function lookUpBases(
  { linked, before, imagesFile }: LookUpInput,
  { first, known }: { readonly first: LookUp; readonly known: ReadonlySet<string> },
  client: RegistryClient,
): Promise<LookUp> {
  const used = new Set(linked.images.filter(({ enrollment }) => enrollment.enabled).flatMap((image) => image.bases))
  const isNew = (name: string) => used.has(name) && !known.has(name)
  const bases = await lookAtBases(
    linked.bases.filter(({ name }) => isNew(name)),
    before,
    client,
  )
  if (bases.length === 0) return first
  const problems = [
    ...unansweredProblems(bases),
    ...bases.flatMap(({ of, look }) => missingBase(of, look, linked, imagesFile)),
  ]
  return {
    observed: { ...first.observed, bases: new Map([...first.observed.bases, ...foundIn(bases)]) },
    answers: {
      there: new Set([...first.answers.there, ...answersIn(bases).there]),
      missing: new Set([...first.answers.missing, ...answersIn(bases).missing]),
    },
    problems: [...first.problems, ...problems],
    asked: {
      ...first.asked,
      bases: first.asked.bases + bases.length,
      answered: first.asked.answered + bases.filter(({ look }) => isAnswered(look)).length,
    },
  }
}

function lookAtBases(bases: readonly TrackedBase[], before: StateFiles, client: RegistryClient) {
  return Promise.all(
    bases.map(async (of) => ({ of, look: await lookAtBase(of, knownBase(of.name, before)?.record, client) })),
  )
}

/** The registry's answer, or that there is nothing Kargo would select. */
type Look<T> =
  | Answer<T>
  | { readonly kind: 'none'; readonly tags: number }
  | { readonly kind: 'tooMany'; readonly tags: number }

interface Looked<T> {
  readonly of: { readonly name: string; readonly registry: string }
  readonly look: Look<T>
}

function isAnswered(look: Look<unknown>): look is Exclude<Look<unknown>, { kind: 'limited' | 'unknown' }> {
  return look.kind !== 'limited' && look.kind !== 'unknown'
}

function foundIn<T>(looked: readonly Looked<T>[]): Map<string, T> {
  return new Map(looked.flatMap(({ of, look }) => (look.kind === 'found' ? [[of.name, look.value] as const] : [])))
}

function answersIn(looked: readonly { readonly of: TrackedBase; readonly look: Look<unknown> }[]): BaseAnswers {
  const of = (kind: Look<unknown>['kind']) =>
    new Set(looked.flatMap(({ of, look }) => (look.kind === kind ? [formatReference({ ...of, digest: null })] : [])))
  return { there: of('found'), missing: of('missing') }
}

/** One warning per registry with failed lookups, with the first reason, by name. */
function unansweredProblems(looked: readonly Looked<unknown>[]): Problem[] {
  const registries = [...groupBy(looked, ({ of }) => of.registry)].sort(byKey)
  return registries.flatMap(([registry, all]) => {
    const reasons = all.flatMap(({ look }) => (isAnswered(look) ? [] : [look.message]))
    const [first, ...others] = [...new Set(reasons)].sort()
    if (first === undefined) return []
    const more = others.length > 0 ? ` (and ${others.length} other reasons)` : ''
    const message = `${reasons.length} of ${all.length} images at ${registry} could not be looked up: ${first}${more}.`
    const remedy = 'The last known digests are kept, and the next run tries again.'
    return [problem('registry-unanswered', message, { remedy })]
  })
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
  const isRead = timeOf(before, 'lastBuilt') !== null || digest === evidenceIn(before)?.image
  const isKnown = digest === digestOf(before, 'currentDigest') && isRead
  const created = isKnown ? null : await createdOf({ ...place, digest }, client)
  return { kind: 'found', value: { version, digest, created, evidence: null } }
}

async function createdOf(image: PinnedImage, client: RegistryClient): Promise<string | null> {
  const created = await client.created(image)
  return created.kind === 'found' ? created.value : null
}

/** For more tags NewestBuild would need too many requests in each run. */
const MAX_BUILDS = 20

/** The tag that Kargo would select. */
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

/** The tag with the newest image; if several are equal, the last in alphabetical order, like Kargo. */
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
    // An unknown one could be the newest.
    if (created.kind !== 'found') return created
    const at = created.value ?? ''
    if (newest === null || at > newest.at) newest = { tag, at }
  }
  return newest === null ? { kind: 'missing' } : { kind: 'found', value: newest.tag }
}

function missingBase(base: TrackedBase, look: Look<unknown>, linked: LinkedState, imagesFile: string): Problem[] {
  if (look.kind !== 'missing') return []
  const uses = linked.uses.filter((use) => use.base === base.name)
  const [first] = uses
  const where = first === undefined ? '' : `: ${first.image} pulls it (${first.file}:${first.line})`
  const others = uses.length > 1 ? `, and ${uses.length - 1} more` : ''
  const message = `${formatReference({ ...base, digest: null })} does not exist${where}${others}.`
  const user = linked.images.find(({ enrollment }) => enrollment.name === first?.image)?.enrollment
  const about = user === undefined ? { file: imagesFile } : placeOfEntry(user, imagesFile)
  const remedy = 'Its registry answered 404: the next build will fail. Use a tag that exists.'
  return [problem('base-missing', message, { ...about, remedy })]
}

/** The problem if Kargo would find no image. */
function imageProblem(image: EnrolledImage, look: Look<unknown>, file: string): Problem[] {
  if (look.kind !== 'missing' && look.kind !== 'none' && look.kind !== 'tooMany') return []
  const place = `${image.registry}/${image.repository}`
  const about = { ...placeOfEntry(image, file), line: image.lineOf('tags') ?? image.line }
  const { strategy, constraint, allow } = image.tags
  if (look.kind === 'tooMany') {
    const message = `${image.name}: ${look.tags} tags of ${place} are too many to find the newest build.`
    return [
      problem('tags-many', message, { ...about, remedy: `Narrow them with tags.allow to at most ${MAX_BUILDS}.` }),
    ]
  }
  if (look.kind === 'missing') {
    const missing = strategy === 'Digest' ? `${place}:${constraint}` : place
    const remedy = 'Kargo finds nothing until a build has published it.'
    return [problem('image-unpublished', `${image.name}: ${missing} does not exist yet.`, { ...about, remedy })]
  }
  const isSaid = constraint !== null || allow.length > 0
  const what = isSaid ? 'that tags allows' : 'that is a semantic version (1.2.3)'
  const message = `${image.name}: none of ${look.tags} tags of ${place} is one ${what}: Kargo finds nothing.`
  const remedy = isSaid ? 'Widen tags.constraint or tags.allow.' : 'Write in tags how its tags are to be read.'
  return [problem('tags-unmatched', message, { ...about, remedy })]
}
