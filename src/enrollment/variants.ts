import { DEFAULT_PROVIDER } from '../forges/index.js'
import { type Data, type DataMap, isDataMap, mergeData, type Path } from '../yaml/data.js'
import { toEnrolledImage } from './entry.js'
import type { EntryContent } from './images-file.js'
import type { EntryFault } from './problem.js'
import { imageMeant } from './repairs.js'
import { entrySchema } from './schema/entry.js'

/** An entry in canonical form, and the original paths of its moved parts. */
export interface Canonical {
  readonly data: DataMap
  /** Canonical path (joined by dots) → path in the file, both relative to the entry. */
  readonly moved: ReadonlyMap<string, Path>
  /** Their paths are those of the entry as written. */
  readonly remarks: readonly EntryFault[]
}

const FOREIGN_KEYS = ['enrollment', 'image', 'namespace', 'full_name', 'dockerfile', 'quarantine']
const NOTHING_MOVED: ReadonlyMap<string, Path> = new Map()

/**
 * Converts entries of other tools: keys below `enrollment:` (state files of the original author's tool), and `image`,
 * `namespace`, `full_name`, `dockerfile`, `quarantine` (CascadeGuard).
 *
 * @param defaults canonical defaults: they may have a `namespace` or `registry`.
 */
export function canonicalEntry(written: DataMap, defaults: DataMap = {}): Canonical {
  if (!FOREIGN_KEYS.some((key) => written[key] !== undefined))
    return { data: written, moved: NOTHING_MOVED, remarks: [] }
  return withPublished(withQuarantine(withDockerfile(flatten(written))), defaults)
}

/** Converts the same forms in the defaults. Keys that belong to one entry (`image`, `full_name`) stay unknown. */
export function canonicalDefaults(written: DataMap): Canonical {
  return withQuarantine(withDockerfile(flatten(written)))
}

/**
 * Fills in the source after the defaults are merged: the repository that holds the file, and GitHub as the provider.
 *
 * @param here OWNER/REPO of the repository that holds the file; null where unknown.
 */
export function withSource(data: DataMap, here: string | null): DataMap {
  const { source } = data
  if (!isDataMap(source) || (source.provider !== undefined && source.repo !== undefined)) return data
  const provider = source.provider ?? DEFAULT_PROVIDER
  const repo = provider === DEFAULT_PROVIDER && here !== null ? { repo: here } : {}
  return plain({ ...data, source: mergeData(plain({ provider, ...repo }), source) })
}

function flatten(written: DataMap): Canonical {
  const { enrollment, ...outer } = written
  if (enrollment === undefined) return { data: written, moved: new Map(), remarks: [] }
  const path = ['enrollment']
  if (!isDataMap(enrollment)) {
    const remedy = 'Remove it, and write the keys of the image in the entry itself.'
    const remark: EntryFault = { code: 'value-invalid', path, message: 'enrollment must be a map.', remedy }
    return { data: plain(outer), moved: new Map(), remarks: [remark] }
  }
  const inner = Object.keys(enrollment)
  const twice = inner.filter((key) => Object.hasOwn(outer, key))
  const message = 'keys below enrollment are read as if they were in the entry itself.'
  const remedy = 'Remove enrollment and move its keys to the left.'
  const nested: EntryFault = { code: 'form-foreign', path, message, remedy }
  return {
    data: plain({ ...enrollment, ...outer }),
    moved: new Map(inner.filter((key) => !twice.includes(key)).map((key) => [key, ['enrollment', key]])),
    remarks: [
      nested,
      ...twice.map((key) => both(['enrollment', key], `${key} is set both in the entry and below enrollment.`)),
    ],
  }
}

function both(path: Path, message: string): EntryFault {
  return { code: 'keys-conflicting', path, message, remedy: 'Keep one of them.' }
}

function withDockerfile(draft: Canonical): Canonical {
  const { dockerfile, ...rest } = draft.data
  if (dockerfile === undefined) return draft
  const source = rest.source ?? plain({})
  const at = placeOf(draft, 'dockerfile')
  // A source that is not a map is reported separately.
  if (!isDataMap(source)) return { ...draft, data: plain(rest) }
  if (source.dockerfile !== undefined) {
    const twice = both(at, 'dockerfile is set both in the entry and in its source.')
    return { ...draft, data: plain(rest), remarks: [...draft.remarks, twice] }
  }
  return {
    ...draft,
    data: plain({ ...rest, source: plain({ ...source, dockerfile }) }),
    moved: new Map([...draft.moved, ['source.dockerfile', at]]),
  }
}

