import {
  type BuildStep,
  type BuildValue,
  type FileReference,
  followBuilds,
  isKnown,
  METADATA_TAG,
  readDefinition,
  readWorkflow,
} from '../build-definition/index.js'
import { plainPath } from '../build-definition/paths.js'
import { type Problem, problem } from '../enrollment/index.js'
import { parseReference } from '../reference/index.js'
import { printable } from '../text/index.js'
import type { LocalClone } from './checkout.js'

export interface Detected {
  readonly value: string
  readonly why: string
}

export interface DetectedBuild {
  readonly dockerfile: Detected | null
  readonly workflow: Detected | null
  /** REGISTRY/REPOSITORY */
  readonly image: Detected | null
  /** What could not be determined, each with the option that sets it. */
  readonly faults: readonly Problem[]
}

export interface GivenBuild {
  readonly dockerfile: string | null
  readonly workflow: string | null
  /** REGISTRY/REPOSITORY */
  readonly image: string | null
}

export const NOTHING_DETECTED: DetectedBuild = { dockerfile: null, workflow: null, image: null, faults: [] }

/**
 * Chooses Dockerfile, workflow and image: the only candidate, or the only one consistent with the other two. If several
 * are left, the problem lists them with the option that chooses; nothing is guessed.
 */
export function chooseBuild(given: GivenBuild, checkout: LocalClone, all: readonly FoundBuild[]): DetectedBuild {
  const named = given.workflow === null ? all : all.filter(({ workflow }) => workflow === given.workflow)
  const tagging = named.filter(({ images }) => given.image !== null && images.includes(given.image))
  const builds = tagging.length > 0 ? tagging : named
  const dockerfile = chooseDockerfile(given, checkout, builds)
  if ('fault' in dockerfile) return { ...NOTHING_DETECTED, faults: [dockerfile.fault] }
  const path = plainPath(dockerfile.value)
  const exact = publishing(builds.filter((build) => build.dockerfile === path))
  const possible = exact.length > 0 ? exact : builds.filter((build) => build.dockerfile === null)
  const workflow = chooseWorkflow(path, possible, exact.length > 0)
  if (workflow !== null && 'fault' in workflow) return { ...NOTHING_DETECTED, dockerfile, faults: [workflow.fault] }
  const image = workflow === null ? null : chooseImage(given, workflow.value, possible)
  if (image !== null && 'fault' in image) return { ...NOTHING_DETECTED, dockerfile, workflow, faults: [image.fault] }
  return { dockerfile, workflow, image, faults: [] }
}

type Choice = Detected | { readonly fault: Problem }

function chooseDockerfile(
  given: GivenBuild,
  { dockerfiles, isWhole }: LocalClone,
  builds: readonly FoundBuild[],
): Choice {
  if (given.dockerfile !== null) return { value: given.dockerfile, why: 'from the option' }
  const built = [...new Set(publishing(builds).flatMap(({ dockerfile }) => dockerfile ?? []))]
  const left = dockerfiles.filter((path) => built.includes(path))
  const [only] = left.length > 0 ? left : dockerfiles
  if (only === undefined) {
    const looked = isWhole ? '' : ' in the part that could be searched (it is very large)'
    return {
      fault: problem('build-unclear', `the checkout has no Dockerfile${looked}.`, {
        remedy: 'Set it with --dockerfile, or list what the image is built on with --base.',
      }),
    }
  }
  if (dockerfiles.length === 1) return { value: only, why: 'the only Dockerfile in the checkout' }
  if (left.length === 1) return { value: only, why: 'the only Dockerfile that its workflows build' }
  const several = left.length > 0 ? left : dockerfiles
  const what = left.length > 0 ? 'workflows of the checkout build' : 'the checkout has'
  return fault(`${what} several Dockerfiles: ${listed(several)}.`, 'Choose one with --dockerfile.')
}

function chooseWorkflow(dockerfile: string, builds: readonly FoundBuild[], isSure: boolean): Choice | null {
  const names = (some: readonly FoundBuild[]) => [...new Set(some.map(({ workflow }) => workflow))]
  const all = names(builds)
  const started = names(builds.filter(({ canBeStarted }) => canBeStarted))
  const [only] = started.length === 1 ? started : all
  if (only === undefined) return null
  if (all.length > 1 && started.length !== 1) {
    const verb = isSure ? 'is built' : 'may be built'
    return fault(`${shown(dockerfile)} ${verb} by several workflows: ${listed(all)}.`, 'Choose one with --workflow.')
  }
  if (!isSure) return { value: only, why: `the only workflow that builds, though it does not show what` }
  return { value: only, why: all.length > 1 ? 'builds this Dockerfile, and can be started' : 'builds this Dockerfile' }
}

