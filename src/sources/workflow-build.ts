import {
  type ActionStep,
  type BakeStep,
  type BuildFile,
  type BuildInputs,
  type BuildTarget,
  type BuildValue,
  chooseBuild,
  chooseTarget,
  contextTargets,
  DEFAULT_BUILD_FILES,
  isKnown,
  oneLine,
  readBuildFiles,
  readWorkflow,
  type WorkflowFacts,
} from '../build-definition/index.js'
import type { Enrollment, GitHubSource } from '../enrollment/enrollment.js'
import { type FileAnswer, type FileRequest, requestKey } from './source-file.js'

/** Answers by request key, of one round or of several. */
export type Answers = ReadonlyMap<string, FileAnswer>

/**
 * Another build that the image's build is put together from (`contexts: base = target:base`), or another way to build
 * its own Dockerfile.
 */
export interface LinkedBuild {
  readonly name: string
  /** Whether it builds the image's own Dockerfile, so that what images.yaml says holds for it as well. */
  readonly isImage: boolean
  /** null: its text stands in the definition. */
  readonly dockerfile: string | null
  readonly inline: string | null
  readonly passes: BuildInputs
}

/** What the definition of an image's build tells. */
export interface DefinedBuild {
  /** null: nothing could be read; images.yaml and the Dockerfile alone decide. */
  readonly passes: BuildInputs | null
  /** The Dockerfile's text where the definition holds it instead of a file. */
  readonly inline: string | null
  readonly linked: readonly LinkedBuild[]
  /** In words: what had to be assumed to say so. */
  readonly assumed: readonly string[]
  /** Why nothing could be read; null where something was, or where there is nothing to read. */
  readonly reason: string | null
}

const NOTHING: DefinedBuild = { passes: null, inline: null, linked: [], assumed: [], reason: null }

/** Where the workflow of an image stands; null where none is enrolled. */
export function workflowRequest(source: GitHubSource): FileRequest | null {
  if (source.workflow === null) return null
  const path = `.github/workflows/${source.workflow}`
  return { provider: 'github', repo: source.repo, branch: source.branch, path }
}

/** A workflow read, or why it could not be. */
export type WorkflowReading =
  | { readonly kind: 'read'; readonly facts: WorkflowFacts }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown' }

/** Reads the workflow of an image out of the answers. */
export function readWorkflowAnswer(request: FileRequest, answer: FileAnswer | undefined): WorkflowReading {
  if (answer?.kind !== 'found') return { kind: answer?.reason === 'file' ? 'missing' : 'unknown' }
  const read = readWorkflow(answer.text, { file: request.path })
  if (read.ok) return { kind: 'read', facts: read.workflow }
  const place = [request.path, read.line].filter((part) => part !== null).join(':')
  return { kind: 'unreadable', message: `${place}: ${read.message}` }
}

/** What builds an image, as far as its workflow alone tells; a bake step needs its files next. */
export type BuildStepChoice =
  | { readonly kind: 'step'; readonly step: ActionStep; readonly assumed: readonly string[] }
  | {
      readonly kind: 'bake'
      readonly step: BakeStep
      readonly files: readonly FileRequest[]
      readonly image: string | null
    }
  | { readonly kind: 'none'; readonly reason: string | null }

/** Chooses the step of the workflow that builds the image. */
export function chooseStep(image: Enrollment, source: GitHubSource, reading: WorkflowReading): BuildStepChoice {
  if (reading.kind !== 'read') return { kind: 'none', reason: null }
  const published = image.registry === '' ? null : `${image.registry}/${image.repository}`
  const choice = chooseBuild(reading.facts, source.dockerfile, published)
  if (!choice.ok) return { kind: 'none', reason: choice.reason }
  const { build } = choice
  if (build.kind === 'build-push') return { kind: 'step', step: build, assumed: choice.assumed }
  return { kind: 'bake', step: build, files: definitionRequests(source, build), image: published }
}

/**
 * The files that bake reads. `cwd://` names one beside those that bake fetches where it has no checkout, which are read
 * first (buildx, `bake/bake.go` ParseFiles).
 */
function definitionRequests(source: GitHubSource, step: BakeStep): FileRequest[] {
  const named = step.files.filter(isKnown).map(({ text }) => text)
  const isFetched = step.workdir === null && (step.source === null || folderIn(step.source) === null)
  const beside = named.filter((file) => isFetched && file.startsWith(BESIDE))
  const ordered = [...named.filter((file) => !beside.includes(file)), ...beside]
  const files = step.files.length === 0 ? DEFAULT_BUILD_FILES : ordered
  const folder = folderOf(step)
  return files
    .map((file) => insidePath(folder, file.startsWith(BESIDE) ? file.slice(BESIDE.length) : file))
    .filter((path) => path !== null)
    .map((path) => ({ provider: 'github', repo: source.repo, branch: source.branch, path }))
}

const BESIDE = 'cwd://'

