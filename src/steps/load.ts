import { type ImagesFile, OVERRIDES_FILE, type Problem, parseImagesFile, Refusal, refuse } from '../enrollment/index.js'
import { readOutput } from '../manifests/index.js'
import { FOLDERS, fromTop, readOptional, readState, removeLeftovers } from '../state/index.js'
import type { Loaded, RunSetting, StateFolder } from './job.js'

/** Takes away what runs that were cut off left in the state folder. */
export function tidy({ root, outputDir }: StateFolder): void {
  removeLeftovers(root, [...Object.values(FOLDERS), outputDir])
}

export function load(folder: StateFolder, job: RunSetting): Loaded {
  refuseOverlap(folder)
  const images = readOptional(folder.root, folder.imagesFile)
  if (images === null) {
    const file = fromTop(folder.path, folder.imagesFile)
    const remedy = 'Create it, or say where it is with state-path and images-file (--state, --images).'
    throw refuse(`there is no ${file}.`, { file, remedy })
  }
  const state = readState(folder.root)
  const output = readOutput(folder.root, folder.outputDir)
  job.say(`${state.texts.size} state files, ${output.generated.size} manifest files.`)
  return { images, overrides: readOptional(folder.root, OVERRIDES_FILE), state, output }
}

/** Two kinds of files in one folder would be taken for each other, and moved or deleted. */
function refuseOverlap({ imagesFile, outputDir }: StateFolder): void {
  const taken = new Set(Object.values(FOLDERS).map((folder) => folder.split('/')[0]))
  for (const [what, path] of Object.entries({
    'output-dir (--output)': outputDir,
    'images-file (--images)': imagesFile,
  })) {
    if (!taken.has(path.split('/')[0] ?? '')) continue
    throw refuse(`${what} is ${path}, and the state is kept there.`, { remedy: 'Name a place of its own.' })
  }
}

export function validate(text: string, folder: StateFolder, problems: Problem[], job: RunSetting): ImagesFile {
  const result = parseImagesFile(text, fromTop(folder.path, folder.imagesFile), { here: job.here })
  if (result.enrolled === null) throw new Refusal(result.problems)
  problems.push(...result.problems)
  job.say(`${result.enrolled.images.length} images are enrolled.`)
  return result.enrolled
}
