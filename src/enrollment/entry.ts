import { posix } from 'node:path'
import { forgeOf } from '../forges/index.js'
import { quote } from '../text/index.js'
import { isSemVerConstraint, KARGO_REPO_URL, regexFault, TAG } from './grammar.js'
import { sentence } from './messages.js'
import { namedBaseFaults, namedBases } from './named-bases.js'
import type { EntryFault } from './problem.js'
import { severityOf } from './problem-codes.js'
import { analysisFaults, analysisOf, environmentsOf, promotionFaults } from './promotion.js'
import { publishedAt } from './published.js'
import { remedyFor } from './repairs.js'
import { DEFAULT_STRATEGY, type Entry, UNUSED_ENTRY_KEYS } from './schema/entry.js'
import { DEFAULT_DOCKERFILE } from './schema/source.js'

/** An image without the properties that depend on the file (positions). */
export type CompletedEntry = ReturnType<typeof completed>

/** Fills in defaults, and checks rules across keys; the schema has checked each key by itself. */
export function toEnrolledImage(entry: Entry) {
  const published = publishedAt(entry)
  const found = [
    ...(published.ok ? [...watchFaults(entry, published), ...namedBaseFaults(entry, published)] : [published.fault]),
    ...strategyFaults(entry),
    ...tagFaults(entry),
    ...promotionFaults(entry),
    ...analysisFaults(entry.analysis),
  ]
  if (!published.ok || found.some(isError)) {
    return { ok: false as const, faults: found.filter(isError) }
  }
  return { ok: true as const, image: completed(entry, published), remarks: [...found, ...remarksOn(entry)] }
}

function isError({ code }: EntryFault): boolean {
  return severityOf(code) === 'error'
}

function watchFaults(entry: Entry, { registry, repository }: { registry: string; repository: string }): EntryFault[] {
  if (!entry.enabled || KARGO_REPO_URL.test(`${registry}/${repository}`)) return []
  return [
    {
      code: 'value-invalid',
      path: [entry.repoURL === undefined ? 'repository' : 'repoURL'],
      message: `${quote(`${registry}/${repository}`)} cannot be watched: Kargo accepts no doubled separators like "--".`,
      remedy: 'Publish the image under another repository.',
    },
  ]
}

/** Two conflicting aliases: Kargo's name wins. */
function strategyFaults({ imageSelectionStrategy, tags }: Entry): EntryFault[] {
  const { strategy } = tags
  if (imageSelectionStrategy === undefined || strategy === undefined || strategy === imageSelectionStrategy) return []
  const message = `tags.strategy ${strategy} has no effect: imageSelectionStrategy is ${imageSelectionStrategy}.`
  return [{ code: 'tags-ignored', path: ['tags', 'strategy'], message, remedy: 'Remove tags.strategy.' }]
}

function tagFaults(entry: Entry): EntryFault[] {
  const { strategy, constraint } = tagSelection(entry)
  const regexes = [
    ...(entry.allowTags === undefined ? [] : [{ path: ['allowTags'], regex: entry.allowTags }]),
    ...entry.tags.allow.map((regex, index) => ({ path: ['tags', 'allow', index], regex })),
  ]
  return [
    ...constraintFaults(strategy, constraint).map((fault) => ({ ...fault, path: ['tags', 'constraint'] })),
    ...regexes.flatMap(({ path, regex }): EntryFault[] => {
      const fault = regexFault(regex)
      if (fault === null) return []
      const message = sentence(`${quote(regex)} is not a regular expression that Kargo accepts (RE2): ${fault}`)
      return [{ code: 'value-invalid', path, message, remedy: 'See https://github.com/google/re2/wiki/Syntax.' }]
    }),
  ]
}

