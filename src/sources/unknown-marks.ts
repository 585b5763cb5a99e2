/** Stand in for values that are not known; nobody names an image or a stage like that. */
const CORE = 'zq0unknown'
const MARK = new RegExp(`${CORE}([0-9]+)qz`, 'g')

/** A text that stands in for the unknown value of that number: valid wherever a reference takes a name. */
export function markOf(index: number): string {
  return `${CORE}${index}qz`
}

/** Whether a text was made with the help of an unknown value. */
export function isMarked(text: string): boolean {
  return text.includes(CORE)
}

/** The numbers of the unknown values in a text. */
export function marksIn(text: string): number[] {
  return [...text.matchAll(MARK)].map(([, index]) => Number(index))
}

/** The text with `*` for what is not known of it. */
export function withWildcards(text: string): string {
  return text.replace(/(?:zq0unknown(?:\d+qz)?)+/g, '*').replace(/\*+/g, '*')
}

/** Pieces of a text: literal ones, and the numbers of the unknown values between them. */
export type Piece = string | number

/** A marked text cut at its marks. */
export function piecesOf(text: string): Piece[] {
  return text
    .split(MARK)
    .flatMap((piece, at): Piece[] => (at % 2 === 1 ? [Number(piece)] : piece === '' ? [] : [piece]))
}

const MAX_UNKNOWNS = 8
const MAX_ANSWERS = 16
const MAX_STEPS = 2_000

/**
 * The values that make a marked text come out as a name, at most sixteen ways; none where no value does. More than
 * eight unknown values are not tried.
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
