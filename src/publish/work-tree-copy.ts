import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isSafeFolder, lookAt } from '../state/folder.js'
import { git } from './git.js'
import { listBlobs, startRepository, type WorkTree } from './work-tree.js'

/**
 * Whether the files below some paths lie on disk as they were committed, none missing and none too many. Line ends may
 * have been turned by the checkout: readers of the state do not mind.
 *
 * @param paths files and folders from the repository's top; those that are nowhere count as equal.
 * @returns false also when the commit cannot be read, as in a clone without its trees.
 */
export async function isAsCommitted(tree: WorkTree, paths: readonly string[]): Promise<boolean> {
  const blobs = await listBlobs(tree, paths).catch(() => null)
  if (blobs === null) return false
  const onDisk = new Set((await Promise.all(paths.map((path) => filesBelow(tree.root, path)))).flat())
  if (onDisk.size !== blobs.size) return false
  for (const path of onDisk) {
    const known = blobs.get(path)
    if (known === undefined || !(await hasBlob(join(tree.root, path), known))) return false
  }
  return true
}

async function hasBlob(file: string, id: string): Promise<boolean> {
  const bytes = await readFile(file)
  if (blobId(bytes, id.length) === id) return true
  return bytes.includes('\r\n') && blobId(bytes.toString('utf8').replaceAll('\r\n', '\n'), id.length) === id
}

/**
 * Plain files at or below a path, by path from the top. A link is none, so that it makes a difference.
 *
 * @throws Refusal when there is a link, or something that is neither file nor folder, on the way to it.
 */
async function filesBelow(root: string, path: string): Promise<string[]> {
  if (!isSafeFolder(root, dirname(path))) return []
  const found = lookAt(join(root, path))
  if (found === null) return []
  if (!found.isDirectory()) return found.isFile() ? [path] : []
  const entries = await readdir(join(root, path), { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(root.length + 1)
      .replaceAll('\\', '/'),
  )
}

/** Whether a checkout leaves out files on purpose. */
export async function isSparse(tree: WorkTree): Promise<boolean> {
  const read = await git(['config', '--type=bool', '--get', 'core.sparseCheckout'], { cwd: tree.root })
  return read.stdout.trim() === 'true'
}

/**
 * Lays one folder of a checkout's commit out again, in an empty folder and byte for byte: the commit is what counts,
 * not what became of it on disk. Nothing is fetched.
 *
 * @returns whether it could be; not, when the checkout lacks some of the files (a partial clone).
 */
export async function copyCommitted(tree: WorkTree, path: string, folder: string): Promise<boolean> {
  await startScratchClone(tree, folder)
  const env = { GIT_LITERAL_PATHSPECS: '1' }
  const copied = await git(['checkout', '--quiet', tree.head, '--', path], { cwd: folder, env })
  return copied.exitCode === 0
}

/**
 * Starts a repository that sees all objects of a checkout and nothing of its configuration, hooks and references: what
 * somebody wrote into the checkout's `.git` (a proxy, another server, certificates not to be checked) has no say there.
 */
export async function startScratchClone(tree: WorkTree, folder: string): Promise<void> {
  const gitPath = async (name: string) =>
    resolve(tree.root, (await git(['rev-parse', '--git-path', name], { cwd: tree.root })).stdout.trim())
  await startRepository(folder, tree.head.length === 64 ? 'sha256' : 'sha1')
  await mkdir(join(folder, '.git/objects/info'), { recursive: true })
  await writeFile(join(folder, '.git/objects/info/alternates'), `${await gitPath('objects')}\n`)
  await copyFile(await gitPath('shallow'), join(folder, '.git/shallow')).catch(() => undefined)
}

/** Git's name for a text: SHA-1, or SHA-256 in repositories that use it (known by the length of its ids). */
export function blobId(content: string | Buffer, length: number): string {
  const bytes = Buffer.from(content)
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
}
