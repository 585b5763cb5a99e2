/**
 * Manifests on disk: reads them, compares them with the planned ones, object by object, and guards against too many
 * deletions. `resources.ts`, `compare.ts` and `guard.ts` are pure; `read.ts` accesses the disk.
 */
export { type Comparison, changesBetween, compareManifests } from './compare.js'
export { type DeletionLimit, guardDeletions, isDestructive, parseDeletionLimit } from './guard.js'
export { type OutputFolder, readOutput, refuseForeignFiles } from './read.js'
export { type ResourceChange, resourceKey } from './resources.js'
