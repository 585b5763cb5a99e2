/** Nothing of a checkout, of the runner or of its surroundings has git run a program or send the token elsewhere. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { eachDue, inTurn, takingTurns } from '../support/full.js'
import { git, tokenEnvironment, tryGit, withConfig } from '../support/git.js'
import { gitSpy } from '../support/git-spy.js'
import { hostileConfiguration, makeHostile, setTraps, type Traps } from '../support/hostile-git.js'
import { type ActionRun, runAction, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
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

let fake: FakeGitHub
let traps: Traps

beforeEach(async () => {
  fake = await startFactory()
  traps = await setTraps()
})
afterEach(() => stopFactory(fake))
afterAll(removeTempFolders)

const METHODS = ['api', 'push']

/** More that a checkout may be. */
const turn = takingTurns()

async function hostileWorkspace(): Promise<string> {
  await fake.commitFiles(STATE, 'main', {
    '.gitattributes': '* filter=evil diff=evil merge=evil\nimages.yaml filter=lfs\n',
    '.gitmodules': `[submodule "evil"]\n\tpath = evil\n\turl = ext::${traps.command('submodule')}\n\tupdate = !${traps.command('update')}\n`,
    '.lfsconfig': `[lfs]\n\turl = ext::${traps.command('lfs-url')}\n`,
  })
  const workspace = await checkout({ fake, repository: STATE })
  await makeHostile(workspace, traps, fake.url)
  return workspace
}

async function committed(run: ActionRun): Promise<void> {
  expect(run.code, run.stdout).toBe(0)
  expect(generated(await fake.readFiles(STATE, 'main'))).toHaveLength(23)
}

describe.each(METHODS.map((method, index) => [method, index] as const))('commit-method: %s', (method, index) => {
  /** Each trap with one method in turn. */
  const kind = inTurn(index)
  const push = (options: RunOptions = {}) =>
    pushRun(fake, { ...options, inputs: { 'commit-method': method, comment: 'never', ...options.inputs } })

  test('a checkout with a trap in every place: none is sprung', async () => {
    await committed(await push({ workspace: await hostileWorkspace() }))
    expect(await traps.sprung()).toEqual([])
  })

  kind(0)('nor when a token is refused, and git looks for another', async () => {
    const workspace = await hostileWorkspace()
    const run = await push({ workspace, token: 'no-such-token' })
    expect(run.code).toBe(1)
    expect(await traps.sprung()).toEqual([])
  })

  kind(1)('nor when the race is lost and the state is fetched again', async () => {
    fake.loseRace(STATE, 'main', { files: { 'notes.md': 'x' } })
    await committed(await push({ workspace: await hostileWorkspace() }))
    expect(await traps.sprung()).toEqual([])
  })

  kind(2)('what the user, the machine and the environment configure: none is sprung', async () => {
    const { path: home } = await tempFolder('home')
    const config = hostileConfiguration(traps, fake.url)
    await writeFile(join(home, '.gitconfig'), config)
    await mkdir(join(home, '.config/git'), { recursive: true })
    await writeFile(join(home, '.config/git/config'), config)
    await writeFile(join(home, '.config/git/attributes'), '* filter=evil diff=evil\n')
    await writeFile(join(home, '.netrc'), 'machine 127.0.0.1 login somebody password theirs\n')
    const { path: template } = await tempFolder('template')
    await writeFile(join(template, 'config'), config)
    const env = {
      ...withConfig({}, [
        ['core.fsmonitor', traps.command('fsmonitor-by-environment')],
        ['core.askPass', traps.command('askpass-by-environment')],
      ]),
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      GIT_CONFIG_SYSTEM: join(home, '.gitconfig'),
      GIT_TEMPLATE_DIR: template,
      GIT_ASKPASS: traps.command('askpass'),
      SSH_ASKPASS: traps.command('ssh-askpass'),
      GIT_SSH_COMMAND: traps.command('ssh'),
      GIT_PROXY_COMMAND: traps.command('git-proxy'),
      GIT_EXTERNAL_DIFF: traps.command('diff'),
      GIT_EDITOR: traps.command('editor'),
      GIT_PAGER: traps.command('pager'),
      GIT_TRACE: join(home, 'trace'),
      GIT_TRACE_CURL: join(home, 'trace'),
      GIT_DIR: join(home, 'elsewhere'),
      GIT_ALLOW_PROTOCOL: 'ext:file:ssh:http:https',
    }
    await committed(await push({ env }))
    const refused = await push({ env, token: 'no-such-token', runId: 1002 })
    expect(refused.code).toBe(1)
    expect(await traps.sprung()).toEqual([])
    expect((await readdir(home)).sort()).toEqual(['.config', '.gitconfig', '.netrc'])
    const logins = fake.requests.map(({ headers }) => headers.authorization ?? '')
    expect(logins).not.toContain(`Basic ${Buffer.from('somebody:theirs').toString('base64')}`)
  })
})

