/** The objects GraphQL queries walk through: repository, ref, commit, tree, blob. */
import { tryGit } from '../git.js'
import { permissionsIn, visibleRepository } from './access.js'
import * as objects from './git-objects.js'
import type { Token, World } from './model.js'
import { NOT_ACCESSIBLE } from './replies.js'
import type { Repository } from './repositories.js'

export interface Context {
  readonly world: World
  readonly token: Token
}

export type Resolver = (args: Record<string, unknown>, context: Context) => unknown

/** Field → value, or what computes it. Only fields that are here exist. */
export interface Node {
  readonly [field: string]: Resolver | string | number | boolean | null | Node | readonly Node[]
}

/** An error with GitHub's `type`. */
export class GitHubError extends Error {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

/** More bytes than this and GitHub cuts a blob's text. */
export const MAX_BLOB_TEXT_LENGTH = 512_000

/** The repository a name stands for, as the token sees it. */
export function resolveRepository({ world, token }: Context, fullName: string): Repository {
  const repository = visibleRepository(world, token, fullName)
  if (repository !== undefined) return repository
  throw new GitHubError('NOT_FOUND', `Could not resolve to a Repository with the name '${fullName}'.`)
}

export function repositoryNode(context: Context, fullName: string): Node {
  const repository = resolveRepository(context, fullName)
  const { world } = context
  return {
    __typename: 'Repository',
    id: `R_${repository.id}`,
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: repository.fullName,
    owner: { __typename: 'Organization', login: repository.owner, id: `O_${repository.owner}` },
    url: `${world.url}/${repository.fullName}`,
    isArchived: repository.archived,
    isPrivate: repository.private,
    isFork: repository.forkOf !== null,
    isEmpty: async () => (await world.repositories.tip(repository.fullName, repository.defaultBranch)) === null,
    object: async (args) => {
      requireContents(context, repository)
      const expression = typeof args.oid === 'string' ? args.oid : args.expression
      return typeof expression === 'string' ? objectNode(context, repository, expression) : null
    },
    ref: (args) => {
      requireContents(context, repository)
      return refNode(context, repository, String(args.qualifiedName))
    },
    defaultBranchRef: () => {
      requireContents(context, repository)
      return refNode(context, repository, repository.defaultBranch)
    },
  }
}

function requireContents({ token }: Context, repository: Repository): void {
  if (permissionsIn(token, repository).contents === 'none') throw new GitHubError('FORBIDDEN', NOT_ACCESSIBLE)
}

/** `refs/heads/x`, `heads/x` or `x`; null when there is none. */
export async function refNode(context: Context, repository: Repository, name: string): Promise<Node | null> {
  const full = name.startsWith('refs/') ? name : name.startsWith('heads/') ? `refs/${name}` : `refs/heads/${name}`
  if ((await objects.readObject(repository.gitDir, full)) === null) return null
  const prefix = /^refs\/[^/]+\//.exec(full)?.[0] ?? 'refs/'
  return {
    __typename: 'Ref',
    id: refId(repository, full),
    name: full.slice(prefix.length),
    prefix,
    target: () => objectNode(context, repository, full),
    repository: () => repositoryNode(context, repository.fullName),
  }
}

/** Node ids of refs carry what they name. */
export function refId(repository: Repository, ref: string): string {
  return `REF_${Buffer.from(`${repository.fullName}:${ref}`).toString('base64url')}`
}

export function parseRefId(id: string): { fullName: string; ref: string } | undefined {
  const [, fullName, ref] =
    /^([^:]+):(.+)$/.exec(Buffer.from(id.replace(/^REF_/, ''), 'base64url').toString('utf8')) ?? []
  return fullName === undefined || ref === undefined ? undefined : { fullName, ref }
}

export async function objectNode(context: Context, repository: Repository, expression: string): Promise<Node | null> {
  const object = await objects.readObject(repository.gitDir, expression)
  switch (object?.type) {
    case 'blob':
      return blobNode(context, repository, object)
    case 'commit':
      return commitNode(context, repository, objects.parseCommit(object))
    case 'tree': {
      const path = expression.includes(':') ? expression.slice(expression.indexOf(':') + 1).replace(/\/$/, '') : ''
      return treeNode(context, repository, { oid: object.oid, path })
    }
    case 'tag':
    case undefined:
      return null
  }
}

function common(context: Context, repository: Repository, oid: string): Record<string, Resolver | string> {
  return {
    id: `OBJ_${repository.id}_${oid}`,
    oid,
    abbreviatedOid: oid.slice(0, 7),
    commitUrl: `${context.world.url}/${repository.fullName}/commit/${oid}`,
    repository: () => repositoryNode(context, repository.fullName),
  }
}

function blobNode(context: Context, repository: Repository, { oid, content }: objects.GitObject): Node {
  const isBinary = content.includes(0)
  return {
    __typename: 'Blob',
    ...common(context, repository, oid),
    byteSize: content.length,
    isBinary,
    isTruncated: content.length > MAX_BLOB_TEXT_LENGTH,
    text: isBinary ? null : content.toString('utf8', 0, MAX_BLOB_TEXT_LENGTH),
  }
}

function treeNode(context: Context, repository: Repository, tree: { oid: string; path: string }): Node {
  const entries = async () => {
    const listed = await objects.listTree(repository.gitDir, tree.oid, { recursive: false })
    return listed.map((entry) => entryNode(context, repository, entry, tree.path))
  }
  return { __typename: 'Tree', ...common(context, repository, tree.oid), entries }
}

function entryNode(context: Context, repository: Repository, entry: objects.TreeEntry, below: string): Node {
  return {
    __typename: 'TreeEntry',
    name: entry.path,
    path: below === '' ? entry.path : `${below}/${entry.path}`,
    oid: entry.oid,
    mode: Number.parseInt(entry.mode, 8),
    type: entry.type,
    size: entry.size ?? 0,
    object: () => objectNode(context, repository, entry.oid),
  }
}

export function commitNode(context: Context, repository: Repository, commit: objects.CommitObject): Node {
  const [headline = '', ...rest] = commit.message.split('\n')
  const actor = ({ name, email, date }: objects.Signature): Node => ({
    __typename: 'GitActor',
    name,
    email,
    date,
    user: null,
  })
  const url = `${context.world.url}/${repository.fullName}/commit/${commit.oid}`
  return {
    __typename: 'Commit',
    ...common(context, repository, commit.oid),
    url,
    message: commit.message,
    messageHeadline: headline,
    messageBody: rest.join('\n').trim(),
    author: actor(commit.author),
    committer: actor(commit.committer),
    authoredDate: commit.author.date,
    committedDate: commit.committer.date,
    tree: () => treeNode(context, repository, { oid: commit.tree, path: '' }),
    file: (args) => fileNode(context, repository, `${commit.oid}:${args.path}`),
    parents: (args) => connection(context, repository, commit.parents, args),
    history: async (args) => {
      const below = typeof args.path === 'string' ? ['--', args.path] : []
      const { stdout } = await tryGit(repository.gitDir, ['rev-list', commit.oid, ...below])
      return connection(context, repository, stdout.toString('utf8').split('\n').filter(Boolean), args)
    },
  }
}

async function fileNode(context: Context, repository: Repository, expression: string): Promise<Node | null> {
  const [tree = '', path = ''] = [expression.slice(0, 40), expression.slice(41)]
  const entries = await objects.listTree(repository.gitDir, tree, { recursive: true })
  const entry = entries.find((one) => one.path === path)
  return entry === undefined ? null : entryNode(context, repository, entry, '')
}

/** One page of commits, by position; cursors are positions. */
async function connection(
  context: Context,
  repository: Repository,
  oids: readonly string[],
  args: Readonly<Record<string, unknown>>,
): Promise<Node> {
  const start = typeof args.after === 'string' ? Number(args.after) : 0
  const size = Number(args.first ?? args.last)
  const shown = oids.slice(start, start + size)
  const commits = await Promise.all(shown.map((oid) => objects.readCommit(repository.gitDir, oid)))
  const nodes = commits.flatMap((commit) => (commit === null ? [] : [commitNode(context, repository, commit)]))
  const end = start + nodes.length
  return {
    __typename: 'CommitHistoryConnection',
    nodes,
    edges: nodes.map((node, index) => ({ cursor: String(start + index + 1), node })),
    totalCount: oids.length,
    pageInfo: {
      hasNextPage: end < oids.length,
      hasPreviousPage: start > 0,
      startCursor: String(start + 1),
      endCursor: String(end),
    },
  }
}
