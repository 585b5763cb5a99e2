/** The mutation createCommitOnBranch: a real commit and a real compare-and-swap on the bare repository. */
import { permissionsIn } from './access.js'
import * as objects from './git-objects.js'
import {
  type Context,
  commitNode,
  GitHubError,
  type Node,
  parseRefId,
  refNode,
  resolveRepository,
} from './graphql-objects.js'
import { isBot } from './model.js'
import { NOT_ACCESSIBLE } from './replies.js'
import type { Repository } from './repositories.js'

/** CreateCommitOnBranchInput, after the schema has checked it and filled its defaults in. */
interface Input {
  readonly branch: {
    readonly id?: string | null
    readonly repositoryNameWithOwner?: string | null
    readonly branchName?: string | null
  }
  readonly expectedHeadOid: string
  readonly clientMutationId?: string | null
  readonly message: { readonly headline: string; readonly body?: string | null }
  readonly fileChanges?: {
    readonly additions?: readonly { readonly path: string; readonly contents: string }[] | null
    readonly deletions?: readonly { readonly path: string }[] | null
  } | null
}

interface Target {
  readonly repository: Repository
  readonly branch: string
}

const COMMITTER: objects.Person = { name: 'GitHub', email: 'noreply@github.com' }

export async function createCommitOnBranch(args: Record<string, unknown>, context: Context): Promise<Node> {
  const input = args.input as Input
  const target = targetOf(context, input)
  const { world } = context
  const { repository, branch } = target
  await world.onBeforeCommit?.({ via: 'api', repository: repository.fullName, branch })
  const oid = await inTurn(repository, () => commit(context, target, input))
  const made = await objects.readCommit(repository.gitDir, oid)
  return {
    __typename: 'CreateCommitOnBranchPayload',
    clientMutationId: input.clientMutationId ?? null,
    commit: made === null ? null : commitNode(context, repository, made),
    ref: () => refNode(context, repository, `refs/heads/${branch}`),
  }
}

function targetOf(context: Context, { branch }: Input): Target {
  const named = branch.id ? parseRefId(branch.id) : undefined
  const fullName = named?.fullName ?? branch.repositoryNameWithOwner ?? ''
  const name = (named?.ref ?? branch.branchName ?? '').replace(/^refs\/heads\//, '')
  const repository = resolveRepository(context, fullName)
  if (permissionsIn(context.token, repository).contents !== 'write') throw new GitHubError('FORBIDDEN', NOT_ACCESSIBLE)
  if (repository.archived) throw new GitHubError('FORBIDDEN', 'Repository was archived so is read-only.')
  const refusal = context.world.repositories.refusal(repository.fullName)
  if (refusal !== undefined) throw new GitHubError('UNPROCESSABLE', refusal)
  if (name === '') {
    throw new GitHubError('NOT_FOUND', 'Could not resolve to a node with the global id of the branch.')
  }
  return { repository, branch: name }
}

async function commit(context: Context, { repository, branch }: Target, input: Input): Promise<string> {
  const { world, token } = context
  const { expectedHeadOid } = input
  const tip = await world.repositories.tip(repository.fullName, branch)
  if (tip === null) throw new GitHubError('NOT_FOUND', `Could not resolve to a branch with the name '${branch}'.`)
  if (tip !== expectedHeadOid) {
    // Two spaces: GitHub's own text.
    const message = `Expected branch to point to "${tip}" but it did not.  Pull and try again.`
    throw new GitHubError('STALE_DATA', message)
  }
  const body = input.message.body ?? ''
  const to = await objects.writeCommit(repository.gitDir, {
    parent: expectedHeadOid,
    changes: await changesOf(repository, input),
    message: body === '' ? input.message.headline : `${input.message.headline}\n\n${body}`,
    author: authorOf(token.login),
    committer: COMMITTER,
    time: world.repositories.tick(),
  })
  await world.onBeforeUpdateRef?.({ via: 'api', repository: repository.fullName, branch })
  const ref = `refs/heads/${branch}`
  if (await objects.compareAndSwap(repository.gitDir, ref, { from: expectedHeadOid, to })) return to
  const now = await world.repositories.tip(repository.fullName, branch)
  throw new GitHubError('UNPROCESSABLE', `Ref ${ref} is at ${now} but expected ${expectedHeadOid}`)
}

async function changesOf(repository: Repository, input: Input): Promise<Map<string, Buffer | null>> {
  const changes = new Map<string, Buffer | null>()
  const additions = input.fileChanges?.additions ?? []
  const deletions = input.fileChanges?.deletions ?? []
  for (const { path, contents } of additions) changes.set(acceptable(path), decoded(path, contents))
  const gone = deletions.map(({ path }) => `${input.expectedHeadOid}:${acceptable(path)}`)
  const there = gone.length === 0 ? [] : await objects.readObjects(repository.gitDir, gone)
  if (there.some((object) => object === null)) {
    const message = `A path was requested for deletion which does not exist as of commit oid \`${input.expectedHeadOid}\``
    throw new GitHubError('NOT_FOUND', message)
  }
  for (const { path } of deletions) changes.set(path, null)
  if (changes.size !== additions.length + deletions.length) {
    throw new GitHubError('UNPROCESSABLE', 'A path was requested for both addition and deletion, or more than once')
  }
  return changes
}

function acceptable(path: string): string {
  if (objects.isAcceptablePath(path)) return path
  throw new GitHubError('UNPROCESSABLE', `path contains a malformed path component: ${path}`)
}

function decoded(path: string, contents: string): Buffer {
  const plain = contents.replace(/\s/g, '')
  const bytes = Buffer.from(plain, 'base64')
  if (bytes.toString('base64') === plain) return bytes
  throw new GitHubError('UNPROCESSABLE', `contents of ${path} is not valid Base64`)
}

function authorOf(login: string): objects.Person {
  const account = isBot(login) ? `41898282+${login}` : login
  return { name: login, email: `${account}@users.noreply.github.com` }
}

const queues = new WeakMap<Repository, Promise<unknown>>()

/** One commit after the other in each repository. */
function inTurn<T>(repository: Repository, work: () => Promise<T>): Promise<T> {
  const before = queues.get(repository) ?? Promise.resolve()
  const turn = before.then(work, work)
  queues.set(repository, turn)
  return turn
}
