/**
 * When a rebuild is due: the one place that knows. State files, explain, the catalog and reports ask here, and the
 * manifests are given the same values, from which Kargo works it out anew.
 *
 * `changes.ts` says which change of a base image counts, `waits.ts` how long it waits: the defaults, minimumReleaseAge,
 * rebuildDelay, stagger, and what an override shortens; `enrollment.ts` when an image is rebuilt because it was enrolled;
 * `outlook.ts` what follows for an image. No clock.
 */
export {
  type BaseChange,
  type BaseDigest,
  baseChange,
  countsForRebuild,
  type ImageTimes,
  isNewDigest,
  mayStarve,
  type ProvenChange,
  provenChange,
  usualInterval,
} from './changes.js'
export { isBuiltSinceEnrollment, type ProvenTimes, rebuiltFromEnrollment } from './enrollment.js'
export {
  type Cause,
  type JudgedBase,
  type NeverReason,
  type Outlook,
  outlookOf,
  rebuildCause,
  type Turn,
  type UnknownReason,
} from './outlook.js'
export {
  builtSince,
  type ImagePolicy,
  type Limit,
  REBUILD_DEFAULTS,
  type RebuiltBase,
  type RebuiltImage,
  rebuildEligibleAt,
  spread,
  staggerOffset,
} from './waits.js'
