/** Temporary folders of the tests: made here, removed all at once. */
import { rmSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TempFolder {
  readonly path: string
  readonly remove: () => Promise<void>
}

const made = new Set<string>()

process.once('exit', () => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
})

/** A fresh empty folder; its path has no symbolic links in it. */
export async function tempFolder(prefix = 'image-factory-test'): Promise<TempFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `${prefix}-`)))
  made.add(path)
  return { path, remove: () => removeFolder(path) }
}

/** Runs `body` with a fresh folder that is gone afterwards. */
export async function withTempFolder<T>(body: (path: string) => Promise<T>): Promise<T> {
  const folder = await tempFolder()
  try {
    return await body(folder.path)
  } finally {
    await folder.remove()
  }
}

/** Removes every folder made in this process that is still there: for `afterAll`. */
export async function removeTempFolders(): Promise<void> {
  await Promise.all([...made].map(removeFolder))
}

async function removeFolder(path: string): Promise<void> {
  made.delete(path)
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
}
