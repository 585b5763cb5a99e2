/**
 * Finds the keys that an object depends on: regenerates it with one of them at its previous value, and if the result
 * differs, the key is a cause. Only the charts contain these dependencies; they need not be declared here.
 */

import type { EnrolledImage, Settings } from '../enrollment/images-file.js'
import { Refusal } from '../enrollment/problem.js'
import { completeEntry } from '../enrollment/variants.js'
import { type Factory, type ManifestFile, synthesize } from '../kargo/index.js'
import { resourceKey } from '../manifests/compare.js'
import type { TrackedImage } from '../state/index.js'
import { groupBy, jsonMap } from '../text/index.js'
import { type Data, type DataMap, isDataMap } from '../yaml/data.js'
import { differingKeys, type EntryKey, withKeyOf, writes } from './entry-keys.js'

/** Names of keys by what they change: the text of an object, or its presence (`presenceOf`). */
export type CausesByObject = ReadonlyMap<string, ReadonlySet<string>>

/** Key for the presence of an object; its identity is the key for its text. */
export function presenceOf(key: string): string {
  return `+${key}`
}

/**
 * Which keys changed which objects.
 *
 * @param changed the images with another entry, and that entry as it was written before.
 * @param settingsBefore null where unknown.
 * @param isExplained whether the causes found so far explain all changes.
 */
export function keyCauses(
  factory: Factory,
  manifests: readonly ManifestFile[],
  changed: readonly { readonly image: TrackedImage; readonly before: unknown }[],
  settingsBefore: Settings | null,
  isExplained: (causes: CausesByObject) => boolean,
): CausesByObject {
  const pairs = changed.flatMap(({ image, before }) => {
    const now = image.enrollment.written as DataMap
    return isDataMap(before as Data) ? [{ image, now, before: before as DataMap }] : []
  })
  const causes = new Map<string, Set<string>>()
  const back = pairs.map(({ image, now, before }) => variantsOf(image, now, before))
  addEntryCauses(causes, factory, back)
  addSettingCauses(causes, factory, settingsBefore, manifests)
  if (isExplained(causes)) return causes
  // If two keys each cause the same change, resetting one of them has no effect: then applies each to the old state.
  const alone = new Map<string, Set<string>>()
  const forth = pairs.map(({ image, now, before }) => variantsOf(image, before, now))
  const earlier = new Map(forth.map(({ image }) => [image.enrollment.name, image]))
  const images = factory.images.map((image) => earlier.get(image.enrollment.name) ?? image)
  const was = { ...factory, images, settings: settingsBefore ?? factory.settings }
  addEntryCauses(alone, was, forth)
  if (settingsBefore !== null) addSettingCauses(alone, was, factory.settings, null)
  return new Map([...alone, ...causes])
}

/** An image, and its variants with some keys taken from another version. */
interface Variants {
  readonly image: TrackedImage
  readonly variants: readonly { readonly names: readonly string[]; readonly image: TrackedImage }[]
}

/** Limit for regenerated images: for more, the causes would take too long. */
const MAX_MADE = 5000

function addEntryCauses(causes: Map<string, Set<string>>, factory: Factory, all: readonly Variants[]): void {
  const rounds = Math.max(0, ...all.map(({ variants }) => variants.length))
  let made = 0
  for (let round = 0; round < rounds; round += 1) {
    const some = all.flatMap(({ image, variants }) => {
      const variant = variants[round]
      return variant === undefined ? [] : [{ image, variant }]
    })
    made += some.length
    if (made > MAX_MADE) return
    const differing = differingObjects(
      make({ ...factory, images: some.map(({ image }) => image) }),
      make({ ...factory, images: some.map(({ variant }) => variant.image) }),
    )
    const byFile = new Map(some.map((one) => [`image-${one.image.enrollment.name}.k8s.yaml`, one]))
    for (const one of differing) {
      const own = byFile.get(one.file)
      const makers =
        own === undefined ? some.filter((made) => isWatched(made.image, made.variant.image, one.text)) : [own]
      for (const { variant } of makers) for (const name of variant.names) add(causes, one.key, name)
    }
  }
}

/** Whether this image changes an object for a source: several images are regenerated together. */
function isWatched({ enrollment: was }: TrackedImage, { enrollment: is }: TrackedImage, text: string): boolean {
  const files = ({ enabled, source }: EnrolledImage) => JSON.stringify(enabled && source && { ...source, inputs: null })
  if (files(was) === files(is)) return false
  return [was, is].some(({ source }) => source !== null && text.toLowerCase().includes(source.repo.toLowerCase()))
}

function add(causes: Map<string, Set<string>>, key: string, name: string): void {
  const known = causes.get(key)
  if (known === undefined) causes.set(key, new Set([name]))
  else known.add(name)
}

