import { posix } from 'node:path'
import { isRemote } from '../paths.js'
import { isKnown } from '../value.js'
import { type ComposeMap, type ComposeNode, isComposeList, isComposeMap, scalarOf } from './tree.js'

/** Prefix of every path that is absolute for its reader; no real path begins like this. */
const VIRTUAL = '/\0'

/** Stands for the repository's root. Paths may leave it, one `..` at a time, and return. */
export const ROOT = VIRTUAL.repeat(16)

/**
 * Converts to a path in the repository.
 *
 * @param path as its reader resolved it: absolute below ROOT, or relative to the working directory.
 * @param folder the working directory.
 * @returns null: outside the repository.
 */
export function locatedPath(path: string, folder: string): string | null {
  if (/^~|^git@|:\/\//.test(path)) return null
  const absolute = path.startsWith('/') ? posix.normalize(path) : posix.join(ROOT, folder, path)
  if (!absolute.startsWith(`${ROOT}/`)) return null
  const located = absolute.slice(ROOT.length + 1)
  return located === '' || /\p{C}/u.test(located) ? null : located
}

/** Resolves a path relative to a folder, unless it is absolute or a URL. */
export function pathFrom(folder: string, path: string): string {
  return /^[~/]|^git@|:\/\//.test(path) ? path : posix.join(folder, path)
}

/** A path relative to its reader's working directory. */
export function fromFolder(path: string, folder: string): string {
  return path.startsWith(VIRTUAL) ? posix.relative(posix.join(ROOT, folder), path) || '.' : path
}

/** Rebases a service's paths from a folder to that folder's own base. */
export function inFolder(service: ComposeMap, folder: string): ComposeMap {
  if (folder === '' || folder === '.') return service
  return new Map([...service].map(([key, part]) => [key, KEYS[key]?.(part, folder) ?? part]))
}

const KEYS: Readonly<Record<string, (node: ComposeNode, folder: string) => ComposeNode>> = {
  build: (build, folder) => {
    if (!isComposeMap(build)) return context(build, folder)
    return changed(build, {
      context: (node) => context(node, folder),
      additional_contexts: (contexts) =>
        isComposeMap(contexts) ? new Map([...contexts].map(([name, node]) => [name, context(node, folder)])) : contexts,
    })
  },
  env_file: (files, folder) => {
    const one = (node: ComposeNode) =>
      isComposeMap(node) ? changed(node, { path: (at) => rebased(at, folder) }) : rebased(node, folder)
    return isComposeList(files) ? files.map(one) : one(files)
  },
  extends: (base, folder) => (isComposeMap(base) ? changed(base, { file: (node) => rebased(node, folder) }) : base),
}

function changed(map: ComposeMap, changes: Readonly<Record<string, (node: ComposeNode) => ComposeNode>>): ComposeMap {
  return new Map(
    [...map].map(([key, part]) => [key, Object.hasOwn(changes, key) ? (changes[key]?.(part) ?? null) : part]),
  )
}

/** Contexts may be URLs or other services (compose-go, `paths/context.go`). */
function context(node: ComposeNode, folder: string): ComposeNode {
  const value = scalarOf(node)
  const isPath = value !== null && isKnown(value) && !isRemote(value.text) && !value.text.startsWith('service:')
  return isPath ? rebased(node, folder) : node
}

function rebased(node: ComposeNode, folder: string): ComposeNode {
  const value = scalarOf(node)
  if (value === null || !isKnown(value) || value.text === '') return node
  return { ...value, text: pathFrom(folder, value.text) }
}
