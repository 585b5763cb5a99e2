/** REST: comments on pull requests. */
import type { Comment, Reply, World } from './model.js'
import { isBot } from './model.js'
import { pullRequestKey } from './pull-requests.js'
import { failure, json, NOT_FOUND } from './replies.js'
import { page, type RestRequest } from './rest-request.js'

const MAX_BODY_LENGTH = 65_536

export interface NewComment {
  readonly repository: string
  readonly issue: number
  readonly login: string
  readonly body: string
}

export function addComment(world: World, { repository, issue, login, body }: NewComment): Comment {
  const id = 9001 + nextCommentNumber(world)
  const now = timestamp(world)
  const comment: Comment = {
    id,
    repository,
    issue,
    body,
    user: { login, type: isBot(login) ? 'Bot' : 'User' },
    html_url: `${world.url}/${repository}/pull/${issue}#issuecomment-${id}`,
    created_at: now,
    updated_at: now,
  }
  world.comments.push(comment)
  return comment
}

const numbers = new WeakMap<World, number>()

/** Identifiers are not used again after a deletion. */
function nextCommentNumber(world: World): number {
  const number = numbers.get(world) ?? 0
  numbers.set(world, number + 1)
  return number
}

export function timestamp(world: World): string {
  return new Date(world.repositories.tick() * 1000).toISOString().replace('.000Z', 'Z')
}

export function listComments(request: RestRequest): Reply {
  const { world, repository } = request
  const issue = Number(request.parameters[0])
  if (!isCommentable(world, repository.fullName, issue)) return NOT_FOUND
  const comments = world.comments.filter((one) => one.repository === repository.fullName && one.issue === issue)
  return page(request, comments.map(commentJson))
}

function isCommentable(world: World, repository: string, number: number): boolean {
  const isIssue = world.issues.some((one) => one.repository === repository && one.number === number)
  return isIssue || world.pullRequests.has(pullRequestKey(repository, number))
}

export function createComment(request: RestRequest): Reply {
  const { world, repository, token, record } = request
  const issue = Number(request.parameters[0])
  if (!isCommentable(world, repository.fullName, issue)) return NOT_FOUND
  const body = bodyOf(record.body)
  if (typeof body !== 'string') return body
  const comment = addComment(world, { repository: repository.fullName, issue, login: token.login, body })
  return json(201, commentJson(comment))
}

export function readComment(request: RestRequest): Reply {
  const comment = findComment(request)
  return comment === undefined ? NOT_FOUND : json(200, commentJson(comment))
}

export function updateComment(request: RestRequest): Reply {
  const comment = findComment(request)
  if (comment === undefined) return NOT_FOUND
  const body = bodyOf(request.record.body)
  if (typeof body !== 'string') return body
  comment.body = body
  comment.updated_at = timestamp(request.world)
  return json(200, commentJson(comment))
}

export function deleteComment(request: RestRequest): Reply {
  const comment = findComment(request)
  if (comment === undefined) return NOT_FOUND
  request.world.comments.splice(request.world.comments.indexOf(comment), 1)
  return { status: 204, headers: {}, body: Buffer.alloc(0) }
}

function findComment({ world, repository, parameters }: RestRequest): Comment | undefined {
  const id = Number(parameters[0])
  return world.comments.find((comment) => comment.id === id && comment.repository === repository.fullName)
}

export function bodyOf(sent: unknown): string | Reply {
  const body = typeof sent === 'object' && sent !== null && 'body' in sent ? sent.body : undefined
  if (typeof body !== 'string') return failure(422, 'Invalid request.\n\n"body" wasn\'t supplied.')
  if (body.trim() === '') return invalid({ code: 'missing_field', field: 'body' })
  if (body.length <= MAX_BODY_LENGTH) return body
  return invalid({ code: 'unprocessable', field: 'data', message: 'Body is too long (maximum is 65536 characters)' })
}

function invalid(error: Readonly<Record<string, string>>): Reply {
  return failure(422, 'Validation Failed', { errors: [{ resource: 'IssueComment', ...error }] })
}

function commentJson({ repository: _repository, issue: _issue, ...comment }: Comment): unknown {
  return { ...comment, node_id: `IC_${comment.id}` }
}
