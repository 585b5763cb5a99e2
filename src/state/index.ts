/**
 * State files: what is enrolled and tracked, since when, and what was found out at run time. `link.ts` links images to
 * bases (`bases.ts` names them, `links.ts` knows which are enrolled images, `evidence-bases.ts` which
 * published images show and source does not), `merge.ts` makes the state after a run from
 * that (both pure): `match-records.ts` says which record an image goes on from, `observe.ts` what a registry's answer
 * changes, `state-file.ts` what is in the two kinds of files. `look-up.ts` asks the registries, `tag-choice.ts` chooses a
 * tag as Kargo does. `read.ts`, `folder.ts` and `write.ts` touch the disk.
 */
export { fromTop, isFolder, isSafeFolder, pathBelow, readFolder, readOptional } from './folder.js'
export { type LinkedState, linkState } from './link.js'
export { type BuildPlace, buildOrder } from './links.js'
export {
  type BaseAnswers,
  evidenceSeen,
  type LookUp,
  type LookUpInput,
  lookUp,
  lookUpBases,
  NO_ANSWERS,
} from './look-up.js'
export { withRebuilds } from './match-records.js'
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
export { readState } from './read.js'
export {
  type Claim,
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
export type { TrackedUse } from './tracked-uses.js'
export { cleanStateFolder, type FileChanges, refuseOverlap, removeLeftovers, writeFiles } from './write.js'
