/** The runner's side of the harness, with a small script in the place of the bundle. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { checkout } from '../../support/checkout.js'
import { eventPayloads } from '../../support/events.js'
import { FakeGitHub } from '../../support/fake-github.js'
import { FULL } from '../../support/full.js'
import { runAction, runCli, WORKFLOW_TOKEN } from '../../support/run-action.js'
import { parseAnnotations, parseRunnerFile } from '../../support/runner-files.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'

const STATE = 'acme/state'
let fake: FakeGitHub

const STAND_IN = `
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
const { env } = process
writeFileSync(env.RUNNER_TEMP + '/env.json', JSON.stringify({ env, cwd: process.cwd(), argv: process.argv.slice(2) }))
if (env.GITHUB_ACTIONS) {
  const event = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8'))
  appendFileSync(env.GITHUB_OUTPUT, 'changed<<ghadelimiter_1\\ntrue\\nyes\\nghadelimiter_1\\n')
  appendFileSync(env.GITHUB_STEP_SUMMARY, '# Summary of ' + event.repository.full_name)
  console.log('::error title=A%2C b,file=images.yaml,line=3,col=5::no%0Asuch%3A 100%25')
  console.error('to stderr')
  const repository = await fetch(env.GITHUB_API_URL + '/repos/' + env.GITHUB_REPOSITORY, {
    headers: { authorization: 'token ' + env['INPUT_GITHUB-TOKEN'] },
  })
  console.log('status ' + repository.status)
  process.exitCode = 3
}
`

beforeEach(async () => {
  fake = await FakeGitHub.start()
  await fake.createRepository(STATE, { files: { 'images.yaml': '[]\n' } })
  fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write' })
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await fake.close()
})

afterAll(removeTempFolders)

async function standIn(): Promise<string> {
  const { path } = await tempFolder()
  const bundle = join(path, 'bundle.mjs')
  await writeFile(bundle, STAND_IN)
  return bundle
}

describe.skipIf(!FULL)('runAction', () => {
  test('gives the runner its environment and reads what the step says', async () => {
    vi.stubEnv('NODE_OPTIONS', '')
    vi.stubEnv('GIT_DIR', '/nowhere')
    await fake.commitFiles(STATE, 'topic', { 'a.txt': 'a' }, 'topic')
    await fake.createPullRequest(STATE, { number: 4, head: { ref: 'topic' } })
    const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/4/merge' })
    const run = await runAction({
      fake,
      repository: STATE,
      ...(await eventPayloads.pullRequest(fake, STATE, 4)),
      inputs: { comment: 'always' },
      workspace,
      runId: 77,
      bundle: await standIn(),
    })
    expect(run).toMatchObject({ code: 3, stderr: 'to stderr\n', summary: '# Summary of acme/state' })
    expect(run.stdout).toContain('status 200')
    expect(Object.fromEntries(run.outputs)).toEqual({ changed: 'true\nyes' })
    expect(run.annotations).toEqual([
      {
        level: 'error',
        title: 'A, b',
        file: 'images.yaml',
        line: 3,
        endLine: null,
        col: 5,
        message: 'no\nsuch%3A 100%',
      },
    ])
    const { env, cwd, argv } = JSON.parse(run.tempFiles.get('env.json') ?? '{}')
    expect({ cwd, argv }).toEqual({ cwd: workspace, argv: [] })
    expect(env).toMatchObject({
      'INPUT_COMMENT-ID': 'default',
      'INPUT_GITHUB-TOKEN': WORKFLOW_TOKEN,
      'INPUT_STATE-TOKEN': '',
      INPUT_COMMENT: 'always',
      INPUT_MODE: 'auto',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_SHA: fake.pullRequest(STATE, 4).mergeSha,
      GITHUB_REF: 'refs/pull/4/merge',
      GITHUB_REF_NAME: '4/merge',
      GITHUB_HEAD_REF: 'topic',
      GITHUB_BASE_REF: 'main',
      GITHUB_RUN_ID: '77',
    })
    expect(env).not.toHaveProperty('GIT_DIR')
    expect(env).not.toHaveProperty('NODE_OPTIONS')
  })

  test('refuses inputs that action.yml does not have', async () => {
    const event = await eventPayloads.push(fake, STATE)
    await expect(runAction({ fake, repository: STATE, ...event, inputs: { moed: 'x' } })).rejects.toThrow(
      /no input moed/,
    )
  })
})

test.skipIf(!FULL)('runCli is no action', async () => {
  const { path } = await tempFolder()
  const run = await runCli(['diff', '--json'], { cwd: path, env: { RUNNER_TEMP: path }, bundle: await standIn() })
  expect(run).toEqual({ code: 0, stdout: '', stderr: '' })
})

test.skipIf(!FULL)('events carry what GitHub sends', async () => {
  const before = await fake.head(STATE, 'main')
  await fake.createRepository('friend/state', { forkOf: STATE })
  await fake.commitFiles('friend/state', 'topic', { 'a.txt': 'a' }, 'theirs')
  const { mergeSha } = await fake.createPullRequest(STATE, { number: 9, head: { repo: 'friend/state', ref: 'topic' } })
  const sha = await fake.commitFiles(STATE, 'main', { 'b.txt': 'b' }, 'ours')
  expect(await eventPayloads.push(fake, STATE)).toMatchObject({
    sha,
    ref: 'refs/heads/main',
    event: { before, after: sha },
  })
  expect((await eventPayloads.pullRequest(fake, STATE, 9)).event).toMatchObject({
    pull_request: { head: { repo: { full_name: 'friend/state', fork: true } }, base: { ref: 'main', sha: before } },
  })
  expect(await eventPayloads.workflowDispatch(fake, STATE)).toMatchObject({ eventName: 'workflow_dispatch', sha })
  expect(await eventPayloads.schedule(fake, STATE)).toMatchObject({ event: { schedule: '17 * * * *' } })
  expect((await eventPayloads.mergeGroup(fake, STATE, 9)).event).toMatchObject({ merge_group: { head_sha: mergeSha } })
  expect((await eventPayloads.repositoryDispatch(fake, STATE)).event).toMatchObject({ action: 'image-factory' })
})

test.skipIf(!FULL)('runner files and commands are read as the runner reads them', () => {
  expect([...parseRunnerFile('a=1\nb<<E\nx=y\n\nE\na=2\n')]).toEqual([
    ['a', '2'],
    ['b', 'x=y\n'],
  ])
  expect(() => parseRunnerFile('b<<E\nx\n')).toThrow(/refuse/)
  const hidden = '::stop-commands::tok\n::error::hidden\n##[error]hidden\n::tok::\n'
  const stdout = `${hidden}::warning::seen\ntext ::error::not at the start\ntext ##[error]anywhere\n`
  expect(parseAnnotations(stdout).map(({ level, message }) => [level, message])).toEqual([
    ['warning', 'seen'],
    ['error', 'anywhere'],
  ])
})
