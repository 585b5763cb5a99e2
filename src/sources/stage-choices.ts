import type { BuildOptions, Dockerfile, FromName } from '../dockerfile/index.js'

/** Placeholder for unknown values; no real image or stage has such a name. */
const CORE = 'zq0unknown'
const MARK = new RegExp(`${CORE}([0-9]+)qz`, 'g')

/** The mark for an unknown value with this number: valid wherever a reference allows a name. */
export function markOf(index: number): string {
  return `${CORE}${index}qz`
}

/** Whether a text contains a mark. */
export function isMarked(text: string): boolean {
  return text.includes(CORE)
}

/** The numbers of the marks in a text. */
export function marksIn(text: string): number[] {
  return [...text.matchAll(MARK)].map(([, index]) => Number(index))
}

/** The text with `*` in place of its unknown parts. */
export function withWildcards(text: string): string {
  return text.replace(/(?:zq0unknown(?:\d+qz)?)+/g, '*').replace(/\*+/g, '*')
}

/** Part of a text: a literal, or the number of an unknown value. */
type Piece = string | number

/** Splits a text at its marks. */
export function piecesOf(text: string): Piece[] {
  return text
    .split(MARK)
    .flatMap((piece, at): Piece[] => (at % 2 === 1 ? [Number(piece)] : piece === '' ? [] : [piece]))
}

const MAX_UNKNOWNS = 8
const MAX_ANSWERS = 16
const MAX_STEPS = 2_000

/**
 * The values that turn a marked text into a name, at most sixteen solutions; empty if there is none. Texts with more
 * than eight unknown values are not tried.
 */
export function valuesFor(pieces: readonly Piece[], name: string): ReadonlyMap<number, string>[] {
  const answers: ReadonlyMap<number, string>[] = []
  if (pieces.filter((piece) => typeof piece === 'number').length > MAX_UNKNOWNS) return answers
  let steps = 0
  const match = (at: number, from: number, values: ReadonlyMap<number, string>): void => {
    steps += 1
    if (steps > MAX_STEPS || answers.length >= MAX_ANSWERS) return
    const piece = pieces[at]
    if (piece === undefined) {
      if (from === name.length) answers.push(values)
      return
    }
    const literal = typeof piece === 'string' ? piece : values.get(piece)
    if (literal !== undefined) {
      if (name.startsWith(literal, from)) match(at + 1, from + literal.length, values)
      return
    }
    const isLast = at === pieces.length - 1
    for (let end = isLast ? name.length : from; end <= name.length; end += 1) {
      match(at + 1, end, new Map([...values, [piece as number, name.slice(from, end)]]))
    }
  }
  match(0, 0, new Map())
  return answers
}

/** What unknown arguments may make FROM name. */
export interface StageChoices {
  /** By argument, the values that make a FROM name an earlier stage. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>
  /** By argument, the stages it may select. */
  readonly stages: ReadonlyMap<string, ReadonlySet<string>>
  /** Indexes of the FROMs that select stages. */
  readonly froms: ReadonlySet<number>
  /** Whether a limit was reached. */
  readonly isCapped: boolean
}

/** No real Dockerfile selects stages with more arguments or values. */
const MAX_ARGS = 32
const MAX_VALUES = 64
/** Limit on comparisons of a FROM's name with a stage's. */
const MAX_COMPARISONS = 200_000

/** For `${KIND:+…}`, where every non-empty value has the same effect. */
export const ANY_VALUE = markOf(1_000_000)

/**
 * The values of unknown arguments that make some FROM name an earlier stage, given the literal parts around them and
 * the Dockerfile's defaults (`FROM base-${KIND}`, `ARG BASE=base-${KIND}`).
 *
 * @param args unknown arguments declared before the first FROM.
 */
export function stageChoices(dockerfile: Dockerfile, options: BuildOptions, args: readonly string[]): StageChoices {
  const search = new Search(dockerfile, options, args.slice(0, MAX_ARGS))
  search.run()
  const { values, stages, froms } = search
  return { values, stages, froms, isCapped: args.length > MAX_ARGS || search.left < 0 }
}

class Search {
  readonly values = new Map<string, Set<string>>()
  readonly stages = new Map<string, Set<string>>()
  readonly froms = new Set<number>()
  left = MAX_COMPARISONS
  readonly #dockerfile: Dockerfile
  readonly #options: BuildOptions
  readonly #args: readonly string[]
  readonly #isEarlierStage: (from: FromName) => boolean

  constructor(dockerfile: Dockerfile, options: BuildOptions, args: readonly string[]) {
    this.#dockerfile = dockerfile
    this.#options = options
    this.#args = args
    this.#isEarlierStage = earlierStages(dockerfile)
  }

  run(): void {
    for (const names of this.#together()) {
      const marks = names.map((name) => [name, markOf(this.#args.indexOf(name))] as const)
      for (const from of this.#given(marks)) this.#match(from)
    }
    for (const name of this.#args) {
      for (const value of ['', ANY_VALUE]) {
        for (const from of this.#given([[name, value]])) {
          if (from.variables.has(name) && this.#isEarlierStage(from))
            this.#note({ name, value, from, stage: from.text })
        }
      }
    }
  }

  #given(values: readonly (readonly [string, string])[]): readonly FromName[] {
    return this.#dockerfile.fromNames({ ...this.#options, args: new Map([...(this.#options.args ?? []), ...values]) })
  }

  /** Sets of arguments to try together: each alone, all whose default mentions no other, and all. */
  #together(): (readonly string[])[] {
    const names = new Set(this.#args)
    const dependent = new Set(
      this.#dockerfile.globalArgs.flatMap(({ name, value }) =>
        mentionedIn(value ?? '').some((other) => other !== name && names.has(other)) ? [name] : [],
      ),
    )
    const roots = this.#args.filter((name) => !dependent.has(name))
    return [...this.#args.map((name) => [name]), ...[roots, this.#args].filter((several) => several.length > 1)]
  }

  #match(from: FromName): void {
    const pieces = piecesOf(from.text)
    if (!pieces.some((piece) => typeof piece === 'number')) return
    for (const [at, stage] of this.#dockerfile.stageNames.entries()) {
      this.left -= 1
      if (at >= from.index || this.left < 0) return
      if (stage === null || !isLike(stage, pieces)) continue
      for (const found of valuesFor(pieces, stage)) {
        for (const [index, value] of found) {
          const name = this.#args[index]
          if (name !== undefined) this.#note({ name, value, from, stage })
        }
      }
    }
  }

  #note({ name, value, from, stage }: { name: string; value: string; from: FromName; stage: string }): void {
    const known = this.values.get(name) ?? new Set()
    if (known.size >= MAX_VALUES && !known.has(value)) this.left = -1
    else this.values.set(name, known.add(value))
    this.stages.set(name, (this.stages.get(name) ?? new Set()).add(stage))
    this.froms.add(from.index)
  }
}

function mentionedIn(text: string): string[] {
  return [...text.matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)].map(([, name]) => name ?? '')
}

function isLike(stage: string, pieces: readonly Piece[]): boolean {
  const [first, last] = [pieces[0], pieces.at(-1)]
  return (typeof first !== 'string' || stage.startsWith(first)) && (typeof last !== 'string' || stage.endsWith(last))
}

/** Returns a test for whether a FROM names an earlier stage. */
export function earlierStages({ stageNames }: Dockerfile): (from: Pick<FromName, 'text' | 'index'>) => boolean {
  const first = new Map<string, number>()
  for (const [at, name] of stageNames.entries()) if (name !== null && !first.has(name)) first.set(name, at)
  return ({ text, index }) => (first.get(text) ?? index) < index
}
