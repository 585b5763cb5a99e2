/** What people write in a state folder, as it lies on disk: images.yaml and overrides.yaml. */
import {
  type ImagesFileResult,
  OVERRIDES_FILE,
  type OverridesResult,
  parseImagesFile,
  parseOverrides,
  Refusal,
  refuse,
} from './enrollment/index.js'
import { readOptional, type StateFolder } from './state/index.js'

/**
 * The images file of a state folder: its text, and what reading it gives.
 *
 * @param here OWNER/REPO that holds the file; null where it is not known.
 * @throws Refusal when there is no such file.
 */
export function readImages(
  { root, imagesFile }: StateFolder,
  here: string | null,
): ImagesFileResult & { readonly text: string } {
  const text = readOptional(root, imagesFile)
  if (text === null) {
    const remedy = 'Name the folder in --state and the file in --images.'
    throw refuse('file-missing', `there is no ${imagesFile}.`, { file: imagesFile, remedy })
  }
  return { text, ...parseImagesFile(text, imagesFile, { here }) }
}

/**
 * The overrides of a state folder that hold; none where there is no file.
 *
 * @param now ISO 8601.
 * @throws Refusal with its problems when there are errors among them.
 */
export function readActiveOverrides({ root }: StateFolder, now: string): OverridesResult {
  const written = readOptional(root, OVERRIDES_FILE)
  if (written === null) return { active: [], problems: [] }
  const found = parseOverrides(written, OVERRIDES_FILE, now)
  if (found.problems.some(({ severity }) => severity === 'error')) throw new Refusal(found.problems)
  return found
}
