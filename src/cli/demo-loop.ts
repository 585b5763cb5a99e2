import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseImagesFile } from '../enrollment/index.js'
import { explainImages, paragraphs } from '../explain/index.js'
import { forEachForge, serverUrls } from '../forges/index.js'
import type { Plan } from '../plan.js'
import { commitAndStart, removalsOf } from '../plan-and-commit.js'
import { connectRuns } from '../rebuild/index.js'
import { renderSummary } from '../report/index.js'
import { registryAccess } from '../run-options.js'
import { readOptional, readState, type StateFolder } from '../state/index.js'
import { DemoForge, DemoRegistry } from './demo-servers.js'
import { commandRunOptions } from './run-options.js'
import type { Terminal } from './terminal.js'

const HOUR = 3_600_000

export interface DemoState {
  readonly state: StateFolder
  /** Commits these files to the remote, which has no other writer. */
  readonly commit: (files: ReadonlyMap<string, string>, removals: readonly string[]) => Promise<string>
  readonly folder: string
}

const imagesFile = (host: string) => `settings:
  engine: actions
images:
  - name: web
    registry: ${host}
    repository: acme/web
    source:
      repo: acme/web
      branch: main
      workflow: build.yml
`

const WORKFLOW = `on:
  workflow_dispatch:
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: { push: true, tags: "REGISTRY/acme/web:1.0.1" }
`

/**
 * The loop without a cluster, with a registry and a forge on loopback: a base image changes, the run decides to
 * rebuild, starts the build, and the published image proves which base it was built on.
 *
 * @param start ISO 8601.
 * @returns whether it ended as expected.
 */
export async function demoLoop(
  { heading, print }: Readonly<Record<'heading' | 'print', (text: string) => void>>,
  demo: DemoState,
  terminal: Terminal,
  start: string,
): Promise<boolean> {
  // The image was built a month ago: its rebuildDelay of a week has passed.
  let hours = -30 * 24
  const now = () => new Date(Date.parse(start) + hours * HOUR).toISOString()
  const registry = await DemoRegistry.start()
  const publish = (tag: string) => registry.push(`acme/web:${tag}`, { builtOn: ['library/node:22'], created: now() })
  const forge = await DemoForge.start(now, () => publish('1.0.1'))
  const run = () => runOnce(demo, forge, terminal, now())
  try {
    heading('6. Without a cluster (engine: actions): another factory, its registry and forge on this machine')
    registry.push('library/node:22', { created: now() })
    publish('1.0.0')
    hours = 0
    await makeSources(demo, registry.host)
    print(imagesFile(registry.host))
    await run()

    heading('7. The base image changes, and the next scheduled run starts the build')
    hours = 1
    print(`node:22 is now ${registry.push('library/node:22', { created: now() }).slice(0, 19)}…\n`)
    print(renderSummary((await run()).report))

    heading('8. The run after that: the published image proves what it was built on')
    hours = 2
    await run()
    const explained = explanation(demo.state, now())
    print(explained)
    return explained.includes('it is built on the current digest of each of its base images')
  } finally {
    registry.close()
    forge.close()
  }
}

async function runOnce(
  { state, commit, folder }: DemoState,
  { url }: DemoForge,
  terminal: Terminal,
  now: string,
): Promise<Plan> {
  const options = { images: '', output: '', sources: join(folder, 'sources') }
  const registries = await registryAccess({}, () => undefined)
  const client = connectRuns({
    servers: { ...forEachForge(() => url), githubApi: `${url}/api/v3` },
    tokens: forEachForge(() => 'demo'),
    log: { warning: () => undefined, debug: () => undefined },
  })
  const builds = { client, me: `demo ${now}`, request: null, clock: () => Date.parse(now) }
  const run = { ...commandRunOptions('commit', { options, env: {}, terminal, now }, registries), writes: true, builds }
  const { plan } = await commitAndStart(run, state, {
    commit: async (planned) => ({ kind: 'committed', sha: await commit(planned.files, removalsOf(planned)) }),
    record: async (files) => ({ kind: 'committed', sha: await commit(files, []) }),
    refetch: async () => state,
  })
  return plan
}

async function makeSources({ folder, state }: DemoState, host: string): Promise<void> {
  await writeFile(join(state.root, 'images.yaml'), imagesFile(host))
  const source = join(folder, 'sources/acme/web')
  await mkdir(join(source, '.github/workflows'), { recursive: true })
  await writeFile(join(source, 'Dockerfile'), `FROM ${host}/library/node:22\nCOPY . /app\n`)
  await writeFile(join(source, '.github/workflows/build.yml'), WORKFLOW.replace('REGISTRY', host))
}

function explanation({ root }: StateFolder, now: string): string {
  const { enrolled } = parseImagesFile(readOptional(root, 'images.yaml') ?? '', 'images.yaml')
  if (enrolled === null) return ''
  const [one] = explainImages({ enrolled, records: readState(root), overrides: [], now, urls: serverUrls({}) })
  return one === undefined ? '' : paragraphs(one, { images: 'images.yaml', overrides: 'overrides.yaml' }, now)
}
