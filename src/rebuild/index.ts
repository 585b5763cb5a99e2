/**
 * Rebuilds without a cluster (`engine: actions`, and requests by people): starts an image's own workflow, and follows
 * its run.
 *
 * `follow.ts` checks builds started earlier, and `open.ts` derives their new state; `candidates.ts` decides what to do
 * about each image, based on `policy/` alone; `adopt.ts` records what others built, `record-builds.ts` which builds
 * published an image, those of Kargo included, `decide.ts` combines these and chooses which builds start in this run;
 * `start.ts` starts what was committed as an intent and writes the results into state files. `runs.ts` defines the
 * requests to a forge, `runs-client.ts` implements them, `github-runs.ts` and `gitlab-runs.ts` contain what differs
 * between forges; `forge-api.ts` sends requests.
 */

export { parseRequest, type Request } from './candidates.js'
export { connectRuns } from './connect.js'
export { type ClaimedRebuild, type Decision, decideRebuilds, type Start } from './decide.js'
export { type FollowedBuilds, followRebuilds } from './follow.js'
export { awaitedBuilds } from './record-builds.js'
export {
  type BuildPlace,
  buildOf,
  type ImageRebuild,
  knownRuns,
  openRebuild,
  type RunsClient,
} from './runs.js'
export {
  changedImageFiles,
  outcomeFiles,
  renewed,
  startBuilds,
  stillClaimed,
  stillOpen,
} from './start.js'
