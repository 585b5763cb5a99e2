import { type Data, type DataMap, isDataMap, type Path } from '../../yaml/data.js'
import { WORKSPACE } from '../paths.js'
import { listOf, mapOf, scalarText, valueAt, type YamlFile } from '../yaml-file.js'
import {
  type Contexts,
  combinationsOf,
  type DispatchedRun,
  githubContext,
  inputsContext,
  lowered,
  matrixContext,
  NotKnown,
  typedValue,
  type Value,
  type ValueMap,
} from './contexts.js'
import { addBuild, followSteps } from './follow-steps.js'
import {
  bothHold,
  conditionHolds,
  envContext,
  fillIn,
  type Scope,
  UNKNOWN_CONTEXT,
  type Variables,
  valueOfData,
  within,
  withVariables,
} from './scope.js'
import { mayBuild, newJob } from './step-builds.js'
import { type BuildStep, type StepPlace, stepInputs, type UnreadStep, withOf } from './steps.js'
import { displayPath, type FileReference, type ReadDefinition, Walk, workflowReference } from './walk.js'
import { inputsAt, type WorkflowFacts } from './workflow.js'

/** Everything a workflow builds, directly or indirectly. */
export interface FollowedBuilds {
  /** Each once; a step with a matrix once per distinct build. */
  readonly builds: readonly BuildStep[]
  readonly unread: readonly UnreadStep[]
  /** Files needed to learn more. */
  readonly wanted: readonly FileReference[]
  /** Jobs that may or may not build, depending on the run: it may succeed without building. */
  readonly conditionalJobs: readonly string[]
  /** Whether a dispatched run skips every job because of its condition. */
  readonly runsNothing: boolean
  /** Limits that were reached, in words: what lies beyond them is unknown. */
  readonly limits: readonly string[]
}

/**
 * Follows a workflow to its builds: through reusable workflows, composite actions and scripts, as a dispatched run
 * would execute them (docs.github.com, "Workflow syntax", "Reusing workflows", "Metadata syntax"). Nothing is executed,
 * and what is known only during the run stays unknown. Pure: call it again with the files it wants to get further.
 *
 * @param run the run as we would start it.
 * @param read returns the files that definitions name.
 */
export function followBuilds(
  workflow: { readonly facts: WorkflowFacts; readonly file: YamlFile; readonly reference: FileReference },
  run: DispatchedRun,
  read: ReadDefinition,
): FollowedBuilds {
  const walk = new Walk(run, read)
  const { facts } = workflow
  const isStarted = facts.dispatch !== null
  const github = githubContext(facts, run)
  const values = new Map(isStarted ? github.values : anyEvent(github.values)).set('workspace', WORKSPACE)
  const contexts: Contexts = new Map([
    ['github', { ...github, values }],
    ['inputs', isStarted ? inputsContext(facts, run, 'undeclared') : UNKNOWN_CONTEXT],
    ...['vars', 'secrets', 'needs', 'strategy', 'job', 'runner', 'steps', 'jobs'].map(
      (name) => [name, UNKNOWN_CONTEXT] as const,
    ),
    ['matrix', NONE],
    ['env', UNKNOWN_CONTEXT],
  ])
  const scope: Scope = { contexts, budget: walk.budget }
  followWorkflow({ walk, file: workflow.file, reference: workflow.reference, scope, depth: 0 }, null)
  return { ...walk.found, runsNothing: isStarted && leavesAllOut(workflow.file, scope) }
}

function leavesAllOut({ data }: YamlFile, scope: Scope): boolean {
  const jobs = Object.values(mapOf(valueAt(mapOf(data), 'jobs'))).filter(isDataMap)
  return jobs.length > 0 && jobs.every((job) => conditionHolds(scope, valueAt(job, 'if')) === false)
}

const NONE: ValueMap = { values: new Map(), others: 'absent' }

/** A workflow without workflow_dispatch may be started by any event. */
function anyEvent(dispatched: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  const values = new Map(dispatched)
  for (const key of ['event_name', 'event', 'ref', 'ref_name', 'ref_type', 'head_ref', 'base_ref']) values.delete(key)
  return values
}

interface OpenWorkflow {
  readonly walk: Walk
  readonly file: YamlFile
  readonly reference: FileReference
  readonly scope: Scope
  readonly depth: number
}

/** @param caller the job that calls it; null for the workflow that is started. */
function followWorkflow(workflow: OpenWorkflow, caller: StepPlace | null): void {
  const { walk, file, scope } = workflow
  const data = mapOf(file.data)
  const variables = withVariables(new Map(), { scope, file, data: valueAt(data, 'env'), path: ['env'] })
  const inner = within(scope, { env: envContext(variables) })
  for (const [name, job] of Object.entries(mapOf(valueAt(data, 'jobs')))) {
    if (!isDataMap(job) || !walk.step()) continue
    followJob({ ...workflow, scope: inner }, { name, data: job, variables, caller })
  }
}

interface OpenJob {
  readonly name: string
  readonly data: DataMap
  readonly variables: Variables
  readonly caller: StepPlace | null
}

