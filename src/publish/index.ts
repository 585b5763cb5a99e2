/**
 * Publishing: the work tree the state lives in, commits by GitHub's API or by `git push`, the comment on a pull
 * request, the dashboard issue and the notices on it. `git.ts` is the only file that starts a process, and the token's only way into it.
 */
export {
  type CommentRequest,
  type CommentResult,
  findOpenPullRequest,
  findPullRequest,
  type PullRequest,
  upsertComment,
} from './comment.js'
export { type CommitMethod, commitFiles } from './commit.js'
export type { CommitRequest, CommitResult } from './commit-request.js'
export { type GitRemote, git, gitOrRefuse } from './git.js'
export {
  type DashboardNow,
  type DashboardRequest,
  type DashboardResult,
  type IssuePlace,
  keepDashboard,
  mayWrite,
  readOwnDashboard,
  untickAll,
} from './issue.js'
export {
  checkOut,
  commitMessageOf,
  copyCommitted,
  findWorkTree,
  isAsCommitted,
  isCheckoutOf,
  isSparse,
  remoteOf,
  stateRoot,
  type WorkTree,
} from './work-tree.js'
