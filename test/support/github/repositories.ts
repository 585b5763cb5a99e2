/** The bare repositories behind the fake GitHub, and how tests fill and read them. */
import { existsSync } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { git, TEST_IDENTITY } from '../git.js'
import { tempFolder } from '../temp-folder.js'
import {
  compareAndSwap,
  type FileContent,
  listTree,
  type Person,
  readCommit,
  readObject,
  readObjects,
  refTip,
  writeCommit,
} from './git-objects.js'
import { closeReaders } from './object-reader.js'

export interface Repository {
  readonly id: number
  /** OWNER/REPO */
  readonly fullName: string
  readonly owner: string
  readonly name: string
  readonly defaultBranch: string
  readonly private: boolean
  readonly archived: boolean
  readonly forkOf: string | null
  readonly gitDir: string
}

export interface RepositoryOptions {
  /** First commit; a repository without files has no commit. */
  readonly files?: Readonly<Record<string, FileContent>>
  readonly defaultBranch?: string
  /** Default true: only tokens that list it see it. */
  readonly private?: boolean
  readonly archived?: boolean
  /** Starts as a copy of this repository instead of `files`. */
  readonly forkOf?: string
}

export interface LogEntry {
  readonly sha: string
  /** Whole message, without trailing newlines. */
  readonly message: string
  readonly author: Person
  readonly committer: Person
  readonly parents: readonly string[]
}

export type FileChanges = Readonly<Record<string, FileContent | null>>

/** Settings of every bare repository: what GitHub's git servers allow. */
const CONFIG: readonly (readonly [string, string])[] = [
  ['gc.auto', '0'],
  ['receive.autogc', 'false'],
  ['core.logAllRefUpdates', 'false'],
  ['http.receivepack', 'true'],
  ['uploadpack.allowFilter', 'true'],
  ['uploadpack.allowAnySHA1InWant', 'true'],
  ['transfer.hideRefs', 'refs/fake'],
]

/** Repositories as they were made, by all that they are made from: most tests of a file begin with the same ones. */
const ALIKE = new Map<string, { readonly folder: string; readonly second: number }>()

/** 2026-01-01T00:00:00Z: every commit is a second later than the one before. */
const FIRST_SECOND = 1_767_225_600

export class Repositories {
  readonly #root: string
  readonly #byName = new Map<string, Repository>()
  #second = FIRST_SECOND

  constructor(root: string) {
    this.#root = root
  }

