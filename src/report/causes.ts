// The cause of each object's change: changed keys that it depends on, a new image, or a Dockerfile.
import type { Settings } from '../enrollment/images-file.js'
import type { Factory, ManifestFile } from '../kargo/index.js'
import { type ResourceChange, resourceKey } from '../manifests/compare.js'
import { parseReference, shortenName, withDefaultTag } from '../reference/index.js'
import type { TrackedBase, TrackedImage } from '../state/index.js'
import { distinctBy, enumeration, groupBy } from '../text/index.js'
import { type CausesByObject, keyCauses, presenceOf } from './made-from.js'
import type { BaseRow, BaseUseRow, ImageChange, ValueChange } from './model.js'

interface CauseInput {
  readonly changes: readonly ResourceChange[]
  readonly factory: Factory
  readonly manifests: readonly ManifestFile[]
  /** Entries as previously written, by image name. */
  readonly entries: ReadonlyMap<string, unknown>
  /** The previous settings; null where unknown. */
  readonly settingsBefore: Settings | null
  readonly images: readonly ImageChange[]
  readonly bases: readonly BaseRow[]
  readonly settings: readonly ValueChange[]
}

/**
 * The cause of each object's change, by its identity, phrased to follow "because of". Changes caused by a new version
 * of this action, and those without a known cause, have none.
 */
export function causesOf(input: CauseInput): [string, string][] {
  if (input.changes.length === 0) return []
  const lookups = lookupsFor(input)
  return input.changes.flatMap((change): [string, string][] => {
    const causes = [...new Set(causesOfOne(change, lookups))]
    return causes.length === 0 ? [] : [[resourceKey(change.id), named(causes)]]
  })
}

interface Lookups {
  readonly input: CauseInput
  readonly images: ReadonlyMap<string, ImageChange>
  readonly bases: ReadonlyMap<string, BaseRow>
  readonly uses: ReadonlyMap<string, readonly BaseUseRow[]>
  readonly byKeys: CausesByObject
}

function lookupsFor(input: CauseInput): Lookups {
  const { manifests, entries, settingsBefore, images, bases, changes } = input
  const byName = new Map(images.map((image) => [image.name, image]))
  const uses = groupBy(
    bases.flatMap((row) => row.uses.map((use) => ({ ...use, base: row }))),
    ({ image }) => image,
  )
  const factory = withBasesOfSwitchedOff(input, uses)
  const changed = factory.images.flatMap((image) => {
    const { name } = image.enrollment
    const kind = byName.get(name)?.kind
    return kind === undefined || kind === 'enrolled' ? [] : [{ image, before: entries.get(name) }]
  })
  const isExplained = (causes: CausesByObject) => changes.every((one) => causes.has(identityOf(one)))
  return {
    input,
    images: byName,
    bases: new Map(bases.map((row) => [`base-${shortenName(row.name)}.k8s.yaml`, row])),
    uses,
    byKeys: keyCauses(factory, manifests, changed, settingsBefore, isExplained),
  }
}

/** The Dockerfile of a disabled image is not read: it keeps its previous bases. */
function withBasesOfSwitchedOff(
  { factory, images }: CauseInput,
  uses: ReadonlyMap<string, readonly { readonly base: BaseRow }[]>,
): Factory {
  const off = images.filter(({ kind }) => kind === 'disabled')
  const used = new Map(off.map(({ name }) => [name, (uses.get(name) ?? []).map(({ base }) => base)]))
  const tracked = new Set(factory.bases.map(({ name }) => name))
  const others = distinctBy([...used.values()].flat(), ({ name }) => name).filter(({ name }) => !tracked.has(name))
  const withBases = (image: TrackedImage): TrackedImage => {
    const names = (used.get(image.enrollment.name) ?? []).map(({ name }) => name)
    return names.length === 0 ? image : { ...image, bases: names }
  }
  return { ...factory, images: factory.images.map(withBases), bases: [...factory.bases, ...others.flatMap(asTracked)] }
}

function asTracked({ name, reference }: BaseRow): TrackedBase[] {
  const parsed = parseReference(reference)
  if (!parsed.ok) return []
  const { registry, repository, tag } = withDefaultTag(parsed.reference)
  return [{ name, registry, repository, tag: tag ?? '', baselineDigest: null }]
}

/** What to look for when the object is regenerated: another text if it was modified, its presence otherwise. */
function identityOf({ kind, id }: ResourceChange): string {
  return kind === 'modified' ? resourceKey(id) : presenceOf(resourceKey(id))
}

function causesOfOne(change: ResourceChange, lookups: Lookups): string[] {
  const key = identityOf(change)
  const keys = [...(lookups.byKeys.get(key) ?? [])].sort().map(quoted)
  const [, kind = '', name = ''] = /^(base|image|source)-(.+)\.k8s\.yaml$/.exec(change.file) ?? []
  const found = [...(OTHERS[kind] ?? factoryCauses)(change, lookups, name), ...keys]
  return found.length > 0 ? found : unknownSettings(lookups.input)
}

/** If the previous settings are unknown, all that is known is which changed. */
function unknownSettings({ settingsBefore, settings }: CauseInput): string[] {
  return settingsBefore === null ? settings.map(({ key }) => quoted(`settings.${key}`)) : []
}

/** Causes other than keys that the object depends on, by the kind of its file. */
const OTHERS: Readonly<Record<string, typeof imageCauses>> = {
  image: imageCauses,
  base: baseCauses,
  source: sourceCauses,
}

function factoryCauses({ kind, id }: ResourceChange): string[] {
  return kind === 'modified' && id.kind === 'ConfigMap' ? ['overrides.yaml'] : []
}

