import {
  type BuildChoice,
  type BuildInputs,
  type BuildTarget,
  type BuildValue,
  chooseBuilds,
  displayPath,
  type FileReading,
  type FileReference,
  type FollowedBuilds,
  followBuilds,
  insidePath,
  isKnown,
  readDefinition,
  readWorkflow,
  targetDockerfile,
  type WorkflowFacts,
  type YamlFile,
} from '../build-definition/index.js'
import type { EnrolledImage, WorkflowSource } from '../enrollment/images-file.js'
import { bakeRequests, definitionOf, requestFor } from './bake-files.js'
import { type FileAnswer, type FileAnswers, type FileRequest, requestKey } from './source-file.js'

/** What the definition of an image's build tells. */
export interface DefinedBuild {
  /** Empty: nothing could be read; images.yaml and the Dockerfile alone decide. */
  readonly builds: readonly {
    readonly inputs: BuildInputs
    readonly inline: string | null
    readonly isPossible: boolean
  }[]
  /** The builds that it depends on (`contexts: base = target:base`). */
  readonly linked: readonly {
    readonly name: string
    /** null: its text is inline in the definition, or it is unknown. */
    readonly dockerfile: string | null
    readonly inline: string | null
    readonly inputs: BuildInputs
  }[]
  /** Assumptions made, in words. */
  readonly assumed: readonly string[]
  /** Why nothing could be read; null if something was, or if there is nothing to read. */
  readonly reason: string | null
}

const NO_BUILD: DefinedBuild = { builds: [], linked: [], assumed: [], reason: null }

/** A parsed workflow, or why there is none. */
export type WorkflowReading =
  | { readonly kind: 'read'; readonly facts: WorkflowFacts; readonly file: YamlFile; readonly path: string }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown' }

/** Parses the workflow of an image from the answers. */
export function readWorkflowAnswer(request: FileRequest, answer: FileAnswer | undefined): WorkflowReading {
  if (answer?.kind !== 'found') return { kind: answer?.reason === 'file' ? 'missing' : 'unknown' }
  const read = readWorkflow(answer.text, { file: request.path })
  if (read.ok) return { kind: 'read', facts: read.workflow, file: read.file, path: request.path }
  const place = [request.path, read.line].filter((part) => part !== null).join(':')
  return { kind: 'unreadable', message: `${place}: ${read.message}` }
}

/** Parses the files that define builds, each once, however many images share them. */
export class Definitions {
  readonly #read = new Map<string, FileReading>()

  /** A workflow or an action; pending until it has an answer. */
  open(reference: FileReference, source: WorkflowSource, answers: FileAnswers): FileReading {
    const request = requestFor(reference, source)
    const answer = answers.get(requestKey(request))
    if (answer === undefined) return { kind: 'pending' }
    if (answer.kind === 'failed') return { kind: 'failed', message: `${answer.message} ${answer.remedy}` }
    const name = displayPath(reference)
    const key = `${requestKey(request)} ${name}`
    const reading = this.#read.get(key) ?? readDefinition(answer.text, name)
    this.#read.set(key, reading)
    return reading
  }
}

/** Follows the workflow of an image as far as the files read so far allow. */
export function followImage(
  source: WorkflowSource,
  reading: WorkflowReading,
  { answers, definitions, branch }: { answers: FileAnswers; definitions: Definitions; branch: string | null },
): FollowedBuilds | null {
  if (reading.kind !== 'read') return null
  const { facts, file, path } = reading
  const run = { repo: source.repo, branch, inputs: source.inputs }
  const reference: FileReference = { repo: null, ref: null, path }
  return followBuilds({ facts, file, reference }, run, (one) => definitions.open(one, source, answers))
}

/** The files needed to learn more about a followed build, without those already requested. */
export function wantedRequests(followed: FollowedBuilds, source: WorkflowSource, answers: FileAnswers): FileRequest[] {
  const definitions = followed.wanted.map((reference) => requestFor(reference, source))
  const baked = followed.builds.flatMap((step) => (step.kind === 'bake' ? bakeRequests(step, source, answers) : []))
  return [...definitions, ...baked].filter((request) => !answers.has(requestKey(request)))
}

/** The builds of a workflow that make the image. */
export function chooseImageBuilds(
  image: EnrolledImage,
  source: WorkflowSource,
  { followed, answers }: { followed: FollowedBuilds; answers: FileAnswers },
): BuildChoice | null {
  if (source.dockerfile === null) return null
  const published = image.registry === '' ? null : `${image.registry}/${image.repository}`
  const wanted = { dockerfile: source.dockerfile, image: published, allow: image.tags.allow }
  return chooseBuilds(followed, wanted, (step) => definitionOf(step, source, answers))
}

/** The inputs of the builds that make the image, and the builds they depend on. */
export function definedBuild(choice: BuildChoice | null): DefinedBuild {
  if (choice === null) return NO_BUILD
  if (!choice.ok) return { ...NO_BUILD, reason: choice.reason }
  return {
    builds: choice.builds.map(({ inputs, inline, isPossible }) => ({
      inputs,
      inline: textOf(inline),
      isPossible,
    })),
    linked: choice.linked.map(({ target, folder }) => linkedBuild(target, folder)),
    assumed: choice.assumed,
    reason: null,
  }
}

function textOf(value: BuildValue | null): string | null {
  return value !== null && isKnown(value) ? value.text : null
}

function linkedBuild(target: BuildTarget, folder: string | null) {
  const { name, inputs, inline } = target
  if (inline !== null) return { name, inputs, dockerfile: null, inline: textOf(inline) }
  const file = folder === null ? null : targetDockerfile(target.context, target.dockerfile, folder)
  return {
    name,
    inputs,
    dockerfile: file !== null && isKnown(file) ? insidePath(file.text) || null : null,
    inline: null,
  }
}
