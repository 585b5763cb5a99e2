/** A registry and a GitLab that fail in a run that commits: what others say is committed, what is not known stays. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Answer, BAD, json } from '../support/bad-server.js'
import { eventPayloads } from '../support/events.js'
import { FakeGitHub } from '../support/fake-github.js'
import { FakeGitLab } from '../support/fake-gitlab.js'
import { FakeRegistry } from '../support/fake-registry.js'
import { eachDue, isCellDue } from '../support/full.js'
import { runAction, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { STATE } from './factory.js'

let github: FakeGitHub
let gitlab: FakeGitLab
let good: FakeRegistry
let other: FakeRegistry

const page: Answer = (_, response) => void response.writeHead(200).end(`<html>${Math.random()}</html>`)

beforeEach(async () => {
  github = await FakeGitHub.start()
  gitlab = await FakeGitLab.start()
  good = await FakeRegistry.start({ images: {} })
  other = await FakeRegistry.start({ images: {} })
  for (const registry of [good, other]) registry.push('acme/base', '1')
  const image = (name: string, source: string) =>
    `- {name: ${name}, registry: ${good.host}, repository: acme/${name}, source: {branch: main, dockerfile: Dockerfile, ${source}}}\n`
  const images = image('web', 'repo: acme/web, workflow: build.yml') + image('api', 'provider: gitlab, repo: group/api')
  await github.createRepository(STATE, { files: { 'images.yaml': images } })
  const dockerfile = `FROM ${good.host}/acme/base:1 AS one\nFROM ${other.host}/acme/base:1\nCOPY --from=one / /\n`
  await github.createRepository('acme/web', {
    files: { Dockerfile: dockerfile, '.github/workflows/build.yml': 'on: workflow_dispatch\n' },
  })
  github.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', 'acme/web': 'read' })
  const branches = { main: { Dockerfile: `FROM ${good.host}/acme/base:1\n` } }
  gitlab.projects.set('group/api', { id: 7, visibility: 'public', defaultBranch: 'main', branches })
})
afterEach(async () => {
  await Promise.all([github.close(), gitlab.close(), good.stop(), other.stop()])
})
afterAll(removeTempFolders)

async function push(runId: number) {
  const env = { GITLAB_URL: gitlab.url, IMAGE_FACTORY_PAUSE: '0.01', IMAGE_FACTORY_TIMEOUT: '2' }
  const event = await eventPayloads.push(github, STATE)
  const run = await runAction({ fake: github, repository: STATE, ...event, runId, inputs: { refresh: 'auto' }, env })
  expect(run.code, run.stdout).toBe(0)
  return run.annotations.map(({ message }) => message).join('\n')
}

interface StateFile {
  readonly discoveryStatus?: string
  readonly registry?: string
  readonly currentDigest?: string
  readonly baseImages?: readonly string[]
  readonly evidence?: { readonly source: string }
}

async function stateFile(isIt: (path: string, file: StateFile) => boolean): Promise<StateFile> {
  const files = [...(await github.readFiles(STATE, 'main'))].filter(([path]) => /^(?:base-)?images\//.test(path))
  const read = files.map(([path, text]) => [path, parse(text) as StateFile] as const)
  return read.find(([path, file]) => isIt(path, file))?.[1] ?? expect.fail('there is no such file')
}

const imageNamed = (name: string) => stateFile((path) => path === `images/${name}.yaml`)

const digestAt = async ({ host }: FakeRegistry) =>
  (await stateFile((path, { registry }) => path.startsWith('base-images/') && registry === host)).currentDigest

eachDue([
  ['never answers', BAD.silent],
  ['answers a byte at a time', BAD.drips],
  ['breaks off', BAD.cutOff],
  ['is rate-limiting requests', json({}, 429, { 'retry-after': '3600' })],
  ['is in trouble', json({}, 503)],
  ['wants somebody to log in', page],
] as readonly [string, Answer][])('a registry that %s', async (_, answer) => {
  await push(1001)
  const before = { good: await digestAt(good), other: await digestAt(other) }
  for (const registry of [good, other]) registry.push('acme/base', '1', { content: 'patched' })
  other.fail({ instead: answer })
  const said = await push(1002)
  expect(said).toMatch(
    new RegExp(`1 of 1 images at ${other.host} could not be looked up: .*The last known digests are kept`),
  )
  expect(await digestAt(other)).toBe(before.other)
  expect(await digestAt(good)).not.toBe(before.good)
})

/** An image as BuildKit pushes it: an index with an attestation, whose statement names the base. */
function pushBuilt() {
  const base = FakeRegistry.digestOf(good.images['acme/base']?.['1'] ?? '')
  const config = good.store(JSON.stringify({ os: 'linux', architecture: 'amd64', created: '2026-01-05T10:00:00Z' }))
  const manifest = good.store(JSON.stringify({ schemaVersion: 2, config: { digest: config }, layers: [] }))
  const uri = `pkg:docker/${good.host}/acme/base@1?digest=${base}&platform=linux%2Famd64`
  const statement = good.store(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v0.1',
      predicateType: 'https://slsa.dev/provenance/v1',
      subject: [{ name: '_', digest: { sha256: manifest.slice('sha256:'.length) } }],
      predicate: {
        buildDefinition: { resolvedDependencies: [{ uri, digest: { sha256: base.slice('sha256:'.length) } }] },
      },
    }),
  )
  const layer = { mediaType: 'application/vnd.in-toto+json', digest: statement, size: 100 }
  const annotations = { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' }
  const attestation = good.store(JSON.stringify({ schemaVersion: 2, layers: [{ ...layer, annotations }] }))
  const about = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': manifest }
  const manifests = [
    { digest: manifest, platform: { os: 'linux', architecture: 'amd64' } },
    { digest: attestation, platform: { os: 'unknown', architecture: 'unknown' }, annotations: about },
  ]
  const index = JSON.stringify({ schemaVersion: 2, manifests })
  good.images['acme/web'] = { '1.0.0': index }
  return { index: good.store(index), manifest, config, attestation, statement }
}

