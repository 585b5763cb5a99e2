/** Reads the files of a state folder that people write: images.yaml and overrides.yaml. */
import { OVERRIDES_FILE, parseImagesFile, parseOverrides, Refusal, refuse } from './enrollment/index.js'
import { readOptional, type StateFolder } from './state/index.js'

/**
 * Reads the images file of a state folder.
 *
 * @param here OWNER/REPO that holds the file; null where unknown.
 * @throws Refusal if the file does not exist.
 */
export function readImages({ root, imagesFile }: StateFolder, here: string | null) {
  const text = readOptional(root, imagesFile)
  if (text === null) {
    const remedy = 'Set --state to the folder and --images to the file.'
    throw refuse('file-missing', `there is no ${imagesFile}.`, { file: imagesFile, remedy })
  }
  return { text, ...parseImagesFile(text, imagesFile, here) }
}

/**
 * The active overrides of a state folder; none if there is no file.
 *
 * @param now ISO 8601.
 * @throws Refusal with its problems when there are errors among them.
 */
export function readActiveOverrides({ root }: StateFolder, now: string): ReturnType<typeof parseOverrides> {
  const written = readOptional(root, OVERRIDES_FILE)
  if (written === null) return { active: [], problems: [] }
  const found = parseOverrides(written, OVERRIDES_FILE, now)
  if (found.problems.some(({ severity }) => severity === 'error')) throw new Refusal(found.problems)
  return found
}
