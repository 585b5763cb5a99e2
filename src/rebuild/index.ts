/**
 * Rebuilds without a cluster (`engine: actions`): starting an image's own workflow, and following its run.
 * `runs.ts` says what can be asked of a forge; the other files ask it.
 */
export type {
  BuildPlace,
  CountedRuns,
  Run,
  RunSearch,
  RunState,
  RunStatus,
  RunsClient,
  StartAnswer,
  StartRequest,
  SuccessfulRun,
} from './runs.js'
