/** A factory, of `engine: actions` unless its settings say something else, hour by hour: a registry, a forge, and runs whose clock is set. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { FakeRegistry } from '../support/fake-registry.js'
import type { WorkflowRun } from '../support/github/model.js'
import { type ActionRun, runAction, WORKFLOW_TOKEN } from '../support/run-action.js'
import { tempFolder } from '../support/temp-folder.js'
import { STATE, startFactory, stopFactory } from './factory.js'

export const SOURCE = 'acme/web'
const FIRST = Date.parse('2026-02-01T00:00:00Z') / 1000

const ACTIONS = '{engine: actions, retryPause: 1h, maxRebuildsPerRun: 100}'

const WORKFLOW = `on: {workflow_dispatch: {inputs: {base: {type: string}}}}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {push: true, tags: ghcr.io/acme/web:1}
`

/** What a state file says of a rebuild, as far as tests ask. */
export interface KnownRebuild {
  readonly reason: string
  readonly result: string
  readonly attempts: number
  readonly bases: readonly object[]
  readonly evidence?: string
  readonly claim: { readonly by: string | null } | null
  readonly run: { readonly id: string; readonly url: string } | null
}

export class RebuildFactory {
  readonly registry: FakeRegistry
  readonly fake: FakeGitHub
  #runId = 1000

  private constructor(registry: FakeRegistry, fake: FakeGitHub) {
    this.registry = registry
    this.fake = fake
  }

  /**
   * @param names of images; `acme/NAME` of the registry and of the forge.
   * @param options.source of an image's entry, in YAML; a workflow on GitHub without one.
   * @param options.settings in YAML.
   * @param options.runName what the workflow's runs are called; GitHub's own names without it.
   * @param options.entry more of each entry, in YAML; a `rebuildDelay` of 0 without it.
   */
  static async start(
    names: readonly string[] = ['web'],
    options: {
      readonly source?: string
      readonly settings?: string
      readonly entry?: string
      readonly runName?: string
    } = {},
  ): Promise<RebuildFactory> {
    const { entry = 'rebuildDelay: 0', settings = ACTIONS } = options
    const registry = await FakeRegistry.start({ images: {} })
    registry.push('acme/base', '1', { content: 'one' })
    const entries = names.map((name) => {
      registry.push(`acme/${name}`, '1.0.0', { created: '2026-01-05T10:00:00Z' })
      const where =
        options.source ??
        `{repo: ${SOURCE}, branch: main, dockerfile: Dockerfile, workflow: build.yml, inputs: {base: ${name}}}`
      return `  - {name: ${name}, registry: ${registry.host}, repository: acme/${name}, ${entry}, source: ${where}}\n`
    })
    const fake = await startFactory({ 'images.yaml': `settings: ${settings}\nimages:\n${entries.join('')}` })
    const runName = options.runName === undefined ? '' : `run-name: ${options.runName}\n`
    const workflow = runName + WORKFLOW
    const files = { Dockerfile: `FROM ${registry.host}/acme/base:1\n`, '.github/workflows/build.yml': workflow }
    await fake.createRepository(SOURCE, { files })
    fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCE]: 'write' })
    return new RebuildFactory(registry, fake)
  }

  async stop(): Promise<void> {
    await this.registry.stop()
    await stopFactory(this.fake)
  }

  /** One scheduled run, so many hours after the first. What is started in it starts as far into the hour as the run is. */
  async run(hours: number, options: Partial<Parameters<typeof runAction>[0]> = {}): Promise<ActionRun> {
    this.#runId += 1
    const { fake } = this
    const began = Date.now()
    fake.onDispatch = (run) => {
      run.startedAt = this.at(hours, (Date.now() - began) / 1000)
    }
    const event = await eventPayloads.schedule(fake, STATE)
    const env = { SOURCE_DATE_EPOCH: String(FIRST + hours * 3600), IMAGE_FACTORY_PAUSE: '0.01', ...options.env }
    const inputs = { refresh: 'auto', ...options.inputs }
    const about = { fake, repository: STATE, runId: this.#runId, timeoutMs: 200_000 }
    return runAction({ ...about, ...event, ...options, env, inputs })
  }

  /** The state as it is on the branch, in a folder of its own. */
  async stateFolder(): Promise<string> {
    const { path } = await tempFolder('state')
    for (const [name, text] of await this.fake.readFiles(STATE, 'main')) {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), text)
    }
    return path
  }

  /** ISO 8601. */
  at(hours: number, seconds = 0): string {
    return new Date((FIRST + hours * 3600 + seconds) * 1000).toISOString()
  }

  /** Somebody starts a build of the images, or Kargo does. */
  startBuild(hours: number, about: { readonly event?: string; readonly title?: string } = {}): WorkflowRun {
    const where = { repository: SOURCE, workflow: 'build.yml', branch: 'main', ...about }
    return this.fake.startRun({ ...where, startedAt: this.at(hours) })
  }

  /** A build ends then, well unless its conclusion says something else. */
  finish(run: WorkflowRun, hours: number, conclusion: 'success' | 'failure' = 'success'): void {
    this.fake.finishRun(run, conclusion)
    run.updatedAt = this.at(hours)
  }

  moveBase(content: string): void {
    this.registry.push('acme/base', '1', { content })
  }

  async rebuilds(name = 'web'): Promise<readonly KnownRebuild[]> {
    const files = await this.fake.readFiles(STATE, 'main')
    const record = parse(files.get(`images/${name}.yaml`) ?? '') as { rebuilds?: KnownRebuild[] } | null
    return record?.rebuilds ?? []
  }
}
