/** Text of others in the log, the outputs and the summary stays text: the runner is told nothing by it. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { runAction } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { exampleImages, ORDER_BOOK, pushRun, SOURCES, STATE, startFactory, stopFactory } from './factory.js'

let fake: FakeGitHub

beforeEach(async () => {
  fake = await startFactory()
})
afterEach(() => stopFactory(fake))
afterAll(removeTempFolders)

/** What a runner obeys at the start of a line, and anywhere in it. */
const COMMANDS = [
  '::error::pwned',
  '  ::set-output name=changed::pwned',
  '::add-mask::a',
  '::stop-commands::pwned',
  '::save-state name=pwned::1',
  '##[error]pwned',
  'x ##[add-matcher]pwned',
  '\u001b[2J\u001b[31mpwned',
]
const OWN = /^(?:::(?:group|error|warning|notice|add-mask|debug) ?[^:]*::(?!pwned)|::endgroup::)/

function expectOnlyOwn(log: string): void {
  const obeyed = log.split(/\r\n|\r|\n/).filter((line) => /^\s*::|##\[/.test(line))
  expect(obeyed.filter((line) => !OWN.test(line))).toEqual([])
  expect(log).not.toContain('\u001b')
}

test('of images.yaml and Dockerfiles, on a pull request', async () => {
  const lines = COMMANDS.map((text) => JSON.stringify(`a\n${text}\r\n${text}`))
  const inputs = lines.map((text, index) => `k${index}: ${text}`).join(', ')
  await fake.commitFiles(STATE, 'topic', {
    'images.yaml': `${(await exampleImages()) + ORDER_BOOK.trimEnd()}\n    inputs: {${inputs}}\n  rebuildDelay: ${lines[0]}\n`,
  })
  await fake.commitFiles(SOURCES[0], 'main', { 'apps/uv/Dockerfile': `${COMMANDS.join('\n')}\nFROM a:1\n` })
  await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
  const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/1/merge' })
  const run = await runAction({
    fake,
    repository: STATE,
    workspace,
    ...(await eventPayloads.pullRequest(fake, STATE, 1)),
  })
  expect(run.code).toBe(1)
  expectOnlyOwn(run.stdout)
  expectOnlyOwn(run.stderr)
  expect(run.outputs.get('changed')).toBe('false')
})

test('of servers, on a push', async () => {
  const message = COMMANDS.join('\n')
  const respond = { status: 422, body: { message } }
  fake.faults.push({ match: ({ body }) => JSON.stringify(body).includes('createCommitOnBranch'), times: 9, respond })
  const run = await pushRun(fake)
  expect(run.code).toBe(1)
  expectOnlyOwn(run.stdout)
  await fake.refusePushes(STATE, message)
  const pushed = await pushRun(fake, { inputs: { 'commit-method': 'push' } })
  expect(pushed.code).toBe(1)
  expectOnlyOwn(pushed.stdout)
})

test('an output is one output, whatever a server puts into it', async () => {
  const oid = `${'a'.repeat(40)}\nchanged=pwned\nENDS\n`
  const respond = { status: 200, body: { data: { createCommitOnBranch: { commit: { oid } } } } }
  fake.faults.push({ match: ({ body }) => JSON.stringify(body).includes('createCommitOnBranch'), times: 1, respond })
  const run = await pushRun(fake)
  expect([...run.outputs.values()]).not.toContain('pwned')
  expect(run.outputs.get('changed')).toBe('true')
})
