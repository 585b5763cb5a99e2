/** A small factory that is put back after each run: one image, two pull requests, the comment of an earlier run. */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { checkout } from '../../support/checkout.js'
import { eventPayloads, type WorkflowEvent } from '../../support/events.js'
import { type Comment, FakeGitHub, type Fault } from '../../support/fake-github.js'
import { git } from '../../support/git.js'
import { type ActionRun, runAction, WORKFLOW_TOKEN } from '../../support/run-action.js'
import { tempFolder } from '../../support/temp-folder.js'
import { STATE } from '../factory.js'

const SOURCE = 'acme/web'

const images = (delay: string) => `- name: web
  registry: ghcr.io
  repository: acme/web
  rebuildDelay: ${delay}
  source: {repo: ${SOURCE}, branch: main, dockerfile: Dockerfile, workflow: build.yml}
`
const WORKFLOW = `on: {workflow_dispatch: {}}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {push: true, tags: 'ghcr.io/acme/web:1'}
`

/** What a run is about. */
export type Scenario = 'pull request' | 'pull request again' | 'push, API' | 'push, git' | 'report of a fork'

/** What a run left on the server. */
export interface Written {
  /** Commits on the default branch that were not there before. */
  readonly commits: number
  /** Comments with this run's report. */
  readonly comments: number
  /** Whether the comments are those that were there before, to the letter. */
  readonly isOldComment: boolean
  /** Why the report could not be held against the base branch, as it says itself; empty where it could. */
  readonly withoutBase: string
}

/** A run, and what it left. */
export interface Finished {
  readonly run: ActionRun
  readonly written: Written
}

/** How a run is started. */
export interface StageRun {
  readonly faults: readonly Fault[]
  readonly env: Readonly<Record<string, string>>
  /** Whether the workspace holds the pull request already, as after actions/checkout; saves most of the git. */
  readonly isCheckedOut: boolean
}

type Events = Readonly<Record<Scenario, WorkflowEvent>>

/** One fake GitHub for one run at a time. */
export class Stage {
  readonly fake: FakeGitHub
  readonly #main: string
  readonly #comments: readonly Comment[]
  readonly #events: Events
  readonly #artifact: string
  /** A checkout of the first pull request; a run that commits nothing leaves it as it is. */
  readonly #workspace: string

  private constructor(
    fake: FakeGitHub,
    main: string,
    events: Events,
    folders: Record<'artifact' | 'workspace', string>,
  ) {
    this.fake = fake
    this.#main = main
    this.#comments = fake.comments.map((comment) => ({ ...comment }))
    this.#events = events
    this.#artifact = folders.artifact
    this.#workspace = folders.workspace
  }

  static async open(): Promise<Stage> {
    const fake = await FakeGitHub.start()
    await fake.createRepository(STATE, { files: { 'images.yaml': images('7d') } })
    await fake.createRepository(SOURCE, {
      files: { Dockerfile: 'FROM node:22\n', '.github/workflows/build.yml': WORKFLOW },
    })
    fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCE]: 'read' })
    for (const [number, delay] of [
      [1, '2d'],
      [2, '3d'],
    ] as const) {
      await fake.commitFiles(STATE, `topic-${number}`, { 'images.yaml': images(delay) }, 'Rebuild more often')
      await fake.createPullRequest(STATE, { number, head: { ref: `topic-${number}` } })
    }
    const first = await eventPayloads.pullRequest(fake, STATE, 1)
    const again = await eventPayloads.pullRequest(fake, STATE, 2)
    const { path: artifact } = await tempFolder('artifact')
    const { outputs } = await runAction({ fake, repository: STATE, ...first, inputs: { comment: 'never' } })
    await cp(outputs.get('report-data') ?? '', join(artifact, 'image-factory-report.json'))
    const fork = await eventPayloads.workflowRun(fake, STATE, 1)
    const main = await fake.mergePullRequest(STATE, 2)
    const push = await eventPayloads.push(fake, STATE)
    for (const run of [901, 902]) {
      const marker = `<!-- image-factory:report id=default sha=abc run=${run} attempt=1 -->`
      fake.addComment(STATE, 2, { login: 'github-actions[bot]', body: `${marker}\nOf an earlier run` })
    }
    const events = {
      'pull request': first,
      'pull request again': again,
      'push, API': push,
      'push, git': push,
      'report of a fork': fork,
    }
    const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/1/merge' })
    return new Stage(fake, main, events, { artifact, workspace })
  }

  async close(): Promise<void> {
    await this.fake.close()
  }

  /** Runs the action with faults, and puts everything back. */
  async run(scenario: Scenario, { faults, env, isCheckedOut }: StageRun): Promise<Finished> {
    const { fake } = this
    fake.requests.length = 0
    fake.faults.splice(0, Infinity, ...faults)
    const inputs = {
      ...(scenario === 'push, git' ? { 'commit-method': 'push' } : {}),
      ...(scenario === 'report of a fork' ? { 'report-from': this.#artifact } : {}),
    }
    const event = this.#events[scenario]
    const place = isCheckedOut && scenario === 'pull request' ? { workspace: this.#workspace } : {}
    const run = await runAction({ fake, repository: STATE, ...event, ...place, inputs, env, timeoutMs: 100_000 })
    const written = await this.#written()
    await git(fake.repositories.get(STATE).gitDir, ['update-ref', 'refs/heads/main', this.#main])
    fake.comments.splice(0, Infinity, ...this.#comments.map((comment) => ({ ...comment })))
    return { run, written }
  }

  async #written(): Promise<Written> {
    const { fake } = this
    const log = await fake.log(STATE, 'main')
    const bodies = (comments: readonly Comment[]) => comments.map(({ issue, body }) => `${issue} ${body}`)
    return {
      commits: log.findIndex(({ sha }) => sha === this.#main),
      comments: bodies(fake.comments).filter((body) => body.includes(' run=1001 attempt=1 -->')).length,
      withoutBase: fake.comments
        .map(({ body }) => /^\*What the base branch brings .*$/m.exec(body)?.[0] ?? '')
        .join(''),
      isOldComment: bodies(fake.comments).join() === bodies(this.#comments).join(),
    }
  }
}
