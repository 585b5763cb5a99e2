/** Engine `actions` decides the histories as a live Kargo did, from what the same forge answers. */
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { knownImage } from '../../../src/explain/index.js'
import { outlookOf } from '../../../src/policy/index.js'
import { rebuildsOf } from '../../../src/state/index.js'
import { BadServer } from '../../support/bad-server.js'
import {
  BUILD_SECONDS,
  type ForeignRun,
  HISTORIES,
  type History,
  type HistoryEnd,
  RETRY_PAUSE_SECONDS,
  WORDS,
  wrongStarts,
} from '../../support/histories.js'
import { BuildForge } from '../../support/kargo/build-forge.js'
import { GITLAB_DIALECT, githubDialect, TOKEN } from '../../support/kargo/dialects.js'
import { Factory } from './factory.js'
import { GITHUB, GITLAB, type TestedForge } from './forges.js'

beforeEach(() => {
  vi.stubEnv('IMAGE_FACTORY_PAUSE', '0.001')
})

afterAll(() => {
  vi.unstubAllEnvs()
})

/** Seconds between two runs of the factory. */
const STEP = 5

/** What the two forges differ in. */
const PLACES = {
  GitHub: {
    dialect: githubDialect('github.com'),
    source: '{repo: acme/app, branch: main, workflow: build.yml}',
    path: '/api/v3/repos/acme/app/actions/workflows/build.yml',
  },
  GitLab: {
    dialect: GITLAB_DIALECT,
    source: '{provider: gitlab, repo: acme/app, branch: main}',
    path: '/api/v4/projects/acme%2Fapp',
  },
} as const

function imagesFile({ forge }: TestedForge, { entry = {} }: History): string {
  const { rebuildDelay = '90s', minimumReleaseAge = '0', autoRebuild = true } = entry
  const policy = `rebuildDelay: ${rebuildDelay}, minimumReleaseAge: ${minimumReleaseAge}, autoRebuild: ${autoRebuild}`
  const { source } = PLACES[forge]
  return `settings: {engine: actions, retryPause: ${RETRY_PAUSE_SECONDS}s}
images:
  - {name: app, registry: ghcr.io, repository: acme/app, ${policy}, source: ${source}}
`
}

/** The factory and its forge, on one clock. */
class Replay {
  readonly factory: Factory
  readonly forge: BuildForge
  readonly #tested: TestedForge
  readonly #server: BadServer
  readonly #history: History
  readonly #began: number
  readonly #foreign = new Set<number>()
  #digest = ''

  private constructor(tested: TestedForge, history: History, server: BadServer) {
    const bases = { app: history.entry?.bases === 2 ? ['first', 'second'] : ['first'] }
    const { conclusions = ['success'], buildSeconds = BUILD_SECONDS, watched } = history
    this.factory = new Factory(imagesFile(tested, history), bases, tested.connect(server.url, TOKEN))
    this.forge = new BuildForge(PLACES[tested.forge].dialect, () => this.factory.now / 1000)
    const ends = Array.from({ length: watched }, (_, index) => conclusions[index] ?? conclusions.at(-1) ?? '')
    this.forge.plan.seconds = buildSeconds
    this.forge.plan.conclusions = ends.map(WORDS[tested.forge])
    this.#tested = tested
    this.#history = history
    this.#server = server
    this.#began = this.factory.now + 600_000
    server.answer = ({ method, url, headers, body }, response) => {
      const request = { method, url: `${server.url}${url}`, headers: new Map(Object.entries(headers)), body }
      const answer = this.forge.serve(request as Parameters<BuildForge['serve']>[0])
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
    }
  }

  static async start(tested: TestedForge, history: History): Promise<Replay> {
    return new Replay(tested, history, await BadServer.start(() => undefined))
  }

  async play(): Promise<{ readonly starts: readonly number[]; readonly end: HistoryEnd }> {
    const { factory, forge } = this
    const events = [...this.#history.events]
    for (let at = -60; at <= this.#history.watched; at += STEP) {
      while (events[0] !== undefined && events[0].at <= at) {
        const [event] = events.splice(0, 1)
        factory.now = this.#began + (event?.at ?? 0) * 1000
        if (event !== undefined) this.#happen(event)
      }
      factory.now = this.#began + at * 1000
      this.#publish()
      factory.client = this.#tested.connect(this.#server.url, TOKEN)
      await factory.run()
    }
    const started = forge.builds.filter(({ id }) => !this.#foreign.has(id))
    return { starts: started.map(({ startedAt }) => startedAt - this.#began / 1000), end: this.#end() }
  }

  #happen(event: History['events'][number]): void {
    if (event.what === 'base moves') this.#digest = this.factory.moveBase(event.base === 1 ? 'second' : 'first')
    else if (event.what === 'run') this.#build(event)
    // What has expired is no override that holds.
    else if (event.what === 'override') this.factory.override(event.isExpired === true ? '' : this.#digest)
    else if (event.what === 'forge accepts') this.forge.recovers()
    else this.forge.fails({ on: 'dispatch', times: 1000, answer: { status: 403, body: { message: 'no' } } })
  }

  #build({ event, branch = 'main', conclusion = 'success', seconds = BUILD_SECONDS }: ForeignRun): void {
    const { forge } = this.#tested
    const place = `${this.#server.url}${PLACES[forge].path}`
    const words = { event: WORDS[forge](event), conclusion: WORDS[forge](conclusion) }
    const isDispatched = event === 'workflow_dispatch'
    const endsAt = this.factory.now / 1000 + seconds
    this.#foreign.add(this.forge.start(place, { ...words, isDispatched, branch, endsAt }).id)
  }

  /** Good builds of the branch are published; a pull request's is not. */
  #publish(): void {
    const published = this.forge.builds.filter(
      ({ branch, event = '' }) => branch === 'main' && !event.includes('request'),
    )
    this.factory.runs.length = 0
    for (const { id, startedAt, endsAt, conclusion } of published) {
      const times = { startedAt: startedAt * 1000, endsAt: endsAt * 1000 }
      this.factory.runs.push({ id: String(id), image: 'app', ...times, isGood: conclusion === 'success', isOurs: true })
    }
  }

  #end(): HistoryEnd {
    const { factory } = this
    const record = factory.images.get('app')
    const [image] = factory.tracked
    if (image === undefined) throw new Error('there is no image')
    const policy = { staggerSeconds: 0, overrides: factory.overrides }
    const { kind } = outlookOf(image.enrollment, knownImage(record, factory.bases), policy)
    if (kind === 'up-to-date' || kind === 'held') return kind === 'held' ? 'waits' : 'built'
    const result = rebuildsOf(record)[0]?.result
    if (result === 'refused') return result
    if (result === 'failed' || result === 'canceled') return 'failed'
    throw new Error(`it is ${kind}, and the last rebuild ${result}`)
  }

  stop(): Promise<void> {
    return this.#server.close()
  }
}

describe.each([GITHUB, GITLAB])('engine actions, with $forge', (tested) => {
  test.each(HISTORIES)('$title', async (history) => {
    const replay = await Replay.start(tested, history)
    const { starts, end } = await replay.play().finally(() => replay.stop())
    const expected = history.actions ?? history
    expect(wrongStarts(starts, expected, 2 * STEP), 'when builds were started').toBeNull()
    expect(end).toBe(expected.end)
  })
})
