/** What a sticky pattern matches at a place in a text; null: nothing. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/**
 * Tells the line of a place in a text.
 *
 * @param firstLine the line that the text begins in.
 */
export function lineCounter(text: string, firstLine = 1): (position: number) => number {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index)
  return (position) => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle] ?? 0) < position) low = middle + 1
      else high = middle
    }
    return firstLine + low
  }
}

/** How much text may come out of filling in values: variables that repeat each other grow without end. */
export class Budget {
  #left: number

  constructor(characters: number) {
    this.#left = characters
  }

  /** Takes that much, or says that there is no more. */
  spend(characters: number): boolean {
    this.#left -= characters + 1
    return this.#left >= 0
  }
}

/** A file comes to more than anybody writes: all reading of it ends. */
export class TooMuch extends Error {}
