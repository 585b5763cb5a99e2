/** No token is anywhere but where it has to be, however a run ends: in the Authorization header of a request that needs it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Lookout, whileAsking } from '../support/canary.js'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub, Fault, RecordedRequest } from '../support/fake-github.js'
import { eachDue, takingTurns } from '../support/full.js'
import { gitSpy } from '../support/git-spy.js'
import { presentedToken } from '../support/github/access.js'
import { type ActionRun, runAction, runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { exampleImages, ORDER_BOOK, SOURCES, STATE, startFactory, stopFactory } from './factory.js'

// None of them looks like a token of a known kind: it is the value that has to be hidden.
const GITHUB = 'canaryGitHub0a1b2c3d4e5f6g7h8i9j'
const STATES = 'canaryState9z8y7x6w5v4u3t2s1r0q'
const SOURCE = 'canarySource5m4n3b2v1c0x9z8a7s6d'
const GITLAB = 'canaryGitLab1q2w3e4r5t6y7u8i9o0p'
const DISPATCH = 'canaryDispatch4t5r6e7w8q9u0i1o2p'
const TOKENS = [GITHUB, STATES, SOURCE, GITLAB, DISPATCH]

/** Every token at once, plain and as git sends it: what a server that echoes requests would say. */
const ECHO = TOKENS.flatMap((token) => [token, Buffer.from(`x-access-token:${token}`).toString('base64')]).join(' / ')

/** More that a run may do. */
const turn = takingTurns()

let fake: FakeGitHub
let lookout: Lookout

beforeEach(async () => {
  fake = await startFactory()
  lookout = new Lookout(TOKENS)
  const readable = Object.fromEntries(SOURCES.map((repository) => [repository, 'read' as const]))
  fake.addToken(GITHUB, { [STATE]: { contents: 'read', pulls: 'write' } })
  fake.addToken(STATES, { [STATE]: { contents: 'write', pulls: 'none' } })
  fake.addToken(SOURCE, readable)
  fake.addToken(DISPATCH, { [SOURCES[0]]: 'write' })
})
afterEach(() => stopFactory(fake))
afterAll(removeTempFolders)

/** The one token that a request may carry. */
function purposeOf({ path, body }: RecordedRequest): string {
  const text = JSON.stringify(body ?? '')
  if (path.endsWith('/api/graphql')) {
    if (text.includes('createCommitOnBranch')) return STATES
    return text.includes('viewer') ? GITHUB : SOURCE
  }
  if (path.includes('/actions/')) return DISPATCH
  return path.startsWith('/api/') ? GITHUB : STATES
}

interface Told {
  readonly method?: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly pullRequest?: boolean
  readonly workspace?: string
  readonly env?: Readonly<Record<string, string>>
  /** Whether a file is one that somebody wrote a token into. */
  readonly isMeant?: (path: string) => boolean
}

async function run(input: Told = {}): Promise<ActionRun> {
  const ref = input.pullRequest === true ? 'refs/pull/1/merge' : 'refs/heads/main'
  const workspace = input.workspace ?? (await checkout({ fake, repository: STATE, ref, token: STATES }))
  fake.requests.length = 0
  const spy = await gitSpy()
  const { path: temp } = await tempFolder('runner-temp')
  const isMeant = input.isMeant ?? (() => false)
  whileAsking(fake, () => {
    lookout.lookAtProcesses()
    lookout.lookBelow(temp, isMeant)
    lookout.lookBelow(workspace, isMeant)
  })
  const event =
    input.pullRequest === true ? await eventPayloads.pullRequest(fake, STATE, 1) : await eventPayloads.push(fake, STATE)
  const tokens = { 'state-token': STATES, 'source-token': SOURCE, 'gitlab-token': GITLAB, 'dispatch-token': DISPATCH }
  const done = await runAction({
    fake,
    repository: STATE,
    workspace,
    ...event,
    token: GITHUB,
    inputs: { ...tokens, 'commit-method': input.method ?? 'api', ...input.inputs },
    env: { PATH: spy.path, RUNNER_TEMP: temp, ...input.env },
  })
  await lookAround(done, { workspace, temp, isMeant, calls: await spy.calls() })
  return done
}

interface Around {
  readonly workspace: string
  readonly temp: string
  readonly isMeant: (path: string) => boolean
  readonly calls: readonly (readonly string[])[]
}

