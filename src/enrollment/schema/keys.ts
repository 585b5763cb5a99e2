import * as z from 'zod'
import { type Data, isDataMap, type Path } from '../../yaml/data.js'
import { entrySchema } from './entry.js'

interface SchemaDefinition {
  readonly innerType?: z.core.$ZodType
  /** What a transformed value is read by. */
  readonly in?: z.core.$ZodType
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>
  readonly options?: readonly z.core.$ZodType[]
  readonly element?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly discriminator?: string
  readonly values?: readonly unknown[]
  readonly defaultValue?: unknown
}

/**
 * The keys a schema knows in the map at a path, read off the schema itself so that suggestions cannot fall behind it.
 *
 * @param data what the schema was held against: a `source` of GitHub knows other keys than one of GitLab.
 * @returns the keys, sorted; empty where the path leads to no map of fixed keys.
 */
export function keysAt(schema: z.core.$ZodType, path: Path, data?: Data): readonly string[] {
  const keys = schemasAt(schema, path, data).flatMap(({ schema: found, data: here }) =>
    formsOf(found, here).flatMap((form) => Object.keys(unwrap(form).shape ?? {})),
  )
  return [...new Set(keys)].sort()
}

/**
 * What the schema gives as an example for a key, to be shown where the key is missing.
 *
 * @returns null where there is none that fits on a line.
 */
export function exampleAt(schema: z.core.$ZodType, path: Path, data?: Data): string | null {
  const examples = schemasAt(schema, path, data).map(({ schema: found }) => z.globalRegistry.get(found)?.examples)
  const first = examples.map((all) => (Array.isArray(all) ? all[0] : null))
  return first.find((example): example is string => typeof example === 'string') ?? null
}

interface Found {
  readonly schema: z.core.$ZodType
  readonly data: Data | undefined
}

function schemasAt(schema: z.core.$ZodType, [step, ...rest]: Path, data: Data | undefined): readonly Found[] {
  if (step === undefined) return [{ schema, data }]
  const below = isDataMap(data) ? ownValue(data, step) : undefined
  return formsOf(schema, data).flatMap((form) => {
    const { shape, element, valueType } = unwrap(form)
    const inside = ownValue(shape, step) ?? element ?? valueType
    return inside === undefined ? [] : schemasAt(inside, rest, below)
  })
}

/** The schema itself, or the forms of a union that may be meant, those of unions among them too. */
function formsOf(schema: z.core.$ZodType, data: Data | undefined): readonly z.core.$ZodType[] {
  const definition = unwrap(schema)
  if (definition.options === undefined) return [schema]
  return optionsFor(definition, data).flatMap((option) => formsOf(option, data))
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

/**
 * What an entry has where it does not write a key, as the file would say it.
 *
 * @param key as changes name it: `rebuildDelay`, `environments.production.auto`, `updates[0].branch`.
 * @returns null where the schema knows no default.
 */
export function defaultOfKey(key: string): string | null {
  const path = key.replace(/\[(\d+)\]/g, '.$1').split('.')
  const found = schemasAt(entrySchema, path, undefined).flatMap(({ schema }) => defaultOf(schema) ?? [])
  return found[0] ?? null
}

function defaultOf(schema: z.core.$ZodType): string | null {
  const { defaultValue, innerType, in: input } = schema._zod.def as SchemaDefinition
  const said = defaultValue ?? z.globalRegistry.get(schema)?.default
  if (typeof said === 'string' || typeof said === 'boolean' || typeof said === 'number') return String(said)
  const inside = innerType ?? input
  return inside === undefined ? null : defaultOf(inside)
}
