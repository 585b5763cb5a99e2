import { plainPath } from '../build-definition/paths.js'
import { type Problem, printable, problem } from '../enrollment/index.js'
import type { Checkout } from './look-at-checkout.js'
import type { FoundBuild } from './published-by.js'

/** Something found in a checkout, and what tells it. */
export interface Finding {
  readonly value: string
  readonly why: string
}

/** What builds an image and where it goes, as far as a checkout tells. */
export interface BuildFindings {
  readonly dockerfile: Finding | null
  readonly workflow: Finding | null
  /** REGISTRY/REPOSITORY */
  readonly image: Finding | null
  /** What cannot be told, and the option that says it. */
  readonly faults: readonly Problem[]
}

/** What is said already. */
export interface Said {
  readonly dockerfile: string | null
  readonly workflow: string | null
  /** REGISTRY/REPOSITORY */
  readonly image: string | null
}

/** Where there is nothing to look at. */
export const NO_FINDINGS: BuildFindings = { dockerfile: null, workflow: null, image: null, faults: [] }

/**
 * Chooses Dockerfile, workflow and image: the only one there is, else the only one that the others lead to. Where
 * several are left, they are told with the option that chooses; nothing is guessed.
 */
export function chooseBuild(said: Said, checkout: Checkout, all: readonly FoundBuild[]): BuildFindings {
  const named = said.workflow === null ? all : all.filter(({ workflow }) => workflow === said.workflow)
  const tagging = named.filter(({ images }) => said.image !== null && images.includes(said.image))
  const builds = tagging.length > 0 ? tagging : named
  const dockerfile = chooseDockerfile(said, checkout, builds)
  if ('fault' in dockerfile) return { ...NO_FINDINGS, faults: [dockerfile.fault] }
  const path = plainPath(dockerfile.value)
  const here = publishing(builds.filter((build) => build.dockerfile === path))
  const perhaps = here.length > 0 ? here : builds.filter((build) => build.dockerfile === null)
  const workflow = chooseWorkflow(path, perhaps, here.length > 0)
  if (workflow !== null && 'fault' in workflow) return { ...NO_FINDINGS, dockerfile, faults: [workflow.fault] }
  const image = workflow === null ? null : chooseImage(said, workflow.value, perhaps)
  if (image !== null && 'fault' in image) return { ...NO_FINDINGS, dockerfile, workflow, faults: [image.fault] }
  return { dockerfile, workflow, image, faults: [] }
}

type Choice = Finding | { readonly fault: Problem }

function chooseDockerfile(said: Said, { dockerfiles, isWhole }: Checkout, builds: readonly FoundBuild[]): Choice {
  if (said.dockerfile !== null) return { value: said.dockerfile, why: 'as you say' }
  const built = [...new Set(publishing(builds).flatMap(({ dockerfile }) => dockerfile ?? []))]
  const left = dockerfiles.filter((path) => built.includes(path))
  const [only] = left.length > 0 ? left : dockerfiles
  if (only === undefined) {
    const looked = isWhole ? '' : ' in what could be looked at (it is very large)'
    return {
      fault: problem('error', `the checkout has no Dockerfile${looked}.`, {
        remedy: 'Name it with --dockerfile, or what the image is built on with --base.',
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
  if (!isSure) return { value: only, why: `the only workflow that builds; what exactly, it does not tell` }
  return { value: only, why: all.length > 1 ? 'builds this Dockerfile, and can be started' : 'builds this Dockerfile' }
}

function chooseImage(said: Said, workflow: string, builds: readonly FoundBuild[]): Choice | null {
  const own = builds.filter((build) => build.workflow === workflow)
  const images = [...new Set(own.flatMap((build) => build.images))].sort()
  const [only] = images
  if (only === undefined || said.image !== null) return null
  if (images.length === 1) return { value: only, why: `where ${shown(workflow)} publishes it` }
  return fault(`${shown(workflow)} publishes it in several places: ${listed(images)}.`, 'Choose one with --image.')
}

/** A build that only tests counts where none publishes. */
function publishing(builds: readonly FoundBuild[]): readonly FoundBuild[] {
  const left = builds.filter(({ publishes }) => publishes)
  return left.length > 0 ? left : builds
}

function fault(message: string, remedy: string): { readonly fault: Problem } {
  return { fault: problem('error', message, { remedy }) }
}

function listed(names: readonly string[]): string {
  const more = names.length > 20 ? ` and ${names.length - 20} more` : ''
  return names.slice(0, 20).map(shown).join(', ') + more
}

/** A name out of a checkout, on one line. */
function shown(name: string): string {
  return printable(name.slice(0, 200)).replaceAll('\n', '�')
}
