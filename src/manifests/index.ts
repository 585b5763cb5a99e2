/**
 * Manifests on disk: reads them, compares them with the planned ones, object by object, and guards against too many
 * deletions. `compare.ts` is pure; `read.ts` accesses the disk.
 */
export {
  type Comparison,
  changesBetween,
  compareManifests,
  type DeletionLimit,
  guardDeletions,
  isDestructive,
  parseDeletionLimit,
  type ResourceChange,
  resourceKey,
} from './compare.js'
export { type OutputFolder, readOutput, refuseForeignFiles } from './read.js'
