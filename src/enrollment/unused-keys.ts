import type { Position } from '../yaml/data.js'
import { type Problem, problem } from './problem.js'

/** Known keys without effect: each is reported once, however many entries have it. */
export class UnusedKeys {
  readonly #places = new Map<string, Map<string, Position>>()

  add(key: string, at: Position): void {
    const places = this.#places.get(key) ?? new Map<string, Position>()
    // A key in the defaults is in every entry, at one position.
    places.set(`${at.line}:${at.column}`, at)
    this.#places.set(key, places)
  }

  /** One notice per key, at its first position. */
  problems(file: string): Problem[] {
    return [...this.#places].flatMap(([key, places]) => {
      const [first] = [...places.values()].sort((a, b) => a.line - b.line || a.column - b.column)
      if (first === undefined) return []
      const others = places.size === 1 ? '' : ` (here and in ${places.size - 1} more places)`
      const about = { file, ...first, remedy: 'Remove it, or leave it for the tool that reads it.' }
      return [problem('key-unused', `${key} is known but has no effect${others}.`, about)]
    })
  }
}
