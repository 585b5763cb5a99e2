/** What expressions of promotion steps may use: Kargo's variables and functions. */
import type { Step } from './manifests.js'
import type { Freight, Promotion, StepMeta } from './promotion.js'
import { Callable, Dict, dict, ExprError, fromJson, Int, Struct, texts, Unknown, type Value } from './values.js'

/** What the functions look at. */
export interface FunctionWorld {
  readonly configMap: (name: string) => Readonly<Record<string, string>>
  readonly secret: (name: string) => Readonly<Record<string, string>>
  /** Of Freight; null where there is no such. */
  readonly freightMetadata: (name: string) => Map<string, unknown> | null
}

/** What success() says, where it may be asked. */
export interface StatusNames {
  readonly hasFailures: boolean
}

/** What is known when an expression is worked out. */
export interface Known {
  readonly vars: ReadonlyMap<string, Value>
  readonly outputs: { readonly state: ReadonlyMap<string, Value>; readonly metas: readonly StepMeta[] } | null
  readonly status: StatusNames | null
  readonly metas: readonly StepMeta[]
}

/** All names, by what is known. */
export function namesFor(world: FunctionWorld, promotion: Promotion, step: Step, known: Known): Map<string, Value> {
  const { outputs, status } = known
  return new Map<string, Value>([
    ['vars', new Dict(known.vars)],
    ['ctx', context(promotion, step)],
    ...Object.entries(functions(world, promotion.freight)),
    ...(outputs === null ? [] : outputNames(outputs, step)),
    ...(status === null ? [] : Object.entries(statusFunctions(status, known.metas, step))),
  ])
}

function context({ name, stage, freight, actor }: Promotion, { as }: Step): Value {
  return dict({
    project: 'image-factory',
    promotion: name,
    stage: stage.name,
    targetFreight: dict({ name: freight.name, alias: '', origin: dict({ name: freight.warehouse }) }),
    meta: dict({ promotion: dict({ actor, rollback: false }), step: dict({ alias: as }) }),
  })
}

function functions(world: FunctionWorld, { warehouse, image }: Freight): Record<string, Value> {
  return {
    configMap: new Callable((name = null) => texts(world.configMap(nameIn(name)))),
    secret: new Callable((name = null) => texts(world.secret(nameIn(name)))),
    warehouse: new Callable((name = null) => new Struct('FreightOrigin', { Name: nameIn(name) })),
    freightMetadata: new Callable((name = null) => {
      const metadata = world.freightMetadata(nameIn(name))
      if (metadata === null || metadata.size === 0) return null
      return new Dict([...metadata].map(([key, value]) => [key, fromJson(value)]))
    }),
    imageFrom: new Callable((repo = null, origin = null) => {
      const isItsOrigin = origin === null || (origin instanceof Struct && origin.fields.Name === warehouse)
      const isOurs = isItsOrigin && repo === image.repoURL
      if (!isOurs) throw new Unknown(`imageFrom() of another image than the Freight's`)
      return new Struct('Image', { RepoURL: image.repoURL, Tag: image.tag, Digest: image.digest })
    }),
  }
}

function nameIn(value: Value): string {
  if (typeof value !== 'string' || value === '') throw new ExprError('a name must be a text that is not empty')
  return value
}

function outputNames({ state, metas }: NonNullable<Known['outputs']>, { as }: Step): [string, Value][] {
  const [task, own] = as.split('::')
  const metaNames = metas.map((meta): [string, Value] => [meta.alias, metaStruct(meta)])
  const inTask = [...state].filter(([alias]) => alias.startsWith(`${task}::`))
  const names: [string, Value][] = [
    ['outputs', new Dict(state)],
    ['stepMetas', new Dict(metaNames)],
  ]
  if (own === undefined) return names
  const outputs = inTask.map(([alias, value]): [string, Value] => [alias.slice(`${task}::`.length), value])
  return [...names, ['task', dict({ outputs: new Dict(outputs) })]]
}

function metaStruct({ alias, status, message, errorCount, isIgnored }: StepMeta): Value {
  return new Struct('StepExecutionMetadata', {
    Alias: alias,
    Status: status,
    Message: message,
    ErrorCount: new Int(errorCount),
    ContinueOnError: isIgnored,
  })
}

function statusFunctions(
  { hasFailures }: StatusNames,
  metas: readonly StepMeta[],
  { as }: Step,
): Record<string, Value> {
  const [task, own] = as.split('::')
  return {
    always: new Callable(() => true),
    success: new Callable(() => !hasFailures),
    failure: new Callable(() => hasFailures),
    status: new Callable((name = null) => {
      const alias = own === undefined ? nameIn(name) : `${task}::${nameIn(name)}`
      return metas.find((meta) => meta.alias === alias)?.status ?? ''
    }),
  }
}