function chooseImage(given: GivenBuild, workflow: string, builds: readonly FoundBuild[]): Choice | null {
  const own = builds.filter((build) => build.workflow === workflow)
  const images = [...new Set(own.flatMap((build) => build.images))].sort()
  const [only] = images
  if (only === undefined || given.image !== null) return null
  if (images.length === 1) return { value: only, why: `where ${shown(workflow)} publishes it` }
  return fault(`${shown(workflow)} publishes it in several places: ${listed(images)}.`, 'Choose one with --image.')
}

/** Builds that only test count if none publishes. */
function publishing(builds: readonly FoundBuild[]): readonly FoundBuild[] {
  const left = builds.filter(({ publishes }) => publishes)
  return left.length > 0 ? left : builds
}

function fault(message: string, remedy: string): { readonly fault: Problem } {
  return { fault: problem('build-unclear', message, { remedy }) }
}

function listed(names: readonly string[]): string {
  const more = names.length > 20 ? ` and ${names.length - 20} more` : ''
  return names.slice(0, 20).map(shown).join(', ') + more
}

/** A name from a checkout, on one line. */
function shown(name: string): string {
  return printable(name.slice(0, 200)).replaceAll('\n', '�')
}

export interface FoundBuild {
  /** File name of the workflow. */
  readonly workflow: string
  /** null: the workflow does not show what it builds (bake, an expression, an unread part). */
  readonly dockerfile: string | null
  readonly publishes: boolean
  /** REGISTRY/REPOSITORY, sorted. */
  readonly images: readonly string[]
  readonly canBeStarted: boolean
}

const WORKFLOWS = '.github/workflows'

/**
 * The builds of a workflow in a checkout, each with the images it publishes: from its tags, or from the
 * docker/metadata-action step that provides them. Values known only at run time are left out.
 *
 * @param repo OWNER/REPO that the workflow runs in, available to its expressions; null if unknown.
 * @param read the text of a file of the checkout.
 * @returns null if the workflow cannot be read.
 */
export function readWorkflowBuilds(
  { name, text }: LocalClone['workflows'][number],
  repo: string | null,
  read: LocalClone['read'],
) {
  const path = `${WORKFLOWS}/${name}`
  const found = readWorkflow(text, { file: name })
  if (!found.ok) return null
  const open = (reference: FileReference) => {
    const there = reference.repo === null && reference.ref === null ? read(reference.path) : null
    if (there === null) return { kind: 'failed' as const, message: 'it is not in the checkout.' }
    return readDefinition(there, reference.path)
  }
  const reference = { repo: null, ref: null, path }
  const run = { repo: repo ?? '', branch: null, inputs: new Map<string, string>() }
  const followed = followBuilds({ facts: found.workflow, file: found.file, reference }, run, open)
  const canBeStarted = found.workflow.dispatch !== null
  const unread = followed.unread.map(() => ({ dockerfile: null, publishes: true, images: [] }))
  const builds = [...followed.builds.map(buildOf), ...unread].map((build) => ({
    workflow: name,
    ...build,
    canBeStarted,
  }))
  const distinct = new Map(builds.map((build) => [JSON.stringify(build), build]))
  return { facts: found.workflow, builds: [...distinct.values()] }
}

function buildOf(step: BuildStep): Pick<FoundBuild, 'dockerfile' | 'publishes' | 'images'> {
  if (step.kind === 'bake') return { dockerfile: null, publishes: true, images: [] }
  const { dockerfile, publishes, tags } = step
  const images = [...new Set(tags.flatMap((tag) => imageName(tag) ?? []))].sort()
  return {
    dockerfile: dockerfile !== null && isKnown(dockerfile) ? dockerfile.text : null,
    publishes: publishes !== false,
    images,
  }
}

/** REGISTRY/REPOSITORY of a tag, if it comes before any value known only at run time. */
function imageName(tag: BuildValue): string | null {
  const written = (isKnown(tag) ? tag.text : tag.written).split(METADATA_TAG)[0] ?? ''
  const open = written.indexOf('${{')
  const name = open < 0 ? written.replace(/:[^/]*$/, '') : (/^(.+):[^/]*$/.exec(written.slice(0, open))?.[1] ?? '')
  const parsed = parseReference(name.toLowerCase())
  return parsed.ok ? `${parsed.reference.registry}/${parsed.reference.repository}` : null
}
