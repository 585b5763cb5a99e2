/** The client against distribution's own registry, where the machine has it (Debian: docker-registry). */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectRegistries } from '../../../src/registry/index.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'

const isInstalled = spawnSync('docker-registry', ['--version']).status === 0

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const CREATED = '2026-02-03T04:05:06.000Z'
const CONFIG = JSON.stringify({ architecture: 'amd64', os: 'linux', created: CREATED, rootfs: { type: 'layers' } })
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: MANIFEST_TYPE,
  config: {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(CONFIG),
    size: Buffer.byteLength(CONFIG),
  },
  layers: [],
})
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'
const INDEX = JSON.stringify({
  schemaVersion: 2,
  mediaType: INDEX_TYPE,
  manifests: [
    {
      mediaType: MANIFEST_TYPE,
      digest: digestOf(MANIFEST),
      size: Buffer.byteLength(MANIFEST),
      platform: { os: 'linux', architecture: 'amd64' },
    },
  ],
})

describe.skipIf(!isInstalled)('docker-registry (skipped where it is not installed)', () => {
  let server: ChildProcess
  let registry: string

  beforeAll(async () => {
    registry = `127.0.0.1:${await freePort()}`
    const { path } = await tempFolder()
    const config = {
      version: 0.1,
      storage: { filesystem: { rootdirectory: join(path, 'data') } },
      http: { addr: registry },
    }
    await writeFile(join(path, 'config.yml'), JSON.stringify(config))
    server = spawn('docker-registry', ['serve', join(path, 'config.yml')], { stdio: 'ignore' })
    await push()
  })
  afterAll(async () => {
    server.kill()
    await removeTempFolders()
  })

  async function push(): Promise<void> {
    for (let turn = 0; !(await isUp()); turn += 1) {
      if (turn === 100) throw new Error('docker-registry does not come up')
      await sleep(100)
    }
    const started = await fetch(`http://${registry}/v2/acme/web/blobs/uploads/`, { method: 'POST' })
    const upload = new URL(started.headers.get('location') ?? '', `http://${registry}`)
    upload.searchParams.set('digest', digestOf(CONFIG))
    const blob = { method: 'PUT', body: CONFIG, headers: { 'content-type': 'application/octet-stream' } }
    expect((await fetch(upload, blob)).status).toBe(201)
    await put(digestOf(MANIFEST), MANIFEST, MANIFEST_TYPE)
    for (const tag of ['1.0.0', '1.1.0', 'latest']) await put(tag, INDEX, INDEX_TYPE)
  }

  async function put(reference: string, body: string, type: string): Promise<void> {
    const url = `http://${registry}/v2/acme/web/manifests/${reference}`
    const { status } = await fetch(url, { method: 'PUT', body, headers: { 'content-type': type } })
    expect(status).toBe(201)
  }

  const isUp = () =>
    fetch(`http://${registry}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    )

  it('answers what the client asks', async () => {
    const client = connectRegistries({ credentials: async () => null })
    const web = { registry, repository: 'acme/web' }
    const digest = digestOf(INDEX)
    expect(await client.digest({ ...web, tag: '1.1.0' })).toEqual({ kind: 'found', value: digest })
    expect(await client.digest({ ...web, tag: 'none' })).toEqual({ kind: 'missing' })
    // In no order: older releases of the registry give them as they find them.
    const tags = await client.tags(web)
    expect(tags.kind === 'found' ? [...tags.value].sort() : tags).toEqual(['1.0.0', '1.1.0', 'latest'])
    const platforms = new Map([['linux/amd64', digestOf(MANIFEST)]])
    expect(await client.platforms({ ...web, digest })).toEqual({ kind: 'found', value: platforms })
    expect(await client.created({ ...web, digest })).toEqual({ kind: 'found', value: CREATED })
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
