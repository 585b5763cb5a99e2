import { posix } from 'node:path'
import { analysisFaults, analysisOf } from './analysis.js'
import type { EntryFault } from './entry-fault.js'
import { isSemVerConstraint, KARGO_REPO_URL, TAG } from './grammar.js'
import type { EnrolledImage, Source, TagSelection } from './images-file.js'
import { oneLine, quote } from './messages.js'
import { namedBaseFaults, namedBases } from './named-bases.js'
import { environmentsOf, promotionFaults } from './promotion.js'
import { publishedAt } from './published.js'
import { regexFault } from './regex.js'
import { DEFAULT_STRATEGY, type Entry } from './schema/entry.js'
import { DEFAULT_DOCKERFILE } from './schema/source.js'
import { durationOf } from './settings.js'

/** An enabled or disabled image without what only the file knows (places). */
export type EntryResult =
  | {
      readonly ok: true
      readonly enrollment: Omit<EnrolledImage, 'line' | 'column' | 'written' | 'lineOf'>
      readonly remarks: readonly EntryFault[]
    }
  | { readonly ok: false; readonly faults: readonly EntryFault[] }

/** Fills in and checks across keys what the schema checked key by key. */
export function toEnrolledImage(entry: Entry): EntryResult {
  const published = publishedAt(entry)
  const found = [
    ...(published.ok ? [...watchFaults(entry, published), ...namedBaseFaults(entry, published)] : [published.fault]),
    ...strategyFaults(entry),
    ...tagFaults(entry),
    ...promotionFaults(entry),
    ...analysisFaults(entry.analysis),
  ]
  if (!published.ok || found.some(({ severity }) => severity === undefined)) {
    return { ok: false, faults: found.filter(({ severity }) => severity === undefined) }
  }
  const { registry, repository } = published
  return { ok: true, enrollment: enrollmentOf(entry, registry, repository), remarks: [...found, ...remarksOn(entry)] }
}

function watchFaults(entry: Entry, { registry, repository }: { registry: string; repository: string }): EntryFault[] {
  if (!entry.enabled || KARGO_REPO_URL.test(`${registry}/${repository}`)) return []
  return [
    {
      path: [entry.repoURL === undefined ? 'repository' : 'repoURL'],
      message: `${quote(`${registry}/${repository}`)} cannot be watched: Kargo takes no doubled separators like "--".`,
      remedy: 'Publish the image under another repository.',
    },
  ]
}

/** Two names for one thing that say two things: the one that Kargo has counts. */
function strategyFaults({ imageSelectionStrategy, tags }: Entry): EntryFault[] {
  const { strategy } = tags
  if (imageSelectionStrategy === undefined || strategy === undefined || strategy === imageSelectionStrategy) return []
  const message = `tags.strategy ${strategy} has no effect: imageSelectionStrategy says ${imageSelectionStrategy}.`
  return [{ severity: 'warning', path: ['tags', 'strategy'], message, remedy: 'Keep one.' }]
}

function tagFaults(entry: Entry): EntryFault[] {
  const { strategy, constraint } = tagSelection(entry)
  const at = { path: ['tags', 'constraint'] }
  const regexes = [
    ...(entry.allowTags === undefined ? [] : [{ path: ['allowTags'], regex: entry.allowTags }]),
    ...entry.tags.allow.map((regex, index) => ({ path: ['tags', 'allow', index], regex })),
  ]
  return [
    ...constraintFaults(strategy, constraint).map((fault) => ({ ...at, ...fault })),
    ...regexes.flatMap(({ path, regex }) => {
      const fault = regexFault(regex)
      if (fault === null) return []
      const message = oneLine(`${quote(regex)} is no regular expression that Kargo takes (RE2): ${fault}`)
      return [{ path, message, remedy: 'See https://github.com/google/re2/wiki/Syntax.' }]
    }),
  ]
}

