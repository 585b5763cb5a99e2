import { Budget } from '../scan.js'
import { withMoves } from '../script/index.js'
import { contentKey, shortText } from '../value.js'
import { readYamlFile, type YamlFile } from '../yaml-file.js'
import type { DispatchedRun } from './contexts.js'
import type { BuildStep, StepPlace, UnreadStep } from './steps.js'

/** A parsed definition; `pending`: it will be requested. */
export type FileReading =
  | { readonly kind: 'read'; readonly file: YamlFile }
  /** `message` is a sentence. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'pending' }

/** Parses a workflow or an action that a definition names. */
export function readDefinition(text: string, name: string): FileReading {
  const read = readYamlFile(text, name)
  if (read.ok) return { kind: 'read', file: read.file }
  return { kind: 'failed', message: `${name}${read.line === null ? '' : `:${read.line}`}: ${read.message}` }
}

/** Returns the files that definitions name. */
export type ReadDefinition = (reference: FileReference) => FileReading

/** GitHub's limit on nested reusable workflows and composite actions (docs.github.com, "Reusing workflows"). */
const MAX_DEPTH = 10
/** Limit on files followed for one image's build. */
const MAX_FILES = 64
/** Limit on steps, counted for each job of a matrix. */
const MAX_STEPS = 20_000
/** Limit on builds of one workflow, counted for each job of a matrix. */
const MAX_BUILDS = 512
/** Limit on calls of one workflow, counted for each job of a matrix. */
const MAX_CALLS = 2000
/** Limit on text from expressions in one image's definitions, in characters. */
const MAX_TEXT = 8 * 1024 * 1024

/** Results collected while following a workflow, and their limits. */
export class Walk {
  readonly budget = new Budget(MAX_TEXT)
  readonly run: DispatchedRun
  readonly #read: ReadDefinition
  readonly #builds = new Map<string, BuildStep>()
  readonly #unread = new Map<string, UnreadStep>()
  readonly #wanted = new Map<string, FileReference>()
  readonly #files = new Set<string>()
  readonly #reached = new Set<string>()
  readonly #conditional = new Set<string>()
  #steps = 0
  #calls = 0

  constructor(run: DispatchedRun, read: ReadDefinition) {
    this.run = run
    this.#read = read
  }

  get found() {
    return {
      builds: [...this.#builds.values()],
      unread: [...this.#unread.values()],
      wanted: [...this.#wanted.values()],
      conditionalJobs: [...this.#conditional],
      limits: [...this.#reached].sort(),
    }
  }

  build(step: BuildStep): void {
    if (this.#builds.size >= MAX_BUILDS) this.#reach(`more than ${MAX_BUILDS} builds`)
    else this.#builds.set(contentKey(step), step)
    if (step.isConditional && step.runs === null) this.#conditional.add(step.job)
  }

  /** Records what a later step does with the images of a job: further names, and pushes. */
  move(job: string, moves: Parameters<typeof withMoves>[1]): void {
    if (moves.pushes.length + moves.retags.length === 0) return
    for (const [key, step] of this.#builds) {
      if (step.kind === 'build' && step.job === job) this.#builds.set(key, withMoves(step, moves))
    }
  }

  /** Records something that may build but is not read. */
  skip(place: StepPlace, what: string, reason: string): void {
    if (this.#unread.size >= MAX_BUILDS) return
    const step = { ...place, what: shortText(what), reason }
    this.#unread.set(contentKey(step), step)
  }

  /** Opens a file that a definition names; records a missing one as wanted. */
  open(reference: FileReference): FileReading {
    const key = referenceKey(reference)
    if (!this.#files.has(key) && this.#files.size >= MAX_FILES) {
      this.#reach(`more than ${MAX_FILES} files`)
      return { kind: 'failed', message: `it is assembled from more than ${MAX_FILES} files.` }
    }
    this.#files.add(key)
    const reading = this.#read(reference)
    if (reading.kind === 'pending') this.#wanted.set(key, reference)
    return reading
  }

  /** Whether another step may be read. */
  step(): boolean {
    this.#steps += 1
    if (this.#steps <= MAX_STEPS) return true
    this.#reach(`more than ${MAX_STEPS} steps`)
    return false
  }

  /** Whether a file may call another. */
  call(depth: number, place: StepPlace, reference: FileReference): boolean {
    this.#calls += 1
    if (depth < MAX_DEPTH && this.#calls <= MAX_CALLS) return true
    const limit = depth < MAX_DEPTH ? `more than ${MAX_CALLS} calls` : `calls nested more than ${MAX_DEPTH} deep`
    this.#reach(limit)
    this.skip(place, displayPath(reference), `is not followed: ${limit}`)
    return false
  }

  #reach(limit: string): void {
    this.#reached.add(limit)
  }
}

/** A file that a definition names. */
export interface FileReference {
  /** OWNER/REPO; null: the repository that the workflow runs in. */
  readonly repo: string | null
  /** Branch, tag or commit; null: the branch that the workflow runs on. */
  readonly ref: string | null
  readonly path: string
}

const REMOTE = /^([a-z\d][\w-]{0,99})\/(?!\.{1,2}\/)([\w.-]{1,100})\/([^@]{1,500})@([^@\s]{1,255})$/i

/** Paths that leave the repository, or contain invisible characters. */
const HOSTILE = /\p{C}|(?:^|\/)\.\.(?:\/|$)/u

/**
 * The file that the `uses` of a job names (docs.github.com, "Reusing workflows"): `./PATH` and `$/PATH` are in the same
 * repository and at the same ref as the workflow that names them, `OWNER/REPO/PATH@REF` is in another one.
 *
 * @param from the file that names it.
 * @param own OWNER/REPO that the workflow runs in.
 * @returns null for what GitHub would refuse.
 */
export function workflowReference(uses: string, from: FileReference, own: string): FileReference | null {
  if (HOSTILE.test(uses)) return null
  const local = /^[.$]\/(\.github\/workflows\/[^/@]{1,255}\.ya?ml)$/.exec(uses)?.[1]
  if (local !== undefined) return { ...from, path: local }
  const remote = remoteReference(uses, own)
  return remote !== null && /^\.github\/workflows\/[^/]+\.ya?ml$/.test(remote.path) ? remote : null
}

/** Parses `OWNER/REPO/PATH@REF`; null for other texts. */
export function remoteReference(uses: string, own: string): FileReference | null {
  const [, owner, name, path, ref] = HOSTILE.test(uses) ? [] : (REMOTE.exec(uses) ?? [])
  if (owner === undefined || name === undefined || path === undefined || ref === undefined) return null
  const repo = `${owner}/${name}`
  return { repo: repo.toLowerCase() === own.toLowerCase() ? null : repo, ref, path }
}

/** Key of a reference; equal references have equal keys. */
export function referenceKey({ repo, ref, path }: FileReference): string {
  return JSON.stringify([repo?.toLowerCase() ?? null, ref, path])
}

/** A file in the form users know: with the repository only if it is another one. */
export function displayPath({ repo, ref, path }: FileReference): string {
  if (repo === null && ref === null) return path
  return `${repo === null ? '' : `${repo}/`}${path}${ref === null ? '' : `@${ref}`}`
}
