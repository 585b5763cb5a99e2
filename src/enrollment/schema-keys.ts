import type * as z from 'zod'
import { isDataMap } from './entry.js'
import type { Data } from './yaml-data.js'

interface SchemaDefinition {
  readonly type: string
  readonly innerType?: z.core.$ZodType
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>
  readonly options?: readonly z.core.$ZodType[]
  readonly element?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly discriminator?: string
  readonly values?: readonly unknown[]
}

/**
 * The keys a schema knows in the map at a path, read off the schema itself so that suggestions cannot fall behind it.
 *
 * @param data what the schema was held against: a `source` of GitHub knows other keys than one of GitLab.
 * @returns the keys, sorted; empty where the path leads to no map of fixed keys.
 */
export function keysAt(schema: z.core.$ZodType, path: readonly (string | number)[], data?: Data): readonly string[] {
  const [step, ...rest] = path
  const definition = unwrap(schema)
  if (definition.options !== undefined) {
    return [...new Set(optionsFor(definition, data).flatMap((option) => keysAt(option, path, data)))].sort()
  }
  if (step === undefined) return Object.keys(definition.shape ?? {}).sort()
  const inside = definition.shape?.[String(step)] ?? definition.element ?? definition.valueType
  const below = isDataMap(data) ? data[String(step)] : undefined
  return inside === undefined ? [] : keysAt(inside, rest, below)
}

/** The options of a union that the data's discriminator chooses; all where it chooses none. */
function optionsFor({ options = [], discriminator }: SchemaDefinition, data: Data | undefined) {
  if (discriminator === undefined || !isDataMap(data)) return options
  const chosen = options.filter((option) => {
    const key = unwrap(option).shape?.[discriminator]
    return key !== undefined && unwrap(key).values?.includes(data[discriminator])
  })
  return chosen.length === 0 ? options : chosen
}

function unwrap(schema: z.core.$ZodType): SchemaDefinition {
  let definition = schema._zod.def as SchemaDefinition
  while (definition.innerType !== undefined) definition = definition.innerType._zod.def as SchemaDefinition
  return definition
}
