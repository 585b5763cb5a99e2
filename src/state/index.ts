/**
 * State files: what is enrolled and tracked, since when, and what was found out at run time. `merge.ts` links images to
 * bases, `files.ts` writes the state after a run (both pure): `takeover.ts` says which record an image goes on from,
 * `observe.ts` what a look at a registry changes, `run-record.ts` which
 * runs are whose builds, `archive.ts` where what is no longer used goes. `look-up.ts` asks the registries,
 * `tag-choice.ts` chooses a tag as Kargo does. `image-file.ts` and `base-file.ts` are the two formats; `read.ts`,
 * `folder.ts` and `write.ts` touch the disk.
 */

export { fromTop, isFolder, isSafeFolder, pathBelow, readFolder, readOptional } from './folder.js'
export { type LinkedState, linkState, type TrackedUse } from './link.js'
export { type BuildPlace, buildOrder } from './links.js'
export { type LookUp, type LookUpInput, lookUp } from './look-up.js'
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
export { digestOf, type StateRecord, textOf, textsOf } from './record.js'
export { cleanStateFolder, type FileChanges, refuseOverlap, removeLeftovers, writeFiles } from './write.js'
