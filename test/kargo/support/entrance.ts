/** Lets a few in at a time. */
export class Entrance {
  readonly #waiting: (() => void)[] = []
  #free: number

  /** @param places how many may be inside. */
  constructor(places: number) {
    this.#free = places
  }

  /** Waits for a place; gives the function that makes it free again, however often it is called. */
  async enter(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    let isInside = true
    return () => {
      if (isInside) this.#leave()
      isInside = false
    }
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }
}