  /** Ends what reads them. */
  close(): void {
    closeReaders(this.#root)
  }

  /** Seconds since the epoch, one more each time. */
  tick(): number {
    this.#second += 1
    return this.#second
  }

  async create(fullName: string, options: RepositoryOptions = {}): Promise<Repository> {
    const [owner = '', name = '', ...rest] = fullName.split('/')
    if (owner === '' || name === '' || rest.length > 0) throw new Error(`not OWNER/REPO: ${fullName}`)
    if (this.find(fullName) !== undefined) throw new Error(`${fullName} exists already`)
    const parent = options.forkOf === undefined ? undefined : this.get(options.forkOf)
    const repository: Repository = {
      id: 1000 + this.#byName.size,
      fullName,
      owner,
      name,
      defaultBranch: options.defaultBranch ?? parent?.defaultBranch ?? 'main',
      private: options.private ?? true,
      archived: options.archived ?? false,
      forkOf: parent?.fullName ?? null,
      gitDir: join(this.#root, owner, `${name}.git`),
    }
    await mkdir(repository.gitDir, { recursive: true })
    this.#byName.set(fullName.toLowerCase(), repository)
    const key = JSON.stringify([repository.defaultBranch, this.#second, options.files])
    const alike = parent === undefined ? ALIKE.get(key) : undefined
    if (alike !== undefined && existsSync(alike.folder)) {
      await cp(alike.folder, repository.gitDir, { recursive: true })
      this.#second = alike.second
      return repository
    }
    await initialize(repository)
    if (parent !== undefined) {
      await git(repository.gitDir, ['fetch', '--quiet', '--no-tags', parent.gitDir, '+refs/heads/*:refs/heads/*'])
    } else if (options.files !== undefined) {
      await this.commitFiles(fullName, repository.defaultBranch, options.files, 'Initial commit')
      const { path: folder } = await tempFolder('alike')
      await cp(repository.gitDir, folder, { recursive: true })
      ALIKE.set(key, { folder, second: this.#second })
    }
    return repository
  }

  find(fullName: string): Repository | undefined {
    return this.#byName.get(fullName.toLowerCase().replace(/\.git$/, ''))
  }

  get(fullName: string): Repository {
    const repository = this.find(fullName)
    if (repository === undefined) throw new Error(`the fake GitHub has no repository ${fullName}`)
    return repository
  }

  /** Where a branch points, null when there is none. */
  tip(fullName: string, branch: string): Promise<string | null> {
    return refTip(this.get(fullName).gitDir, `refs/heads/${branch}`)
  }

  /** Commits as a person would who pushed in between; a new branch starts at the default branch. */
  async commitFiles(fullName: string, branch: string, files: FileChanges, message: string): Promise<string> {
    const repository = this.get(fullName)
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const tip = await this.tip(fullName, branch)
      const parent = tip ?? (await this.tip(fullName, repository.defaultBranch))
      await this.#refuseMissing(repository, parent, files)
      const to = await writeCommit(repository.gitDir, {
        parent,
        changes: new Map(Object.entries(files)),
        message,
        author: TEST_IDENTITY,
        committer: TEST_IDENTITY,
        time: this.tick(),
      })
      if (await compareAndSwap(repository.gitDir, `refs/heads/${branch}`, { from: tip, to })) return to
    }
    throw new Error(`could not commit to ${fullName} ${branch}: it moved every time`)
  }

  /** Every file at a ref as text; symbolic links as their target. */
  async readFiles(fullName: string, ref: string): Promise<Map<string, string>> {
    const { gitDir } = this.get(fullName)
    const blobs = (await listTree(gitDir, ref, { recursive: true })).filter((entry) => entry.type === 'blob')
    const objects = await readObjects(
      gitDir,
      blobs.map((entry) => entry.oid),
    )
    return new Map(blobs.map((entry, index) => [entry.path, objects[index]?.content.toString('utf8') ?? '']))
  }

  /** The commits of a branch, newest first. */
  async log(fullName: string, ref: string): Promise<LogEntry[]> {
    const { gitDir } = this.get(fullName)
    const shas = (await git(gitDir, ['rev-list', ref])).split('\n').filter((sha) => sha !== '')
    const commits = await Promise.all(shas.map((sha) => readCommit(gitDir, sha)))
    return commits.flatMap((commit) => {
      if (commit === null) return []
      const { oid, message, author, committer, parents } = commit
      const person = ({ name, email }: Person) => ({ name, email })
      return [{ sha: oid, message, author: person(author), committer: person(committer), parents }]
    })
  }

  /**
   * From now on every push to the default branch is refused by a hook that says `message`; commits by API are too. Null
   * lifts it.
   */
  async refusePushes(fullName: string, message: string | null): Promise<void> {
    const { gitDir, defaultBranch } = this.get(fullName)
    const hooks = join(gitDir, 'hooks')
    await mkdir(hooks, { recursive: true })
    const others = `grep -q ' refs/heads/${defaultBranch}$' || exit 0`
    const script =
      message === null ? '#!/bin/sh\nexit 0\n' : `#!/bin/sh\n${others}\ncat >&2 <<'END'\n${message}\nEND\nexit 1\n`
    await writeFile(join(hooks, 'pre-receive'), script, { mode: 0o755 })
    if (message === null) this.#refusals.delete(fullName.toLowerCase())
    else this.#refusals.set(fullName.toLowerCase(), message)
  }

  readonly #refusals = new Map<string, string>()

  refusal(fullName: string): string | undefined {
    return this.#refusals.get(fullName.toLowerCase())
  }

  async #refuseMissing(repository: Repository, parent: string | null, files: FileChanges): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      if (content !== null) continue
      const there = parent !== null && (await readObject(repository.gitDir, `${parent}:${path}`)) !== null
      if (!there) throw new Error(`${repository.fullName} has no ${path} to delete`)
    }
  }
}

const BARE_CONFIG = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n'

/** What `git init --bare` makes, without a template. */
async function initialize({ gitDir, defaultBranch }: Repository): Promise<void> {
  const config = CONFIG.map(([key, value]) => {
    const [section, variable] = key.split('.')
    return `[${section}]\n\t${variable} = ${value}\n`
  })
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags']) {
    await mkdir(join(gitDir, folder), { recursive: true })
  }
  await writeFile(join(gitDir, 'config'), `${BARE_CONFIG}${config.join('')}`)
  await writeFile(join(gitDir, 'HEAD'), `ref: refs/heads/${defaultBranch}\n`)
}
