/** Stages and PromotionTasks as generated, with their tasks put in place of their names as Kargo does. */
import { readObjects } from '../kargo-schemas.js'

/** A variable: a literal, or a template. */
export interface Variable {
  readonly name: string
  readonly value?: string
}

/** One step of a Promotion. */
export interface Step {
  readonly uses: string
  readonly as: string
  readonly if?: string
  readonly continueOnError?: boolean
  readonly retry?: { readonly timeout?: string; readonly errorThreshold?: number }
  readonly vars?: readonly Variable[]
  readonly config?: unknown
}

/** What of a Stage matters to its Promotions. */
export interface Stage {
  readonly name: string
  readonly isAutomatic: boolean
  readonly vars: readonly Variable[]
  /** Warehouse → seconds that its Freight must have been in the Stage before. */
  readonly soakSeconds: ReadonlyMap<string, number>
  readonly steps: readonly Step[]
}

/** All that a cluster reads of a factory's files. */
export interface Manifests {
  readonly stages: ReadonlyMap<string, Stage>
  readonly configMaps: ReadonlyMap<string, Readonly<Record<string, string>>>
}

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: Spec
}

type WrittenStep = Omit<Step, 'as'> & Partial<Pick<Step, 'as'>>

interface Spec {
  readonly vars?: readonly Variable[]
  readonly steps?: readonly WrittenStep[]
  readonly requestedFreight?: readonly {
    readonly origin: { readonly name: string }
    readonly sources: { readonly requiredSoakTime?: string }
  }[]
  readonly promotionTemplate?: { readonly spec: { readonly steps: readonly (WrittenStep | TaskStep)[] } }
}

interface TaskStep {
  readonly as: string
  readonly task: { readonly name: string }
}

const AUTOMATIC = 'image-factory.io/auto-promotion'

/** Reads the files of a factory. */
export function readManifests(files: readonly { readonly text: string }[]): Manifests {
  const objects = files.flatMap(({ text }) => readObjects(text)) as unknown as readonly Manifest[]
  const ofKind = (kind: string) => objects.filter((object) => object.kind === kind)
  const tasks = new Map(ofKind('PromotionTask').map(({ metadata, spec }) => [metadata.name, spec ?? {}]))
  const stages = ofKind('Stage').map((stage) => [stage.metadata.name, stageOf(stage, tasks)] as const)
  const maps = ofKind('ConfigMap').map(({ metadata, data }) => [metadata.name, data ?? {}] as const)
  return { stages: new Map(stages), configMaps: new Map(maps) }
}

function stageOf({ metadata, spec = {} }: Manifest, tasks: ReadonlyMap<string, Spec>): Stage {
  const { vars = [], requestedFreight = [], promotionTemplate } = spec
  const steps = promotionTemplate?.spec.steps ?? []
  return {
    name: metadata.name,
    isAutomatic: metadata.labels?.[AUTOMATIC] === 'true',
    vars,
    soakSeconds: new Map(
      requestedFreight.map(({ origin, sources }) => [origin.name, seconds(sources.requiredSoakTime ?? '0s')]),
    ),
    steps: steps.flatMap((step, index) => ('task' in step ? inflated(step, vars, tasks) : [named(step, index)])),
  }
}

/** A step that has no name gets one by its place. */
function named(step: WrittenStep, index: number): Step {
  return { ...step, as: step.as ?? `step-${index}` }
}

/** The steps of a task: with its defaults where the Stage gives no value, and the task's name before theirs. */
function inflated({ as, task }: TaskStep, given: readonly Variable[], tasks: ReadonlyMap<string, Spec>): Step[] {
  const spec = tasks.get(task.name)
  if (spec === undefined) throw new Error(`no PromotionTask ${task.name}`)
  const names = new Set(given.filter(({ value }) => value !== '').map(({ name }) => name))
  const defaults = (spec.vars ?? []).filter(({ name }) => !names.has(name))
  const missing = defaults.find(({ value }) => value === undefined || value === '')
  if (missing !== undefined) throw new Error(`missing value for variable "${missing.name}"`)
  return (spec.steps ?? []).map(named).map((step) => ({
    ...step,
    as: `${as}::${step.as}`,
    vars: [...defaults, ...(step.vars ?? [])],
  }))
}

/** A duration as Go writes it. */
export function seconds(duration: string): number {
  if (!/^(?:\d+(?:\.\d+)?(?:h|m|s|ms))+$/.test(duration)) throw new Error(`no duration: ${duration}`)
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }
  const parts = [...duration.matchAll(/([\d.]+)(h|ms|m|s)/g)]
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0)
}
