/**
 * Sources: where Dockerfiles come from (local checkouts, GitHub, GitLab) and which base images they pull. `discover.ts`
 * requests all files in rounds and reads them; `shared-builds.ts` and `run-identity.ts` determine which runs of a
 * workflow are whose builds; `directory.ts`, `github.ts` and `gitlab.ts` each read from one kind of place.
 */

export type { BaseUse } from './bases.js'
export { sourceReader } from './connect.js'
export { readFromDirectory } from './directory.js'
export { type Discovered, discover } from './discover.js'
export { type GraphQL, readFromGitHub } from './github.js'
export { connectGitHub, type GitHubClient } from './github-client.js'
export { gitLabAddress, plainText } from './gitlab-client.js'
export type { Discovery } from './image-bases.js'
export type { RunIdentity } from './run-identity.js'
export { withSharing } from './shared-builds.js'
export {
  type FailedAnswer,
  type FileAnswer,
  type FileRequest,
  failed,
  requestKey,
  type SourceReader,
} from './source-file.js'
export type { WorkflowProblem } from './workflow-checks.js'
