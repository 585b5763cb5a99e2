/** The way from the Python tool's state repository to ours, as docs/migration.md has it. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { EXAMPLES, REFERENCE_STATE, readTree } from './factory.js'

/** How the manifests of the Python tool begin: with no header of anybody. */
const OLD = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: image-factory-kargo\n'
const OLD_FILES = ['dist/cdk8s/image-factory.k8s.yaml', 'dist/image-factory.k8s.yaml']

let state: string

beforeEach(async () => {
  state = (await tempFolder('migration')).path
  await cp(REFERENCE_STATE, state, { recursive: true })
  await mkdir(join(state, 'dist/cdk8s'), { recursive: true })
  for (const path of OLD_FILES) await writeFile(join(state, path), OLD)
})
afterAll(removeTempFolders)

const cli = (...args: string[]) => runCli([...args, '--state', state], { cwd: state })
const synth = () => cli('synth', '--sources', join(EXAMPLES, 'sources'))

test('init --keep adds what is missing, and keeps the images', async () => {
  const before = await readTree(state)
  const run = await cli('init', '--repository', 'acme/image-factory-state', '--keep')
  expect(run.code, run.stderr).toBe(0)
  const after = await readTree(state)
  expect(after).toMatchObject(before)
  expect(Object.keys(after).length).toBe(Object.keys(before).length + 4)
  expect((await cli('validate')).code).toBe(0)
})

test('the old manifests are never written over: they are named, and deleted by hand', async () => {
  const before = await readTree(state)
  const stopped = await synth()
  expect(stopped.code).toBe(1)
  expect(stopped.stdout + stopped.stderr).toContain('dist/image-factory.k8s.yaml is to be written and is not ours')
  expect(await readTree(state)).toEqual(before)
  await rm(join(state, 'dist/image-factory.k8s.yaml'))
  const run = await synth()
  expect(run.code, run.stdout + run.stderr).toBe(0)
  const tree = await readTree(state)
  expect(tree['dist/cdk8s/image-factory.k8s.yaml']).toBe(OLD)
  expect(tree['dist/image-factory.k8s.yaml']).toContain('kind: Namespace\nmetadata:\n  name: image-factory\n')
})

test('what was found out stays, with the names it had', async () => {
  await rm(join(state, 'dist'), { recursive: true })
  const before = await readTree(state)
  expect((await synth()).code).toBe(0)
  const after = await readTree(state)
  for (const path of Object.keys(before)) expect(after[path], path).toBeDefined()
  const kept = /^(?:name|enrolledAt|currentVersion|lastBuilt|firstDiscovered|fullImage): .*$/gm
  for (const [path, text] of Object.entries(before)) {
    if (path === 'images.yaml') continue
    for (const [line] of text.matchAll(kept))
      if (!line.includes('None')) expect(after[path], path).toContain(`${line}\n`)
  }
  expect(Object.values(after).join('')).not.toMatch(/: None$/m)
})

test('the old namespace can be kept', async () => {
  await rm(join(state, 'dist'), { recursive: true })
  const entries = (await readFile(join(state, 'images.yaml'), 'utf8')).replace(/^(?=.)/gm, '  ')
  const settings = 'settings:\n  namespace: image-factory-kargo\nimages:\n'
  await writeFile(join(state, 'images.yaml'), settings + entries)
  const run = await synth()
  expect(run.code, run.stdout + run.stderr).toBe(0)
  const manifests = Object.entries(await readTree(state)).filter(([path]) => path.startsWith('dist/'))
  const namespaces = manifests.flatMap(([, text]) => text.match(/^ {2}namespace: .*$/gm) ?? [])
  expect(new Set(namespaces)).toEqual(new Set(['  namespace: image-factory-kargo']))
})
