/**
 * The steps of the pipeline, one function each: what goes in and out on disk, what is said about it, what is refused.
 * `job.ts` is what all of them are given.
 */
export { withCatalog } from './catalog.js'
export { guard, secretProblems, workflowProblems } from './guard.js'
export { type Loaded, type RunSetting, type StateFolder, throwOnErrors } from './job.js'
export { load, tidy, validate } from './load.js'
export { compare, manifestsOf } from './manifests.js'
export { activeOverrides, overrideRows, overridesOf } from './overrides.js'
export { link, lookUp, merge, observe } from './state.js'