function constraintFaults(
  strategy: NonNullable<Entry['imageSelectionStrategy']>,
  constraint: string | null,
): Omit<EntryFault, 'path'>[] {
  if (strategy === 'Digest') {
    if (constraint === null) {
      const message = 'the strategy Digest needs a tag to follow.'
      return [{ code: 'key-missing', message, remedy: 'Write constraint: latest, or another tag.' }]
    }
    if (TAG.test(constraint)) return []
    const remedy = 'The strategy Digest follows one tag, like latest.'
    return [{ code: 'value-invalid', message: `${quote(constraint)} is not a tag.`, remedy }]
  }
  if (constraint === null) return []
  if (strategy !== 'SemVer') {
    const message = `tags.constraint has no effect with the strategy ${strategy}.`
    return [{ code: 'tags-ignored', message, remedy: 'Choose tags by tags.allow.' }]
  }
  if (isSemVerConstraint(constraint)) return []
  const message = `${quote(constraint)} is not a version range.`
  return [{ code: 'value-invalid', message, remedy: rangeRemedy(constraint) }]
}

/** A tag in place of a version constraint: following one tag is another strategy. */
function rangeRemedy(constraint: string): string {
  const repaired = remedyFor(['constraint'], constraint)
  if (repaired !== null) return repaired
  const range = 'Write a range like ^1.2.0 or >=1.2 <3'
  return TAG.test(constraint)
    ? `${range}; to follow the tag ${constraint}, write strategy: Digest beside it.`
    : `${range}.`
}

/** Valid entries that are surely a mistake: an image of ours that nothing can rebuild. */
function remarksOn(entry: Entry): EntryFault[] {
  return entry.enabled ? [...unfilteredTags(entry), ...sourceRemarks(entry)] : []
}

/** NewestBuild requests the creation time of every tag from the registry, one by one. */
function unfilteredTags(entry: Entry): EntryFault[] {
  const { strategy, allow } = tagSelection(entry)
  if (strategy !== 'NewestBuild' || allow.length > 0) return []
  const message = 'NewestBuild without tags.allow: Kargo asks the registry about every tag.'
  const remedy = "Write allow: ['^v?\\d'], or another pattern that only tags of builds match."
  return [{ code: 'tags-unfiltered', path: ['tags', 'strategy'], message, remedy }]
}

function sourceRemarks({ source, build, bases }: Entry): EntryFault[] {
  if (source === undefined || build.enabled === false) {
    if (bases.length === 0) return []
    const message = 'bases has no effect: without a source nothing here rebuilds this image.'
    return [{ code: 'bases-ignored', path: ['bases'], message, remedy: 'Add source, or remove bases.' }]
  }
  if (forgeOf(source).buildFile(source) !== null) return []
  const remedy = 'Set source.workflow to the file of the workflow that builds it.'
  return [
    { code: 'workflow-unnamed', path: ['source'], message: 'without a workflow this image is never rebuilt.', remedy },
  ]
}

/** Keys that are converted into others, and keys that only matter in the file. */
const WRITTEN_ONLY = [
  'repoURL',
  'allowTags',
  'imageSelectionStrategy',
  'updates',
  'description',
  ...UNUSED_ENTRY_KEYS,
] as const

/** The image: the schema's result for each key, and values derived from several keys. */
function completed(entry: Entry, { registry, repository }: { registry: string; repository: string }) {
  const image = { ...entry }
  for (const key of WRITTEN_ONLY) delete image[key]
  return {
    ...(image as Omit<Entry, (typeof WRITTEN_ONLY)[number]>),
    registry,
    repository,
    source: sourceOf(entry),
    bases: namedBases(entry),
    tags: tagSelection(entry),
    analysis: analysisOf(entry.analysis),
    environments: environmentsOf(entry),
  }
}

function sourceOf({ source, build, bases }: Entry) {
  if (source === undefined || build.enabled === false) return null
  const file = source.dockerfile ?? (bases.length === 0 ? DEFAULT_DOCKERFILE : null)
  // Git does not resolve ./Dockerfile, but people and GitHub's own workflows write it.
  return { ...source, dockerfile: file === null ? null : posix.normalize(file) }
}

function tagSelection({ imageSelectionStrategy, allowTags, tags }: Entry) {
  const allow = allowTags === undefined ? tags.allow : [allowTags, ...tags.allow]
  const strategy = imageSelectionStrategy ?? tags.strategy ?? DEFAULT_STRATEGY
  const limit = tags.discoveryLimit === undefined ? {} : { discoveryLimit: tags.discoveryLimit }
  return { strategy, constraint: tags.constraint, allow, ...limit }
}
