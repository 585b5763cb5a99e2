/** A factory on the fake GitHub: the example's state repository, its sources, and a token that may do its work. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import { FakeGitHub } from '../support/fake-github.js'
import { type ActionRun, runAction, WORKFLOW_TOKEN } from '../support/run-action.js'

export const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url))
export const REFERENCE_STATE = fileURLToPath(new URL('../fixtures/reference-state', import.meta.url))

export const STATE = 'acme/factory-state'
export const SOURCES = ['craigedmunds/argocd-eda', 'craigedmunds/market-making'] as const

/** One image more than the example has. */
export const ORDER_BOOK = `
- name: order-book
  registry: ghcr.io
  repository: craigedmunds/market-making/order-book
  source:
    repo: craigedmunds/market-making
    branch: main
    dockerfile: order-book/Dockerfile
    workflow: order-book.yml
`

/** All files below a folder: path, in POSIX spelling → text. */
export async function readTree(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const pairs = await Promise.all(
    files
      .filter((path) => !path.startsWith(join(folder, '.git/')))
      .map(
        async (path) => [path.slice(folder.length + 1).replaceAll('\\', '/'), await readFile(path, 'utf8')] as const,
      ),
  )
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** images.yaml of the example. */
export async function exampleImages(): Promise<string> {
  return readFile(join(EXAMPLES, 'state-repo/images.yaml'), 'utf8')
}

/**
 * Starts a fake GitHub with the state repository (images.yaml alone unless files are given) and the sources.
 */
export async function startFactory(files?: Record<string, string>): Promise<FakeGitHub> {
  const fake = await FakeGitHub.start()
  await fake.createRepository(STATE, { files: files ?? { 'images.yaml': await exampleImages() } })
  for (const repository of SOURCES) {
    await fake.createRepository(repository, { files: await readTree(join(EXAMPLES, 'sources', repository)) })
  }
  const readable = Object.fromEntries(SOURCES.map((repository) => [repository, 'read' as const]))
  fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', ...readable })
  return fake
}

export type RunOptions = Partial<Parameters<typeof runAction>[0]>

/** Runs the action as a push to the state's default branch would, in a fresh checkout unless a workspace is given. */
export async function pushRun(fake: FakeGitHub, options: RunOptions = {}): Promise<ActionRun> {
  const workspace = options.workspace ?? (await checkout({ fake, repository: STATE }))
  return runAction({ fake, repository: STATE, ...(await eventPayloads.push(fake, STATE)), ...options, workspace })
}

/** Ends a test: the fake was asked nothing that GitHub would not understand. */
export async function stopFactory(fake: FakeGitHub): Promise<void> {
  await fake.close()
  expect({
    invalidQueries: fake.invalidQueries,
    unimplementedFields: fake.unimplementedFields,
    unknownRequests: fake.unknownRequests.map(({ method, path }) => `${method} ${path}`),
    internalErrors: fake.internalErrors,
  }).toEqual({ invalidQueries: [], unimplementedFields: [], unknownRequests: [], internalErrors: [] })
}

/** Paths of a commit that we generate. */
export function generated(files: ReadonlyMap<string, string>): string[] {
  return [...files.keys()].filter((path) => /^(?:dist|images|base-images)\//.test(path)).sort()
}
