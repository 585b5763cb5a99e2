/** REST: issues, and what people may do. */
import type { Issue, Reply, World } from './model.js'
import { isBot } from './model.js'
import { failure, json, NOT_FOUND } from './replies.js'
import { bodyOf, timestamp } from './rest-comments.js'
import { userJson } from './rest-repositories.js'
import { page, type RestRequest } from './rest-request.js'

const SWITCHED_OFF = failure(410, 'Issues has been disabled in this repository.')

/** An issue by somebody. */
export function addIssue(
  world: World,
  { repository, login, title, body }: { repository: string; login: string; title: string; body: string },
): Issue {
  const now = timestamp(world)
  const taken = [...world.issues, ...world.pullRequests.values()].filter((one) => one.repository === repository)
  const number = Math.max(0, ...taken.map((one) => one.number)) + 1
  const user = { login, type: isBot(login) ? ('Bot' as const) : ('User' as const) }
  const issue: Issue = { repository, number, title, body, state: 'open', user, created_at: now, updated_at: now }
  world.issues.push(issue)
  return issue
}

/** The issue object of the REST API and of event payloads. */
export function issueJson(world: World, { repository, user, ...issue }: Issue): Readonly<Record<string, unknown>> {
  const html = `${world.url}/${repository}/issues/${issue.number}`
  return { id: 700_000 + issue.number, ...issue, user: userJson(world, user.login, user.type), html_url: html }
}

/** As GitHub: pull requests are issues, too. Newest first; nobody's where the creator is not known. */
export function listIssues(request: RestRequest): Reply {
  const { world, repository, record } = request
  const { creator, state = 'open', sort = 'created' } = record.query
  if (!world.hasIssues) return SWITCHED_OFF
  const key = sort === 'updated' ? 'updated_at' : 'created_at'
  const found = world.issues
    .filter((one) => one.repository === repository.fullName && (state === 'all' || one.state === state))
    .filter(({ user }) => creator === undefined || user.login.toLowerCase() === creator.toLowerCase())
    .sort((a, b) => (a[key] < b[key] ? 1 : -1))
  return page(
    request,
    found.map((one) => issueJson(world, one)),
  )
}

export function createIssue({ world, repository, token, record }: RestRequest): Reply {
  if (!world.hasIssues) return SWITCHED_OFF
  const body = bodyOf(record.body)
  if (typeof body !== 'string') return body
  const { title = '' } = record.body as { title?: string }
  const issue = addIssue(world, { repository: repository.fullName, login: token.login, title, body })
  return json(201, issueJson(world, issue))
}

export function readIssue(request: RestRequest): Reply {
  const issue = findIssue(request)
  return issue === undefined ? NOT_FOUND : json(200, issueJson(request.world, issue))
}

export function updateIssue(request: RestRequest): Reply {
  const { world, record } = request
  const issue = findIssue(request)
  if (issue === undefined) return NOT_FOUND
  const body = bodyOf(record.body)
  if (typeof body !== 'string') return body
  issue.body = body
  issue.state = (record.body as { state?: Issue['state'] }).state ?? issue.state
  issue.updated_at = timestamp(world)
  return json(200, issueJson(world, issue))
}

function findIssue({ world, repository, parameters }: RestRequest): Issue | undefined {
  const number = Number(parameters[0])
  return world.issues.find((one) => one.repository === repository.fullName && one.number === number)
}

/** Of a public repository everybody may read; of a private one GitHub says 404 of others. */
export function readPermission({ world, repository, parameters }: RestRequest): Reply {
  const [login = ''] = parameters
  const permission = world.collaborators.get(login) ?? (repository.private ? null : 'read')
  if (permission === null) return failure(404, `${login} is not a user`)
  return json(200, { permission, role_name: permission, user: userJson(world, login) })
}

/** Somebody changes the text of an issue: what GitHub sends then, beside repository and sender. */
export function editIssue(world: World, issue: Issue, body: string): Readonly<Record<string, unknown>> {
  const from = issue.body
  issue.body = body
  issue.updated_at = timestamp(world)
  return { action: 'edited', issue: issueJson(world, issue), changes: { body: { from } } }
}
