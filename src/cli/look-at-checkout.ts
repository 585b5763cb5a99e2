import { type Dirent, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MAX_DEFINITION_BYTES } from '../build-definition/yaml-file.js'
import { refuse } from '../enrollment/index.js'
import { isFolder } from '../state/index.js'
import { readGitConfig } from './remote-address.js'

/** What a local clone tells by being looked at. Nothing in it is executed, and git is not started in it. */
export interface Checkout {
  /** Address of the remote as it is written: may hold a password. Null: there is none, or several without origin. */
  readonly remote: string | null
  /** The branch that is checked out, by its name at the remote; null where none is. */
  readonly branch: string | null
  /** The remote's default branch, null where the clone does not know. */
  readonly defaultBranch: string | null
  /** Paths from the top, sorted. */
  readonly dockerfiles: readonly string[]
  /** false: there was too much to look through. */
  readonly isWhole: boolean
  readonly workflows: readonly WorkflowFile[]
  /** The text of a file by its path from the top; null: there is none, or it is behind a link. */
  readonly read: (path: string) => string | null
}

/** A file of `.github/workflows`. */
export interface WorkflowFile {
  /** Its name in that folder. */
  readonly name: string
  readonly text: string
}

/** Other people's files: names of dependencies are full of Dockerfiles that nobody here builds. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules', 'vendor'])

const MAX_ENTRIES = 100_000
const MAX_WORKFLOWS = 200
const MAX_DEPTH = 16

const DOCKERFILE = /^(?:(?:Docker|Container)file(?:\..+)?|dockerfile|.+\.(?:Docker|docker|Container|container)file)$/
const NO_DOCKERFILE = /\.(?:dockerignore|containerignore|md)$/i

/**
 * Looks at a local clone: its remote and branch, its Dockerfiles and workflows. Links are not followed.
 *
 * @throws Refusal when there is no such folder.
 */
export function lookAtCheckout(folder: string): Checkout {
  const root = resolve(folder)
  if (!isFolder(root)) throw refuse(`there is no folder ${root}.`, { remedy: 'Name a local clone.' })
  return {
    ...gitFacts(root),
    ...dockerfilesIn(root),
    workflows: workflowsIn(root),
    read: (path) => readInside(root, path),
  }
}

/** What the `.git` of a folder says of its remote and branches; git is not started. */
export function gitFacts(root: string): Pick<Checkout, 'remote' | 'branch' | 'defaultBranch'> {
  const folder = gitFolder(root)
  if (folder === null) return { remote: null, branch: null, defaultBranch: null }
  // A work tree of its own keeps only its HEAD for itself (gitrepository-layout, "commondir").
  const shared = resolve(folder, readSmall(join(folder, 'commondir'))?.trim() ?? '.')
  const { remotes, upstreams } = readGitConfig(readSmall(join(shared, 'config')) ?? '')
  const only = remotes.size === 1 ? [...remotes.keys()][0] : undefined
  const name = remotes.has('origin') ? 'origin' : (only ?? null)
  if (name === null) return { remote: null, branch: null, defaultBranch: null }
  const local = refIn(join(folder, 'HEAD'), 'refs/heads/')
  const upstream = local === null ? undefined : upstreams.get(local)
  return {
    remote: remotes.get(name) ?? null,
    branch: upstream?.remote === name ? upstream.branch : local,
    defaultBranch: refIn(join(shared, 'refs', 'remotes', name, 'HEAD'), `refs/remotes/${name}/`),
  }
}

function gitFolder(root: string): string | null {
  const path = join(root, '.git')
  if (isFolder(path)) return path
  const named = /^gitdir: (.+)$/m.exec(readSmall(path) ?? '')?.[1]?.trim()
  return named === undefined ? null : resolve(root, named)
}

/** The branch a symbolic reference points to. */
function refIn(path: string, prefix: string): string | null {
  const target = /^ref: (\S+)\s*$/.exec(readSmall(path) ?? '')?.[1] ?? ''
  const name = target.startsWith(prefix) ? target.slice(prefix.length) : ''
  // Where references are kept in tables, HEAD says this for the eyes of older tools.
  return name === '' || name === '.invalid' ? null : name
}

function readSmall(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || !found.isFile() || found.size > MAX_DEFINITION_BYTES) return null
  return readFileSync(path, 'utf8')
}

function readInside(root: string, path: string): string | null {
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return null
  const folders = parts.slice(0, -1).map((_, index) => join(root, ...parts.slice(0, index + 1)))
  const isLink = (one: string) => lstatSync(one, { throwIfNoEntry: false })?.isSymbolicLink() ?? true
  return [...folders, join(root, path)].some(isLink) ? null : readSmall(join(root, path))
}

function dockerfilesIn(root: string): Pick<Checkout, 'dockerfiles' | 'isWhole'> {
  const found: string[] = []
  const waiting: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }]
  let seen = 0
  let isWhole = true
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, depth } = next
    const entries = entriesOf(join(root, path))
    seen += entries.length
    if (seen > MAX_ENTRIES || depth > MAX_DEPTH) {
      isWhole = false
      continue
    }
    for (const entry of entries) {
      const inside = path === '' ? entry.name : `${path}/${entry.name}`
      if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) waiting.push({ path: inside, depth: depth + 1 })
      else if (entry.isFile() && isDockerfile(entry.name)) found.push(inside)
    }
  }
  return { dockerfiles: found.sort(), isWhole }
}

function isDockerfile(name: string): boolean {
  return DOCKERFILE.test(name) && !NO_DOCKERFILE.test(name)
}

/** A folder that this run may not read holds nothing for it. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function workflowsIn(root: string): WorkflowFile[] {
  const [github, workflows] = [join(root, '.github'), join(root, '.github', 'workflows')]
  if (!isOwnFolder(github) || !isOwnFolder(workflows)) return []
  return entriesOf(workflows)
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .slice(0, MAX_WORKFLOWS)
    .flatMap((name) => {
      const text = readSmall(join(workflows, name))
      return text === null ? [] : [{ name, text }]
    })
}

function isOwnFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
