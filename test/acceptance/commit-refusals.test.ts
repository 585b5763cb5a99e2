/** What GitHub refuses, and what people read then: the texts are those that GitHub sends. */
import { afterAll, afterEach, beforeEach, describe, expect } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub, Fault } from '../support/fake-github.js'
import { eachDue, takingTurns } from '../support/full.js'
import { type ActionRun, runAction } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { generated, STATE, startFactory, stopFactory } from './factory.js'

/** What is no refusal. */
const turn = takingTurns()

let fake: FakeGitHub

beforeEach(async () => {
  fake = await startFactory()
})
afterEach(() => stopFactory(fake))
afterAll(removeTempFolders)

async function push(method: string): Promise<ActionRun> {
  const workspace = await checkout({ fake, repository: STATE })
  const event = await eventPayloads.push(fake, STATE)
  return runAction({ fake, repository: STATE, ...event, workspace, inputs: { 'commit-method': method } })
}

const errors = ({ annotations }: ActionRun) =>
  annotations.filter(({ level }) => level === 'error').map(({ message }) => message)

async function expectRefused(run: ActionRun, said: string, remedy: RegExp): Promise<void> {
  expect(run.code, run.stdout).toBe(1)
  const [first, ...others] = errors(run)
  expect(first).toContain(said)
  expect(first).toMatch(remedy)
  expect(others).toEqual([expect.stringContaining('Failed with 1 error')])
  expect(run.summary).toContain(said)
  expect(run.outputs.get('commit-sha')).toBe('')
  expect(generated(await fake.readFiles(STATE, 'main'))).toEqual([])
}

const SIGNED = `error: GH013: Repository rule violations found for refs/heads/main.
Review all repository rules at https://github.com/acme/factory-state/rules?ref=refs%2Fheads%2Fmain

- Commits must have verified signatures.
  Found 1 violation:

  d45f35d02a31c451a4a13387f03c6ed440b28a3e
`
const CHECKS = `error: GH006: Protected branch update failed for refs/heads/main.

- Required status check "build" is expected.`

describe('by push', () => {
  eachDue<readonly [string, string, string, RegExp]>([
    ['a rule that asks for signatures', SIGNED, '- Commits must have verified signatures.', /commit-method: api/],
    ['a required check', CHECKS, 'Required status check "build" is expected', /bypass the branch rules/],
  ])('%s', async (_, message, said, remedy) => {
    await fake.refusePushes(STATE, message)
    await expectRefused(await push('push'), said, remedy)
  })

  eachDue<readonly [string, string, RegExp]>([
    ['an archived repository', 'This repository was archived so it is read-only.', /Unarchive/],
    ['SAML', "The 'acme' organization has enabled or enforced SAML SSO.", /Configure SSO/],
  ])('%s', async (_, said, remedy) => {
    const respond = { status: 403, headers: { 'content-type': 'text/plain' }, body: said }
    fake.faults.push({ match: ({ query }) => query.service === 'git-receive-pack', times: 9, respond })
    await expectRefused(await push('push'), said, remedy)
  })

  turn()('a server that stumbles is asked again', async () => {
    const isPush: Fault['match'] = ({ path }) => path.endsWith('/git-receive-pack')
    fake.faults.push({ match: isPush, times: 1, respond: { status: 502, body: 'Bad Gateway' } })
    const run = await push('push')
    expect(run.code, run.stdout).toBe(0)
    expect(await fake.log(STATE, 'main')).toHaveLength(2)
  })

  turn()('an answer that got lost is no second commit, and its commit is told', async () => {
    const isPush: Fault['match'] = ({ path }) => path.endsWith('/git-receive-pack')
    fake.faults.push({ match: isPush, times: 1, respond: 'truncate' })
    const run = await push('push')
    expect(run.code, run.stdout).toBe(0)
    expect(await fake.log(STATE, 'main')).toHaveLength(2)
    expect(run.outputs.get('commit-sha')).toBe(await fake.head(STATE, 'main'))
  })
})

describe('by API', () => {
  const isCommit: Fault['match'] = ({ body }) => JSON.stringify(body).includes('createCommitOnBranch')
  const answer = (type: string, message: string) => ({
    status: 200,
    body: { data: { createCommitOnBranch: null }, errors: [{ type, path: ['createCommitOnBranch'], message }] },
  })

  eachDue<readonly [string, string, RegExp]>([
    [
      'BRANCH_PROTECTION_RULE_VIOLATION',
      'Changes must be made through a pull request.',
      /only through pull requests.*state-ref/,
    ],
    ['FORBIDDEN', 'Repository was archived so is read-only.', /Unarchive/],
  ])('%s: %s', async (type, message, remedy) => {
    fake.faults.push({ match: isCommit, times: 1, respond: answer(type, message) })
    await expectRefused(await push('api'), message, remedy)
  })

  turn()('a secondary rate limit is waited for', async () => {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    const respond = { status: 403, headers: { 'retry-after': '7' }, body: { message } }
    fake.faults.push({ match: isCommit, times: 1, respond })
    const run = await push('api')
    expect(run.code, run.stdout).toBe(0)
    expect(run.annotations.map((one) => one.message).join()).toMatch(/is rate-limiting this token: retrying .* in 7 s/)
    expect(generated(await fake.readFiles(STATE, 'main'))).toHaveLength(23)
  })

  eachDue<readonly ['truncate' | 'reset']>([['truncate'], ['reset']])(
    'a lost answer (%s) is no second commit',
    async (respond) => {
      fake.faults.push({ match: isCommit, times: 1, respond })
      const run = await push('api')
      expect(run.code, run.stdout).toBe(0)
      expect(await fake.log(STATE, 'main')).toHaveLength(2)
      expect(run.outputs.get('commit-sha')).toBe(await fake.head(STATE, 'main'))
    },
  )
})

eachDue([['api'], ['push']])('a branch that is deleted meanwhile does not come back (%s)', async (method) => {
  await fake.commitFiles(STATE, 'other', { 'notes.md': 'x' }, 'Another branch')
  const before = () => fake.deleteBranch(STATE, 'main')
  // By push it has to happen before git asks for the branches: later the server's own lock would notice.
  if (method === 'api') fake.onBeforeCommit = before
  else fake.faults.push({ match: ({ query }) => query.service === 'git-receive-pack', times: 1, before })
  const run = await push(method)
  expect(run.code, run.stdout).toBe(1)
  expect(run.stdout).toMatch(/branch (?:is gone|does not exist)/)
  await expect(fake.head(STATE, 'main')).rejects.toThrow('no branch main')
})
