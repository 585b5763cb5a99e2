import { evaluateGlobalArgs, type GlobalArgs } from './global-args.js'
import { BUILD_PLATFORM, platformArguments } from './platform.js'
import type { PlatformRequest } from './platform-answer.js'
import type { BuildOptions } from './result.js'
import type { StageList } from './stages.js'
import { expandWord } from './word-expansion.js'

const MAX_VARIABLES = 100

/** What one FROM names for one build. */
export interface FromName {
  /** Of the stage it begins, in the order of the file. */
  readonly index: number
  readonly line: number
  /** As written, and with variables expanded. */
  readonly written: string
  readonly text: string
  /** The variables that decide it: those it mentions, and those their defaults in the file mention; at most a hundred. */
  readonly variables: ReadonlySet<string>
}

/** What every FROM of a file names for one build on one platform. Throws the refusal of a word that cannot be read. */
export function fromNames(
  { globalArgs, stages }: StageList,
  escapeChar: string,
  { platform, budget, options }: Pick<PlatformRequest, 'platform' | 'budget'> & { readonly options: BuildOptions },
): FromName[] {
  const mode = { escapeChar, budget }
  const buildArgs = options.args ?? new Map<string, string>()
  const target = options.target || (stages.at(-1)?.from.name ?? '')
  const predefined = platformArguments(platform, BUILD_PLATFORM, target, buildArgs)
  const args = evaluateGlobalArgs(globalArgs, predefined, buildArgs, mode)
  return stages.map(({ from: { base: written, line } }, index) => {
    const { text, found, missing } = expandWord(written, args.values, mode, line)
    return { index, line, written, text, variables: variablesBehind(args, [...found, ...missing]) }
  })
}

function variablesBehind({ defaults }: GlobalArgs, mentioned: readonly string[]): Set<string> {
  const behind = new Set<string>()
  const waiting = [...mentioned]
  for (let name = waiting.pop(); name !== undefined && behind.size < MAX_VARIABLES; name = waiting.pop()) {
    if (behind.has(name)) continue
    behind.add(name)
    for (const more of defaults.get(name) ?? []) waiting.push(more)
  }
  return behind
}
