/** Matches a sticky pattern at a position of a text; null: no match. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** A cursor over a text. */
export class Scanner {
  protected at = 0
  protected readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Takes what a sticky pattern matches at the cursor; empty: it does not match. */
  protected match(pattern: RegExp): string {
    const found = matchAt(pattern, this.text, this.at)?.[0] ?? ''
    this.at += found.length
    return found
  }
}

/**
 * Returns a function that maps a position of a text to its line.
 *
 * @param firstLine the line on which the text begins.
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

/** Limit on the text produced by filling in values: variables that repeat each other can grow exponentially. */
export class Budget {
  #left: number

  constructor(characters: number) {
    this.#left = characters
  }

  /** Spends an amount; false if the budget is exceeded. */
  spend(characters: number): boolean {
    this.#left -= characters + 1
    return this.#left >= 0
  }
}

/** A file exceeds a limit that no real file reaches: reading it stops. */
export class TooMuch extends Error {}
