import { afterAll, afterEach, beforeEach, describe, expect } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { takingTurns } from '../support/full.js'
import { type ActionRun, runAction } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import {
  exampleImages,
  generated,
  ORDER_BOOK,
  pushRun,
  type RunOptions,
  STATE,
  startFactory,
  stopFactory,
} from './factory.js'

const turn = takingTurns()

let fake: FakeGitHub

beforeEach(async () => {
  fake = await startFactory()
})
afterEach(() => stopFactory(fake))
afterAll(removeTempFolders)

const push = (options: RunOptions = {}): Promise<ActionRun> => pushRun(fake, options)

describe('what may be committed where', () => {
  turn()('a push to another branch is only looked at', async () => {
    await fake.commitFiles(STATE, 'feature', { 'images.yaml': (await exampleImages()) + ORDER_BOOK }, 'Try')
    const before = await fake.head(STATE, 'feature')
    const workspace = await checkout({ fake, repository: STATE, ref: 'refs/heads/feature' })
    const event = await eventPayloads.push(fake, STATE, { branch: 'feature' })
    const run = await runAction({ fake, repository: STATE, workspace, ...event })
    expect(run.code, run.stdout).toBe(0)
    expect(run.stdout).toContain('nothing is committed')
    expect(await fake.head(STATE, 'feature')).toBe(before)
  })

  turn()('mode: commit on a pull request of the same repository commits to its branch', async () => {
    await fake.commitFiles(STATE, 'topic', { 'images.yaml': (await exampleImages()) + ORDER_BOOK }, 'Enroll')
    await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
    const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/1/merge' })
    const event = await eventPayloads.pullRequest(fake, STATE, 1)
    const run = await runAction({ fake, repository: STATE, workspace, ...event, inputs: { mode: 'commit' } })
    expect(run.code, run.stdout).toBe(0)
    expect((await fake.readFiles(STATE, 'topic')).has('dist/image-order-book.k8s.yaml')).toBe(true)
    expect(generated(await fake.readFiles(STATE, 'main'))).toEqual([])
  })

  turn()('mode: check fails when files are out of date, and writes nothing', async () => {
    const stale = await push({ inputs: { mode: 'check' } })
    expect(stale.code).toBe(1)
    expect(stale.stdout).toContain('out of date')
    expect(generated(await fake.readFiles(STATE, 'main'))).toEqual([])
    await push({ runId: 1002 })
    const fresh = await push({ inputs: { mode: 'check' }, runId: 1003 })
    expect(fresh.code, fresh.stdout).toBe(0)
  })

  turn()('deleting most of the factory needs max-deletions', async () => {
    await push()
    const images = (await exampleImages()).split('\n- name: uv')[0] ?? ''
    await fake.commitFiles(STATE, 'main', { 'images.yaml': images }, 'Empty it')
    const before = await fake.head(STATE, 'main')
    const stopped = await push({ runId: 1002 })
    expect(stopped.code).toBe(1)
    expect(stopped.stdout).toContain('max-deletions: 22')
    expect(await fake.head(STATE, 'main')).toBe(before)
    expect(stopped.outputs.get('removed')).toBe('22')
    const allowed = await push({ inputs: { 'max-deletions': '22' }, runId: 1003 })
    expect(allowed.code, allowed.stdout).toBe(0)
    expect(generated(await fake.readFiles(STATE, 'main'))).toHaveLength(5)
  })
})
