import { isDataMap } from '../enrollment/data-map.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import { publishedAt } from './links.js'
import { FOLDERS, type StateFiles } from './model.js'
import { type StateRecord, textOf } from './record.js'

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
  const byName = grouped(known, ({ name }) => name)
  const byPlace = grouped(known, ({ place }) => place ?? '')
  const places = new Map(images.map((image) => [image, publishedAt(image)]))
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

function grouped(records: readonly KnownRecord[], keyOf: (record: KnownRecord) => string): Map<string, KnownRecord[]> {
  const groups = new Map<string, KnownRecord[]>()
  for (const record of records) {
    const group = groups.get(keyOf(record))
    if (group === undefined) groups.set(keyOf(record), [record])
    else group.push(record)
  }
  return groups
}

function placeOf({ enrollment }: StateRecord): string | null {
  if (!isDataMap(enrollment)) return null
  const [registry, repository] = [textOf(enrollment, 'registry'), textOf(enrollment, 'repository')]
  if (registry !== null && repository !== null) return publishedAt({ registry, repository })
  const [, host, path] = /^([^/]+)\/(.+)$/.exec(textOf(enrollment, 'repoURL') ?? '') ?? []
  return host === undefined || path === undefined ? null : publishedAt({ registry: host, repository: path })
}
