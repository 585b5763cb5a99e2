/**
 * Publishing: the work tree with the state, commits with GitHub's API or `git push`, the comment on a pull request, the
 * dashboard issue and its notifications. `git.ts` is the only file that starts git, and the only one that passes the
 * token to it.
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
export type { CommitRequest, CommitResult } from './commit-push.js'
export { type GitRemote, git, gitOrRefuse } from './git.js'
export {
  type DashboardRequest,
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
