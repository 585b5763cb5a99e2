/**
 * Rebuilds without a cluster (`engine: actions`, and what a person asks for): starting an image's own workflow, and
 * following its run.
 *
 * `follow.ts` asks how far the builds are that were started before, and `open.ts` says what follows; `candidates.ts` says
 * what is to be done about each image, by `policy/` alone, `choose.ts` which of them are started in this run; `adopt.ts`
 * takes over what others built, `record-builds.ts` writes down what Kargo built, `decide.ts` puts these together; `start.ts` starts what was committed as an intent, `outcome.ts` writes what came of it
 * into state files. `runs.ts` says what can be asked of a forge, `runs-client.ts` how, `github-runs.ts` and
 * `gitlab-runs.ts` what differs between forges; `forge-api.ts` sends.
 */
export { buildOf, knownRuns, openRebuild } from './builds.js'
export { parseRequest, type Request } from './candidates.js'
export { connectRuns, type RunsOptions } from './connect.js'
export { type ClaimedRebuild, type Decision, decideRebuilds, type Start } from './decide.js'
export { type FollowedBuilds, followRebuilds } from './follow.js'
export { changedImageFiles, outcomeFiles, renewed, stillClaimed, stillOpen } from './outcome.js'
export { awaitedBuilds } from './record-builds.js'
export type {
  BuildPlace,
  BuildRun,
  CountedRuns,
  Run,
  RunSearch,
  RunState,
  RunStatus,
  RunsClient,
  StartAnswer,
  StartRequest,
} from './runs.js'
export { type ImageOutcome, startBuilds } from './start.js'
