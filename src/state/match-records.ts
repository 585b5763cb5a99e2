import type { EnrolledImage } from '../enrollment/images-file.js'
import { formatReference, parseReference } from '../reference/index.js'
import { groupBy } from '../text/index.js'
import { isDataMap } from '../yaml/data.js'
import { FOLDERS, type StateFiles } from './model.js'
import { enrolledSeconds, type StateRecord, textOf } from './record.js'

/** The record an image goes on from, and the file it was in. */
export interface MatchedRecord {
  readonly record: StateRecord
  readonly path: string
  /** Whether it lies in the archive: the image was not enrolled. */
  readonly isArchived: boolean
}

interface KnownRecord extends MatchedRecord {
  readonly name: string
  /** Where its image was published; null where old files do not say. */
  readonly place: string | null
}

/**
 * The record of each image that had one. An image is the same when it is published in the same place: under its name,
 * or under another that it had before. Only then the name alone counts, for an entry whose repository was edited; what
 * lies in the archive under the name is another image's.
 */
export function matchRecords(images: readonly EnrolledImage[], before: StateFiles): ReadonlyMap<string, MatchedRecord> {
  const own = new Map<string, MatchedRecord>()
  const known = [...recordsIn(before, 'images'), ...recordsIn(before, 'archivedImages')]
  const free = new Set(known)
  const match = (pairsOf: (image: EnrolledImage) => readonly KnownRecord[]) => {
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

/** Live ones come before archived ones: they went last. */
function recordsIn(before: StateFiles, folder: 'images' | 'archivedImages'): KnownRecord[] {
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

/** As references are spelled out: what old files call docker.io/app is docker.io/library/app. */
function spelledOut(place: string): string {
  const parsed = parseReference(place)
  return parsed.ok ? formatReference(parsed.reference) : place
}

/** Since when an image is enrolled, as its state file says. ISO 8601. */
export type EnrollmentTimes = {
  /** null: an old file does not say, and a time of our own would let the image pass over changes it is waiting for. */
  readonly enrolledAt: string | null
  /** When it last came back from the archive; null: it never did. */
  readonly reenrolledAt: string | null
}

/**
 * What an image's state file says after a run. Coming back from the archive is enrollment too, and must rebuild nothing:
 * what changed while it was not watched counts as there from the start.
 *
 * @param own the record the image goes on from; undefined for a new image.
 * @param now ISO 8601.
 */
export function enrollmentTimes(own: MatchedRecord | undefined, now: string): EnrollmentTimes {
  if (own === undefined) return { enrolledAt: now, reenrolledAt: null }
  const { record, isArchived } = own
  return { enrolledAt: textOf(record, 'enrolledAt'), reenrolledAt: isArchived ? now : textOf(record, 'reenrolledAt') }
}

/**
 * The records that images go on from, with other rebuilds.
 *
 * @param changed records after a first merge, by image; their rebuilds count. A new image goes on from its record there.
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

/** The same of the record before a run; null for an image that was not enrolled then. */
export function enrolledBefore(own: MatchedRecord | undefined): number | null {
  return own === undefined || own.isArchived ? null : enrolledSeconds(own.record)
}

/** The record a base goes on from, and its file. */
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
