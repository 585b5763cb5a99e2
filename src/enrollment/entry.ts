import { posix } from 'node:path'
import type { Enrollment, Source, TagSelection } from './enrollment.js'
import { KARGO_REPO_URL, parseDuration, REGISTRY_HOST, REPOSITORY } from './grammar.js'
import { quote } from './messages.js'
import type { Entry } from './schema.js'
import type { Data } from './yaml-data.js'

/** A fault in an entry that its schema cannot see: the key it is about, what is wrong, what mends it. */
export interface EntryFault {
  readonly key: string
  readonly message: string
  readonly remedy: string | null
}

/** An enabled or disabled image without what only the file knows (places). */
export type EntryResult =
  | {
      readonly ok: true
      readonly enrollment: Omit<Enrollment, 'line' | 'column' | 'written' | 'lineOf'>
      readonly remarks: readonly EntryFault[]
    }
  | { readonly ok: false; readonly faults: readonly EntryFault[] }

/** Fills in and checks across keys what the schema checked key by key. */
export function entryToEnrollment(entry: Entry): EntryResult {
  const published = publishedAt(entry)
  if (!published.ok) return { ok: false, faults: [published.fault] }
  const { registry, repository } = published
  const faults: EntryFault[] = []
  if (entry.enabled && !KARGO_REPO_URL.test(`${registry}/${repository}`)) {
    faults.push({
      key: entry.repoURL === undefined ? 'repository' : 'repoURL',
      message: `${quote(`${registry}/${repository}`)} cannot be watched: Kargo takes no doubled separators like "--".`,
      remedy: 'Publish the image under another repository.',
    })
  }
  const tags = tagSelection(entry)
  if (tags.strategy === 'Digest' && tags.constraint === null) {
    faults.push({ key: 'tags', message: 'the strategy Digest needs a tag to follow.', remedy: 'Add tags.constraint.' })
  }
  if (faults.length > 0) return { ok: false, faults }
  return { ok: true, enrollment: enrollmentOf(entry, registry, repository, tags), remarks: remarksOn(entry) }
}

/** What is allowed and surely not meant: an image of ours that nothing can rebuild. */
function remarksOn({ enabled, source }: Entry): EntryFault[] {
  if (!enabled || source === undefined) return []
  if (source.provider === 'gitlab') {
    return [
      { key: 'source.provider', message: 'images built on GitLab are not rebuilt yet, only watched.', remedy: null },
    ]
  }
  if (source.workflow !== undefined) return []
  const remedy = 'Name the file of the workflow that builds it in source.workflow.'
  return [{ key: 'source', message: 'without a workflow this image is never rebuilt.', remedy }]
}

function enrollmentOf(entry: Entry, registry: string, repository: string, tags: TagSelection) {
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
    rebuildDelay: durationOf(entry.rebuildDelay),
    minimumReleaseAge: durationOf(entry.minimumReleaseAge),
    autoRebuild: entry.autoRebuild,
    rebuildOn: entry.rebuildOn,
    tags,
  }
}

function durationOf(text: string) {
  return parseDuration(text) ?? { text, seconds: 0 }
}

function sourceOf(entry: Entry): Source | null {
  const { source } = entry
  if (source === undefined) return null
  const inputs = new Map(Object.entries(source.inputs).sort(([a], [b]) => (a < b ? -1 : 1)))
  // Git knows no ./Dockerfile, people and GitHub's own workflows do.
  const dockerfile = posix.normalize(source.dockerfile)
  const shared = { repo: source.repo, branch: source.branch ?? null, dockerfile, inputs }
  if (source.provider === 'gitlab') {
    return { provider: 'gitlab', ...shared, pipeline: source.pipeline ?? null, job: source.job ?? null }
  }
  return { provider: 'github', ...shared, workflow: source.workflow ?? null, builds: source.builds }
}

function tagSelection(entry: Entry): TagSelection {
  const allow = entry.allowTags === undefined ? entry.tags.allow : [entry.allowTags, ...entry.tags.allow]
  const strategy = entry.imageSelectionStrategy ?? entry.tags.strategy
  return { strategy, constraint: entry.tags.constraint ?? null, allow }
}

type Published =
  | { readonly ok: true; readonly registry: string; readonly repository: string }
  | { readonly ok: false; readonly fault: EntryFault }

/** Registry host and repository, from `registry` + `repository` (the registry may carry the organisation) or `repoURL`. */
function publishedAt(entry: Entry): Published {
  const key = entry.repoURL === undefined ? 'registry' : 'repoURL'
  if (entry.repoURL !== undefined && (entry.registry !== undefined || entry.repository !== undefined)) {
    return {
      ok: false,
      fault: { key, message: 'both repoURL and registry/repository are given.', remedy: 'Keep one.' },
    }
  }
  // A disabled entry may be its name alone: nothing is watched or built.
  if (
    !entry.enabled &&
    entry.repoURL === undefined &&
    (entry.registry === undefined || entry.repository === undefined)
  ) {
    return { ok: true, registry: '', repository: '' }
  }
  const missing = entry.registry === undefined ? 'registry' : 'repository'
  if (entry.repoURL === undefined && (entry.registry === undefined || entry.repository === undefined)) {
    const remedy = 'Say where the image is published, for example registry: ghcr.io and repository: org/app.'
    return { ok: false, fault: { key: missing, message: `${missing} is missing.`, remedy } }
  }
  const whole = entry.repoURL ?? `${entry.registry}/${entry.repository}`
  const slash = whole.indexOf('/')
  // Hosts are the same in any case; Dockerfiles and registries write them small.
  const registry = slash < 0 ? '' : whole.slice(0, slash).toLowerCase()
  const repository = whole.slice(slash + 1)
  if (!REGISTRY_HOST.test(registry)) {
    const remedy = 'Write a host, like ghcr.io or registry.example.com:5000.'
    return { ok: false, fault: { key, message: `${quote(registry)} is no registry.`, remedy } }
  }
  if (!REPOSITORY.test(repository)) {
    const remedy = 'Write a path in lower case, like org/app, without tag or digest.'
    return { ok: false, fault: { key, message: `${quote(repository)} is no repository.`, remedy } }
  }
  return { ok: true, registry, repository }
}

/**
 * `defaults` below, the entry above, map by map and key by key; a list or a plain value replaces what is below it.
 * The result shares nothing with a prototype.
 */
export function mergeData(below: Data, above: Data): Data {
  if (!isDataMap(below) || !isDataMap(above)) return above
  const merged: Record<string, Data> = Object.assign(Object.create(null), below)
  for (const [key, value] of Object.entries(above)) {
    const under = merged[key]
    merged[key] = under === undefined ? value : mergeData(under, value)
  }
  return merged
}

/** Whether data is a map. */
export function isDataMap(data: Data | undefined): data is { readonly [key: string]: Data } {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}