function constraintFaults(strategy: TagSelection['strategy'], constraint: string | null): Omit<EntryFault, 'path'>[] {
  if (strategy === 'Digest') {
    if (constraint === null)
      return [{ message: 'the strategy Digest needs a tag to follow.', remedy: 'Add tags.constraint.' }]
    if (TAG.test(constraint)) return []
    return [{ message: `${quote(constraint)} is no tag.`, remedy: 'The strategy Digest follows one tag, like latest.' }]
  }
  if (constraint === null) return []
  if (strategy !== 'SemVer') {
    const message = `tags.constraint has no effect with the strategy ${strategy}.`
    return [{ severity: 'warning', message, remedy: 'Choose tags by tags.allow.' }]
  }
  if (isSemVerConstraint(constraint)) return []
  return [{ message: `${quote(constraint)} is no range of versions.`, remedy: 'Write one like ^1.2.0 or >=1.2 <3.' }]
}

/** What is allowed and surely not meant: an image of ours that nothing can rebuild. */
function remarksOn({ enabled, source, build, bases }: Entry): EntryFault[] {
  if (!enabled) return []
  if (source === undefined || build.enabled === false) return bases.length === 0 ? [] : [withoutBuild()]
  if (source.provider === 'gitlab' || source.workflow !== undefined) return []
  const remedy = 'Name the file of the workflow that builds it in source.workflow.'
  return [{ severity: 'notice', path: ['source'], message: 'without a workflow this image is never rebuilt.', remedy }]
}

/** Nothing rebuilds an image that is built elsewhere, whatever it is built on. */
function withoutBuild(): EntryFault {
  const message = 'bases has no effect: without a source nothing here rebuilds this image.'
  return { severity: 'warning', path: ['bases'], message, remedy: 'Add source, or remove bases.' }
}

function enrollmentOf(entry: Entry, registry: string, repository: string) {
  return {
    name: entry.name,
    enabled: entry.enabled,
    registry,
    repository,
    source: sourceOf(entry),
    build: {
      args: new Map(Object.entries(entry.build.args)),
      target: entry.build.target ?? null,
      platforms: entry.build.platforms ?? null,
      contexts: new Map(Object.entries(entry.build.contexts)),
    },
    bases: namedBases(entry),
    rebuildDelay: durationOf(entry.rebuildDelay),
    minimumReleaseAge: durationOf(entry.minimumReleaseAge),
    autoRebuild: entry.autoRebuild,
    rebuildOn: entry.rebuildOn,
    tags: tagSelection(entry),
    analysis: analysisOf(entry.analysis),
    environments: environmentsOf(entry),
    shard: entry.shard ?? null,
    backstage: { ...entry.backstage, system: entry.backstage.system ?? null },
  }
}

function sourceOf({ source, build, bases }: Entry): Source | null {
  if (source === undefined || build.enabled === false) return null
  const inputs = new Map(Object.entries(source.inputs).sort(([a], [b]) => (a < b ? -1 : 1)))
  const file = source.dockerfile ?? (bases.length === 0 ? DEFAULT_DOCKERFILE : null)
  // Git knows no ./Dockerfile, people and GitHub's own workflows do.
  const dockerfile = file === null ? null : posix.normalize(file)
  const shared = { repo: source.repo, branch: source.branch ?? null, dockerfile, inputs }
  if (source.provider === 'gitlab') {
    return { provider: 'gitlab', ...shared, pipeline: source.pipeline ?? null, job: source.job ?? null }
  }
  return { provider: 'github', ...shared, workflow: source.workflow ?? null, builds: source.builds }
}

function tagSelection(entry: Entry): TagSelection {
  const allow = entry.allowTags === undefined ? entry.tags.allow : [entry.allowTags, ...entry.tags.allow]
  const strategy = entry.imageSelectionStrategy ?? entry.tags.strategy ?? DEFAULT_STRATEGY
  return { strategy, constraint: entry.tags.constraint ?? null, allow }
}
