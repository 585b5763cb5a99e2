import * as z from 'zod'
import { type Data, isDataMap } from '../../yaml/data.js'

interface SchemaDefinition {
  readonly type: string
  readonly innerType?: z.core.$ZodType
  /** What a transformed value is read by. */
  readonly in?: z.core.$ZodType
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
  const inside = ownValue(definition.shape, step) ?? definition.element ?? definition.valueType
  const below = isDataMap(data) ? ownValue(data, step) : undefined
  return inside === undefined ? [] : keysAt(inside, rest, below)
}

/**
 * What the schema gives as an example for a key, to be shown where the key is missing.
 *
 * @returns null where there is none that fits on a line.
 */
export function exampleAt(schema: z.core.$ZodType, path: readonly (string | number)[], data?: Data): string | null {
  const [step, ...rest] = path
  if (step === undefined) {
    const { examples } = (z.globalRegistry.get(schema) ?? {}) as { readonly examples?: readonly unknown[] }
    const example = examples?.[0]
    return typeof example === 'string' ? example : null
  }
  const definition = unwrap(schema)
  if (definition.options !== undefined) {
    const found = optionsFor(definition, data).map((option) => exampleAt(option, path, data))
    return found.find((one) => one !== null) ?? null
  }
  const inside = ownValue(definition.shape, step) ?? definition.element ?? definition.valueType
  const below = isDataMap(data) ? ownValue(data, step) : undefined
  return inside === undefined ? null : exampleAt(inside, rest, below)
}

/** A file may have keys like `constructor`. */
function ownValue<T>(map: Readonly<Record<string, T>> | undefined, step: string | number): T | undefined {
  return map !== undefined && Object.hasOwn(map, step) ? map[String(step)] : undefined
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
  const definition = schema._zod.def as SchemaDefinition
  const inside = definition.innerType ?? definition.in
  return inside === undefined ? definition : unwrap(inside)
}