/** Everything a run left, said and asked. */
async function lookAround(done: ActionRun, { workspace, temp, isMeant, calls }: Around): Promise<void> {
  expect(done.masks).toEqual(expect.arrayContaining(TOKENS))
  // Told to the runner so that it hides them: the one place in the log where they are.
  lookout.look('the log', done.stdout.replaceAll(/^::add-mask::.*$/gm, ''))
  lookout.look('the error output', done.stderr)
  lookout.look('the summary', done.summary)
  for (const [name, value] of done.outputs) lookout.look(`the output ${name}`, value)
  for (const [name, text] of done.homeFiles) lookout.look(`~/${name}`, text)
  for (const folder of [workspace, temp]) lookout.lookBelow(folder, isMeant)
  for (const call of calls) lookout.look('an argument of git', call.join(' '))
  for (const { body } of fake.comments) lookout.look('a comment', body)
  for (const { body, title } of fake.issues) lookout.look('an issue', `${title}\n${body}`)
  for (const commit of await fake.log(STATE, 'main')) lookout.look('a commit message', commit.message)
  for (const [path, text] of await fake.readFiles(STATE, 'main')) if (!isMeant(path)) lookout.look(`main:${path}`, text)
  for (const request of fake.requests) {
    const mayAuthorize = presentedToken(request.headers.authorization) === purposeOf(request)
    lookout.lookAtRequest(request, mayAuthorize)
  }
}

const nothingSeen = () => {
  expect(lookout.looked).toBeGreaterThan(50)
  expect(lookout.sightings).toEqual([])
}

async function wantDashboard(): Promise<void> {
  const images = `settings: {dashboard: {issue: true, notify: ['@octocat']}}\nimages:\n${await exampleImages()}`
  await fake.commitFiles(STATE, 'main', { 'images.yaml': images })
}

async function openPullRequest(files: Record<string, string>): Promise<void> {
  await fake.commitFiles(STATE, 'topic', files)
  await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
}

describe('a run that goes well', () => {
  test.each(['api', 'push'])('commits by %s', async (method) => {
    expect((await run({ method })).code).toBe(0)
    nothingSeen()
  })

  turn()('commits after a lost race, from a checkout of its own', async () => {
    fake.loseRace(STATE, 'main', { files: { 'notes.md': 'x' } })
    expect((await run({ method: 'push', workspace: (await tempFolder('empty')).path })).code).toBe(0)
    nothingSeen()
  })

  turn()('starts a build that a person asked for, and follows it', async () => {
    expect((await run({ inputs: { rebuild: 'uv' } })).code).toBe(0)
    expect(fake.actionsRequests).toContain(`POST ${SOURCES[0]}/actions/workflows/uv.yml/dispatches`)
    expect((await run()).code).toBe(0)
    expect(fake.actionsRequests).toEqual([`GET ${SOURCES[0]}/actions/runs/9001`])
    nothingSeen()
  })

  turn()('keeps the dashboard', async () => {
    await wantDashboard()
    expect((await run()).code).toBe(0)
    expect(fake.issues.map(({ user }) => user.login)).toEqual(['github-actions[bot]'])
    nothingSeen()
  })

  turn()('comments on a pull request', async () => {
    await openPullRequest({ 'images.yaml': (await exampleImages()) + ORDER_BOOK })
    expect((await run({ pullRequest: true })).code).toBe(0)
    expect(fake.comments).toHaveLength(1)
    nothingSeen()
  })
})