function followJob(workflow: OpenWorkflow, job: OpenJob): void {
  const { file } = workflow
  const path: Path = ['jobs', job.name]
  const uses = scalarText(valueAt(job.data, 'uses'))
  const isCall = uses !== null && uses !== ''
  if (!isCall && !mayBuild(listOf(valueAt(job.data, 'steps')))) return
  const scope = jobScope(workflow.scope)
  const matrix = matrixOf(scope, file, job)
  for (const combination of matrix.combinations) {
    const own = within(scope, { matrix: matrixContext(matrix.isExact, combination) })
    const place = placeOf(workflow, job, own)
    if (isCall) followCall({ ...workflow, scope: own }, { uses, with: withOf(job.data), path, place })
    else followJobSteps({ ...workflow, scope: own }, job, place)
  }
}

/** A matrix with more combinations counts as unknown. */
const MAX_COMBINATIONS = 64

function matrixOf(scope: Scope, file: YamlFile, { name, data }: OpenJob) {
  const strategy = valueAt(data, 'strategy')
  if (strategy === undefined || strategy === null) return combinationsOf(undefined)
  const written = isDataMap(strategy) ? valueAt(strategy, 'matrix') : null
  if (written === undefined) return combinationsOf(undefined)
  const matrix = combinationsOf(valueOfData(scope, file, written, ['jobs', name, 'strategy', 'matrix']))
  return matrix.combinations.length > MAX_COMBINATIONS ? combinationsOf(null) : matrix
}

function jobScope(scope: Scope): Scope {
  return within(scope, { steps: UNKNOWN_CONTEXT, matrix: NONE })
}

function placeOf({ file, reference }: OpenWorkflow, { name, data, caller }: OpenJob, scope: Scope): StepPlace {
  const condition = valueAt(data, 'if')
  const holds = conditionHolds(scope, condition)
  return {
    file: displayPath(reference),
    line: file.line(['jobs', name]),
    job: caller?.job ?? name,
    isConditional: condition !== undefined || (caller?.isConditional ?? false),
    runs: caller === null ? holds : bothHold(caller.runs, holds),
  }
}

function followJobSteps(workflow: OpenWorkflow, { name, data, variables }: OpenJob, place: StepPlace): void {
  const { walk, file, reference, scope, depth } = workflow
  const path: Path = ['jobs', name]
  const own = withVariables(variables, { scope, file, data: valueAt(data, 'env'), path: [...path, 'env'] })
  const state = newJob(own)
  const given = (key: string) =>
    scalarText(valueAt(data, 'defaults', 'run', key) ?? valueAt(file.data, 'defaults', 'run', key))
  const context = { walk, file, reference, scope, depth, state, place, above: new Map(), outputs: new Map() }
  followSteps(listOf(valueAt(data, 'steps')), [...path, 'steps'], {
    ...context,
    workingDirectory: given('working-directory') ?? '',
    defaultShell: given('shell') || (isOnWindows(valueAt(data, 'runs-on'), scope) ? 'pwsh' : ''),
  })
}

/** Whether a label of a job's runner says Windows, where scripts are in pwsh by default (docs, "Workflow syntax"). */
function isOnWindows(runner: Data | undefined, scope: Scope): boolean {
  const labels = isDataMap(runner ?? null) ? valueAt(runner, 'labels') : runner
  return [labels ?? null].flat().some((label) => /^windows\b/i.test(fillIn(scope, scalarText(label) ?? '').text))
}

/** @param call `path`: of the calling job. */
function followCall(
  workflow: OpenWorkflow,
  call: { readonly uses: string; readonly with: DataMap; readonly path: Path; readonly place: StepPlace },
): void {
  const { walk, reference, scope, depth, file } = workflow
  const { uses, place } = call
  const inputs = stepInputs(call.with, [...call.path, 'with'], { file, scope })
  const job = { ...newJob(new Map()), place, repo: walk.run.repo }
  if (addBuild(uses, inputs, { walk, job })) return
  const called = workflowReference(uses, reference, walk.run.repo)
  if (called === null) {
    walk.skip(place, uses, 'is not a workflow that GitHub would call')
    return
  }
  const at = called.repo === null && called.ref === walk.run.branch ? { ...called, ref: null } : called
  if (!walk.call(depth, place, at)) return
  const reading = walk.open(at)
  if (reading.kind === 'failed') walk.skip(place, uses, `could not be read: ${reading.message}`)
  if (reading.kind !== 'read') return
  const values = calledInputs(workflow, call, reading.file)
  const inner = within(scope, { inputs: values, env: UNKNOWN_CONTEXT, matrix: NONE, needs: UNKNOWN_CONTEXT })
  followWorkflow({ walk, file: reading.file, reference: at, scope: inner, depth: depth + 1 }, place)
}

/** The inputs of a called workflow: what the caller passes or else the defaults (docs, `on.workflow_call`). */
function calledInputs(caller: OpenWorkflow, call: Parameters<typeof followCall>[1], file: YamlFile): ValueMap {
  const given = new Map(Object.keys(call.with).map((key) => [key.toLowerCase(), key]))
  const declared = inputsAt(mapOf(file.data), 'workflow_call', file)
  const values = [...declared].map(([name, input]): [string, Value] => {
    const key = given.get(name.toLowerCase())
    if (key !== undefined) {
      const value = valueOfData(caller.scope, caller.file, call.with[key] ?? null, [...call.path, 'with', key])
      return [name, typeof value === 'string' ? typedValue(value, input) : value]
    }
    if (input.default === null) return [name, emptyOf(input.type)]
    return [name, input.default.includes('${{') ? new NotKnown(`inputs.${name}`) : typedValue(input.default, input)]
  })
  return { values: lowered(values), others: 'undeclared' }
}

function emptyOf(type: string): Value {
  return type === 'boolean' ? false : type === 'number' ? 0 : ''
}
