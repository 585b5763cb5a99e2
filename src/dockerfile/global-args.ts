import type { ExpansionMode } from './expansion-mode.js'
import type { BuildOptions } from './result.js'
import type { ArgCommand } from './stages.js'
import { expandWord } from './word-expansion.js'

/** The variables FROM sees, and where their values come from. */
export interface GlobalArgs {
  values: ReadonlyMap<string, string>
  /** For every ARG that has its default from the file: the variables that default mentions. */
  defaults: ReadonlyMap<string, ReadonlySet<string>>
  /** ARGs before the first FROM, with or without a value. */
  declared: ReadonlySet<string>
}

const MAX_ASSUMED = 100

/**
 * Evaluates the ARGs before the first FROM in order: a build argument wins over the default, a default may use what
 * stands before it, and an ARG without default keeps an earlier value.
 */
export function evaluateGlobalArgs(
  commands: readonly ArgCommand[],
  predefined: ReadonlyMap<string, string>,
  buildArgs: NonNullable<BuildOptions['args']>,
  mode: ExpansionMode,
): GlobalArgs {
  const values = new Map(predefined)
  const defaults = new Map<string, Set<string>>()
  const declared = new Set<string>()
  for (const { variables, line } of commands) {
    for (const { name, value } of variables) {
      declared.add(name)
      const given = buildArgs.get(name)
      if (given !== undefined) {
        values.set(name, given)
        defaults.delete(name)
      } else if (value !== null) {
        const expansion = expandWord(value, values, mode, line)
        const behind = defaults.get(name) ?? new Set<string>()
        for (const variable of [...expansion.found, ...expansion.missing]) behind.add(variable)
        defaults.set(name, behind)
        values.set(name, expansion.text)
      }
    }
  }
  return { values, defaults, declared }
}

/**
 * The ARGs that decided an expansion for want of a build argument, sorted: those with a default in the file, those
 * behind them, and those declared without any value. At most a hundred are told.
 */
export function assumedBehind(args: GlobalArgs, mentioned: Iterable<string>): string[] {
  const assumed = new Set<string>()
  const waiting: Iterator<string>[] = [mentioned[Symbol.iterator]()]
  for (let names = waiting.at(-1); names !== undefined && assumed.size < MAX_ASSUMED; names = waiting.at(-1)) {
    const { value: name, done } = names.next()
    if (done === true) waiting.pop()
    else if (isAssumed(args, name) && !assumed.has(name)) {
      assumed.add(name)
      waiting.push((args.defaults.get(name) ?? new Set<string>())[Symbol.iterator]())
    }
  }
  return [...assumed].sort()
}

function isAssumed({ defaults, values, declared }: GlobalArgs, name: string): boolean {
  return defaults.has(name) || (declared.has(name) && !values.has(name))
}
