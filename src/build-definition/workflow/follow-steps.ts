import { type Data, type DataMap, isDataMap, type Path } from '../../yaml/data.js'
import { insideWorkspace, repositoryPath } from '../paths.js'
import { isKnown, known } from '../value.js'
import { listOf, mapOf, scalarText, valueAt, type YamlFile } from '../yaml-file.js'
import { METADATA_TAG, metadataTags } from './build-actions.js'
import { contextText, lowered, type Value, type ValueMap } from './contexts.js'
import { followScript, inputsOf, jobContextOf, type OpenStep, type StepsContext } from './follow-script.js'
import {
  anyChanged,
  bothHold,
  conditionHolds,
  envContext,
  valueOfData,
  valueOfText,
  within,
  withVariables,
} from './scope.js'
import {
  bakeStep,
  dockerfileStep,
  isBake,
  isFollowed,
  isRelevantScript,
  isSuspicious,
  type JobContext,
} from './step-builds.js'
import { type StepInputs, type StepPlace, withOf } from './steps.js'
import { type FileReference, remoteReference, type Walk } from './walk.js'

/**
 * Follows the steps of a job or composite action, in order.
 *
 * @param path of the list in its file.
 */
export function followSteps(steps: readonly Data[], path: Path, context: StepsContext): void {
  for (const [index, data] of steps.entries()) {
    if (!context.walk.step()) return
    if (isDataMap(data)) followStep(data, [...path, index], context)
  }
}

function followStep(step: DataMap, path: Path, context: StepsContext): void {
  const uses = scalarText(valueAt(step, 'uses')) ?? ''
  const run = valueAt(step, 'run')
  const isScript = isRelevantScript(run)
  const isMarked = /^(?:actions\/checkout|docker\/metadata-action|crazy-max\/ghaction-docker-meta)@/i.test(uses)
  if (!isScript && !isMarked && !(uses !== '' && (isFollowed(uses) || isSuspicious(uses)))) return
  const open = openStep(step, path, context)
  if (isScript) followScript(run, open)
  else if (/^actions\/checkout@/i.test(uses)) checkOut(open)
  else if (isMarked) makeMetadata(open)
  else if (!addBuild(uses, inputsOf(open), { ...open, job: jobContextOf(open) })) followUses(uses, open)
}

function followUses(uses: string, open: OpenStep): void {
  const action = actionReference(uses, open)
  if (action !== null) followAction(action, uses, open)
  else if (isSuspicious(uses)) open.walk.skip(open.place, uses, 'is not read')
}

/** Records the build of a known action or called workflow; false for others. */
export function addBuild(
  uses: string,
  inputs: StepInputs,
  { walk, job }: { readonly walk: Walk; readonly job: JobContext },
): boolean {
  if (!isBake(uses)) {
    const step = dockerfileStep(uses, inputs, job)
    if (step !== null) walk.build(step)
    return step !== null
  }
  const step = bakeStep(uses, inputs, job)
  if ('unread' in step) walk.skip(job.place, uses, step.unread)
  else walk.build(step)
  return true
}

function openStep(step: DataMap, path: Path, context: StepsContext): OpenStep {
  const { file, state, above, outputs } = context
  const outer = new Map([...state.variables, ...above])
  const before = within(context.scope, {
    env: envContext(outer),
    steps: { values: lowered(outputs), others: 'unknown' },
  })
  const env = { scope: before, file, data: valueAt(step, 'env'), path: [...path, 'env'] }
  const variables = withVariables(outer, env)
  const scope = within(before, { env: envContext(variables) })
  const condition = valueAt(step, 'if')
  const place: StepPlace = {
    file: file.name,
    line: file.line(path),
    job: context.place.job,
    isConditional: context.place.isConditional || condition !== undefined,
    runs: bothHold(context.place.runs, conditionHolds(scope, condition)),
  }
  return { ...context, step, path, scope, place, variables }
}

/** Records a checkout, and whether it is the repository that the workflow runs in; null: unknown. */
function checkOut(open: OpenStep): void {
  const { state, walk, place } = open
  const inputs = inputsOf(open)
  const repository = inputs.text('repository')
  const own = walk.run.repo.toLowerCase()
  const isOwn = repository === null ? true : isKnown(repository) ? repository.text.toLowerCase() === own : null
  // A skipped checkout changes nothing.
  if (place.runs === false) return
  state.checkouts = [...state.checkouts, { path: inputs.text('path') ?? known(''), isOwn }]
}

/** Records what docker/metadata-action provides to later steps: image names, and a bake file with them. */
function makeMetadata(open: OpenStep): void {
  const { step, state, outputs, place } = open
  if (place.runs === false) return
  const inputs = inputsOf(open)
  const made = metadataTags(inputs, 'images', 'flavor')
  // Names known only during the run become a single unknown one.
  const names = made.filter(isKnown)
  const tags = names.length === 0 || made.every(isKnown) ? names : [...names, known(METADATA_TAG)]
  const texts = tags.map(({ text }) => text)
  const target = inputs.text('bake-target')
  const name = target !== null && isKnown(target) ? target.text : 'docker-metadata-action'
  state.generated = [...state.generated, JSON.stringify({ target: { [name]: { tags: texts } } })]
  state.metadata = [...state.metadata, tags]
  const id = scalarText(valueAt(step, 'id')) ?? ''
  if (id === '' || texts.length === 0) return
  const bakeFiles = ['bake-file', 'bake-file-tags', 'bake-file-labels', 'bake-file-annotations']
  const values: [string, Value][] = [
    ['tags', texts.join('\n')],
    ...bakeFiles.map((key): [string, Value] => [key, GENERATED]),
  ]
  outputs.set(id, outputsOf(new Map(values)))
}

