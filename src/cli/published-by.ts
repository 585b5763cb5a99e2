import {
  type BuildStep,
  type BuildValue,
  type FileReference,
  followBuilds,
  isKnown,
  METADATA_TAG,
  readDefinition,
  readWorkflow,
  type WorkflowFacts,
} from '../build-definition/index.js'
import { parseReference } from '../reference/index.js'
import type { WorkflowFile } from './look-at-checkout.js'

/** One build that a workflow makes. */
export interface FoundBuild {
  /** File name of the workflow. */
  readonly workflow: string
  /** null: what it builds cannot be told from the workflow (bake, an expression, what is not read). */
  readonly dockerfile: string | null
  readonly publishes: boolean
  /** REGISTRY/REPOSITORY, sorted. */
  readonly images: readonly string[]
  readonly canBeStarted: boolean
}

/** What a workflow builds and how it can be started; null where it cannot be read. */
export interface ReadWorkflow {
  readonly facts: WorkflowFacts
  readonly builds: readonly FoundBuild[]
}

/** What else builds are followed through. */
export interface Surroundings {
  /** OWNER/REPO that the workflow runs in, which its expressions may name; null where that is not known. */
  readonly repo: string | null
  readonly branch: string | null
  /** The text of a file of the checkout; null: there is none that can be read. */
  readonly read: (path: string) => string | null
}

const WORKFLOWS = '.github/workflows'

/**
 * The builds of a workflow in a checkout, each with the images it publishes: from its tags, or from the
 * docker/metadata-action step that its tags come from. What only a run can know is left out.
 */
export function readBuilds({ name, text }: WorkflowFile, { repo, branch, read }: Surroundings): ReadWorkflow | null {
  const path = `${WORKFLOWS}/${name}`
  const found = readWorkflow(text, { file: name })
  if (!found.ok) return null
  const open = (reference: FileReference) => {
    const there = reference.repo === null && reference.ref === null ? read(reference.path) : null
    if (there === null) return { kind: 'failed' as const, message: 'it is not in the checkout.' }
    return readDefinition(there, reference.path)
  }
  const reference = { repo: null, ref: null, path }
  const run = { repo: repo ?? '', branch, inputs: new Map<string, string>() }
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

/** REGISTRY/REPOSITORY of a tag, as far as it stands before what only a run can know. */
function imageName(tag: BuildValue): string | null {
  const written = (isKnown(tag) ? tag.text : tag.written).split(METADATA_TAG)[0] ?? ''
  const open = written.indexOf('${{')
  const name = open < 0 ? written.replace(/:[^/]*$/, '') : (/^(.+):[^/]*$/.exec(written.slice(0, open))?.[1] ?? '')
  const parsed = parseReference(name.toLowerCase())
  return parsed.ok ? `${parsed.reference.registry}/${parsed.reference.repository}` : null
}
