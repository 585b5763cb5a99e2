/** Images behind a digest: those that BuildKit 0.34 pushed (test/fixtures/evidence), and broken ones. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { connectRegistries } from '../../../src/registry/index.js'
import { json } from '../../support/bad-server.js'
import { FakeRegistry } from '../../support/fake-registry.js'

interface Dump {
  readonly images: readonly { readonly name: string }[]
  readonly manifests: readonly {
    readonly repository: string
    readonly digest: string
    readonly body: string
    readonly reference: string
  }[]
  readonly blobs: Readonly<Record<string, string>>
}

const file = fileURLToPath(new URL('../../fixtures/evidence/registry.json', import.meta.url))
const dump = JSON.parse(readFileSync(file, 'utf8')) as Dump
const PUSHED = new Map([
  ...dump.manifests.map(({ digest, body }) => [digest, body] as const),
  ...Object.entries(dump.blobs).map(
    ([digest, text]) => [digest, Buffer.from(text, 'base64').toString('utf8')] as const,
  ),
])

let registry: FakeRegistry
afterEach(() => registry.stop())

async function contents(
  repository: string,
  digest: string,
  wanted: { platforms?: string[]; statements?: boolean } = {},
) {
  const client = connectRegistries({ credentials: async () => null })
  const question = { registry: registry.host, repository, digest, platforms: [], statements: true, ...wanted }
  return { answer: await client.contents(question), client, question }
}

const serve = async (more: readonly (readonly [string, string])[] = []) => {
  registry = await FakeRegistry.start({ images: {}, contents: new Map([...PUSHED, ...more]) })
}
const topOf = (repository: string) =>
  dump.manifests.find((one) => one.repository === repository && one.reference === '1.0.0')?.digest ?? ''

describe('an image that BuildKit pushed', () => {
  it.each([
    ['an index of one platform with a statement', 'acme/single-v1-v1', [['linux/amd64', 3, 1]], 5],
    ['without a statement', 'acme/single-v1-none', [['linux/amd64', 3, 0]], 2],
    [
      'for two platforms',
      'acme/multi-v1-v1',
      [
        ['linux/amd64', 3, 1],
        ['linux/arm64', 3, 1],
      ],
      9,
    ],
  ])('%s', async (_, repository, shape, requests) => {
    await serve()
    const { answer } = await contents(repository, topOf(repository))
    if (answer.kind !== 'found') throw new Error(answer.kind)
    expect(
      answer.value.map(({ platform, layers, statements }) => [platform, layers?.length, statements.length]),
    ).toEqual(shape)
    for (const { digest, statements } of answer.value) {
      for (const text of statements) expect(text).toContain(digest.slice('sha256:'.length))
    }
    expect(registry.requests).toHaveLength(requests)
  })

  it('is read for the wanted platforms alone, and without statements where nobody needs them', async () => {
    await serve()
    const repository = 'acme/multi-v1-v1'
    const { answer } = await contents(repository, topOf(repository), { platforms: ['linux/arm64'], statements: false })
    expect(answer).toMatchObject({ kind: 'found', value: [{ platform: 'linux/arm64', statements: [] }] })
    expect(registry.requests).toHaveLength(3)
  })

  it('is asked for once, when it was built included', async () => {
    await serve()
    const repository = 'acme/multi-v1-v1'
    const { client, question } = await contents(repository, topOf(repository))
    const before = registry.requests.length
    expect(await client.created(question)).toMatchObject({ kind: 'found' })
    expect(registry.requests).toHaveLength(before)
  })
})

const image = (config: string) => JSON.stringify({ schemaVersion: 2, config: { digest: config }, layers: [] })
const stored = (text: string) => [FakeRegistry.digestOf(text), text] as const

describe('an image that is broken', () => {
  const config = stored(
    JSON.stringify({ os: 'linux', architecture: 'arm64', rootfs: { diff_ids: [`sha256:${'a'.repeat(64)}`] } }),
  )
  const good = stored(image(config[0]))
  const platform = { os: 'linux', architecture: 'arm64' }
  const about = (digest: string) => ({
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': digest,
  })
  const indexOf = (...manifests: readonly object[]) => stored(JSON.stringify({ schemaVersion: 2, manifests }))
  const statement = stored('{"predicateType": "x"}')
  const huge = () => stored('x'.repeat(5 * 1024 * 1024))
  const layer = (more: object) => ({
    mediaType: 'application/vnd.in-toto+json',
    digest: statement[0],
    size: 22,
    annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' },
    ...more,
  })

  it.each<[string, readonly (readonly [string, string])[], object]>([
    [
      'whose configuration is not there',
      [stored(image(`sha256:${'0'.repeat(64)}`))],
      [{ platform: 'linux/amd64', layers: null }],
    ],
    ['whose configuration is no JSON', [stored(image(stored('x')[0])), stored('x')], [{ layers: null }]],
    [
      'whose layers are no digests',
      [stored(image(stored('{"rootfs":{"diff_ids":["x"]}}')[0])), stored('{"rootfs":{"diff_ids":["x"]}}')],
      [{ layers: null }],
    ],
    ['that is an empty index', [indexOf()], []],
    [
      'that lists no image that is there',
      [indexOf({ digest: `sha256:${'0'.repeat(64)}`, platform })],
      [{ layers: null }],
    ],
    ['that lists no digests', [indexOf({ digest: 'x', platform }, 7 as never)], []],
    ['that names its platform in its configuration', [good, config], [{ platform: 'linux/arm64' }]],
  ])('%s', async (_, pushed, value) => {
    await serve(pushed)
    const { answer } = await contents('acme/web', pushed[0]?.[0] ?? '')
    expect(answer).toMatchObject({ kind: 'found', value })
  })

  it.each([
    ['a statement', {}, 1],
    [
      'something else that hangs on it',
      { annotations: { 'in-toto.io/predicate-type': 'https://spdx.dev/Document' } },
      0,
    ],
    ['a statement larger than any', { size: 5 * 1024 * 1024 }, 0],
    ['a statement that is larger than it says', { digest: huge()[0], size: 10 }, 0],
    ['another media type', { mediaType: 'application/vnd.oci.image.layer.v1.tar' }, 0],
    ['a statement that is not there', { digest: `sha256:${'0'.repeat(64)}` }, 0],
    ['no digest', { digest: 7 }, 0],
  ])('has %s', async (_, more, count) => {
    const attestation = stored(JSON.stringify({ schemaVersion: 2, layers: [layer(more)] }))
    const index = indexOf({ digest: good[0], platform }, { digest: attestation[0], annotations: about(good[0]) })
    await serve([good, config, statement, attestation, index, huge()])
    const { answer } = await contents('acme/web', index[0])
    if (answer.kind !== 'found') throw new Error(answer.kind)
    expect(answer.value[0]?.statements).toHaveLength(count)
  })

  const DIGEST = `sha256:${'d'.repeat(64)}`
  const NAME = 'org.opencontainers.image.base.name'
  const labelled = (labels: object, annotations: object = {}) => {
    const own = stored(JSON.stringify({ os: 'linux', architecture: 'amd64', config: { Labels: labels } }))
    const manifest = { ...(JSON.parse(image(own[0])) as object), annotations }
    return [stored(JSON.stringify(manifest)), own] as const
  }

  it.each<[string, object, object, object | null]>([
    [
      'both',
      { [NAME]: 'node:22', 'org.opencontainers.image.base.digest': DIGEST },
      {},
      { name: 'node:22', digest: DIGEST },
    ],
    ['a name alone', { [NAME]: 'node:22' }, {}, { name: 'node:22', digest: null }],
    [
      'a digest that is none',
      { [NAME]: 'node:22', 'org.opencontainers.image.base.digest': 'x' },
      {},
      { name: 'node:22', digest: null },
    ],
    ['an annotation', {}, { [NAME]: 'alpine:3' }, { name: 'alpine:3', digest: null }],
    ['a digest alone', { 'org.opencontainers.image.base.digest': DIGEST }, {}, null],
    ['a name that is no text', { [NAME]: 7 }, {}, null],
    ['a name that is too long', { [NAME]: 'x'.repeat(600) }, {}, null],
  ])('labels its base with %s', async (_, labels, annotations, said) => {
    const pushed = labelled(labels, annotations)
    await serve(pushed)
    const { answer } = await contents('acme/web', pushed[0][0])
    expect(answer).toMatchObject({ kind: 'found', value: [{ baseLabels: said }] })
  })

  it('has no statement that hangs on another image, and none beyond the limit', async () => {
    const attestation = stored(
      JSON.stringify({ schemaVersion: 2, layers: Array.from({ length: 20 }, () => layer({})) }),
    )
    const other = { digest: attestation[0], annotations: about(`sha256:${'b'.repeat(64)}`) }
    const index = indexOf({ digest: good[0], platform }, other)
    const many = indexOf({ digest: good[0], platform }, { digest: attestation[0], annotations: about(good[0]) })
    await serve([good, config, statement, attestation, index, many])
    expect((await contents('acme/web', index[0])).answer).toMatchObject({ value: [{ statements: [] }] })
    const { answer } = await contents('acme/web', many[0])
    expect(answer.kind === 'found' ? answer.value[0]?.statements.length : 0).toBe(8)
  })

  it.each<[string, string, object]>([
    ['whole', 'top', { kind: 'missing' }],
    ['manifest', 'manifest', { value: [{ layers: null, statements: [] }] }],
    ['configuration', 'config', { value: [{ layers: null, statements: [expect.any(String)] }] }],
    ['attestation', 'attestation', { value: [{ layers: [expect.any(String)], statements: [] }] }],
    ['statement', 'statement', { value: [{ layers: [expect.any(String)], statements: [] }] }],
  ])('whose %s is stored as something else is read as if that were not there', async (_, part, answer) => {
    const attestation = stored(JSON.stringify({ schemaVersion: 2, layers: [layer({})] }))
    const hanging = { digest: attestation[0], annotations: about(good[0]) }
    const top = indexOf({ digest: good[0], platform }, hanging)
    const parts = { top, manifest: good, config, attestation, statement }
    await serve(Object.values(parts))
    const [digest] = parts[part as keyof typeof parts]
    registry.fail({ only: new RegExp(digest), instead: json({ schemaVersion: 2, forged: true }) })
    expect((await contents('acme/web', top[0])).answer).toMatchObject(answer)
    // Somebody who wants to see a login shows it for everything, and not for ever.
    registry.fail({ only: new RegExp(digest), instead: (_, response) => void response.writeHead(200).end('<html>') })
    expect((await contents('acme/web', top[0])).answer.kind).toBe('unknown')
  })

  it('is not known where a part of it cannot be asked for', async () => {
    await serve([good, config])
    registry.fail({ statuses: [200, 500, 500, 500, 500, 500, 500] })
    expect((await contents('acme/web', good[0])).answer.kind).toBe('unknown')
  })
})
