import { type Data, isDataMap } from '../yaml/data.js'
import { toEnrolledImage } from './entry.js'
import type { EntryContent } from './images-file.js'
import { entrySchema } from './schema/entry.js'
import { canonicalEntry, withSource } from './variants.js'

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