test('the traps are real: plain git steps into them', async () => {
  const workspace = await hostileWorkspace()
  const env = { ...tokenEnvironment(fake.url, 'no-such-token'), GIT_TERMINAL_PROMPT: '1' }
  for (const args of [['status'], ['log', '-1'], ['add', '.'], ['fetch'], ['push', 'origin', 'HEAD:refs/heads/x']]) {
    await tryGit(workspace, args, { env })
  }
  expect(await traps.sprung()).toEqual(
    expect.arrayContaining(['askpass', 'clean', 'credential-helper', 'credential-of-host', 'fsmonitor', 'lfs']),
  )
})

describe('the network', () => {
  let requests: string[] = []
  let elsewhere: Server
  let url = ''

  beforeEach(async () => {
    requests = []
    elsewhere = createServer((request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`)
      response.writeHead(502).end()
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    elsewhere.closeAllConnections()
    await new Promise((resolve) => elsewhere.close(resolve))
  })

  const push = (workspace: string) =>
    pushRun(fake, { workspace, inputs: { 'commit-method': 'push', comment: 'never' } })

  eachDue<readonly [string, () => string[]]>([
    ['a proxy', () => ['http.proxy', url]],
    ['a proxy for this server', () => [`http.${fake.url}.proxy`, url]],
    ['another address for the server', () => [`url.${url}/.insteadOf`, `${fake.url}/`]],
    ['another address to push to', () => [`url.${url}/.pushInsteadOf`, `${fake.url}/`]],
    ['another repository to push to', () => ['remote.origin.pushurl', `${fake.url}/mallory/state`]],
    ['a remote of the name of the address', () => [`remote.${fake.url}/${STATE}.pushurl`, `${url}/${STATE}`]],
    ['an address that runs a command', () => ['remote.origin.pushurl', `ext::${traps.command('ext')}`]],
    ['a header of their own', () => [`http.${fake.url}/${STATE}.extraheader`, 'X-Theirs: 1']],
    ['a work tree elsewhere', () => ['core.worktree', '/']],
  ])('%s in the configuration of the checkout changes nothing', async (_, setting) => {
    await fake.createRepository('mallory/state', { files: { 'images.yaml': '[]\n' } })
    fake.tokens.set(WORKFLOW_TOKEN, {
      login: 'github-actions[bot]',
      permissions: new Map([
        ...(fake.tokens.get(WORKFLOW_TOKEN)?.permissions ?? []),
        ['mallory/state', { contents: 'write', pulls: 'write' }],
      ]),
    })
    const workspace = await checkout({ fake, repository: STATE })
    await git(workspace, ['config', ...setting()])
    await committed(await push(workspace))
    expect(requests).toEqual([])
    expect(await traps.sprung()).toEqual([])
    expect(await fake.log('mallory/state', 'main')).toHaveLength(1)
    expect(fake.requests.filter(({ headers }) => 'x-theirs' in headers)).toEqual([])
  })

  eachDue([['git-upload-pack'], ['git-receive-pack']])('a redirect of %s is not followed', async (service) => {
    const location = `${url}/${STATE}/info/refs?service=${service}`
    const respond = { status: 301, headers: { location }, body: 'Moved' }
    fake.faults.push({ match: ({ query }) => query.service === service, times: Number.POSITIVE_INFINITY, respond })
    const workspace = service === 'git-upload-pack' ? (await tempFolder('empty')).path : undefined
    const run = await pushRun(fake, {
      inputs: { 'commit-method': 'push' },
      ...(workspace === undefined ? {} : { workspace }),
    })
    expect(run.code, run.stdout).toBe(1)
    expect(run.stdout).toContain('The repository has moved: set state-repository')
    expect(requests).toEqual([])
  })
})

test('a run connects to the servers it is given, and to no other', async () => {
  const { path } = await tempFolder('hosts')
  const preload = fileURLToPath(new URL('../support/log-hosts.cjs', import.meta.url))
  const env = { NODE_OPTIONS: `--require=${preload}`, HOSTS_LOG: join(path, 'log') }
  for (const method of METHODS) {
    const run = await pushRun(fake, { inputs: { 'commit-method': method }, env })
    expect(run.code, run.stdout).toBe(0)
  }
  const hosts = new Set((await readFile(join(path, 'log'), 'utf8')).trim().split('\n'))
  expect([...hosts]).toEqual([new URL(fake.url).host])
})

turn()('no program or module of the checkout is loaded', async () => {
  const module = `require('node:child_process').execFileSync(${JSON.stringify(traps.command('module'))})\n`
  const files = ['yaml', 'zod', 'commander', '@actions/core', 'node:fs'].map((name) => `node_modules/${name}/index.js`)
  await fake.commitFiles(STATE, 'main', {
    ...Object.fromEntries([...files, 'index.js', 'lib/index.js', '.pnp.cjs'].map((path) => [path, module])),
    'package.json': `{"type":"commonjs","main":"index.js","scripts":{"preinstall":"${traps.command('script')}"}}`,
    '.npmrc': `script-shell=${traps.command('npm-shell')}\n`,
    git: { mode: '100755', content: `#!/bin/sh\n${traps.command('git-in-the-folder')}\n` },
    Makefile: `all:\n\t${traps.command('make')}\n`,
  })
  await committed(await pushRun(fake))
  expect(await traps.sprung()).toEqual([])
})

describe('what is taken for the checkout', () => {
  turn()('is not a repository further up, which may be anybody’s', async () => {
    const { path } = await tempFolder('home')
    await git(path, ['init', '--quiet', '.'])
    await writeFile(join(path, 'images.yaml'), 'not ours\n')
    await git(path, ['add', 'images.yaml'])
    await git(path, ['commit', '--quiet', '--message', 'dotfiles'])
    await makeHostile(path, traps, fake.url)
    const workspace = join(path, 'work')
    await mkdir(workspace)
    await committed(await pushRun(fake, { workspace }))
    expect(await readdir(workspace)).toEqual([])
    expect(await traps.sprung()).toEqual([])
  })

  turn()('is not a folder of files that looks like a bare repository', async () => {
    const files = Object.fromEntries(
      Object.entries({
        'images.yaml': await exampleImages(),
        HEAD: 'ref: refs/heads/main\n',
        'objects/x': '',
        'refs/heads/x': '',
        config: `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n${hostileConfiguration(traps, fake.url)}`,
      }).map(([path, text]) => [`state/${path}`, text]),
    )
    await fake.commitFiles(STATE, 'main', files)
    for (const method of METHODS) {
      const run = await pushRun(fake, { inputs: { 'state-path': 'state', 'commit-method': method } })
      expect(run.code, run.stdout).toBe(0)
    }
    expect(await traps.sprung()).toEqual([])
  })
})

turn()('git is called without a shell: fixed words first, addresses and refs behind --', async () => {
  const spy = await gitSpy()
  const branch = 'main\';touch$(pwned)|`x`&&"y'
  await fake.commitFiles(STATE, branch, { 'images.yaml': (await exampleImages()) + ORDER_BOOK })
  await fake.createPullRequest(STATE, { number: 1, head: { ref: branch } })
  const event = await eventPayloads.pullRequest(fake, STATE, 1)
  const inputs = { mode: 'commit', 'commit-method': 'push', 'commit-message': '$(pwned) `x`; --amend' }
  const run = await runAction({ fake, repository: STATE, ...event, inputs, env: { PATH: spy.path } })
  expect(run.code, run.stdout).toBe(0)
  const calls = await spy.calls()
  const network = calls.filter(([command]) => ['fetch', 'push', 'ls-remote'].includes(command ?? ''))
  expect(network.length).toBeGreaterThan(0)
  for (const call of network) {
    const words = call.slice(0, call.indexOf('--'))
    expect(words.join(' ')).toMatch(/^(?:fetch|push|ls-remote)(?: --[a-z-]+(?:=\S+)?)*$/)
    expect(words.filter((word) => word.includes(fake.url) && !word.startsWith('--force-with-lease='))).toEqual([])
  }
})
