/** What expressions use of what surrounds them. */
export interface Uses {
  /** `vars.NAME`, where it must be there. */
  readonly vars: readonly string[]
  /** `vars.NAME ??`, or compared with a text: it may be missing. */
  readonly optionalVars: readonly string[]
  /** `task.outputs.ALIAS`, where the step must have run. */
  readonly taskOutputs: readonly string[]
  /** `task.outputs.ALIAS?.`, or with `??` behind it: asks whether the step has run. */
  readonly askedOutputs: readonly string[]
  /** `outputs.ALIAS` */
  readonly outputs: readonly string[]
  /** What Kargo no longer knows, or soon will not. */
  readonly retired: readonly string[]
}

const EXPRESSION = /\$\{\{([\s\S]*?)\}\}|\$\{%([\s\S]*?)%\}/g
const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/
const MEMBER = /\s*(?:\?\.|\.)?\s*(?:(\w+)|\[\s*["']([^"']*)["']\s*\])/
const HEAD = /(?<![\w.])(vars|task\s*\??\.\s*outputs|outputs)\b/
/** Texts come first, so that what stands in quotes is no use of anything. */
const USE = new RegExp(`${TEXT.source}|${HEAD.source}${MEMBER.source}`, 'g')
/** What stands behind something that may be missing. */
const ASKED_OUTPUT = /^\)?\s*(?:\?\.|\?\?)/
const OPTIONAL_VAR = /^\s*(?:\?\?|[!=]=\s*["'])/
const WITHOUT_TEXTS = new RegExp(TEXT.source, 'g')

/** Release notes of 1.7 (the map `secrets`) and 1.10 (the second argument of `freightMetadata`). */
const RETIRED: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.])secrets\s*[.?[]/, 'the map secrets'],
  [/(?<![\w.])freightMetadata\([^()]*,/, 'freightMetadata() with two arguments'],
]

/** What the expressions among texts use: all between `${{` and `}}`, or `${%` and `%}`. */
export type UsesIn = (texts: readonly string[]) => Uses

/** Reads each text once: the same few expressions stand in the objects of every image. */
export function usesReader(): UsesIn {
  const known = new Map<string, Uses>()
  return (texts) => {
    const all = texts
      .filter((text) => text.includes('${'))
      .map((text) => {
        const uses = known.get(text) ?? usesOf(text)
        known.set(text, uses)
        return uses
      })
    return {
      vars: all.flatMap(({ vars }) => vars),
      optionalVars: all.flatMap(({ optionalVars }) => optionalVars),
      taskOutputs: all.flatMap(({ taskOutputs }) => taskOutputs),
      askedOutputs: all.flatMap(({ askedOutputs }) => askedOutputs),
      outputs: all.flatMap(({ outputs }) => outputs),
      retired: all.flatMap(({ retired }) => retired),
    }
  }
}

function usesOf(text: string): Uses {
  const uses: Noted = { vars: [], optionalVars: [], taskOutputs: [], askedOutputs: [], outputs: [], retired: [] }
  for (const [, plain, percent] of text.matchAll(EXPRESSION)) note(plain ?? percent ?? '', uses)
  return uses
}

type Noted = { readonly [key in keyof Uses]: string[] }

function note(expression: string, uses: Noted): void {
  for (const match of expression.matchAll(USE)) {
    const [whole, head, member, quoted] = match
    const name = member ?? quoted
    if (head === undefined || name === undefined) continue
    const behind = expression.slice(match.index + whole.length)
    if (head === 'vars') uses[OPTIONAL_VAR.test(behind) ? 'optionalVars' : 'vars'].push(name)
    else if (head === 'outputs') uses.outputs.push(name)
    else uses[ASKED_OUTPUT.test(behind) ? 'askedOutputs' : 'taskOutputs'].push(name)
  }
  const code = expression.replace(WITHOUT_TEXTS, '""')
  for (const [pattern, what] of RETIRED) if (pattern.test(code)) uses.retired.push(what)
}
