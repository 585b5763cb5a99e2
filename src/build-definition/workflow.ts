import type { Data } from '../enrollment/yaml-data.js'
import {
  type DataMap,
  isMap,
  listOf,
  mapOf,
  ownValue,
  type PlacedFile,
  readPlaced,
  scalarText,
  type Unreadable,
} from './data.js'
import { jobOf } from './job.js'
import { type BuildStep, buildSteps } from './steps.js'
import { Budget } from './value.js'

/** An input a workflow takes when it is dispatched. */
export interface DispatchInput {
  readonly required: boolean
  /** What it is where nothing is sent; null where none is declared. */
  readonly default: string | null
  /** `string` where none is written. */
  readonly type: string
  /** What a `choice` may be; empty for other types. */
  readonly options: readonly string[]
}

/** What a workflow file says about building and being dispatched. */
export interface WorkflowFacts {
  /** As the person knows it, for messages. */
  readonly file: string
  /** null: none is written. */
  readonly name: string | null
  /** What GitHub calls its runs, with the expressions in it; null: none is written. */
  readonly runName: string | null
  /** null: the workflow cannot be dispatched. */
  readonly dispatch: { readonly inputs: ReadonlyMap<string, DispatchInput> } | null
  /** Jobs that build and carry an `if`: a run may succeed without building. */
  readonly conditionalJobs: readonly string[]
  /** In the order of the file; a step with a matrix stands here once for each variant. */
  readonly builds: readonly BuildStep[]
  /** Jobs whose steps stand in another workflow, which is not read. */
  readonly calls: readonly { readonly job: string; readonly workflow: string }[]
}

/** More steps that build than this are no workflow. */
const MOST_BUILDS = 256

/** What filling in the expressions of one workflow may come to, in characters. */
const MOST_TEXT = 8 * 1024 * 1024

/**
 * Reads a GitHub Actions workflow: can it be dispatched and with what, and what does it build. The text is data from
 * somebody else's repository and may hold anything; nothing in it is executed or believed beyond what it says.
 *
 * Syntax: docs.github.com, "Workflow syntax for GitHub Actions". Anchors are read, as GitHub does since late 2025.
 *
 * @param text the workflow file.
 * @param about the file's name, for messages.
 */
export function readWorkflow(
  text: string,
  about: { readonly file: string },
): { readonly ok: true; readonly workflow: WorkflowFacts } | Unreadable {
  const read = readPlaced(text, about.file)
  if (!read.ok) return read
  const workflow = mapOf(read.file.data)
  const budget = new Budget(MOST_TEXT)
  const builds: BuildStep[] = []
  const conditional = new Set<string>()
  const calls: { job: string; workflow: string }[] = []
  for (const [name, data] of Object.entries(mapOf(ownValue(workflow, 'jobs')))) {
    const uses = ownValue(mapOf(data), 'uses')
    if (typeof uses === 'string') calls.push({ job: name, workflow: uses })
    const found = buildsOf(name, mapOf(data), { file: read.file, workflow, budget })
    if (found.length > 0 && ownValue(mapOf(data), 'if') !== undefined) conditional.add(name)
    builds.push(...found)
    if (builds.length > MOST_BUILDS) {
      return { ok: false, message: `the workflow builds more than ${MOST_BUILDS} times.`, line: found[0]?.line ?? null }
    }
  }
  const dispatch = dispatchOf(ownValue(workflow, 'on'), read.file)
  const names = { name: textAt(workflow, 'name', read.file), runName: textAt(workflow, 'run-name', read.file) }
  const facts = { file: about.file, ...names, dispatch, conditionalJobs: [...conditional], builds, calls }
  return { ok: true, workflow: facts }
}

function textAt(workflow: DataMap, key: string, file: PlacedFile): string | null {
  const data = ownValue(workflow, key)
  return data === undefined || data === null ? null : file.scalar(data, [key])
}

function buildsOf(
  name: string,
  data: DataMap,
  { file, workflow, budget }: { file: PlacedFile; workflow: DataMap; budget: Budget },
): BuildStep[] {
  const steps = listOf(ownValue(data, 'steps'))
  if (steps.length === 0) return []
  const job = jobOf(name, data, file, budget)
  const found: BuildStep[] = []
  for (let index = 0; index < steps.length && found.length <= MOST_BUILDS; index += 1) {
    found.push(...buildSteps(job, index, workflow))
  }
  return found
}

/** `on` may be one event, a list of events or a map of them. */
function dispatchOf(on: Data | undefined, file: PlacedFile): WorkflowFacts['dispatch'] {
  const isListed = on === 'workflow_dispatch' || listOf(on).includes('workflow_dispatch')
  if (isListed) return { inputs: new Map() }
  if (!isMap(on) || ownValue(on, 'workflow_dispatch') === undefined) return null
  const path = ['on', 'workflow_dispatch', 'inputs']
  const declared = mapOf(ownValue(mapOf(ownValue(on, 'workflow_dispatch')), 'inputs'))
  const inputs = new Map<string, DispatchInput>()
  for (const [name, data] of Object.entries(declared)) inputs.set(name, inputOf(mapOf(data), [...path, name], file))
  return { inputs }
}

function inputOf(data: DataMap, path: readonly string[], file: PlacedFile): DispatchInput {
  const given = ownValue(data, 'default')
  const type = scalarText(ownValue(data, 'type')) ?? ''
  const options = listOf(ownValue(data, 'options'))
  return {
    required: scalarText(ownValue(data, 'required')) === 'true',
    default: given === undefined || given === null ? null : (file.scalar(given, [...path, 'default']) ?? ''),
    type: type === '' ? 'string' : type,
    options:
      type === 'choice' ? options.map((option, index) => file.scalar(option, [...path, 'options', index]) ?? '') : [],
  }
}