/** The manifests of a factory; none if they cannot be generated. */
function make(factory: Factory): readonly ManifestFile[] {
  try {
    return synthesize(factory)
  } catch (error) {
    if (error instanceof Refusal) return []
    throw error
  }
}

/** The objects that differ; the text is that of both versions. */
function differingObjects(a: readonly ManifestFile[], b: readonly ManifestFile[]) {
  if (a.length === 0 || b.length === 0) return []
  const [first, second] = [textsOf(a), textsOf(b)]
  return [...new Set([...first.keys(), ...second.keys()])].flatMap((key) => {
    const [one, other] = [first.get(key), second.get(key)]
    if (one?.text === other?.text) return []
    const { file } = one ?? other ?? { file: '' }
    const isPresence = one === undefined || other === undefined
    return [{ key: isPresence ? presenceOf(key) : key, file, text: `${one?.text} ${other?.text}` }]
  })
}

function textsOf(files: readonly ManifestFile[]) {
  return new Map(
    files.flatMap(({ path, objects }) =>
      objects.map(({ id, text }) => [resourceKey(id), { text, file: path }] as const),
    ),
  )
}

function variantsOf(image: TrackedImage, from: DataMap, to: DataMap): Variants {
  const keys = differingKeys(from, to)
  const variantOf = (some: readonly EntryKey[]) => {
    const written = some.reduce<Data | undefined>((entry, { steps }) => withKeyOf(entry, to, steps), from)
    const made = entryOf(image, written)
    return made === null ? [] : [{ names: some.map((key) => key.name), image: made }]
  }
  const single = keys.flatMap((key) => variantOf([key]))
  const done = new Set(single.flatMap(({ names }) => names))
  // Keys that are only valid together (`provider` and `pipeline`) are reset together: first below one key, then all.
  const left = keys.filter((key) => !done.has(key.name))
  const below = [...groupBy(left, (key) => topKeyOf(key.name)).keys()].flatMap((top) =>
    variantOf(keys.filter((key) => topKeyOf(key.name) === top)),
  )
  const covered = new Set(below.flatMap(({ names }) => names))
  const rest = left.filter((key) => !covered.has(key.name))
  const variants = [...single, ...below, ...(rest.length === 0 ? [] : variantOf(rest))]
  return { image: entryOf(image, from) ?? image, variants }
}

function topKeyOf(name: string): string {
  return /^[^.[]*/.exec(name)?.[0] ?? name
}

/** The image with another entry; null if that is invalid. */
function entryOf(image: TrackedImage, written: Data | undefined): TrackedImage | null {
  if (!isDataMap(written)) return null
  const content = completeEntry(image.enrollment.name, written)
  if (content === null) return null
  const lineOf = (key: string) => (writes(written, key) ? 1 : null)
  const enrollment: EnrolledImage = { ...content, line: 1, column: 1, written, lineOf }
  return { ...image, enrollment }
}

/** @param manifests of the factory; null: they have to be generated. */
function addSettingCauses(
  causes: Map<string, Set<string>>,
  factory: Factory,
  others: Settings | null,
  manifests: readonly ManifestFile[] | null,
): void {
  const variants = others === null ? [] : settingVariants(factory.settings, others)
  if (variants.length === 0) return
  const made = manifests ?? make(factory)
  for (const { name, settings } of variants) {
    for (const { key } of differingObjects(made, make({ ...factory, settings }))) add(causes, key, `settings.${name}`)
  }
}

/** Settings whose name in the file differs from the code. */
const WRITTEN_NAMES: Readonly<Record<string, string>> = {
  analysis: 'analysis.enabled',
  trivyImage: 'analysis.image',
}

/** Settings whose keys are separate causes. */
const IN_PARTS: readonly (keyof Settings)[] = ['secrets', 'stateWorkflow']

function settingVariants(now: Settings, before: Settings): { readonly name: string; readonly settings: Settings }[] {
  const keys = Object.keys(now) as (keyof Settings)[]
  const differing = keys.filter((key) => JSON.stringify(now[key]) !== JSON.stringify(before[key]))
  return differing.flatMap((key) => {
    const [is, was] = [jsonMap(now[key]), jsonMap(before[key])]
    if (!IN_PARTS.includes(key) || is === null || was === null)
      return [{ name: WRITTEN_NAMES[key] ?? key, settings: { ...now, [key]: before[key] } }]
    return Object.keys(is)
      .filter((part) => is[part] !== was[part])
      .map((part) => ({ name: `${key}.${part}`, settings: { ...now, [key]: { ...is, [part]: was[part] } } }))
  })
}
