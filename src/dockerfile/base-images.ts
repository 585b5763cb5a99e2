import { detectSyntax } from './directives.js'
import { readInstructions } from './instruction-reader.js'
import { BUILD_PLATFORM, parsePlatform, platformArguments } from './platform.js'
import { answerFor, type PlatformAnswer, type PlatformRequest } from './platform-answer.js'
import {
  type BaseImageUse,
  type BuildOptions,
  type Diagnostic,
  DockerfileRefusal,
  type DockerfileResult,
  MAX_WORK_OF_ALL,
  quoted,
  spentOf,
  workBudget,
} from './result.js'
import { collectStages, evaluateGlobalArgs, type GlobalArgs } from './stages.js'
import { syntaxSuspicions, templateAdvice } from './warnings.js'
import { expandWord } from './word-expansion.js'

/**
 * Finds the images that a build of this Dockerfile pulls, as BuildKit does: its parser, word expansion, stage rules and
 * reachability. One entry per place that names an image, in file order; several platforms are merged. For a file that
 * BuildKit refuses, returns the error and its line (1 for errors of the whole file or the options). ONBUILD triggers of
 * remote images are not in the text and are not followed. Never throws.
 */
export function findBaseImages(text: string, options: BuildOptions = {}): DockerfileResult {
  return readDockerfile(text).find(options)
}

/** A parsed Dockerfile for use with any number of builds. Its members never throw. */
export interface Dockerfile {
  /** {@link findBaseImages} for one build. */
  find(options: BuildOptions): DockerfileResult
  /** What every FROM names in one build, in file order; empty if BuildKit refuses the file. */
  fromNames(options: BuildOptions): FromName[]
  /** The ARGs before the first FROM, with their unexpanded defaults. */
  readonly globalArgs: readonly { readonly name: string; readonly value: string | null }[]
  /** Stage names in file order; null for an unnamed stage. */
  readonly stageNames: readonly (string | null)[]
  /** Whether the work limit is used up, so that further builds are refused. */
  readonly isSpent: () => boolean
}

/** Parses a Dockerfile once, for any number of builds. */
export function readDockerfile(text: string): Dockerfile {
  const read = guarded(text, () => {
    const { instructions, escapeChar, warnings } = readInstructions(text)
    return { stages: collectStages(instructions), escapeChar, warnings }
  })
  if (!('stages' in read))
    return { find: () => read, fromNames: () => [], globalArgs: [], stageNames: [], isSpent: () => false }
  const { stages, escapeChar, warnings } = read
  let spent = 0
  const ask = <Answer>(options: BuildOptions, answer: (request: PlatformRequest) => Answer): Answer[] => {
    if (spent > MAX_WORK_OF_ALL)
      throw new DockerfileRefusal('its variables take more work than any real build needs', 1)
    const requests = platformsOf(options)
    try {
      return requests.map(answer)
    } finally {
      for (const { budget } of requests) spent += spentOf(budget)
    }
  }
  return {
    find: (options) =>
      guarded(text, () => {
        const answers = ask(options, (request) => answerFor(request, stages, escapeChar, options))
        const syntax = detectSyntax(text)
        const problems = [...syntaxSuspicions(syntax), ...warnings, ...answers.flatMap((answer) => answer.warnings)]
        return { ok: true, images: united(answers), syntax, problems: inOrder(problems) }
      }),
    fromNames: (options) => {
      const names = guarded(text, () => ({
        names: ask(options, (request) => fromNames(stages, escapeChar, { ...request, options })).flat(),
      }))
      return 'names' in names ? names.names : []
    },
    globalArgs: stages.globalArgs.flatMap(({ variables }) => variables),
    stageNames: stages.stages.map(({ from }) => from.name),
    isSpent: () => spent > MAX_WORK_OF_ALL,
  }
}

/** The result, or why BuildKit refuses the file. */
function guarded<Answer>(text: string, work: () => Answer): Answer | Extract<DockerfileResult, { ok: false }> {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof DockerfileRefusal)) throw error
    return { ok: false, error: { message: error.message + templateAdvice(text, error.line), line: error.line } }
  }
}

function platformsOf(options: BuildOptions): PlatformRequest[] {
  const written = options.platforms ?? []
  return (written.length === 0 ? ['linux/amd64'] : [...new Set(written)]).map((text) => {
    const platform = parsePlatform(text)
    if (platform !== null) return { written: text, platform, budget: workBudget() }
    throw new DockerfileRefusal(
      `${quoted(text)} is not a platform to build for: write os/architecture, such as linux/arm64`,
      1,
    )
  })
}

/** An image is needed if any platform needs it; one place may name different images (`alpine-$TARGETARCH`). */
function united(answers: readonly PlatformAnswer[]): BaseImageUse[] {
  const [only] = answers
  if (answers.length === 1 && only !== undefined) return only.uses.map(({ use }) => use)
  const uses = new Map<string, { position: number; use: BaseImageUse }>()
  for (const { position, use } of answers.flatMap((answer) => answer.uses)) {
    const key = `${position} ${use.line} ${use.kind} ${use.ref} ${use.platform ?? ''}`
    const known = uses.get(key)?.use
    uses.set(key, { position, use: known === undefined ? use : merged(known, use) })
  }
  return [...uses.values()].sort((a, b) => a.use.line - b.use.line || a.position - b.position).map(({ use }) => use)
}

function merged(a: BaseImageUse, b: BaseImageUse): BaseImageUse {
  return {
    ...a,
    reachable: a.reachable || b.reachable,
    runtime: a.runtime || b.runtime,
    assumed: [...new Set([...a.assumed, ...b.assumed])].sort(),
    platforms: [...a.platforms, ...b.platforms],
  }
}

function inOrder(problems: readonly Diagnostic[]): Diagnostic[] {
  const distinct = new Map(problems.map((problem) => [`${problem.line} ${problem.message}`, problem]))
  return [...distinct.values()].sort((a, b) => a.line - b.line)
}

const MAX_VARIABLES = 100

/** What one FROM names in one build. */
export interface FromName {
  /** Index of the stage it starts. */
  readonly index: number
  readonly line: number
  /** As written, and with variables expanded. */
  readonly written: string
  readonly text: string
  /** The variables that decide it: those it mentions, and those their defaults mention; at most a hundred. */
  readonly variables: ReadonlySet<string>
}

/** What every FROM names in one build on one platform. Throws the refusal of a word that cannot be parsed. */
function fromNames(
  { globalArgs, stages }: ReturnType<typeof collectStages>,
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
