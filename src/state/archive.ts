import { createHash } from 'node:crypto'
import { FOLDERS, type StateFiles } from './model.js'
import { STATE_HEADER } from './print.js'

/**
 * Moves what has a file and no place any more to the archive, unchanged, and keeps what is there. A file whose record
 * went on elsewhere is done with; one that would come to lie on another lies beside it. A file that we did not write
 * stays where it is.
 *
 * @param files the files there shall be; the archive is added.
 * @param taken paths of the files whose records went on in one of them.
 */
export function addArchive(before: StateFiles, files: Map<string, string>, taken: ReadonlySet<string>): void {
  const folders = [
    [FOLDERS.archivedImages, FOLDERS.archivedImages],
    [FOLDERS.archivedBases, FOLDERS.archivedBases],
    [FOLDERS.images, FOLDERS.archivedImages],
    [FOLDERS.bases, FOLDERS.archivedBases],
  ] as const
  for (const [from, to] of folders) {
    for (const [path, text] of before.texts) {
      if (!path.startsWith(`${from}/`) || taken.has(path)) continue
      if (from !== to && !text.startsWith(STATE_HEADER)) {
        if (!files.has(path)) files.set(path, text)
        continue
      }
      const name = path.slice(from.length + 1, -'.yaml'.length)
      const place = `${to}/${name}.yaml`
      const isTaken = files.has(place) && files.get(place) !== text
      files.set(isTaken ? `${to}/${name}-${hashOf(text)}.yaml` : place, text)
    }
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
