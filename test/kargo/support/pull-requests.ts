/** Pull requests of the fake GitHub: what Kargo's steps open, find and wait for. */
import type { ForgeAnswer } from './builds.ts'
import type { GitServer } from './git-server.ts'

export interface PullRequest {
  readonly repo: string
  readonly number: number
  readonly title: string
  readonly body: string
  readonly head: string
  readonly base: string
  readonly createdAt: string
  state: 'open' | 'closed'
  mergeCommit: string | null
}

type Query = Readonly<Record<string, string>>

/** The pull requests of all repositories. */
export class PullRequests {
  readonly all: PullRequest[] = []
  readonly #git: GitServer
  readonly #url: string

  constructor(git: GitServer, url: string) {
    this.#git = git
    this.#url = url
  }

  of(repo: string): PullRequest[] {
    return this.all.filter((pull) => pull.repo === repo)
  }

  /** A person merges it. */
  async merge(pull: PullRequest): Promise<void> {
    pull.mergeCommit = await this.#git.merge(pull.repo, pull.head)
    pull.state = 'closed'
  }

  /** A person closes it. */
  close(pull: PullRequest): void {
    pull.state = 'closed'
  }

  /** Answers a request; null: it is none about pull requests. */
  answer(method: string, path: string, query: Query, body: Readonly<Record<string, unknown>>) {
    const [, repo, number] = /^\/repos\/([^/]+\/[^/]+)\/pulls(?:\/(\d+))?$/.exec(path) ?? []
    if (repo === undefined) return null
    if (number !== undefined) return this.#one(repo, Number(number))
    return method === 'POST' ? this.#open(repo, body) : this.#list(repo, query)
  }

  async #one(repo: string, number: number): Promise<ForgeAnswer> {
    const pull = this.of(repo).find((one) => one.number === number)
    if (pull === undefined) return { status: 404, body: { message: 'Not Found' } }
    return { status: 200, body: await this.#view(pull) }
  }

  async #open(repo: string, { title, body, head, base }: Readonly<Record<string, unknown>>): Promise<ForgeAnswer> {
    const pull: PullRequest = {
      repo,
      number: this.of(repo).length + 1,
      title: String(title),
      body: String(body),
      head: String(head),
      base: String(base),
      createdAt: new Date().toISOString(),
      state: 'open',
      mergeCommit: null,
    }
    this.all.push(pull)
    return { status: 201, body: await this.#view(pull) }
  }

  async #list(repo: string, { state = 'open', head, base }: Query): Promise<ForgeAnswer> {
    const found = this.of(repo).filter(
      (pull) =>
        (state === 'all' || pull.state === state) &&
        (head === undefined || pull.head === head.replace(/^.*:/, '')) &&
        (base === undefined || pull.base === base),
    )
    return { status: 200, body: await Promise.all(found.map((pull) => this.#view(pull))) }
  }

  async #view(pull: PullRequest): Promise<object> {
    const url = `${this.#url}/${pull.repo}/pull/${pull.number}`
    return {
      number: pull.number,
      state: pull.state,
      title: pull.title,
      body: pull.body,
      html_url: url,
      draft: false,
      merged: pull.mergeCommit !== null,
      merged_at: pull.mergeCommit === null ? null : new Date().toISOString(),
      merge_commit_sha: pull.mergeCommit,
      created_at: pull.createdAt,
      head: { ref: pull.head, sha: (await this.#git.tip(pull.repo, pull.head)) ?? '0'.repeat(40) },
      base: { ref: pull.base },
    }
  }
}
