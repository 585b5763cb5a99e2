/**
 * Reads what the real build passes to BuildKit from where the build is defined, if images.yaml does not specify it: a
 * GitHub Actions workflow, and the bake or compose files it uses. Also checks that the workflow can be dispatched as we
 * mean to. Pure: text in, facts out. What cannot be known is never invented: it is left out and reported.
 *
 * Also determines the titles of the runs we start (`workflow/run-title.ts`), which distinguish builds of images that
 * share a workflow. GitHub's expressions are evaluated by GitHub's own library, which has no side effects.
 *
 * `bake/` and `compose/` read the files of those tools, `workflow/` follows GitHub's workflows and selects among their
 * builds, `script/` reads shell scripts. Shared parts are here: possibly unknown values (value.ts), paths, targets.
 *
 * Pipeline: readWorkflow → followBuilds (again with the files it wants) → chooseBuilds (with readBuildFiles for bake
 * steps) → resolveBuild.
 */

export {
  bakeFileNames,
  composeProject,
  composeReferences,
  DEFAULT_BUILD_FILES,
  DEFAULT_COMPOSE_FILES,
  namedComposeFiles,
  readBuildFiles,
} from './build-file.js'
export {
  callsKo,
  isKoConfig,
  KO_BASE_IMAGE,
  koBases,
  koEnvironment,
  readKoConfig,
} from './ko.js'
export { insidePath, targetDockerfile } from './paths.js'
export {
  type Assumption,
  assumptionText,
  type ResolvedBuild,
  resolveBuild,
  writtenSetting,
} from './resolve.js'
export type { BuildFile, BuildTarget, DefinitionReading } from './targets.js'
export { type BuildInputs, type BuildValue, isKnown, type KnownValue, shortText, type UnknownValue } from './value.js'
export { METADATA_TAG } from './workflow/build-actions.js'
export type { DefinitionResult } from './workflow/candidates.js'
export { type BuildChoice, chooseBuilds, WRITE_BUILD } from './workflow/choose.js'
export type { DispatchedRun } from './workflow/contexts.js'
export { type FollowedBuilds, followBuilds } from './workflow/follow.js'
export { pipelineTitle, type RunTitle, runTitle, titleOf } from './workflow/run-title.js'
export type { BakeStep, BuildStep, StepPlace, UnreadStep } from './workflow/steps.js'
export { displayPath, type FileReading, type FileReference, readDefinition } from './workflow/walk.js'
export {
  checkDispatch,
  type DispatchInput,
  filledInput,
  PLACEHOLDER,
  readWorkflow,
  type WorkflowFacts,
} from './workflow/workflow.js'
export type { DefinitionFile, Unreadable, YamlFile } from './yaml-file.js'
