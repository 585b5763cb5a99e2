import type { EnrolledImage } from '../enrollment/images-file.js'
import { formatReference, parseReference } from '../reference/index.js'
import { groupBy } from '../text/index.js'
import { isDataMap } from '../yaml/data.js'
import { FOLDERS, type StateFiles } from './model.js'
import { enrolledSeconds, type StateRecord, textOf } from './record.js'

/** An image's previous record, and its file. */
export interface MatchedRecord {
  readonly record: StateRecord
  readonly path: string
  /** Whether it is in the archive: the image was not enrolled. */
  readonly isArchived: boolean
}

/**
 * The previous record of each image. An image is the same if it is published in the same place: under its name, or
 * under a previous one. Only otherwise the name alone counts, for an entry whose repository was edited; an archived
 * record with that name belongs to another image.
 */
export function matchRecords(images: readonly EnrolledImage[], before: StateFiles): ReadonlyMap<string, MatchedRecord> {
  const own = new Map<string, MatchedRecord>()
  // Live records come before archived ones: they are more recent.
  const known = [...recordsIn(before, 'images'), ...recordsIn(before, 'archivedImages')]
  const free = new Set(known)
  const match = (pairsOf: (image: EnrolledImage) => typeof known) => {
    for (const image of images) {
      const found = own.has(image.name) ? undefined : pairsOf(image).find((one) => free.has(one))
      if (found === undefined) continue
      own.set(image.name, found)
      free.delete(found)
    }
  }
  const byName = groupBy(known, ({ name }) => name)
  const byPlace = groupBy(known, ({ place }) => place ?? '')
  const places = new Map(images.map((image) => [image, `${image.registry}/${image.repository}`]))
  const named = ({ name }: EnrolledImage) => byName.get(name) ?? []
  match((image) => named(image).filter(({ place }) => place === null || place === places.get(image)))
  match((image) => byPlace.get(places.get(image) ?? '') ?? [])
  match((image) => named(image).filter(({ isArchived }) => !isArchived))
  return own
}

/** `place`: where the image was published; null if an old file does not contain it. */
function recordsIn(before: StateFiles, folder: 'images' | 'archivedImages') {
  return [...before[folder]].map(([name, record]) => {
    const path = `${FOLDERS[folder]}/${name}.yaml`
    return { name, record, path, isArchived: folder === 'archivedImages', place: placeOf(record) }
  })
}

function placeOf({ enrollment }: StateRecord): string | null {
  if (!isDataMap(enrollment)) return null
  const [registry, repository] = [textOf(enrollment, 'registry'), textOf(enrollment, 'repository')]
  if (registry !== null && repository !== null) return spelledOut(`${registry}/${repository}`)
  const repoURL = textOf(enrollment, 'repoURL')
  return repoURL !== null && /^[^/]+\/./.test(repoURL) ? spelledOut(repoURL) : null
}

/** The full form of a reference: docker.io/app in old files is docker.io/library/app. */
function spelledOut(place: string): string {
  const parsed = parseReference(place)
  return parsed.ok ? formatReference(parsed.reference) : place
}

/**
 * The enrollment times of an image after a run. Coming back from the archive counts as enrollment, and must not cause a
 * rebuild: changes in the meantime count as the initial state.
 *
 * @param own the image's previous record; undefined for a new image.
 * @param now ISO 8601.
 * @returns ISO 8601. `enrolledAt` is null if an old file does not contain it: the current time would hide changes that
 *   the image is waiting for. `reenrolledAt` is when it last came back from the archive; null: never.
 */
export function enrollmentTimes(
  own: MatchedRecord | undefined,
  now: string,
): { readonly enrolledAt: string | null; readonly reenrolledAt: string | null } {
  if (own === undefined) return { enrolledAt: now, reenrolledAt: null }
  const { record, isArchived } = own
  return { enrolledAt: textOf(record, 'enrolledAt'), reenrolledAt: isArchived ? now : textOf(record, 'reenrolledAt') }
}

/**
 * Replaces the rebuilds in images' previous records.
 *
 * @param changed records after a first merge, by image; their rebuilds count. For a new image, this is its record.
 */
export function withRebuilds(
  own: ReadonlyMap<string, MatchedRecord>,
  changed: ReadonlyMap<string, StateRecord>,
): ReadonlyMap<string, MatchedRecord> {
  const result = new Map(own)
  for (const [name, record] of changed) {
    const known = own.get(name) ?? { record, path: `${FOLDERS.images}/${name}.yaml`, isArchived: false }
    const { rebuilds: _, ...others } = known.record
    const { rebuilds } = record
    result.set(name, { ...known, record: rebuilds === undefined ? others : { ...others, rebuilds } })
  }
  return result
}

/** When an image was enrolled before this run, in Unix seconds; null if it was not. */
export function enrolledBefore(own: MatchedRecord | undefined): number | null {
  return own === undefined || own.isArchived ? null : enrolledSeconds(own.record)
}

/** A base's previous record, and its file. */
export function knownBase(
  name: string,
  before: StateFiles,
): { readonly record: StateRecord; readonly path: string } | null {
  for (const folder of ['bases', 'archivedBases'] as const) {
    const record = before[folder].get(name)
    if (record !== undefined) return { record, path: `${FOLDERS[folder]}/${name}.yaml` }
  }
  return null
}
