/** Digests from a registry: who looks them up, what is written, and when nothing is. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { FakeRegistry } from '../support/fake-registry.js'
import { takingTurns } from '../support/full.js'
import { type ActionRun, runAction, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { STATE, startFactory, stopFactory } from './factory.js'

const SOURCE = 'acme/web'
const BUILT = '2026-01-05T10:00:00.000Z'
const WORKFLOW = `on: {workflow_dispatch: {}}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {push: true, tags: ghcr.io/acme/web:1}
`

/** When nothing is looked up, or written. */
const turn = takingTurns()

let registry: FakeRegistry
let fake: FakeGitHub
let base: string
let published: string

beforeEach(async () => {
  registry = await FakeRegistry.start({ images: {} })
  base = registry.push('acme/base', '1', { platforms: ['linux/amd64', 'linux/arm64'] })
  registry.push('acme/web', '1.9.0', { created: '2025-12-01T00:00:00Z', content: 'before' })
  published = registry.push('acme/web', '1.10.0', { created: BUILT })
  fake = await startFactory({ 'images.yaml': images('web') })
  await fake.createRepository(SOURCE, {
    files: { Dockerfile: `FROM ${registry.host}/acme/base:1\n`, '.github/workflows/build.yml': WORKFLOW },
  })
  fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCE]: 'read' })
})
afterEach(async () => {
  await stopFactory(fake)
  await registry.stop()
})
afterAll(removeTempFolders)

function images(name: string): string {
  return `- name: ${name}
  registry: ${registry.host}
  repository: acme/web
  rebuildDelay: 7d
  source: {repo: ${SOURCE}, branch: main, dockerfile: Dockerfile, workflow: build.yml}
`
}

type Options = Partial<Parameters<typeof runAction>[0]>

async function push(options: Options = {}): Promise<ActionRun> {
  const workspace = await checkout({ fake, repository: STATE })
  const given = { ...options, inputs: { refresh: 'auto', ...options.inputs } }
  return runAction({ fake, repository: STATE, workspace, ...(await eventPayloads.push(fake, STATE)), ...given })
}

async function preview(options: Options = {}): Promise<ActionRun> {
  await fake.commitFiles(STATE, 'topic', { 'images.yaml': images('website') }, 'Rename the image')
  await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
  const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/1/merge' })
  const event = await eventPayloads.pullRequest(fake, STATE, 1)
  const given = { ...options, inputs: { refresh: 'auto', ...options.inputs } }
  return runAction({ fake, repository: STATE, workspace, ...event, ...given })
}

async function stateFile(folder: string): Promise<Record<string, unknown>> {
  const files = await fake.readFiles(STATE, 'main')
  const [text] = [...files].flatMap(([path, one]) => (path.startsWith(`${folder}/`) ? [one] : []))
  return parse(text ?? '') as Record<string, unknown>
}

const commits = async () => (await fake.log(STATE, 'main')).length

describe('a run that commits', () => {
  test('writes what the registry says into state and manifests', async () => {
    const run = await push()
    expect(run.code, run.stdout).toBe(0)
    expect(await stateFile('base-images')).toMatchObject({
      baselineDigest: base,
      currentDigest: base,
      lastUpdated: null,
    })
    expect(await stateFile('images')).toMatchObject({
      currentVersion: '1.10.0',
      currentDigest: published,
      lastBuilt: BUILT,
    })
    const manifests = [...(await fake.readFiles(STATE, 'main'))].filter(([path]) => path.startsWith('dist/base-'))
    expect(manifests.map(([, text]) => text).join()).toContain(base)
  })

  turn()('a second one commits nothing', async () => {
    await push()
    const before = await commits()
    const again = await push({ runId: 1002 })
    expect(again.code, again.stdout).toBe(0)
    expect(registry.requests.length).toBeGreaterThan(0)
    expect(again.outputs.get('changed')).toBe('false')
    expect(await commits()).toBe(before)
  })

  test('a new digest of a base gives one commit, with its history', async () => {
    await push()
    const before = await commits()
    const next = registry.push('acme/base', '1', { platforms: ['linux/amd64', 'linux/arm64'], content: 'patched' })
    const run = await push({ runId: 1002 })
    expect(run.code, run.stdout).toBe(0)
    expect(await commits()).toBe(before + 1)
    expect(await stateFile('base-images')).toMatchObject({
      baselineDigest: base,
      currentDigest: next,
      previousDigest: base,
      updateHistory: [{ digest: next, previousDigest: base }],
      rebuildEligibleAt: { web: expect.stringMatching(/^\d{4}-/) },
    })
    await push({ runId: 1003 })
    expect(await commits()).toBe(before + 1)
  })

  turn()('a registry that is not there is a warning, and what is known stands', async () => {
    await push()
    const before = await commits()
    registry.fail({ statuses: Array(50).fill(403) })
    const run = await push({ runId: 1002 })
    expect(run.code, run.stdout).toBe(0)
    expect(run.annotations.map(({ message }) => message).join('\n')).toContain(
      `images at ${registry.host} could not be looked up`,
    )
    expect(await commits()).toBe(before)
  })

  turn()('refresh: false asks nobody', async () => {
    const run = await push({ inputs: { refresh: 'false' } })
    expect(run.code, run.stdout).toBe(0)
    expect(registry.requests).toEqual([])
    expect(await stateFile('base-images')).toMatchObject({ baselineDigest: null })
  })

  turn()('refresh: false keeps what an earlier run learnt', async () => {
    await push()
    const before = await commits()
    registry.push('acme/base', '1', { content: 'patched' })
    await push({ inputs: { refresh: 'false' }, runId: 1002 })
    expect(await commits()).toBe(before)
  })
})

describe('a preview', () => {
  turn()('asks no registry', async () => {
    const run = await preview()
    expect(run.code, run.stdout).toBe(0)
    expect(registry.requests).toEqual([])
  })

  turn()('keeps what was looked up at the last commit, and says nothing of it', async () => {
    await push()
    expect(await stateFile('base-images')).toMatchObject({ baselineDigest: base })
    registry.requests.length = 0
    const run = await preview({ runId: 1002 })
    expect(run.code, run.stdout).toBe(0)
    expect(registry.requests).toEqual([])
    const [comment] = fake.commentsOn(STATE, 1)
    expect(comment?.body).toContain('website')
    expect(comment?.body).not.toContain(base)
  })
})
