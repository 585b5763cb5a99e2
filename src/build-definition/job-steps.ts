import type { Path } from '../enrollment/yaml-data.js'
import type { Value } from './contexts.js'
import type { DataMap, PlacedFile } from './data.js'
import type { FileReference } from './references.js'
import type { Scope, Variables } from './scope.js'
import type { StepSurroundings } from './step-build.js'
import { type StepInputs, type StepPlace, stepInputs, withOf } from './steps.js'
import type { BuildValue } from './value.js'
import type { Walk } from './walk.js'
import type { Checkout } from './workspace.js'

/** What the steps of a job change for those after them. */
export interface JobState {
  /** Variables of workflow and job, with what steps wrote to GITHUB_ENV. */
  variables: Variables
  checkouts: readonly Checkout[]
  /** Names of images that docker/metadata-action made, of each step. */
  metadata: readonly (readonly BuildValue[])[]
  /** Bake definitions that docker/metadata-action writes, as text. */
  generated: readonly string[]
}

/** Where a list of steps stands. */
export interface StepsContext {
  readonly walk: Walk
  readonly file: PlacedFile
  readonly reference: FileReference
  readonly scope: Scope
  readonly depth: number
  readonly state: JobState
  /** Of the job, or of the step that calls. */
  readonly place: StepPlace
  /** Variables of the steps that call, in a composite action. */
  readonly above: Variables
  /** What `steps` holds: outputs by the id of a step. */
  readonly outputs: Map<string, Value>
  /** Where scripts run when they do not say. */
  readonly workingDirectory: string
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

/** What its build is made in. */
export function aroundOf({ place, walk, state, variables }: OpenStep): StepSurroundings {
  const { checkouts, metadata, generated } = state
  return { place, repo: walk.run.repo, checkouts, metadata, generated, variables }
}