/** `quarantine` is an alias of the minimum age. */
function withQuarantine(draft: Canonical): Canonical {
  const { quarantine, ...rest } = draft.data
  if (quarantine === undefined) return draft
  const path = placeOf(draft, 'quarantine')
  if (rest.minimumReleaseAge !== undefined) {
    const message = 'quarantine has no effect beside minimumReleaseAge.'
    const remark: EntryFault = { code: 'form-foreign', path, message, remedy: 'Remove quarantine.' }
    return { ...draft, data: plain(rest), remarks: [...draft.remarks, remark] }
  }
  const message = 'quarantine is read as minimumReleaseAge.'
  const remark: EntryFault = { code: 'form-foreign', path, message, remedy: 'Write minimumReleaseAge.' }
  return {
    data: plain({ ...rest, minimumReleaseAge: quarantinePeriod(quarantine) }),
    moved: new Map([...draft.moved, ['minimumReleaseAge', path]]),
    remarks: [...draft.remarks, remark],
  }
}

/** CascadeGuard's spellings: a bare number is hours, and several words mean none. */
function quarantinePeriod(written: Data): Data {
  if (written === false) return '0'
  if (typeof written !== 'string') return written
  const text = written.trim().toLowerCase()
  if (/^\d{1,6}$/.test(text)) return Number(text) === 0 ? '0' : `${text}h`
  return ['none', 'disabled', 'false'].includes(text) ? '0' : written
}

/** `repository`, from the parts in which another tool keeps it. */
function withPublished(draft: Canonical, defaults: DataMap): Canonical {
  const { image, namespace = defaults.namespace, full_name, ...rest } = draft.data
  const key = ['repoURL', 'repository'].find((one) => rest[one] !== undefined)
  if (key !== undefined) {
    if (image === undefined) return { ...draft, data: plain(rest) }
    const message = `image has no effect beside ${key}.`
    const path = placeOf(draft, 'image')
    const unused: EntryFault = { code: 'form-foreign', path, message, remedy: 'Remove image.' }
    return { ...draft, data: plain(rest), remarks: [...draft.remarks, unused] }
  }
  const registry = rest.registry ?? defaults.registry
  if (typeof image === 'string' && registry === undefined && full_name === undefined && rest.enabled !== false)
    return withoutRegistry(draft, rest, image)
  if (image !== undefined) {
    const folder = folderOf(namespace, registry)
    const repository = typeof image === 'string' ? folder + image : image
    return moveTo(draft, { ...rest, repository }, 'repository', 'image')
  }
  if (full_name === undefined) return { ...draft, data: plain(rest) }
  const { registry: _, ...others } = rest
  return moveTo(draft, { ...others, repoURL: full_name }, 'repoURL', 'full_name')
}

/** Only beside a registry is `image` a form of another tool; alone it is a guess at the key's name. */
function withoutRegistry(draft: Canonical, rest: DataMap, image: string): Canonical {
  const meant = imageMeant(image) ?? 'docker.io/org/app'
  const namesRegistry = !meant.startsWith('docker.io/') || image.includes('docker.io')
  const repository = meant.replace(/^docker\.io\/(?:library\/)?/, '')
  const instead = namesRegistry ? `repoURL: ${meant}` : `registry: ghcr.io (or another) and repository: ${repository}`
  const remark: EntryFault = {
    code: 'key-unknown',
    path: placeOf(draft, 'image'),
    message: '"image" is not a key here.',
    remedy: `Write ${instead} instead of it.`,
  }
  // With a valid place, the registry is not reported as missing too.
  const whole = moveTo(draft, { ...rest, repoURL: meant }, 'repoURL', 'image')
  return { ...whole, remarks: [...draft.remarks, remark] }
}

/** The organization before an image's name, unless the registry already ends with it. */
function folderOf(namespace: Data | undefined, registry: Data | undefined): string {
  if (typeof namespace !== 'string' || namespace === '') return ''
  return typeof registry === 'string' && registry.endsWith(`/${namespace}`) ? '' : `${namespace}/`
}

function moveTo(draft: Canonical, data: DataMap, key: string, from: string): Canonical {
  return { ...draft, data: plain(data), moved: new Map([...draft.moved, [key, placeOf(draft, from)]]) }
}

function placeOf({ moved }: Canonical, key: string): Path {
  return moved.get(key) ?? [key]
}

/** Without a prototype, like every map from a file. */
function plain(data: DataMap): DataMap {
  return Object.assign(Object.create(null), data)
}

/**
 * An entry as an earlier run recorded it (defaults merged in, without its name), completed with every default.
 *
 * @returns null if this version cannot read it.
 */
export function completeEntry(name: string, written: unknown): EntryContent | null {
  if (!isDataMap(written as Data)) return null
  const { data } = canonicalEntry(written as Record<string, Data>)
  const parsed = entrySchema.safeParse({ ...withSource(data, null), name })
  if (!parsed.success) return null
  const result = toEnrolledImage(parsed.data)
  return result.ok ? result.image : null
}
