/**
 * State files: what is enrolled and tracked, since when, and what was found out at run time. `merge.ts` is the rule
 * (pure), `image-file.ts` and `base-file.ts` the two formats, `read.ts`, `folder.ts` and `write.ts` touch the disk.
 */
export { fromTop, isFolder, isSafeFolder, readFolder, readOptional } from './folder.js'
export { type BuildPlace, buildOrder } from './links.js'
export { type MergedState, mergeState, type TrackedUse } from './merge.js'
export { FOLDERS, type StateFiles, type TrackedBase, type TrackedImage } from './model.js'
export { readState } from './read.js'
export { textsOf } from './record.js'
export { type FileChanges, writeFiles } from './write.js'
