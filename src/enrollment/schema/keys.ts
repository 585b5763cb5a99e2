import * as z from 'zod'
import { type Data, isDataMap, type Path } from '../../yaml/data.js'
import { entrySchema } from './entry.js'

interface SchemaDefinition {
  readonly innerType?: z.core.$ZodType
  /** The input schema of a transformation. */
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
 * The keys that a schema knows in the map at a path, read from the schema itself so that suggestions are always
 * current.
 *
 * @param data the validated data: a `source` on GitHub has other keys than one on GitLab.
 * @returns the keys, sorted; empty if the path does not lead to a map of fixed keys.
 */
export function keysAt(schema: z.core.$ZodType, path: Path, data?: Data): readonly string[] {
  const keys = schemasAt(schema, path, data).flatMap(({ schema: found, data: here }) =>
    formsOf(found, here).flatMap((form) => Object.keys(unwrap(form).shape ?? {})),
  )
  return [...new Set(keys)].sort()
}

/**
 * The schema's example for a key, to show where the key is missing.
 *
 * @returns null if there is none that fits on one line.
 */
export function exampleAt(schema: z.core.$ZodType, path: Path, data?: Data): string | null {
  const examples = schemasAt(schema, path, data).map(({ schema: found }) => z.globalRegistry.get(found)?.examples)
  const first = examples.map((all) => (Array.isArray(all) ? all[0] : null))
  return first.find((example): example is string => typeof example === 'string') ?? null
}

/** The schemas that a path may lead to, each with the data there. */
function schemasAt(
  schema: z.core.$ZodType,
  [step, ...rest]: Path,
  data: Data | undefined,
): readonly { readonly schema: z.core.$ZodType; readonly data: Data | undefined }[] {
  if (step === undefined) return [{ schema, data }]
  const below = isDataMap(data) ? ownValue(data, step) : undefined
  return formsOf(schema, data).flatMap((form) => {
    const { shape, element, valueType } = unwrap(form)
    const inside = ownValue(shape, step) ?? element ?? valueType
    return inside === undefined ? [] : schemasAt(inside, rest, below)
  })
}

/** The schema itself, or the possible forms of a union, nested ones included. */
function formsOf(schema: z.core.$ZodType, data: Data | undefined): readonly z.core.$ZodType[] {
  const definition = unwrap(schema)
  if (definition.options === undefined) return [schema]
  return optionsFor(definition, data).flatMap((option) => formsOf(option, data))
}

/** Own properties only: a file may have keys like `constructor`. */
function ownValue<T>(map: Readonly<Record<string, T>> | undefined, step: string | number): T | undefined {
  return map !== undefined && Object.hasOwn(map, step) ? map[String(step)] : undefined
}

/** The options of a union that match the data's discriminator; all if none matches. */
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
 * The default of a key of an entry, as it would be written in the file.
 *
 * @param key as in reported changes: `rebuildDelay`, `environments.production.auto`, `updates[0].branch`.
 * @returns null if the schema has no default.
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
