/**
 * What the real build passes to BuildKit, read from where the build is defined when images.yaml says nothing: a GitHub
 * Actions workflow, and the bake or compose file it names. Also whether that workflow can be dispatched as we mean to.
 * Pure: text in, facts out. What cannot be known is never invented: it is left out, and said.
 *
 * Also what the runs we start will be called (run-title.ts, pipeline-name.ts): it tells the builds of images apart that
 * share a workflow. GitHub's expressions are evaluated by GitHub's own library, which touches nothing outside itself.
 *
 * The way through: readWorkflow → chooseBuild (→ readBuildFile → overrideTarget → chooseTarget) → resolveBuild.
 */
export { readBakeJson } from './bake.js'
export { DEFAULT_BUILD_FILES, type DefinitionFile, readBuildFile, readBuildFiles } from './build-file.js'
export { type Choice, chooseBuild, chooseTarget } from './choose.js'
export { readCompose } from './compose.js'
export type { Unreadable } from './data.js'
export { checkDispatch, type DispatchProblem, PLACEHOLDER } from './dispatch.js'
export { overrideTarget } from './overrides.js'
export { type PipelineFacts, pipelineTitle, readPipeline } from './pipeline-name.js'
export { type ExplicitBuild, type ResolvedBuild, resolveBuild } from './resolve.js'
export { type DispatchedRun, type RunTitle, runTitle, titleOf } from './run-title.js'
export type { ActionStep, BakeStep, BuildStep, CommandStep } from './steps.js'
export { type BuildFile, type BuildTarget, contextTargets } from './targets.js'
export { type BuildInputs, type BuildValue, isKnown, type KnownValue, oneLine, type UnknownValue } from './value.js'
export { type DispatchInput, readWorkflow, type WorkflowFacts } from './workflow.js'
