/** Reads and writes objects of a bare repository with git's plumbing. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { git, tryGit } from '../git.js'
import { type GitObject, readerOf } from './object-reader.js'

export type { GitObject }

export interface TreeEntry {
  readonly mode: string
  readonly type: string
  readonly oid: string
  /** Null for everything that is no blob. */
  readonly size: number | null
  /** Below the tree that was listed. */
  readonly path: string
}

export interface Person {
  readonly name: string
  readonly email: string
}

export interface Signature extends Person {
  /** ISO 8601 */
  readonly date: string
}

export interface CommitObject {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  readonly committer: Signature
  readonly message: string
}

/** A file to write: its content, or its content and git mode (120000: symbolic link, 100755: executable). */
export type FileContent = string | Uint8Array | { readonly mode: string; readonly content: string | Uint8Array }

export interface NewCommit {
  readonly parent: string | null
  /** null deletes. */
  readonly changes: ReadonlyMap<string, FileContent | null>
  readonly message: string
  readonly author: Person
  readonly committer: Person
  /** Seconds since the epoch. */
  readonly time: number
}

/** The objects that revision expressions name, null where one names nothing. */
export function readObjects(gitDir: string, expressions: readonly string[]): Promise<readonly (GitObject | null)[]> {
  return Promise.all(expressions.map((expression) => readObject(gitDir, expression)))
}

/** The same of one expression. */
export function readObject(gitDir: string, expression: string): Promise<GitObject | null> {
  return readerOf(gitDir).read(expression)
}

export async function readCommit(gitDir: string, expression: string): Promise<CommitObject | null> {
  const object = await readObject(gitDir, `${expression}^{commit}`)
  return object === null ? null : parseCommit(object)
}

export function parseCommit(object: GitObject): CommitObject {
  const raw = object.content.toString('utf8')
  const split = raw.indexOf('\n\n')
  const headers = raw.slice(0, split).split('\n')
  const values = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  return {
    oid: object.oid,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: parseSignature(values('author')[0] ?? ''),
    committer: parseSignature(values('committer')[0] ?? ''),
    message: raw.slice(split + 2).replace(/\n+$/, ''),
  }
}

function parseSignature(text: string): Signature {
  const [, name = '', email = '', seconds = '0'] = /^(.*?) ?<(.*)> (\d+)/.exec(text) ?? []
  return { name, email, date: new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z') }
}

export async function listTree(
  gitDir: string,
  tree: string,
  options: { readonly recursive: boolean },
): Promise<readonly TreeEntry[]> {
  const args = ['ls-tree', '-z', '-l', ...(options.recursive ? ['-r'] : []), tree]
  const lines = (await git(gitDir, args)).split('\0').filter((line) => line !== '')
  return lines.map((line) => {
    const [, mode = '', type = '', oid = '', size = '-', path = ''] =
      /^(\d+) (\w+) ([0-9a-f]+) +(\S+)\t([\s\S]*)$/.exec(line) ?? []
    return { mode, type, oid, size: size === '-' ? null : Number(size), path }
  })
}

let temporaryRefs = 0

/** Makes a commit that no ref points to; which paths exist is for the caller to check. */
export async function writeCommit(gitDir: string, commit: NewCommit): Promise<string> {
  temporaryRefs += 1
  const ref = `refs/fake/${process.pid}-${temporaryRefs}`
  const who = (person: Person) => `${person.name} <${person.email}> ${commit.time} +0000`
  const stream: Buffer[] = []
  const line = (text: string) => stream.push(Buffer.from(`${text}\n`))
  const data = (content: string | Uint8Array) => {
    const bytes = Buffer.from(content)
    line(`data ${bytes.length}`)
    stream.push(bytes, Buffer.from('\n'))
  }
  line(`commit ${ref}`)
  line('mark :1')
  line(`author ${who(commit.author)}`)
  line(`committer ${who(commit.committer)}`)
  data(`${commit.message.replace(/\n+$/, '')}\n`)
  if (commit.parent !== null) line(`from ${commit.parent}`)
  const changes = [...commit.changes].map(([path, content]) => ({ path: checkedPath(path), content }))
  for (const { path, content } of changes) if (content === null) line(`D ${path}`)
  for (const { path, content } of changes) {
    if (content === null) continue
    const file = typeof content === 'string' || content instanceof Uint8Array ? { mode: '100644', content } : content
    line(`M ${file.mode} inline ${path}`)
    data(file.content)
  }
  line('get-mark :1')
  // Nothing points to it any more.
  line(`reset ${ref}`)
  line(`from ${'0'.repeat(40)}`)
  line('done')
  return git(gitDir, ['fast-import', '--quiet', '--done', '--date-format=raw'], { input: Buffer.concat(stream) })
}

/** A path git and GitHub accept: relative, no empty, dot or .git component, no control characters. */
export function isAcceptablePath(path: string): boolean {
  const parts = path.split('/')
  return (
    path !== '' &&
    [...path].every((character) => character >= ' ' && character !== '\x7f') &&
    !path.startsWith('"') &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')
  )
}

function checkedPath(path: string): string {
  if (!isAcceptablePath(path)) throw new Error(`not a path for a git tree: ${JSON.stringify(path)}`)
  return path
}

/** The commit that a ref is at, null where there is no such ref. */
export async function refTip(gitDir: string, ref: string): Promise<string | null> {
  // Read as git keeps it; a program is asked only where it may be kept in another way.
  const kept = await readFile(join(gitDir, ref), 'utf8').catch(() => null)
  if (kept !== null && /^[0-9a-f]{40}\n$/.test(kept)) return kept.trim()
  if (kept === null && !existsSync(join(gitDir, 'packed-refs'))) return null
  const { stdout, code } = await tryGit(gitDir, ['rev-parse', '--quiet', '--verify', ref])
  return code === 0 ? stdout.toString('utf8').trim() : null
}

/**
 * Moves a ref from `from` to `to` in one step; false when it was not (or no longer) at `from`. null: must not exist. As
 * git does it, which may be about to move the same ref: whoever makes the lock moves it. Where moves are logged, git does it.
 */
export async function compareAndSwap(
  gitDir: string,
  ref: string,
  change: { readonly from: string | null; readonly to: string },
): Promise<boolean> {
  if (/logAllRefUpdates = always/.test(await readFile(join(gitDir, 'config'), 'utf8'))) {
    return (await tryGit(gitDir, ['update-ref', ref, change.to, change.from ?? '0'.repeat(40)])).code === 0
  }
  const file = join(gitDir, ref)
  const lock = `${file}.lock`
  await mkdir(dirname(file), { recursive: true })
  const isOurs = await writeFile(lock, `${change.to}\n`, { flag: 'wx' }).then(
    () => true,
    () => false,
  )
  if (!isOurs) return false
  if ((await refTip(gitDir, ref)) === change.from) {
    await rename(lock, file)
    return true
  }
  await rm(lock)
  return false
}
