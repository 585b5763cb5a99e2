import type { Position } from './model.js'

/** Where the lines of a text begin; looked up when somebody asks, for most texts nobody does. */
export class Lines {
  readonly #text: string
  #starts: readonly number[] | null = null

  constructor(text: string) {
    this.#text = text
  }

  /** Line and column of an offset; what lies behind the end is at the end. */
  at(offset: number): Position {
    this.#starts ??= lineStarts(this.#text)
    const starts = this.#starts
    const inside = Math.min(offset, this.#text.length)
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= inside) low = middle
      else high = middle
    }
    return { line: low + 1, column: inside - (starts[low] ?? 0) + 1 }
  }
}

/** The YAML library's own counter misses lines where it stumbled. */
function lineStarts(text: string): number[] {
  const starts = [0]
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
  return starts
}