/** Where bake runs: `workdir` until bake-action's version 5, a folder as `source` from version 6 on. */
function folderOf({ workdir, source }: BakeStep): string {
  if (workdir !== null) return isKnown(workdir) ? workdir.text : ''
  if (source === null || !isKnown(source)) return ''
  return folderIn(source) ?? DEFAULT_CONTEXT.exec(source.text)?.[1] ?? ''
}

const DEFAULT_CONTEXT = /^\{\{ {0,9}defaultContext {0,9}\}\}:(.*)$/s

/** The folder that `source` is; null: it is an address, and bake fetches what is there. */
function folderIn(source: BuildValue): string | null {
  return isKnown(source) && !/^(?:[a-z]+:\/\/|git@|github\.com\/|\{\{)/i.test(source.text) ? source.text : null
}

/** A path below the repository's top; null where it leaves it or is no plain path. */
function insidePath(folder: string, file: string): string | null {
  const parts: string[] = []
  for (const part of `${folder}/${file}`.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '' && part !== '.') parts.push(part)
  }
  const path = parts.join('/')
  return path === '' || /[\p{C}]/u.test(path) || file.includes('://') ? null : path
}

/** What the chosen step passes, its bake and compose files read. */
export function definedBuild(choice: BuildStepChoice, dockerfile: string, answers: Answers): DefinedBuild {
  if (choice.kind === 'none') return { ...NOTHING, reason: choice.reason }
  if (choice.kind === 'step') return { ...NOTHING, passes: choice.step.passes, assumed: choice.assumed }
  const { step, files } = choice
  const read = readDefinitions(step, files, answers)
  if (read.file === null) return { ...NOTHING, reason: read.reason }
  const names = step.targets.filter(isKnown).map(({ text }) => text)
  const folder = folderOf(step)
  const target = chooseTarget(read.file, dockerfile, { names, folder, image: choice.image })
  if (!target.ok) return { ...NOTHING, reason: target.reason }
  const { name, passes, inline } = target.build
  const links = linksOf(read.file, [name, ...target.others.map((other) => other.name)])
  if (!links.ok) return { ...NOTHING, reason: links.message }
  const others = target.others.map((one) => ({ ...linkedBuild(one, folder), dockerfile, isImage: true }))
  return {
    passes,
    inline: inline !== null && isKnown(inline) ? inline.text : null,
    linked: [...others, ...links.targets.map((one) => linkedBuild(one, folder))],
    assumed: [...read.assumed, ...target.assumed],
    reason: null,
  }
}

/** The targets that targets are built on, each once. */
function linksOf(file: BuildFile, names: readonly string[]): ReturnType<typeof contextTargets> {
  const found = new Map<string, BuildTarget>()
  for (const name of names) {
    const linked = contextTargets(file, name)
    if (!linked.ok) return linked
    for (const target of linked.targets) found.set(target.name, target)
  }
  return { ok: true, targets: [...found.values()] }
}

function linkedBuild(target: BuildTarget, folder: string): LinkedBuild {
  const { name, passes, inline } = target
  if (inline !== null) {
    return { name, passes, isImage: false, dockerfile: null, inline: isKnown(inline) ? inline.text : null }
  }
  const text = (value: BuildValue | null, otherwise: string) =>
    value === null ? otherwise : isKnown(value) ? value.text : null
  const [context, file] = [text(target.context, '.'), text(target.dockerfile, 'Dockerfile')]
  const place = context?.startsWith(BESIDE) ? context.slice(BESIDE.length) : context
  const path = place === null || file === null ? null : insidePath(`${folder}/${place}`, file)
  return { name, passes, isImage: false, dockerfile: path, inline: null }
}

interface Definitions {
  readonly file: BuildFile | null
  readonly reason: string | null
  readonly assumed: readonly string[]
}

function readDefinitions(
  { files: named, environment, set }: BakeStep,
  files: readonly FileRequest[],
  answers: Answers,
): Definitions {
  const texts: { file: string; text: string }[] = []
  const assumed: string[] = []
  for (const request of files) {
    const answer = answers.get(requestKey(request))
    if (answer?.kind === 'found') texts.push({ file: request.path, text: answer.text })
    else if (named.length > 0) assumed.push(`the bake step names ${oneLine(request.path)}, which could not be read`)
  }
  const nothing = (reason: string): Definitions => ({ file: null, reason, assumed: [] })
  const read = readBuildFiles(texts, { environment, set })
  if (!read.ok) {
    const place = [read.file ?? texts.map(({ file }) => file).join(', '), read.line]
    return nothing(`${place.filter((part) => part !== null).join(':')}: ${read.message} ${REMEDY}`)
  }
  const { definition } = read
  if (definition.targets.size === 0) return nothing('the bake step names no file that could be read.')
  return { file: definition, reason: null, assumed }
}

const REMEDY = 'Say what the build passes under `build` in images.yaml.'
