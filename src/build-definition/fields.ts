import { familiarReference, parseReference } from '../reference/index.js'
import type { BuildTarget } from './targets.js'
import { type BuildValue, filled } from './value.js'

/** What one block of a definition says; undefined and missing names: nothing, so that what is inherited stays. */
export interface Fields {
  readonly context?: BuildValue
  readonly dockerfile?: BuildValue
  readonly inline?: BuildValue
  readonly target?: BuildValue
  readonly platforms?: readonly BuildValue[]
  readonly args: ReadonlyMap<string, BuildValue>
  readonly contexts: ReadonlyMap<string, BuildValue>
  readonly tags?: readonly BuildValue[]
  /** Arguments that are left out unless the environment of the real build says them, and nobody else does. */
  readonly absent?: ReadonlyMap<string, BuildValue>
  readonly unclear: BuildTarget['passes']['unclear']
}

export const NO_FIELDS: Fields = { args: new Map(), contexts: new Map(), unclear: [] }

/** `above` over `below`: arguments and contexts name by name, the rest key by key. */
export function mergeFields(below: Fields, above: Fields): Fields {
  return {
    ...below,
    ...above,
    args: new Map([...below.args, ...above.args]),
    contexts: new Map([...below.contexts, ...above.contexts]),
    absent: new Map([...(below.absent ?? []), ...(above.absent ?? [])]),
    unclear: [...below.unclear, ...above.unclear],
  }
}

/** How much a merge copies. */
export function sizeOf({ args, contexts, unclear, absent }: Fields): number {
  return args.size + contexts.size + unclear.length + (absent?.size ?? 0)
}

/** The target that fields describe; empty settings are none. */
export function targetOf(name: string, fields: Fields): BuildTarget {
  const { unclear, platforms = [], tags = [], absent = [] } = fields
  const args = new Map([...absent, ...fields.args])
  const setting = (value: BuildValue | undefined) => (value === undefined ? null : filled(value))
  const contexts = new Map([...fields.contexts].filter(([key, value]) => isLookedUp(key) && filled(value) !== null))
  return {
    name,
    context: setting(fields.context),
    dockerfile: setting(fields.dockerfile),
    inline: setting(fields.inline),
    tags,
    passes: { args, target: setting(fields.target), platforms, contexts, unclear },
  }
}

/**
 * Whether BuildKit looks for a context by this name: it asks for images by their short names (`alpine`, `alpine:3.20`),
 * and bake hands names over as they are written (moby/buildkit, `dockerui/namedcontext.go`).
 */
function isLookedUp(key: string): boolean {
  const [name = ''] = key.split('::')
  const parsed = parseReference(name)
  return !parsed.ok || familiarReference(parsed.reference).replace(/:latest$/, '') === name
}

/** Key and value where there is a value, to be spread into fields. */
export function given<Key extends string, Value>(key: Key, value: Value | null): { [K in Key]?: Value } {
  return value === null ? {} : ({ [key]: value } as { [K in Key]?: Value })
}
