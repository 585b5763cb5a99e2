/**
 * State files: what is enrolled and tracked, since when, and what was discovered at run time. `link.ts` links images to
 * bases (`bases.ts` names them, `links.ts` finds the enrolled ones, `evidence.ts` adds those from published images
 * that the source does not name), `merge.ts` builds the state after a run from that (both pure):
 * `match-records.ts` finds an image's previous record, `observe.ts` applies a registry's answer, `state-file.ts`
 * defines the two kinds of files. `look-up.ts` queries the registries, `tag-choice.ts` selects a tag like Kargo.
 * `read.ts` and `write.ts` access the disk.
 */

export type { TrackedUse } from './bases.js'
export { pulledBases } from './evidence.js'
export { type LinkedState, linkState } from './link.js'
export { buildOrder } from './links.js'
export {
  type BaseAnswers,
  evidenceSeen,
  type LookUp,
  type LookUpInput,
  lookUp,
  lookUpBases,
  NO_ANSWERS,
} from './look-up.js'
export { matchRecords, withRebuilds } from './match-records.js'
export { activeOverrides, type MergedState, writtenState } from './merge.js'
export {
  FOLDERS,
  type Records,
  type StateFiles,
  type StateFolder,
  type TrackedBase,
  type TrackedImage,
} from './model.js'
export { type BaseFacts, NOTHING_OBSERVED, type Observations, type PublishedFacts } from './observe.js'
export {
  fromTop,
  hasStateFile,
  isFolder,
  isSafeFolder,
  pathBelow,
  readFolder,
  readOptional,
  readState,
} from './read.js'
export {
  isFailedFor,
  isSameRebuild,
  nextTry,
  type Rebuild,
  type RebuildKey,
  type RebuiltFor,
  rebuildsOf,
  updateRebuild,
  withoutRebuild,
  withRebuild,
} from './rebuilds.js'
export { digestOf, type StateRecord, textOf, textsOf } from './record.js'
export { cleanStateFolder, refuseOverlap, removeLeftovers, writeFiles } from './write.js'
