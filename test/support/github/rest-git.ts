/** REST: branches, refs, commits, contents and blobs, read from the bare repository. */
import * as objects from './git-objects.js'
import type { Reply } from './model.js'
import { failure, json, NOT_FOUND } from './replies.js'
import type { RestRequest } from './rest-request.js'

/** Above this GitHub's contents API leaves the content out of the JSON. */
const MAX_JSON_CONTENT = 1024 * 1024

export async function readBranch({ world, repository, parameters }: RestRequest): Promise<Reply> {
  const [branch = ''] = parameters
  const tip = await world.repositories.tip(repository.fullName, branch)
  const commit = tip === null ? null : await objects.readCommit(repository.gitDir, tip)
  if (commit === null) return failure(404, 'Branch not found')
  return json(200, {
    name: branch,
    commit: commitJson(`${world.url}/${repository.fullName}`, commit),
    protected: false,
  })
}

export async function readRef({ world, repository, parameters }: RestRequest): Promise<Reply> {
  const ref = `refs/${parameters[0] ?? ''}`
  const sha = await objects.refTip(repository.gitDir, ref)
  if (sha === null) return NOT_FOUND
  const url = `${world.url}/api/v3/repos/${repository.fullName}/git`
  return json(200, {
    ref,
    node_id: ref,
    url: `${url}/${ref}`,
    object: { sha, type: 'commit', url: `${url}/commits/${sha}` },
  })
}

export async function readCommit({ world, repository, parameters }: RestRequest): Promise<Reply> {
  const [ref = ''] = parameters
  const commit = await objects.readCommit(repository.gitDir, ref)
  if (commit === null) return failure(422, `No commit found for SHA: ${ref}`)
  return json(200, commitJson(`${world.url}/${repository.fullName}`, commit))
}

export async function readBlob({ repository, parameters }: RestRequest): Promise<Reply> {
  const [sha = ''] = parameters
  const object = /^[0-9a-f]{40}$/.test(sha) ? await objects.readObject(repository.gitDir, sha) : null
  if (object?.type !== 'blob') return NOT_FOUND
  return json(200, { sha, node_id: sha, size: object.content.length, ...base64(object.content) })
}

export async function readContents({ record, repository, parameters }: RestRequest): Promise<Reply> {
  const path = (parameters[0] ?? '').replace(/\/$/, '')
  const ref = record.query.ref ?? repository.defaultBranch
  const commit = await objects.readCommit(repository.gitDir, ref)
  if (commit === null) return failure(404, `No commit found for the ref ${ref}`)
  const object = await objects.readObject(repository.gitDir, `${commit.oid}:${path}`)
  if (object === null) return NOT_FOUND
  if (object.type === 'tree') {
    const entries = await objects.listTree(repository.gitDir, object.oid, { recursive: false })
    const below = path === '' ? '' : `${path}/`
    return json(
      200,
      entries.map(({ path: name, oid, size, type }) => ({
        type: type === 'tree' ? 'dir' : 'file',
        name,
        path: `${below}${name}`,
        sha: oid,
        size: size ?? 0,
      })),
    )
  }
  if (/application\/vnd\.github(\.v3)?\.raw/.test(record.headers.accept ?? '')) {
    return {
      status: 200,
      headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' },
      body: object.content,
    }
  }
  const content = object.content.length > MAX_JSON_CONTENT ? { content: '', encoding: 'none' } : base64(object.content)
  const name = path.slice(path.lastIndexOf('/') + 1)
  return json(200, { type: 'file', name, path, sha: object.oid, size: object.content.length, ...content })
}

/** As GitHub writes it: lines of 60 characters. */
function base64(content: Buffer): { content: string; encoding: string } {
  return { content: content.toString('base64').replace(/.{60}/g, '$&\n'), encoding: 'base64' }
}

function commitJson(repositoryUrl: string, commit: objects.CommitObject): unknown {
  const { oid, tree, parents, author, committer, message } = commit
  return {
    sha: oid,
    html_url: `${repositoryUrl}/commit/${oid}`,
    commit: { author, committer, message, tree: { sha: tree } },
    parents: parents.map((sha) => ({ sha, html_url: `${repositoryUrl}/commit/${sha}` })),
  }
}
