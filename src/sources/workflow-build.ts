import {
  type ActionStep,
  type BakeStep,
  type BuildFile,
  type BuildPasses,
  type BuildTarget,
  type BuildValue,
  chooseBuild,
  chooseTarget,
  contextTargets,
  DEFAULT_BUILD_FILES,
  isKnown,
  overrideTarget,
  readBuildFile,
  readWorkflow,
  type WorkflowFacts,
} from '../build-definition/index.js'
import type { Enrollment, GitHubSource } from '../enrollment/enrollment.js'
import { type FileAnswer, type FileRequest, requestKey } from './source-file.js'

/** Answers by request key, of one round or of several. */
export type Answers = ReadonlyMap<string, FileAnswer>

/** Another build that the image's build is put together from (`contexts: base = target:base`). */
export interface LinkedBuild {
  readonly name: string
  /** null: its text stands in the definition. */
  readonly dockerfile: string | null
  readonly inline: string | null
  readonly passes: BuildPasses
}

/** What the definition of an image's build tells. */
export interface DefinedBuild {
  /** null: nothing could be read; images.yaml and the Dockerfile alone decide. */
  readonly passes: BuildPasses | null
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
  | { readonly kind: 'bake'; readonly step: BakeStep; readonly files: readonly FileRequest[] }
  | { readonly kind: 'none'; readonly reason: string | null }

/** Chooses the step of the workflow that builds the image. */
export function chooseStep(image: Enrollment, source: GitHubSource, reading: WorkflowReading): BuildStepChoice {
  if (reading.kind !== 'read') return { kind: 'none', reason: null }
  const published = image.registry === '' ? null : `${image.registry}/${image.repository}`
  const choice = chooseBuild(reading.facts, source.dockerfile, published)
  if (!choice.ok) return { kind: 'none', reason: choice.reason }
  const { build } = choice
  if (build.kind === 'build-push') return { kind: 'step', step: build, assumed: choice.assumed }
  return { kind: 'bake', step: build, files: definitionRequests(source, build) }
}

function definitionRequests(source: GitHubSource, step: BakeStep): FileRequest[] {
  const named = step.files.filter(isKnown).map(({ text }) => text)
  const files = step.files.length === 0 ? DEFAULT_BUILD_FILES : named
  const folder = folderOf(step)
  return files
    .map((file) => insidePath(folder, file))
    .filter((path) => path !== null)
    .map((path) => ({ provider: 'github', repo: source.repo, branch: source.branch, path }))
}

function folderOf({ workdir }: BakeStep): string {
  return workdir !== null && isKnown(workdir) ? workdir.text : ''
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
  const read = readDefinitions(files, step.environment, answers)
  if (read.file === null) return { ...NOTHING, reason: read.reason }
  const names = step.targets.filter(isKnown).map(({ text }) => text)
  const folder = folderOf(step)
  const targets = new Map([...read.file.targets].map(([name, one]) => [name, overrideTarget(one, step.set)]))
  const file = { ...read.file, targets }
  const target = chooseTarget(file, dockerfile, { names, folder })
  if (!target.ok) return { ...NOTHING, reason: target.reason }
  const { name, passes, inline } = target.build
  const linked = contextTargets(file, name)
  if (!linked.ok) return { ...NOTHING, reason: linked.message }
  return {
    passes,
    inline: inline !== null && isKnown(inline) ? inline.text : null,
    linked: linked.targets.map((one) => linkedBuild(one, folder)),
    assumed: target.assumed,
    reason: null,
  }
}

function linkedBuild(target: BuildTarget, folder: string): LinkedBuild {
  const { name, passes, inline } = target
  if (inline !== null) return { name, passes, dockerfile: null, inline: isKnown(inline) ? inline.text : null }
  const text = (value: BuildValue | null, otherwise: string) =>
    value === null ? otherwise : isKnown(value) ? value.text : null
  const [context, file] = [text(target.context, '.'), text(target.dockerfile, 'Dockerfile')]
  const path = context === null || file === null ? null : insidePath(`${folder}/${context}`, file)
  return { name, passes, dockerfile: path, inline: null }
}

function readDefinitions(
  files: readonly FileRequest[],
  environment: ReadonlyMap<string, BuildValue>,
  answers: Answers,
): { readonly file: BuildFile | null; readonly reason: string | null } {
  const targets = new Map<string, BuildTarget>()
  const groups = new Map<string, readonly string[]>()
  const reasons: string[] = []
  for (const request of files) {
    const answer = answers.get(requestKey(request))
    if (answer?.kind !== 'found') continue
    const read = readBuildFile(answer.text, request.path, environment)
    if (!read.ok) reasons.push(`${request.path}: ${read.message}`)
    else {
      for (const [name, target] of read.definition.targets) targets.set(name, target)
      for (const [name, members] of read.definition.groups) groups.set(name, members)
    }
  }
  if (reasons.length > 0) return { file: null, reason: reasons.join(' ') }
  if (targets.size === 0) return { file: null, reason: 'the bake step names no file that could be read.' }
  return { file: { targets, groups }, reason: null }
}
