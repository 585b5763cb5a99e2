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
    unclear: [...below.unclear, ...above.unclear],
  }
}

/** How much a merge copies. */
export function sizeOf({ args, contexts, unclear }: Fields): number {
  return args.size + contexts.size + unclear.length
}

/** The target that fields describe; empty settings are none. */
export function targetOf(name: string, fields: Fields): BuildTarget {
  const { args, unclear, platforms = [] } = fields
  const setting = (value: BuildValue | undefined) => (value === undefined ? null : filled(value))
  const contexts = new Map([...fields.contexts].filter(([, value]) => filled(value) !== null))
  return {
    name,
    context: setting(fields.context),
    dockerfile: setting(fields.dockerfile),
    inline: setting(fields.inline),
    passes: { args, target: setting(fields.target), platforms, contexts, unclear },
  }
}

/** Key and value where there is a value, to be spread into fields. */
export function given<Key extends string, Value>(key: Key, value: Value | null): { [K in Key]?: Value } {
  return value === null ? {} : ({ [key]: value } as { [K in Key]?: Value })
}
