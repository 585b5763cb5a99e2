/** Which checkout a folder is, asked of real git. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findWorkTree } from '../../../src/publish/index.js'
import { git } from '../../support/git.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'

afterAll(removeTempFolders)

/** A repository with one commit on the branch `main`. */
async function repository(): Promise<string> {
  const { path } = await tempFolder()
  await git(path, ['init', '--quiet', '-b', 'main', path])
  await git(path, ['commit', '--quiet', '--allow-empty', '-m', 'First'])
  return path
}

test.each<readonly [string, readonly string[], string | null]>([
  ['a branch', [], 'main'],
  ['a branch beside a tag of its name', ['tag', 'main'], 'main'],
  ['a branch in a folder', ['checkout', '--quiet', '-b', 'team/factory'], 'team/factory'],
  ['a detached head', ['checkout', '--quiet', '--detach'], null],
])('%s', async (_, change, branch) => {
  const root = await repository()
  if (change.length > 0) await git(root, change)
  expect(await findWorkTree(root)).toEqual({ root, head: await git(root, ['rev-parse', 'HEAD']), branch })
})

test('a branch without a commit, a folder below the top, and one in no repository are none', async () => {
  const root = await repository()
  await mkdir(join(root, 'below'))
  expect(await findWorkTree(join(root, 'below'))).toBeNull()
  await git(root, ['checkout', '--quiet', '--orphan', 'fresh'])
  expect(await findWorkTree(root)).toBeNull()
  expect(await findWorkTree((await tempFolder()).path)).toBeNull()
})
