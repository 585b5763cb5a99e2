/** REST: repositories and pull requests. */
import { tryGit } from '../git.js'
import { permissionsIn } from './access.js'
import type { PullRequest, Reply, World } from './model.js'
import { isBot } from './model.js'
import { pullRequestKey } from './pull-requests.js'
import { json, NOT_FOUND } from './replies.js'
import type { Repository } from './repositories.js'
import { page, type RestRequest } from './rest-request.js'

/** The repository object of the REST API and of event payloads. */
export function repositoryJson(world: World, repository: Repository): Readonly<Record<string, unknown>> {
  const { fullName, name, owner } = repository
  return {
    id: repository.id,
    node_id: `R_${repository.id}`,
    name,
    full_name: fullName,
    private: repository.private,
    owner: userJson(world, owner, 'Organization'),
    html_url: `${world.url}/${fullName}`,
    description: null,
    fork: repository.forkOf !== null,
    url: `${world.url}/api/v3/repos/${fullName}`,
    clone_url: `${world.url}/${fullName}.git`,
    archived: repository.archived,
    default_branch: repository.defaultBranch,
    visibility: repository.private ? 'private' : 'public',
  }
}

export function userJson(world: World, login: string, type: string = isBot(login) ? 'Bot' : 'User'): unknown {
  return { login, type, html_url: `${world.url}/${login}`, site_admin: false }
}

/** The pull request object of the REST API and of event payloads. */
export function pullRequestJson(world: World, pullRequest: PullRequest): Readonly<Record<string, unknown>> {
  const { number, repository, head, base } = pullRequest
  const side = ({ repo, ref, sha }: PullRequest['head']) => {
    const its = world.repositories.get(repo)
    return {
      label: `${its.owner}:${ref}`,
      ref,
      sha,
      user: userJson(world, its.owner),
      repo: repositoryJson(world, its),
    }
  }
  const url = `${world.url}/api/v3/repos/${repository}`
  return {
    id: 500_000 + number,
    number,
    state: pullRequest.state,
    locked: false,
    title: pullRequest.title,
    body: null,
    draft: pullRequest.draft,
    user: userJson(world, pullRequest.author),
    html_url: `${world.url}/${repository}/pull/${number}`,
    url: `${url}/pulls/${number}`,
    comments_url: `${url}/issues/${number}/comments`,
    merged: pullRequest.merged,
    merged_at: pullRequest.merged ? '2026-01-01T00:00:00Z' : null,
    mergeable: pullRequest.merged ? null : pullRequest.mergeable,
    merge_commit_sha: pullRequest.mergeSha,
    head: side(head),
    base: side(base),
  }
}

export function readRepository({ world, repository, token }: RestRequest): Reply {
  const { contents } = permissionsIn(token, repository)
  const permissions = { admin: false, push: contents === 'write', pull: contents !== 'none' }
  return json(200, { ...repositoryJson(world, repository), permissions })
}

export function readPullRequest({ world, repository, parameters }: RestRequest): Reply {
  const pullRequest = world.pullRequests.get(pullRequestKey(repository.fullName, Number(parameters[0])))
  return pullRequest === undefined ? NOT_FOUND : json(200, pullRequestJson(world, pullRequest))
}

/** Open ones unless `state` says otherwise; `head` is OWNER:BRANCH, as on GitHub without effect when it is not. */
export function listPullRequests(request: RestRequest): Reply {
  const { world, repository, record } = request
  const { state = 'open', head = '' } = record.query
  const found = [...world.pullRequests.values()].filter((one) => {
    const { owner } = world.repositories.get(one.head.repo)
    const isHead = !head.includes(':') || `${owner}:${one.head.ref}`.toLowerCase() === head.toLowerCase()
    return one.repository === repository.fullName && (state === 'all' || one.state === state) && isHead
  })
  return page(
    request,
    found.map((one) => pullRequestJson(world, one)),
  )
}

/** The pull requests a commit belongs to: its merge, its head, or a commit on the way. */
export async function pullRequestsOfCommit(request: RestRequest): Promise<Reply> {
  const { world, repository, parameters } = request
  const [sha = ''] = parameters
  const found: unknown[] = []
  for (const pullRequest of world.pullRequests.values()) {
    if (pullRequest.repository !== repository.fullName) continue
    if (await contains(repository, pullRequest, sha)) found.push(pullRequestJson(world, pullRequest))
  }
  return page(request, found)
}

async function contains(repository: Repository, { merged, mergeSha, head, base }: PullRequest, sha: string) {
  if (sha === head.sha || (merged && sha === mergeSha)) return true
  const range = await tryGit(repository.gitDir, ['rev-list', head.sha, `^${base.sha}`])
  return range.stdout.toString('utf8').split('\n').includes(sha)
}
