import type * as z from 'zod'

interface SchemaDefinition {
  readonly type: string
  readonly innerType?: z.core.$ZodType
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>
  readonly options?: readonly z.core.$ZodType[]
  readonly element?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
}

/**
 * The keys a schema knows in the map at a path, read off the schema itself so that suggestions cannot fall behind it.
 *
 * @returns the keys, sorted; empty where the path leads to no map of fixed keys.
 */
export function keysAt(schema: z.core.$ZodType, path: readonly (string | number)[]): readonly string[] {
  const [step, ...rest] = path
  const definition = unwrap(schema)
  if (definition.options !== undefined) {
    return [...new Set(definition.options.flatMap((option) => keysAt(option, path)))].sort()
  }
  if (step === undefined) return Object.keys(definition.shape ?? {}).sort()
  const inside = definition.shape?.[String(step)] ?? definition.element ?? definition.valueType
  return inside === undefined ? [] : keysAt(inside, rest)
}

function unwrap(schema: z.core.$ZodType): SchemaDefinition {
  let definition = schema._zod.def as SchemaDefinition
  while (definition.innerType !== undefined) definition = definition.innerType._zod.def as SchemaDefinition
  return definition
}