describe('a run that fails', () => {
  const always = (match: Fault['match'], respond: NonNullable<Fault['respond']>): void => {
    fake.faults.push({ match, respond, times: Number.POSITIVE_INFINITY })
  }
  const asks =
    (text: string): Fault['match'] =>
    ({ path, body }) =>
      path.endsWith('/api/graphql') && JSON.stringify(body).includes(text)

  eachDue([['api'], ['push']])('with tokens that nobody knows, by %s', async (method) => {
    const workspace = await checkout({ fake, repository: STATE, token: STATES })
    fake.tokens.clear()
    expect((await run({ method, workspace })).code).toBe(1)
    nothingSeen()
  })

  turn()('with a state that cannot be fetched', async () => {
    fake.tokens.clear()
    expect((await run({ workspace: (await tempFolder('empty')).path })).code).toBe(1)
    nothingSeen()
  })

  turn()('with a push that a server refuses, repeating what it got', async () => {
    await fake.refusePushes(STATE, `GH013: not for ${ECHO}`)
    expect((await run({ method: 'push' })).code).toBe(1)
    nothingSeen()
  })

  eachDue([['git-upload-pack'], ['git-receive-pack']])(
    'with git errors that repeat what was sent: %s',
    async (service) => {
      always(({ query }) => query.service === service, {
        status: 403,
        headers: { 'content-type': 'text/plain' },
        body: ECHO,
      })
      const workspace = service === 'git-upload-pack' ? { workspace: (await tempFolder('empty')).path } : {}
      expect((await run({ method: 'push', ...workspace })).code).toBe(1)
      nothingSeen()
    },
  )

  eachDue([
    ['the question for files', 'query'],
    ['the commit', 'createCommitOnBranch'],
  ])('with answers to %s that repeat what was sent', async (_, text) => {
    always(asks(text), {
      status: 200,
      body: { data: null, errors: [{ type: 'FORBIDDEN', message: `Not for ${ECHO}` }] },
    })
    await run()
    nothingSeen()
  })

  eachDue([[400], [401], [403], [422]])('with a %i that repeats what was sent', async (status) => {
    always(({ path }) => path.startsWith('/api/'), {
      status,
      body: { message: `Not for ${ECHO}`, documentation_url: ECHO },
    })
    await openPullRequest({ 'images.yaml': (await exampleImages()) + ORDER_BOOK })
    await run({ pullRequest: true })
    await run()
    nothingSeen()
  })

  eachDue([[401], [422], [500]])('with a %s to a start that repeats what was sent', async (status) => {
    always(({ path }) => path.endsWith('/dispatches'), { status, body: { message: `Not for ${ECHO}` } })
    await run({ inputs: { rebuild: 'uv' } })
    expect(fake.actionsRequests.filter((one) => one.startsWith('POST'))).toHaveLength(1)
    nothingSeen()
  })

  turn()('with a dashboard that is refused by what repeats the token', async () => {
    await wantDashboard()
    always(({ path }) => path.endsWith('/issues'), { status: 422, body: { message: `Not for ${ECHO}` } })
    const { code, annotations } = await run()
    expect(code).toBe(0)
    expect(annotations.map(({ message }) => message).join()).toContain('The dashboard could not be brought up to date')
    nothingSeen()
  })

  turn()('with a question for a run that is answered with what was sent', async () => {
    await run({ inputs: { rebuild: 'uv' } })
    always(({ path }) => path.includes('/actions/runs/'), { status: 403, body: { message: `Not for ${ECHO}` } })
    const { annotations } = await run()
    expect(annotations.map(({ message }) => message).join()).toContain('could not be read')
    nothingSeen()
  })

  turn()('with inputs that are wrong, and hold a token', async () => {
    expect(
      (
        await run({
          inputs: { 'state-ref': `-${STATES}`, mode: SOURCE, 'output-dir': `../${GITLAB}`, rebuild: DISPATCH },
        })
      ).code,
    ).toBe(1)
    nothingSeen()
  })

  turn()('unexpectedly, with a token in what it says', async () => {
    const { path } = await tempFolder('no-folder')
    await writeFile(join(path, GITHUB), '')
    const event = await eventPayloads.push(fake, STATE)
    const env = { RUNNER_TEMP: join(path, GITHUB, 'temp') }
    const done = await runAction({ fake, repository: STATE, ...event, token: GITHUB, env })
    expect(done.code).toBe(1)
    lookout.look('the log', done.stdout.replaceAll(/^::add-mask::.*$/gm, ''))
    lookout.look('the error output', done.stderr)
    expect(lookout.sightings).toEqual([])
  })
})

