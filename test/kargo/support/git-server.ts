/** Git repositories that the cluster clones and pushes to: real ones, over smart HTTP, open to everybody. */
import { parseGitPath, serveRepository } from '../../support/github/git-http.ts'
import type { Reply } from '../../support/github/model.ts'
import { text } from '../../support/github/replies.ts'
import { type FileChanges, type LogEntry, Repositories } from '../../support/github/repositories.ts'

/** What is wrong with a repository: its server drops every connection, takes no push, or wants a Secret that is not there. */
export type GitFault = 'down' | 'refuses-pushes' | 'asks-for-credentials'

/** A request for a repository, read whole. */
export interface GitServerRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** What is answered then. */
const FAILED: Readonly<Record<GitFault, Reply | undefined>> = {
  down: undefined,
  'refuses-pushes': text(403, 'You are not allowed to push code to this project.'),
  'asks-for-credentials': text(401, 'HTTP Basic: Access denied', { 'www-authenticate': 'Basic realm="forge"' }),
}

/** A git server that keeps its repositories in one folder. */
export class GitServer {
  /** OWNER/REPO → what is wrong with it at the moment. */
  readonly faults = new Map<string, GitFault>()
  /** OWNER/REPO → requests that failed for it. */
  readonly failures = new Map<string, number>()
  readonly #repositories: Repositories

  constructor(folder: string) {
    this.#repositories = new Repositories(folder)
  }

  async create(repository: string, files: FileChanges): Promise<void> {
    await this.#repositories.create(repository)
    await this.commit(repository, files)
  }

  /** A commit on main by somebody else. */
  commit(repository: string, files: FileChanges): Promise<string> {
    return this.#repositories.commitFiles(repository, 'main', files, 'A change')
  }

  /** Text of a file on a branch, null where there is none. */
  async read(repository: string, path: string, branch = 'main'): Promise<string | null> {
    return (await this.#repositories.readFiles(repository, branch)).get(path) ?? null
  }

  log(repository: string): Promise<LogEntry[]> {
    return this.#repositories.log(repository, 'main')
  }

  tip(repository: string, branch: string): Promise<string | null> {
    return this.#repositories.tip(repository, branch)
  }

  /** Has main point where another branch does: a merge by a person. */
  async merge(repository: string, branch: string): Promise<string> {
    const files = await this.#repositories.readFiles(repository, branch)
    return this.#repositories.commitFiles(repository, 'main', Object.fromEntries(files), `Merge ${branch}`)
  }

  /** Answers a request; undefined: the connection is to be dropped. */
  async serve({ path, body, ...request }: GitServerRequest): Promise<Reply | undefined> {
    const { fullName, service } = parseGitPath(path) ?? {}
    const repository = fullName === undefined ? undefined : this.#repositories.find(fullName)
    if (fullName === undefined || service === undefined || repository === undefined) return text(404, 'not found')
    const fault = this.faults.get(fullName)
    const pushes = service === 'git-receive-pack' || request.query.service === 'git-receive-pack'
    if (fault !== undefined && (pushes || fault !== 'refuses-pushes')) {
      this.failures.set(fullName, (this.failures.get(fullName) ?? 0) + 1)
      return FAILED[fault]
    }
    const record = { ...request, path, body: null, status: 0, unknown: false }
    return serveRepository(repository, 'kargo', { record, rawBody: body, fullName, service })
  }
}
