import { type JsonObject, objectsAt, valueAt } from '../constructs/json.js'
import { AUTO_PROMOTION_LABEL } from '../names.js'
import { retiredFaults } from './retired.js'
import { stepFaults, verificationFaults } from './steps.js'
import { type UsesIn, usesReader } from './uses.js'

/** What AnalysisTemplates of the user's own are given. */
const OWN_TEMPLATE_ARGS: ReadonlySet<string> = new Set(['image', 'digest'])

/** What all objects are judged by: the tasks and templates that one may refer to by name, and what expressions use. */
interface Index {
  readonly tasks: ReadonlyMap<string, JsonObject>
  readonly templates: ReadonlyMap<string, JsonObject>
  readonly usesIn: UsesIn
}

/**
 * Whether generated objects fit together. Kargo's admission asks none of this: what is wrong here would be accepted and
 * fail at the first update of an image, weeks later.
 *
 * @param manifests all of the output.
 * @returns gives what is wrong with one of them, as ends of the sentence `its Stage NAME …`.
 */
export function wiringOf(manifests: readonly JsonObject[]): (manifest: JsonObject) => string[] {
  const named = (kind: string) =>
    new Map(manifests.filter((one) => one.kind === kind).map((one) => [String(valueAt(one, 'metadata', 'name')), one]))
  const index = { tasks: named('PromotionTask'), templates: named('AnalysisTemplate'), usesIn: usesReader() }
  return (manifest) => [...new Set([...retiredFaults(manifest), ...kindFaults(manifest, index)])]
}

function kindFaults(manifest: JsonObject, index: Index): string[] {
  if (manifest.kind === 'Stage') return stageFaults(manifest, index)
  if (manifest.kind === 'Warehouse') return warehouseFaults(manifest)
  if (manifest.kind !== 'PromotionTask') return []
  const declared = new Set(objectsAt(manifest, 'spec', 'vars').map(({ name }) => String(name)))
  return stepFaults({ steps: objectsAt(manifest, 'spec', 'steps'), declared, isTask: true, usesIn: index.usesIn })
}

function stageFaults(stage: JsonObject, index: Index): string[] {
  const vars = new Map(valuesAt(stage, 'spec', 'vars'))
  const templateVars = new Map(valuesAt(stage, 'spec', 'promotionTemplate', 'spec', 'vars'))
  const steps = objectsAt(stage, 'spec', 'promotionTemplate', 'spec', 'steps')
  const declared = new Set([...vars.keys(), ...templateVars.keys()])
  const label = valueAt(stage, 'metadata', 'labels', AUTO_PROMOTION_LABEL)
  return [
    ...(label === 'true' || label === 'false' ? [] : ['does not say whether it promotes by itself']),
    ...stepFaults({ steps, declared, isTask: false, usesIn: index.usesIn }),
    ...verificationFaults(stage, new Set(vars.keys()), index.usesIn),
    ...steps.flatMap((step) => taskFaults(step, new Map([...vars, ...templateVars]), index)),
    ...argumentFaults(stage, index),
  ]
}

/** A variable without a default must be given, and Kargo takes an empty one for missing. */
function taskFaults(step: JsonObject, vars: ReadonlyMap<string, string>, { tasks }: Index): string[] {
  const name = String(valueAt(step, 'task', 'name'))
  const given = new Map([...vars, ...valuesAt(step, 'vars')])
  return objectsAt(tasks.get(name), 'spec', 'vars')
    .filter((variable) => (given.get(String(variable.name)) ?? variable.value ?? '') === '')
    .map((variable) => `runs the PromotionTask ${name} without its variable ${variable.name}`)
}

/** Argo Rollouts refuses arguments that no template declares, and misses those without a value. */
function argumentFaults(stage: JsonObject, { templates }: Index): string[] {
  const names = objectsAt(stage, 'spec', 'verification', 'analysisTemplates').map(({ name }) => String(name))
  const given = new Set(objectsAt(stage, 'spec', 'verification', 'args').map(({ name }) => String(name)))
  const args = names.flatMap((name) => objectsAt(templates.get(name), 'spec', 'args'))
  const declared = new Set(args.map(({ name }) => String(name)))
  const hasOwn = names.some((name) => !templates.has(name))
  const needed = new Set(
    args.filter((arg) => !('value' in arg) && !('valueFrom' in arg)).map(({ name }) => String(name)),
  )
  return [
    ...[...given]
      .filter((name) => !declared.has(name) && !(hasOwn && OWN_TEMPLATE_ARGS.has(name)))
      .map((name) => `gives the argument ${name}, which none of its AnalysisTemplates declares`),
    ...[...needed].filter((name) => !given.has(name)).map((name) => `does not give the argument ${name}`),
  ]
}

/** Kargo means to refuse this, and 1.11 forgets to; `imageFrom()` would find either. */
function warehouseFaults(warehouse: JsonObject): string[] {
  const urls = objectsAt(warehouse, 'spec', 'subscriptions').flatMap((subscription) =>
    Object.values(subscription).map((one) => normalUrl(String(valueAt(one, 'repoURL')))),
  )
  return urls.filter((url, index) => urls.indexOf(url) < index).map((url) => `watches ${url} twice`)
}

function normalUrl(url: string): string {
  return url
    .toLowerCase()
    .replace(/(?:\/|\.git)+$/, '')
    .replace(/^docker\.io\/(?:library\/)?/, '')
}

function valuesAt(object: JsonObject, ...path: readonly string[]): [string, string][] {
  return objectsAt(object, ...path).map(({ name, value }) => [String(name), String(value ?? '')])
}
