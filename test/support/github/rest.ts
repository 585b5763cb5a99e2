/** GitHub's REST API below /api/v3: which handler answers a request, and may the token ask? */
import { knownToken, permissionsIn, visibleRepository } from './access.js'
import type { Access, RecordedRequest, Reply, RepositoryPermissions, World } from './model.js'
import { BAD_CREDENTIALS, FORBIDDEN, NOT_FOUND } from './replies.js'
import { dispatchWorkflow, listRuns, readRun } from './rest-actions.js'
import { createComment, deleteComment, listComments, readComment, updateComment } from './rest-comments.js'
import { readBlob, readBranch, readCommit, readContents, readRef } from './rest-git.js'
import { createIssue, listIssues, readIssue, readPermission, updateIssue } from './rest-issues.js'
import { listPullRequests, pullRequestsOfCommit, readPullRequest, readRepository } from './rest-repositories.js'
import type { RestHandler } from './rest-request.js'

interface Route {
  readonly method: string
  /** Below /repos/OWNER/REPO. */
  readonly pattern: RegExp
  readonly needs: Partial<RepositoryPermissions>
  readonly handler: RestHandler
}

const ROUTES: readonly Route[] = [
  { method: 'GET', pattern: /^$/, needs: {}, handler: readRepository },
  { method: 'GET', pattern: /^\/branches\/(.+)$/, needs: { contents: 'read' }, handler: readBranch },
  { method: 'GET', pattern: /^\/git\/ref\/(.+)$/, needs: { contents: 'read' }, handler: readRef },
  { method: 'GET', pattern: /^\/git\/blobs\/([^/]+)$/, needs: { contents: 'read' }, handler: readBlob },
  { method: 'GET', pattern: /^\/contents\/?(.*)$/, needs: { contents: 'read' }, handler: readContents },
  { method: 'GET', pattern: /^\/commits\/([^/]+)\/pulls$/, needs: { pulls: 'read' }, handler: pullRequestsOfCommit },
  { method: 'GET', pattern: /^\/commits\/(.+)$/, needs: { contents: 'read' }, handler: readCommit },
  { method: 'GET', pattern: /^\/pulls$/, needs: { pulls: 'read' }, handler: listPullRequests },
  { method: 'GET', pattern: /^\/pulls\/(\d+)$/, needs: { pulls: 'read' }, handler: readPullRequest },
  { method: 'GET', pattern: /^\/issues\/(\d+)\/comments$/, needs: { pulls: 'read' }, handler: listComments },
  { method: 'POST', pattern: /^\/issues\/(\d+)\/comments$/, needs: { pulls: 'write' }, handler: createComment },
  { method: 'GET', pattern: /^\/issues\/comments\/(\d+)$/, needs: { pulls: 'read' }, handler: readComment },
  { method: 'PATCH', pattern: /^\/issues\/comments\/(\d+)$/, needs: { pulls: 'write' }, handler: updateComment },
  {
    method: 'POST',
    pattern: /^\/actions\/workflows\/([^/]+)\/dispatches$/,
    needs: { actions: 'write' },
    handler: dispatchWorkflow,
  },
  { method: 'GET', pattern: /^\/actions\/workflows\/([^/]+)\/runs$/, needs: { actions: 'read' }, handler: listRuns },
  { method: 'GET', pattern: /^\/actions\/runs\/(\d+)$/, needs: { actions: 'read' }, handler: readRun },
  { method: 'GET', pattern: /^\/issues$/, needs: { issues: 'read' }, handler: listIssues },
  { method: 'POST', pattern: /^\/issues$/, needs: { issues: 'write' }, handler: createIssue },
  { method: 'GET', pattern: /^\/issues\/(\d+)$/, needs: { issues: 'read' }, handler: readIssue },
  { method: 'PATCH', pattern: /^\/issues\/(\d+)$/, needs: { issues: 'write' }, handler: updateIssue },
  { method: 'GET', pattern: /^\/collaborators\/([^/]+)\/permission$/, needs: {}, handler: readPermission },
  { method: 'DELETE', pattern: /^\/issues\/comments\/(\d+)$/, needs: { pulls: 'write' }, handler: deleteComment },
]

/** `path` is what follows /api/v3. */
export async function serveRest(world: World, record: RecordedRequest, path: string): Promise<Reply> {
  const token = knownToken(world, record.headers.authorization)
  if (token === undefined) return BAD_CREDENTIALS
  const [, owner = '', name = '', rest = ''] = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/.exec(path) ?? []
  const matches = ROUTES.flatMap((route) => {
    const match = owner === '' || route.method !== record.method ? null : route.pattern.exec(rest)
    return match === null ? [] : [{ route, parameters: match.slice(1).map(decoded) }]
  })
  const [match] = matches
  if (match === undefined) {
    record.unknown = true
    return NOT_FOUND
  }
  const repository = visibleRepository(world, token, `${decoded(owner)}/${decoded(name)}`)
  if (repository === undefined) return NOT_FOUND
  if (!allows(permissionsIn(token, repository), match.route.needs)) return FORBIDDEN
  return await match.route.handler({ world, record, token, repository, parameters: match.parameters })
}

function allows(has: RepositoryPermissions, needs: Partial<RepositoryPermissions>): boolean {
  const actions = has.actions ?? has.contents
  const issues = has.issues ?? has.pulls
  return (
    reaches(has.contents, needs.contents) &&
    reaches(has.pulls, needs.pulls) &&
    reaches(actions, needs.actions) &&
    reaches(issues, needs.issues)
  )
}

function reaches(has: Access, needs: Access = 'none'): boolean {
  const order: readonly Access[] = ['none', 'read', 'write']
  return order.indexOf(has) >= order.indexOf(needs)
}

function decoded(component = ''): string {
  try {
    return decodeURIComponent(component)
  } catch {
    return component
  }
}
