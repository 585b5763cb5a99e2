/** What a run asks of GitHub: the bundle against the tests' GitHub, with every byte counted on the way. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { factoryOf } from './factory.ts'
import type { Support } from './support.ts'

/** What one run without anything known before asked for. */
export interface Network {
  readonly images: number
  /** Dockerfiles and workflows. */
  readonly files: number
  readonly requests: number
  readonly bytesSent: number
  /** Not compressed, as the fake answers; GitHub compresses. */
  readonly bytesReceived: number
}

const TOKEN = 'bench-token'

/** Runs `synth` once on a factory whose sources are on the fake GitHub. */
export async function measureNetwork(
  node: string,
  bundle: string,
  images: number,
  { FakeGitHub, runProcess }: Support,
): Promise<Network> {
  const { imagesYaml, repositories } = factoryOf(images)
  const fake = await FakeGitHub.start()
  const root = mkdtempSync(join(tmpdir(), 'image-factory-bench-'))
  const between = await countBytes(new URL(fake.url))
  try {
    for (const [repository, files] of repositories) await fake.createRepository(repository, { files })
    fake.addToken(TOKEN, Object.fromEntries([...repositories.keys()].map((name) => [name, 'read' as const])))
    mkdirSync(join(root, 'state'))
    writeFileSync(join(root, 'state/images.yaml'), imagesYaml)
    const { code, stdout, stderr } = await runProcess(node, [bundle, 'synth', '--state', join(root, 'state')], {
      env: { HOME: root, GITHUB_TOKEN: TOKEN, GITHUB_SERVER_URL: between.url, GITHUB_API_URL: `${between.url}/api/v3` },
      timeoutMs: 600_000,
    })
    if (code !== 0) throw new Error(`synth ended with ${code}: ${stdout}${stderr}`)
    const files = [...repositories.values()].reduce((sum, own) => sum + Object.keys(own).length, 0)
    const { requests } = fake
    return { images, files, requests: requests.length, bytesSent: between.sent(), bytesReceived: between.received() }
  } finally {
    between.close()
    await fake.close()
    rmSync(root, { recursive: true })
  }
}

/** A server that passes everything on to another one, and counts it, headers included. */
async function countBytes(to: URL) {
  let sent = 0
  let received = 0
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname)
    near.on('data', (chunk) => {
      sent += chunk.length
    })
    far.on('data', (chunk) => {
      received += chunk.length
    })
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    sent: () => sent,
    received: () => received,
    close: () => server.close(),
  }
}
