/**
 * Manifests on disk: read what is there, compare it with what shall be, object by object, and guard against deleting
 * too much. `resources.ts`, `compare.ts` and `guard.ts` are pure; `read.ts` touches the disk.
 */
export { type Comparison, changesBetween, compareManifests } from './compare.js'
export { type DeletionLimit, guardDeletions, isDestructive, parseDeletionLimit } from './guard.js'
export { type OutputFolder, readOutput, refuseForeignFiles } from './read.js'
export { type ResourceChange, resourceKey } from './resources.js'
