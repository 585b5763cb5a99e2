/**
 * Enrollment: the text of images.yaml in, enrolled images and problems with their places out. Pure.
 * `schema/` is what the file may hold, `variants.ts` what other tools write instead, `grammar.ts` what a duration, branch,
 * path is; `parse.ts` puts it together.
 */

export { unusedAcceptances, withAcceptances } from './acceptances.js'
export type {
  Analysis,
  BuildSettings,
  CatalogPlace,
  Duration,
  EnrolledImage,
  Environment,
  GitHubSource,
  GitLabSource,
  ImagesFile,
  ImagesFileContext,
  ImagesFileResult,
  Settings,
  Source,
  StateWorkflow,
  TagSelection,
  Threshold,
  Update,
  WebhookReceiver,
} from './images-file.js'
export { OVERRIDES_FILE, type Override, type OverridesResult, parseOverrides } from './overrides.js'
export { parseImagesFile } from './parse.js'
export {
  formatProblem,
  type Problem,
  placeOfProblem,
  problem,
  Refusal,
  refuse,
  type Severity,
} from './problem.js'
export { PROBLEM_CODES, type ProblemCode } from './problem-codes.js'
export { DEFAULT_SETTINGS } from './settings.js'
export { recordedSettings } from './settings-record.js'
