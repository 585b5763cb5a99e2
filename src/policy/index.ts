/**
 * Decides when a rebuild is due, and is the only place that does. State files, explain, the catalog and reports use it,
 * and the manifests get the same values, from which Kargo computes it again.
 *
 * `changes.ts` defines which change of a base image counts, `waits.ts` how long it waits: the defaults,
 * minimumReleaseAge, rebuildDelay, stagger, and what an override skips; `outlook.ts` the result for an image, which may
 * be rebuilt because it was enrolled as well. Independent of the clock.
 */
export {
  type BaseDigest,
  baseChange,
  countsForRebuild,
  type ImageTimes,
  isNewDigest,
  mayStarve,
  provenChange,
  usualInterval,
} from './changes.js'
export {
  type Cause,
  type JudgedBase,
  type Outlook,
  outlookOf,
  type ProvenTimes,
  rebuildCause,
  rebuiltFromEnrollment,
  type Turn,
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
