/**
 * What the real build passes to BuildKit, read from where the build is defined when images.yaml says nothing: a GitHub
 * Actions workflow, and the bake or compose file it names. Also whether that workflow can be dispatched as we mean to.
 * Pure: text in, facts out. What cannot be known is never invented: it is left out, and said.
 *
 * Also what the runs we start will be called (run-title.ts, pipeline-name.ts): it tells the builds of images apart that
 * share a workflow. GitHub's expressions are evaluated by GitHub's own library, which touches nothing outside itself.
 *
 * The way through: readWorkflow → followBuilds (again with the files it wants) → chooseBuilds (with readBuildFiles for
 * what bakes) → resolveBuild.
 */

export { readBakeJson } from './bake.js'
export { METADATA_TAG } from './build-actions.js'
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
export type { DefinitionResult } from './candidates.js'
export { type BuildChoice, chooseBuilds, type ImageBuild, type LinkedTarget } from './choose.js'
export type { BesideFiles } from './compose-model.js'
export type { PlacedFile, Unreadable } from './data.js'
export { checkDispatch, type DispatchProblem, PLACEHOLDER } from './dispatch.js'
export type { DispatchedRun } from './dispatch-contexts.js'
export { type FollowedBuilds, followBuilds } from './follow.js'
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
export { type PipelineFacts, pipelineTitle, readPipeline } from './pipeline-name.js'
export { displayPath, type FileReference, referenceKey } from './references.js'
export {
  type Assumption,
  assumptionText,
  type ExplicitBuild,
  type OpenValues,
  type ResolvedBuild,
  resolveBuild,
  writtenSetting,
} from './resolve.js'
export { type RunTitle, runTitle, titleOf } from './run-title.js'
export type { BakeStep, BuildStep, StepPlace, UnreadStep } from './steps.js'
export type { BuildFile, BuildTarget } from './targets.js'
export { type BuildInputs, type BuildValue, isKnown, type KnownValue, oneLine, type UnknownValue } from './value.js'
export { type FileReading, readDefinition } from './walk.js'
export { type DispatchInput, readWorkflow, type WorkflowFacts } from './workflow.js'