const CONTENTS = ['index', 'manifest', 'config', 'attestation', 'statement'] as const

/** Of each content one comes with every change. Whether it is asked again in the next run. What a registry has, or has not, behind a digest stays so. */
const FAILURES: readonly (readonly [string, Answer, 'asked again' | 'settled'])[] = [
  ['never answers', BAD.silent, 'asked again'],
  ['answers a byte at a time', BAD.drips, 'asked again'],
  ['breaks off', BAD.cutOff, 'asked again'],
  ['is rate-limiting requests', json({}, 429, { 'retry-after': '3600' }), 'asked again'],
  ['is in trouble', json({}, 503), 'asked again'],
  ['wants somebody to log in', page, 'asked again'],
  ['has lost it', json({}, 404), 'settled'],
  ['has something else in its place', json({ schemaVersion: 2, manifests: [] }), 'settled'],
]

describe.each(CONTENTS.map((content, at) => [content, at] as const))('asked for the %s of an image', (content, at) => {
  for (const [index, [name, answer, then]] of FAILURES.entries()) {
    test.skipIf(!isCellDue(at, index, FAILURES.length, 2))(
      `a registry that ${name}: ${then}`,
      async () => {
        const digest = pushBuilt()[content]
        good.fail({ instead: answer, only: new RegExp(`${digest}$`) })
        await push(1001)
        const { currentDigest, evidence } = await imageNamed('web')
        expect(currentDigest).toBe(pushBuilt().index)
        if (then === 'asked again') expect(evidence).toBeUndefined()
        else if (content === 'config') expect(evidence).toMatchObject({ source: 'provenance' })
        else expect(evidence).toMatchObject({ source: 'none' })
        good.fail({})
        good.requests.length = 0
        await push(1002)
        const contents = good.requests.filter(({ url }) => url.includes('/acme/web/') && url.includes('sha256:'))
        if (then === 'settled') expect(contents).toEqual([])
        else expect(await imageNamed('web')).toMatchObject({ evidence: { source: 'provenance' } })
      },
      60_000,
    )
  }
})

test('a GitLab that is gone', async () => {
  await push(1001)
  const { baseImages } = await imageNamed('api')
  expect(baseImages).toHaveLength(1)
  gitlab.faults.push({ times: 999, respond: 'reset' })
  await github.commitFiles('acme/web', 'main', { Dockerfile: `FROM ${good.host}/acme/base:1\n` }, 'One base less')
  expect(await push(1002)).toMatch(/api: discovery failed; the last known base images are kept/)
  expect(await imageNamed('api')).toMatchObject({ discoveryStatus: 'failed', baseImages })
  expect(await imageNamed('web')).toMatchObject({ discoveryStatus: 'success', baseImages })
})
