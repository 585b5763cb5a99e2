/**
 * Enrollment: turns the text of images.yaml into enrolled images and problems with their positions. Pure. `schema/`
 * defines the file's content, `variants.ts` the forms of other tools, `grammar.ts` durations, branches and paths;
 * `parse.ts` combines them.
 */

export { unusedAcceptances, withAcceptances } from './accept-comments.js'
export type {
  Analysis,
  CatalogPlace,
  EnrolledImage,
  Environment,
  ImagesFile,
  Settings,
  Source,
  Threshold,
  Update,
} from './images-file.js'
export { OVERRIDES_FILE, type Override, parseOverrides } from './overrides.js'
export { parseImagesFile } from './parse.js'
export {
  formatProblem,
  type Problem,
  placeOfProblem,
  problem,
  Refusal,
  refuse,
  unknownImage,
} from './problem.js'
export { PROBLEM_CODES, type ProblemCode } from './problem-codes.js'
export { DEFAULT_SETTINGS, recordedSettings } from './settings.js'
