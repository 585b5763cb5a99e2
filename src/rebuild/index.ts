/**
 * Rebuilds without a cluster (`engine: actions`): starting an image's own workflow, and following its run.
 * `runs.ts` says what can be asked of a forge, `runs-client.ts` how, `github-runs.ts` and `gitlab-runs.ts` what differs
 * between forges; `forge-api.ts` sends.
 */
export { connectRuns, type RunsOptions } from './connect.js'
export type {
  BuildPlace,
  CountedRuns,
  GitHubPlace,
  GitLabPlace,
  Run,
  RunSearch,
  RunState,
  RunStatus,
  RunsClient,
  StartAnswer,
  StartRequest,
  SuccessfulRun,
} from './runs.js'
