import { refuse } from '../enrollment/problem.js'
import { FOLDERS } from './model.js'
import { removeLeftovers } from './write.js'

/** The folder with images.yaml, the state and the manifests. */
export interface StateFolder {
  /** Absolute path on disk. */
  readonly root: string
  /** The same folder from the repository's top, `.` or a path: how people know its files. */
  readonly path: string
  readonly imagesFile: string
  readonly outputDir: string
}

/** Removes the temporary files that interrupted runs left in the state folder. */
export function cleanStateFolder({ root, outputDir }: StateFolder): void {
  removeLeftovers(root, [...Object.values(FOLDERS), outputDir])
}

/**
 * Two kinds of files in one folder would be taken for each other, and moved or deleted.
 *
 * @throws Refusal when images.yaml or the manifests are in a folder of state files.
 */
export function refuseOverlap({ imagesFile, outputDir }: StateFolder): void {
  const taken = new Set(Object.values(FOLDERS).map((folder) => folder.split('/')[0]))
  const inputs = { 'output-dir (--output)': outputDir, 'images-file (--images)': imagesFile }
  for (const [input, path] of Object.entries(inputs)) {
    if (!taken.has(path.split('/')[0] ?? '')) continue
    throw refuse(`${input} is ${path}, and the state is kept there.`, { remedy: 'Name a place of its own.' })
  }
}
