/** A runner behind a proxy: names that only the proxy knows, and no other way out. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { selfSigned } from '../support/certificate.js'
import { eventPayloads } from '../support/events.js'
import { FakeGitHub } from '../support/fake-github.js'
import { FakeGitLab } from '../support/fake-gitlab.js'
import { FakeProxy, type TlsFront, tlsFront } from '../support/fake-proxy.js'
import { FakeRegistry } from '../support/fake-registry.js'
import { runAction, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { STATE } from './factory.js'

const NAMES = { 'github.test': 'github', 'gitlab.test': 'gitlab', 'registry.test': 'registry' } as const
const IMAGES = `- name: web
  registry: registry.test
  repository: acme/web
  source: {repo: acme/web, branch: main, dockerfile: Dockerfile, workflow: build.yml}
- name: api
  registry: registry.test
  repository: acme/api
  source: {provider: gitlab, repo: group/api, branch: main, dockerfile: Dockerfile}
`

let github: FakeGitHub
let gitlab: FakeGitLab
let registry: FakeRegistry
let proxy: FakeProxy
let fronts: Readonly<Record<string, TlsFront>>
let environment: Record<string, string>

beforeEach(async () => {
  github = await FakeGitHub.start()
  await github.createRepository(STATE, { files: { 'images.yaml': IMAGES } })
  await github.createRepository('acme/web', {
    files: { Dockerfile: 'FROM registry.test/acme/base:1\n', '.github/workflows/build.yml': 'on: workflow_dispatch\n' },
  })
  github.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', 'acme/web': 'read' })
  gitlab = await FakeGitLab.start()
  const branches = { main: { Dockerfile: 'FROM registry.test/acme/base:1\n' } }
  gitlab.projects.set('group/api', { id: 7, visibility: 'public', defaultBranch: 'main', branches })
  registry = await FakeRegistry.start({ images: {} })
  registry.push('acme/base', '1')
  const certificate = selfSigned(Object.keys(NAMES))
  const ports = {
    github: new URL(github.url).port,
    gitlab: new URL(gitlab.url).port,
    registry: registry.host.split(':')[1],
  }
  const opened = Object.entries(NAMES).map(
    async ([name, of]) => [`${name}:443`, await tlsFront(certificate, Number(ports[of]))] as const,
  )
  fronts = Object.fromEntries(await Promise.all(opened))
  proxy = await FakeProxy.start((target) => fronts[target] ?? 502)
  const { path } = await tempFolder('authority')
  const authority = join(path, 'ca.pem')
  await writeFile(authority, certificate.cert)
  environment = {
    GITHUB_SERVER_URL: 'https://github.test',
    GITHUB_API_URL: 'https://github.test/api/v3',
    GITHUB_GRAPHQL_URL: 'https://github.test/api/graphql',
    GITLAB_URL: 'https://gitlab.test',
    HTTPS_PROXY: `http://robot:p%40ss@${proxy.host}`,
    NODE_EXTRA_CA_CERTS: authority,
    GIT_SSL_CAINFO: authority,
    IMAGE_FACTORY_PAUSE: '0.01',
  }
})
afterEach(async () => {
  const all = [proxy, ...Object.values(fronts), github, gitlab]
  await Promise.all(all.map((one) => one.close()))
  await registry.stop()
})
afterAll(removeTempFolders)

async function push(more: Readonly<Record<string, string>> = {}) {
  const event = await eventPayloads.push(github, STATE)
  const inputs = { refresh: 'auto' }
  return runAction({ fake: github, repository: STATE, ...event, inputs, env: { ...environment, ...more } })
}

test('GitHub, git, GitLab and registries are all reached through it', async () => {
  const run = await push()
  expect(run.code, run.stdout).toBe(0)
  const files = await github.readFiles(STATE, 'main')
  const base = [...files].find(([path]) => path.startsWith('base-images/'))?.[1]
  expect(base).toMatch(/currentDigest: "?sha256:[0-9a-f]{64}/)
  expect(files.get('images/api.yaml')).toContain('discoveryStatus: success')
  expect(files.get('images/web.yaml')).toContain('discoveryStatus: success')
  expect([...new Set(proxy.connects.map(({ target }) => target))].sort()).toEqual(Object.keys(fronts).sort())
  expect(github.requests.map(({ path }) => path)).toContain(`/${STATE}/git-upload-pack`)
  const login = `Basic ${Buffer.from('robot:p@ss').toString('base64')}`
  for (const { authorization } of proxy.connects) expect([login, undefined]).toContain(authorization)
  const arrived = [...github.requests, ...gitlab.requests].map(({ headers }) => headers['proxy-authorization'])
  expect(new Set(arrived)).toEqual(new Set([undefined]))
  expect(run.stdout + run.summary).not.toContain('p@ss')
})

test('without it nobody is reached, and it is said who', async () => {
  const run = await push({ HTTPS_PROXY: '' })
  expect(run.code).toBe(1)
  expect(proxy.connects).toEqual([])
  expect(run.stdout).toMatch(/Could not resolve host: github\.test/)
})

test('NO_PROXY excepts a server', async () => {
  const run = await push({ NO_PROXY: 'gitlab.test' })
  expect(run.code, run.stdout).toBe(0)
  expect(gitlab.requests).toEqual([])
  expect(run.stdout).toMatch(/gitlab\.test could not be reached \((?:ENOTFOUND|EAI_AGAIN)\)/)
})
