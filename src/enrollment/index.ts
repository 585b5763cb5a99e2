/**
 * Enrolment: the text of images.yaml in, enrolled images and problems with their places out. Pure.
 * `schema.ts` is what the file may hold; `grammar.ts` what a duration, branch, path is; `parse.ts` puts it together.
 */
export type {
  BuildSettings,
  Duration,
  Enrollment,
  Enrolment,
  GitHubSource,
  GitLabSource,
  Settings,
  Source,
  TagSelection,
} from './enrollment.js'
export { type EnrolmentResult, parseEnrolment } from './parse.js'
export { formatProblem, type Problem, printable, problem, Refusal, refuse, type Severity } from './problem.js'