/** Added or removed images of that repository. */
function sourceCauses({ before, after }: ResourceChange, { images, input }: Lookups): string[] {
  const text = `${before} ${after}`.toLowerCase()
  const entries = new Map(input.factory.images.map(({ enrollment }) => [enrollment.name, enrollment.written]))
  return memberships(
    [...images.values()].filter(({ name }) => {
      const repo = repoOf(entries.get(name) ?? input.entries.get(name))
      return repo !== null && text.includes(repo.toLowerCase())
    }),
  )
}

function repoOf(written: unknown): string | null {
  const { source } = (written ?? {}) as { readonly source?: { readonly repo?: unknown } }
  return typeof source?.repo === 'string' ? source.repo : null
}

const MEMBERSHIP: Readonly<Partial<Record<ImageChange['kind'], string>>> = {
  enrolled: 'the new image',
  removed: 'the removed image',
}

const MAX_NAMED = 3

/** `the new image web`, `5 new images`. */
function memberships(images: readonly ImageChange[]): string[] {
  return [...groupBy(images, ({ kind }) => MEMBERSHIP[kind])].flatMap(([word, all]) => {
    if (word === undefined) return []
    if (all.length > MAX_NAMED) return [`${all.length} ${word.replace('the ', '')}s`]
    return [`${word}${all.length === 1 ? '' : 's'} ${all.map(({ name }) => quoted(name)).join(', ')}`]
  })
}

function imageCauses(change: ResourceChange, { images, uses }: Lookups, name: string): string[] {
  const image = images.get(name)
  const word = image === undefined ? undefined : MEMBERSHIP[image.kind]
  if (word !== undefined) return [word]
  if (change.kind !== 'modified' && isSwitched(image)) return [quoted('enabled')]
  const own = uses.get(name) ?? []
  return hasOtherBases(change, own) ? discoveryCauses(image, own) : []
}

function isSwitched(image: ImageChange | undefined): boolean {
  return image?.kind === 'enabled' || image?.kind === 'disabled'
}

/** Whether a rebuild Stage waits for other base images than before. */
function hasOtherBases({ before, after }: ResourceChange, uses: readonly BaseUseRow[]): boolean {
  const stages = (text: string | null) => (text?.match(/(?<=[ "[])soak-[a-z0-9.-]+/g) ?? []).sort().join()
  if (before !== null && after !== null) return stages(before) !== stages(after)
  if (stages(before ?? after) === '') return false
  const [first] = uses
  const how = before === null ? 'added' : 'removed'
  return first !== undefined && uses.every(({ change }) => change === how)
}

/** Keys that determine the base images; the second group only counts if the first is unchanged. */
const DISCOVERY: readonly RegExp[] = [
  /^(?:source\.(?:provider|repo|dockerfile)|dockerfile|build|rebuildOn)\b/,
  /^source\.(?:branch|workflow|pipeline|inputs)\b/,
]

/** Why an image has other base images: its keys, otherwise the lines that pull them. */
function discoveryCauses(image: ImageChange | undefined, uses: readonly BaseUseRow[]): string[] {
  const changed = uses.filter(({ change }) => change !== 'unchanged')
  const keys = [...new Set(image?.details.map(({ key }) => key.replace(/\[\d+\]$/, '')))]
  const isByHand = changed.some(({ kind }) => kind === 'named' || kind === 'from')
  const byHand = isByHand ? keys.filter((key) => key === 'bases') : []
  const [first = [], second = []] = DISCOVERY.map((pattern) => keys.filter((key) => pattern.test(key)))
  const found = [...byHand, ...first]
  const causes = (found.length > 0 ? found : second).map(quoted)
  return causes.length > 0 ? causes : placesOf(changed)
}

/** The keyword in the line that pulls a base image, where it differs from the kind. */
const KIND_WORDS: Readonly<Record<string, string>> = { from: 'FROM', named: 'bases' }

function placesOf(uses: readonly BaseUseRow[]): string[] {
  const use = uses.find(({ change }) => change === 'added')
  if (use === undefined || use.file === '') return []
  return [
    use.line === 0 ? quoted(use.file) : `${quoted(`${use.file}:${use.line}`)} ${KIND_WORDS[use.kind] ?? use.kind}`,
  ]
}

function baseCauses(change: ResourceChange, { images, bases }: Lookups): string[] {
  const row = bases.get(change.file)
  if (row === undefined) return []
  // Kargo polls bases that are enrolled images at another interval.
  const own = row.enrolledImage === undefined ? undefined : images.get(row.enrolledImage)
  if (change.kind === 'modified') return own === undefined ? [] : memberships([own])
  const uses = row.uses.filter((use) => use.change !== 'unchanged')
  const users = [...groupBy(uses, ({ image }) => image)]
  const others = users.flatMap(([name, all]) => {
    const image = images.get(name)
    if (isSwitched(image)) return [quoted('enabled')]
    return image !== undefined && image.kind in MEMBERSHIP ? [] : discoveryCauses(image, all)
  })
  const found = [...memberships(users.flatMap(([name]) => images.get(name) ?? [])), ...others]
  return found.length === 0 && row.change === 'removed' ? ['no image using it'] : found
}

function quoted(word: string): string {
  return `\`${word}\``
}

const MAX_CAUSES = 8

/** Joins several causes, limited to the first ones. */
function named(causes: readonly string[]): string {
  const more = causes.length - MAX_CAUSES + 1
  return enumeration(more > 1 ? [...causes.slice(0, MAX_CAUSES - 1), `${more} more`] : causes)
}
