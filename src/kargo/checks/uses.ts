/** What expressions use of what surrounds them. */
export interface Uses {
  /** `vars.NAME` */
  readonly vars: readonly string[]
  /** `task.outputs.ALIAS` */
  readonly taskOutputs: readonly string[]
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
      taskOutputs: all.flatMap(({ taskOutputs }) => taskOutputs),
      outputs: all.flatMap(({ outputs }) => outputs),
      retired: all.flatMap(({ retired }) => retired),
    }
  }
}

function usesOf(text: string): Uses {
  const uses = { vars: [] as string[], taskOutputs: [] as string[], outputs: [] as string[], retired: [] as string[] }
  for (const [, plain, percent] of text.matchAll(EXPRESSION)) note(plain ?? percent ?? '', uses)
  return uses
}

type Noted = { readonly [key in keyof Uses]: string[] }

function note(expression: string, uses: Noted): void {
  for (const [, head, member, quoted] of expression.matchAll(USE)) {
    const name = member ?? quoted
    if (head === undefined || name === undefined) continue
    if (head === 'vars') uses.vars.push(name)
    else if (head === 'outputs') uses.outputs.push(name)
    else uses.taskOutputs.push(name)
  }
  const code = expression.replace(WITHOUT_TEXTS, '""')
  for (const [pattern, what] of RETIRED) if (pattern.test(code)) uses.retired.push(what)
}
