import type { DataMap, Path } from '../../yaml/data.js'
import { readScript, shellOf } from '../script/index.js'
import { type BuildValue, type EnvironmentLookup, isKnown, known } from '../value.js'
import { scalarText, valueAt, type YamlFile } from '../yaml-file.js'
import { contextText, NotKnown, type Value } from './contexts.js'
import { anyChanged, environmentOf, fillIn, pieceValue, type Scope, type Variables } from './scope.js'
import { addCommand, type JobContext, type JobState } from './step-builds.js'
import { type StepInputs, type StepPlace, stepInputs, withOf } from './steps.js'
import type { FileReference, Walk } from './walk.js'

/** The context of a list of steps. */
export interface StepsContext {
  readonly walk: Walk
  readonly file: YamlFile
  readonly reference: FileReference
  readonly scope: Scope
  readonly depth: number
  readonly state: JobState
  /** Of the job, or of the calling step. */
  readonly place: StepPlace
  /** In a composite action: variables of the calling steps. */
  readonly above: Variables
  /** The `steps` context: outputs by step id. */
  readonly outputs: Map<string, Value>
  /** Default working directory of scripts. */
  readonly workingDirectory: string
  /** Default shell of scripts; empty: that of a runner on Linux or macOS. */
  readonly defaultShell: string
}

/** A step with what its expressions read. */
export interface OpenStep extends StepsContext {
  readonly step: DataMap
  readonly path: Path
  readonly variables: Variables
}

/** The inputs of a step that uses an action. */
export function inputsOf({ step, path, file, scope }: OpenStep): StepInputs {
  return stepInputs(withOf(step), [...path, 'with'], { file, scope })
}

/** The context for a build in this step. */
export function jobContextOf({ place, walk, state, variables }: OpenStep): JobContext {
  return { ...state, variables, place, repo: walk.run.repo }
}

/** Records a script's builds, and what it writes for later steps. */
export function followScript(written: string, open: OpenStep): void {
  const { step, path, file, scope, state, walk, place, variables, workingDirectory } = open
  const folder = scalarText(valueAt(step, 'working-directory')) ?? ''
  const expanded = fillIn(scope, folder === '' ? workingDirectory : folder)
  const job = jobContextOf(open)
  const shell = shellOf(scalarText(valueAt(step, 'shell')) || open.defaultShell)
  if (shell === null) {
    skipScript(written, open)
    return
  }
  const environment = scriptEnvironment(variables, scope)
  const facts = readScript(fillIn(scope, written), environment, shell, pieceValue(expanded.text, expanded))
  const first = file.line([...path, 'run'])
  // The text of a block scalar begins on the line after its key.
  const offset = written.includes('\n') ? first : first - 1
  for (const build of facts.builds) addCommand(build, { ...job, place: { ...place, line: offset + build.line } }, walk)
  for (const { line, command } of facts.unread) {
    walk.skip({ ...place, line: offset + line }, command, 'is not read')
  }
  // A skipped step writes nothing; a conditional one may or may not.
  if (place.runs === false) return
  walk.move(place.job, facts)
  const { values, hasOthers } = facts.environmentWrites
  if (hasOthers) state.variables = anyChanged(state.variables, `${place.file}:${place.line}`)
  const set = [...values].map(([name, value]): [string, Value] => [name, valueOfWritten(name, value, place)])
  state.variables = new Map([...state.variables, ...set])
}

/** A script in an unsupported language may build, and may set any variable. */
function skipScript(written: string, { walk, state, place }: OpenStep): void {
  if (/\b(?:docker|podman|buildah)\b/.test(written))
    walk.skip(place, 'the script', 'is in a language that is not supported')
  if (written.includes('GITHUB_ENV')) state.variables = anyChanged(state.variables, `${place.file}:${place.line}`)
}

function valueOfWritten(name: string, value: BuildValue, { file, line, runs }: StepPlace): Value {
  return isKnown(value) && runs === true ? value.text : new NotKnown(`env.${name}`, `which ${file}:${line} sets`)
}

/** Default variables of every script, with their names in expressions (docs, "Variables"). */
const GITHUB_VARIABLES: Readonly<Record<string, string>> = {
  GITHUB_REPOSITORY: 'repository',
  GITHUB_REPOSITORY_OWNER: 'repository_owner',
  GITHUB_REF: 'ref',
  GITHUB_REF_NAME: 'ref_name',
  GITHUB_REF_TYPE: 'ref_type',
  GITHUB_EVENT_NAME: 'event_name',
  GITHUB_WORKSPACE: 'workspace',
}

function scriptEnvironment(variables: Variables, { contexts }: Scope): EnvironmentLookup {
  const environment = environmentOf(variables)
  const github = contexts.get('github')?.values
  return (name) => {
    const key = Object.hasOwn(GITHUB_VARIABLES, name) ? GITHUB_VARIABLES[name] : undefined
    const text = key === undefined ? null : contextText(github?.get(key) ?? new NotKnown())
    return text === null ? (environment.get(name) ?? null) : known(text)
  }
}
