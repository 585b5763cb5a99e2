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

export { readBakeJson } from './bake/read.js'
export {
  bakeFileNames,
  composeProject,
  composeReferences,
  DEFAULT_BUILD_FILES,
  DEFAULT_COMPOSE_FILES,
  type DefinitionFile,
  type DefinitionReading,
  type DefinitionSettings,
  namedComposeFiles,
  type ProjectSettings,
  readBuildFile,
  readBuildFiles,
} from './build-file.js'
export type { BesideFiles } from './compose/services.js'
export {
  callsKo,
  isKoConfig,
  KO_BASE_IMAGE,
  type KoBase,
  type KoConfig,
  koBases,
  koEnvironment,
  readKoConfig,
} from './ko.js'
export { insidePath, targetDockerfile } from './paths.js'
export {
  type Assumption,
  assumptionText,
  type ExplicitBuild,
  type OpenValues,
  type ResolvedBuild,
  resolveBuild,
  writtenSetting,
} from './resolve.js'
export type { BuildFile, BuildTarget } from './targets.js'
export { type BuildInputs, type BuildValue, isKnown, type KnownValue, shortText, type UnknownValue } from './value.js'
export { METADATA_TAG } from './workflow/build-actions.js'
export type { DefinitionResult } from './workflow/candidates.js'
export { type BuildChoice, chooseBuilds, type ImageBuild, type LinkedTarget, WRITE_BUILD } from './workflow/choose.js'
export type { DispatchedRun } from './workflow/contexts.js'
export { type FollowedBuilds, followBuilds } from './workflow/follow.js'
export {
  type PipelineFacts,
  pipelineTitle,
  type RunTitle,
  readPipeline,
  runTitle,
  titleOf,
} from './workflow/run-title.js'
export type { BakeStep, BuildStep, StepPlace, UnreadStep } from './workflow/steps.js'
export { displayPath, type FileReading, type FileReference, readDefinition, referenceKey } from './workflow/walk.js'
export {
  checkDispatch,
  type DispatchInput,
  type DispatchProblem,
  filledInput,
  PLACEHOLDER,
  readWorkflow,
  type WorkflowFacts,
} from './workflow/workflow.js'
export type { Unreadable, YamlFile } from './yaml-file.js'
