import { type JsonObject, objectsAt, textsIn, valueAt } from '../constructs/json.js'
import type { Uses, UsesIn } from './uses.js'

/** Steps and where they stand. */
export interface Steps {
  readonly steps: readonly JsonObject[]
  /** Variables that every step knows. */
  readonly declared: ReadonlySet<string>
  /** In a PromotionTask, other steps are known as `task.outputs`; in a Stage as `outputs`. */
  readonly isTask: boolean
  readonly usesIn: UsesIn
}

/** What in steps Kargo would refuse, or fail at as it runs: names that nothing has, or two have. */
export function stepFaults({ steps, declared, isTask, usesIn }: Steps): string[] {
  const known = new Set<string>()
  const aliases = new Set(steps.map(({ as }) => String(as)))
  return steps.flatMap((step) => {
    const alias = step.as
    const found = typeof alias === 'string' ? aliasFaults(alias, known) : []
    const own = objectsAt(step, 'vars').map(({ name }) => String(name))
    const uses = usesIn(textsIn(step))
    found.push(...useFaults(uses, new Set([...declared, ...own])), ...outputFaults(uses, known, isTask))
    found.push(...askedFaults(uses, aliases, isTask))
    if (typeof alias === 'string') known.add(alias)
    return found
  })
}

/** The same of a Stage's verification, which knows its variables and no step. */
export function verificationFaults(stage: JsonObject, declared: ReadonlySet<string>, usesIn: UsesIn): string[] {
  const uses = usesIn(textsIn(valueAt(stage, 'spec', 'verification')))
  return [...useFaults(uses, declared), ...outputFaults(uses, new Set(), false)]
}

function aliasFaults(alias: string, known: ReadonlySet<string>): string[] {
  const found: string[] = []
  if (known.has(alias)) found.push(`has two steps named ${alias}`)
  if (/^(?:step|task)-\d+$/.test(alias) || alias.includes('::'))
    found.push(`has a step named ${alias}, a name that Kargo keeps for itself`)
  return found
}

function useFaults({ vars, retired }: Uses, declared: ReadonlySet<string>): string[] {
  return [
    ...vars.filter((name) => !declared.has(name)).map((name) => `uses vars.${name}, which it does not declare`),
    ...retired.map((what) => `uses ${what}, which Kargo no longer knows`),
  ]
}

/** A step may ask for what itself or a later one left behind before the controller was replaced. */
function askedFaults({ askedOutputs }: Uses, aliases: ReadonlySet<string>, isTask: boolean): string[] {
  const asked = new Set(isTask ? askedOutputs : [])
  return [...asked]
    .filter((alias) => !aliases.has(alias))
    .map((alias) => `asks for task.outputs.${alias}, and there is no step ${alias}`)
}

function outputFaults({ outputs, taskOutputs }: Uses, known: ReadonlySet<string>, isTask: boolean): string[] {
  const [mine, prefix] = isTask ? [taskOutputs, 'task.outputs'] : [outputs, 'outputs']
  const [foreign, wrong] = isTask ? [outputs, 'outputs'] : [taskOutputs, 'task.outputs']
  return [
    ...mine
      .filter((alias) => !known.has(alias))
      .map((alias) => `uses ${prefix}.${alias} before there is a step ${alias}`),
    ...foreign.map((alias) => `uses ${wrong}.${alias}, which is known as ${prefix}.${alias} here`),
  ]
}