/** Placeholder for a bake file written by an earlier step. */
const GENERATED = 'cwd://{{metadata}}.json'

function outputsOf(values: ReadonlyMap<string, Value>): ValueMap {
  return { values: new Map([['outputs', { values, others: 'unknown' }]]), others: 'unknown' }
}

/**
 * The folder of an action to read: in this repository, or in another one of the same owner.
 *
 * A local path is relative to the workspace (docs.github.com, "Workflow syntax", jobs.<job_id>.steps[*].uses).
 */
function actionReference(uses: string, { state, walk, reference }: OpenStep): FileReference | null {
  // A path that begins with `$` is in the same checkout as the file that names it, wherever that is.
  if (uses.startsWith('$/')) {
    const path = insideWorkspace(uses.slice(2))
    return path === null ? null : { ...reference, path }
  }
  if (uses.startsWith('./')) {
    const folder = repositoryPath(state.checkouts, known(uses))
    return folder !== null && isKnown(folder) ? { repo: null, ref: null, path: folder.text } : null
  }
  const { repo, branch } = walk.run
  const remote = remoteReference(uses, repo)
  if (remote === null) return null
  if (remote.repo === null) return remote.ref === branch ? { ...remote, ref: null } : remote
  const owner = repo.split('/')[0]?.toLowerCase()
  return remote.repo.split('/')[0]?.toLowerCase() === owner ? remote : null
}

function followAction(folder: FileReference, uses: string, open: OpenStep): void {
  const { walk, place, depth, state } = open
  if (!walk.call(depth, place, folder)) return
  const readings = ['action.yml', 'action.yaml'].map((name) =>
    walk.open({ ...folder, path: folder.path === '' ? name : `${folder.path}/${name}` }),
  )
  if (readings.some(({ kind }) => kind === 'pending')) return
  const read = readings.find((one) => one.kind === 'read')
  const runs = read === undefined ? {} : mapOf(valueAt(read.file.data, 'runs'))
  if (read !== undefined && valueAt(runs, 'using') === 'composite') {
    followComposite(read.file, listOf(valueAt(runs, 'steps')), { ...open, reference: folder })
    return
  }
  const failure = readings.find((one) => one.kind === 'failed')
  const reason = read === undefined ? `could not be read: ${failure?.message ?? ''}` : 'is not a composite action'
  walk.skip(place, uses, reason)
  if (place.runs !== false) state.variables = anyChanged(state.variables, `${place.file}:${place.line}`)
}

/** A composite action's steps share the job's variables and workspace (docs, "Metadata syntax"). */
function followComposite(file: YamlFile, steps: readonly Data[], open: OpenStep): void {
  const { step, path, state, above, scope } = open
  const env = { scope, file: open.file, data: valueAt(step, 'env'), path: [...path, 'env'] }
  const inner: StepsContext = {
    ...open,
    file,
    scope: within(scope, { inputs: compositeInputs(file, open) }),
    depth: open.depth + 1,
    above: withVariables(above, env),
    outputs: new Map(),
    workingDirectory: '',
    defaultShell: '',
  }
  followSteps(steps, ['runs', 'steps'], inner)
  const id = scalarText(valueAt(step, 'id')) ?? ''
  if (id === '') return
  const after = within(inner.scope, {
    env: envContext(state.variables),
    steps: { values: lowered(inner.outputs), others: 'unknown' },
  })
  const outputs = Object.entries(mapOf(valueAt(file.data, 'outputs'))).map(([name, output]): [string, Value] => {
    const written = valueAt(output, 'value')
    return [name, typeof written === 'string' ? valueOfText(after, written) : '']
  })
  open.outputs.set(id, outputsOf(lowered(outputs)))
}

/** Actions receive only strings: `false` is a non-empty one. */
function compositeInputs(file: YamlFile, { step, path, scope, file: caller }: OpenStep): ValueMap {
  const given = new Map(Object.keys(withOf(step)).map((key) => [key.toLowerCase(), key]))
  const declared = Object.entries(mapOf(valueAt(file.data, 'inputs')))
  const values = declared.map(([name, input]): [string, Value] => {
    const key = given.get(name.toLowerCase())
    if (key !== undefined) {
      return [name, asText(valueOfData(scope, caller, withOf(step)[key] ?? null, [...path, 'with', key]))]
    }
    const written = valueAt(input, 'default')
    return [name, written === undefined ? '' : asText(valueOfData(scope, file, written, ['inputs', name, 'default']))]
  })
  return { values: lowered(values), others: 'undeclared' }
}

function asText(value: Value): Value {
  return contextText(value) ?? value
}