describe('a token that somebody wrote into a file', () => {
  /** Entries whose wrong values end with the token a bit further on each time. */
  const CUT = Array.from(
    { length: 50 },
    (_, at) =>
      `- {name: cut-${at}, registry: a.io, repository: a/b${at}, rebuildDelay: ${'x'.repeat(at * 5)}${STATES}}\n`,
  ).join('')
  const IMAGES: readonly (readonly [string, string])[] = [
    ['a value', `  description: for ${STATES}\n`],
    ['an argument', `  build: {args: {KEY: ${STATES}}}\n`],
    ['an input', `    inputs: {key: ${STATES}}\n`],
    ['an unknown key', `  ${STATES}: x\n`],
    ['a wrong value', `  rebuildDelay: ${STATES}\n`],
    ['values of every length, for messages are cut', CUT],
  ]
  const isMeant = (path: string) => /(?:^|\/)images\.yaml$/.test(path)

  eachDue(IMAGES)('images.yaml: %s', async (_, more) => {
    const images = `${(await exampleImages()) + ORDER_BOOK.trimEnd()}\n${more}`
    await openPullRequest({ 'images.yaml': images })
    const preview = await run({ pullRequest: true, isMeant })
    expect(preview.code).toBe(1)
    await fake.commitFiles(STATE, 'main', { 'images.yaml': images })
    const before = await fake.head(STATE, 'main')
    expect((await run({ isMeant })).code).toBe(1)
    expect(await fake.head(STATE, 'main')).toBe(before)
    nothingSeen()
  })

  eachDue([
    ['a tag', `FROM alpine:${SOURCE}\n`],
    ['a name', `FROM ghcr.io/acme/x\nCOPY --from=${SOURCE} / /\n`],
    ['a line that is none', `FROM alpine\n${SOURCE} x\n`],
    ['an argument', `ARG KEY=${SOURCE}\nFROM ghcr.io/acme/$KEY:1\n`],
    ['a comment', `# ${SOURCE}\nFROM alpine\n`],
  ])('a Dockerfile: %s', async (_, text) => {
    await fake.commitFiles(SOURCES[0], 'main', { 'apps/uv/Dockerfile': text })
    await openPullRequest({ 'images.yaml': (await exampleImages()) + ORDER_BOOK })
    await run({ pullRequest: true })
    await run()
    nothingSeen()
  })

  eachDue([
    ['that is no YAML', `on: [${SOURCE}\n`],
    [
      'that passes it on',
      `on: workflow_dispatch\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {file: apps/uv/Dockerfile, build-args: "KEY=${SOURCE}", target: ${SOURCE}}\n`,
    ],
  ])('a workflow %s', async (_, text) => {
    await fake.commitFiles(SOURCES[0], 'main', { '.github/workflows/uv.yml': text })
    await run()
    nothingSeen()
  })

  eachDue([
    [
      'in its reason',
      `- base: alpine\n  digest: sha256:${'a'.repeat(64)}\n  reason: ${STATES}\n  expires: 2099-01-01\n`,
    ],
    ['where it is wrong', `- base: ${STATES}\n  digest: ${STATES}\n`],
  ])('overrides.yaml: %s', async (_, text) => {
    await fake.commitFiles(STATE, 'main', { 'overrides.yaml': text })
    expect((await run({ isMeant: (path) => path.endsWith('overrides.yaml') })).code).toBe(1)
    nothingSeen()
  })

  eachDue([
    ['a value that is kept', `note: ${STATES}\n`],
    ['a digest that is none', `currentDigest: ${STATES}\n`],
    ['a line that is no YAML', `: [${STATES}\n`],
  ])('a state file: %s', async (_, more) => {
    const path = 'base-images/node-22-bookworm-slim.yaml'
    const head = 'name: node-22-bookworm-slim\nregistry: docker.io\nrepository: library/node\ntag: 22-bookworm-slim\n'
    await fake.commitFiles(STATE, 'main', { [path]: `${head}${more}` })
    expect((await run({ isMeant: (one) => one.endsWith(path) })).code).toBe(1)
    nothingSeen()
  })
})

turn()('the command line tells no token either', async () => {
  const { path: state } = await tempFolder('state')
  await mkdir(join(state, 'inner'))
  const env = { GITHUB_TOKEN: SOURCE, GITHUB_API_URL: fake.apiUrl, GITHUB_SERVER_URL: fake.url, GITLAB_TOKEN: GITLAB }
  for (const images of [
    await exampleImages(),
    `- name: ${SOURCE}\n`,
    `${await exampleImages()}  description: ${SOURCE}\n`,
  ]) {
    await writeFile(join(state, 'images.yaml'), images)
    for (const command of ['validate', 'diff', 'synth', 'check']) {
      const json = command === 'check' ? [] : ['--json']
      const { stdout, stderr } = await runCli([command, '--state', state, ...json], { cwd: state, env })
      lookout.look(`${command}, output`, stdout)
      lookout.look(`${command}, errors`, stderr)
    }
    lookout.lookBelow(state, (path) => path.endsWith('images.yaml'))
  }
  for (const request of fake.requests)
    lookout.lookAtRequest(request, presentedToken(request.headers.authorization) === SOURCE)
  expect(lookout.sightings).toEqual([])
})
