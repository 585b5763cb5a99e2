import { isMap, listOf, mapOf, ownValue, type PlacedFile, readPlaced } from '../build-definition/data.js'
import { pieceValue } from '../build-definition/expression.js'
import { isKnown, readWorkflow, type WorkflowFacts } from '../build-definition/index.js'
import { inputList } from '../build-definition/input-list.js'
import { type Job, jobOf, stepScope } from '../build-definition/job.js'
import type { Combination } from '../build-definition/matrix.js'
import { actionDockerfile } from '../build-definition/paths.js'
import { type BuildStep, buildSteps } from '../build-definition/steps.js'
import { Budget, type BuildValue } from '../build-definition/value.js'
import type { Data } from '../enrollment/yaml-data.js'
import { parseReference } from '../reference/index.js'
import type { WorkflowFile } from './look-at-checkout.js'

/** One build that a workflow makes. */
export interface FoundBuild {
  /** File name of the workflow. */
  readonly workflow: string
  /** null: what it builds cannot be told from the workflow (a script, bake, an expression). */
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

/** What filling in the expressions of one workflow may come to, in characters. */
const MOST_TEXT = 2 * 1024 * 1024

/**
 * The builds of a workflow, each with the images it publishes: from its tags, or from the docker/metadata-action step
 * that its tags come from. What only a run can know is left out.
 *
 * @param repo OWNER/REPO that the workflow runs in, which its expressions may name; null where that is not known.
 */
export function readBuilds({ name, text }: WorkflowFile, repo: string | null): ReadWorkflow | null {
  const settled = repo === null ? text : withRepository(text, repo)
  const read = readWorkflow(settled, { file: name })
  const placed = readPlaced(settled, name)
  if (!read.ok || !placed.ok) return null
  const canBeStarted = read.workflow.dispatch !== null
  const builds = buildsOf(placed.file).map((build) => ({ workflow: name, ...build, canBeStarted }))
  const distinct = new Map(builds.map((build) => [JSON.stringify(build), build]))
  return { facts: read.workflow, builds: [...distinct.values()] }
}

/** The names of the repository are known before a run: its expressions are filled in wherever they stand. */
function withRepository(text: string, repo: string): string {
  const [owner = '', name = ''] = repo.split('/')
  const known: Readonly<Record<string, string>> = {
    'github.repository': repo,
    'github.repository_owner': owner,
    'github.event.repository.name': name,
    'github.event.repository.full_name': repo,
  }
  return text.replace(/\$\{\{ {0,9}(github\.[\w.]{1,40}) {0,9}\}\}/g, (whole, expression: string) =>
    Object.hasOwn(known, expression) ? (known[expression] ?? whole) : whole,
  )
}

type Build = Pick<FoundBuild, 'dockerfile' | 'publishes' | 'images'>

function buildsOf(file: PlacedFile): Build[] {
  const workflow = mapOf(file.data)
  const budget = new Budget(MOST_TEXT)
  return Object.entries(mapOf(ownValue(workflow, 'jobs'))).flatMap(([name, data]) => {
    if (!isMap(data)) return []
    const job = jobOf(name, data, file, budget)
    const steps = listOf(ownValue(data, 'steps')).slice(0, 200)
    return job.matrix.combinations.flatMap((combination) => {
      // One combination at a time: what is built and what it is called belong together.
      const one: Job = { ...job, matrix: { ...job.matrix, combinations: [combination] } }
      const found = steps.flatMap((_, index) => buildSteps(one, index, workflow))
      return found.map((step) => buildOf(step, () => metadata({ job, steps, combination, workflow })))
    })
  })
}

function buildOf(step: BuildStep, metadata: () => readonly Metadata[]): Build {
  if (step.kind !== 'build-push') return { dockerfile: null, publishes: true, images: [] }
  const path = actionDockerfile(step.context, step.file)
  const referred = step.tags.flatMap((tag) =>
    isKnown(tag) ? [] : (/steps\.([\w-]+)\.outputs/.exec(tag.written)?.[1] ?? []),
  )
  // Builds that push by digest have no tags; what names them is the job's only such step.
  const named = (all: readonly Metadata[]) =>
    all.filter(({ id }) => (step.tags.length === 0 ? all.length === 1 : referred.includes(id)))
  const images = [
    ...step.tags.flatMap((tag) => imageName(tag) ?? []),
    ...(referred.length > 0 || step.tags.length === 0 ? named(metadata()).flatMap((one) => one.images) : []),
  ]
  return {
    dockerfile: isKnown(path) ? path.text : null,
    publishes: step.publishes,
    images: [...new Set(images)].sort(),
  }
}

/** REGISTRY/REPOSITORY of a tag, as far as it stands before what only a run can know. */
function imageName(tag: BuildValue): string | null {
  const written = isKnown(tag) ? tag.text : tag.written
  const open = written.indexOf('${{')
  const name = open < 0 ? written : (/^(.+):[^/]*$/.exec(written.slice(0, open))?.[1] ?? '')
  const parsed = parseReference(name.toLowerCase())
  return parsed.ok ? `${parsed.reference.registry}/${parsed.reference.repository}` : null
}

interface Metadata {
  readonly id: string
  readonly images: readonly string[]
}

interface StepsOfJob {
  readonly job: Job
  readonly steps: readonly Data[]
  readonly combination: Combination
  readonly workflow: Parameters<typeof stepScope>[3]
}

/** The docker/metadata-action steps of a job: their `images` are lines, plain or `name=…,enable=…` (its README). */
function metadata({ job, steps, combination, workflow }: StepsOfJob): Metadata[] {
  return steps.flatMap((data, index) => {
    const step = mapOf(data)
    const uses = ownValue(step, 'uses')
    const written = ownValue(mapOf(ownValue(step, 'with')), 'images')
    if (typeof uses !== 'string' || !uses.startsWith('docker/metadata-action@') || typeof written !== 'string')
      return []
    const id = ownValue(step, 'id')
    const expanded = stepScope(job, index, combination, workflow).fill(written)
    const images = inputList(expanded.text, 'lines').flatMap((line) => {
      const fields = line.split(',').map((field) => field.trim())
      const named = fields.find((field) => field.startsWith('name='))?.slice('name='.length) ?? fields[0] ?? ''
      const value = pieceValue(named, expanded)
      return fields.includes('enable=false') || !isKnown(value) ? [] : (imageName(value) ?? [])
    })
    return [{ id: typeof id === 'string' ? id : '', images }]
  })
}
