import { pause } from './cluster.ts'

/** Where several wait for one another, for something that hits them all. */
export class Rendezvous {
  readonly #action: () => Promise<void>
  readonly #patienceSeconds: number
  #missing: number
  #begun: Promise<void> | null = null
  #open: () => void = () => undefined
  readonly #opened: Promise<void>

  /**
   * @param expected how many will come, or say that they do not.
   * @param patienceSeconds how long the first one waits for the rest.
   */
  constructor(expected: number, patienceSeconds: number, action: () => Promise<void>) {
    this.#missing = expected
    this.#patienceSeconds = patienceSeconds
    this.#action = action
    this.#opened = new Promise((resolve) => {
      this.#open = resolve
    })
  }

  /** Waits for the others; resolves when the action is done. */
  async arrive(): Promise<void> {
    setTimeout(() => this.#open(), this.#patienceSeconds * 1000).unref()
    this.leave()
    await this.#opened
    this.#begun ??= this.#action()
    await this.#begun
  }

  /** Waits until so many are missing: for those that cannot wait for others when they have come. */
  async lacks(missing: number): Promise<void> {
    const end = Date.now() + this.#patienceSeconds * 1000
    while (this.#missing > missing && Date.now() < end) await pause(0.5)
  }

  /** One less to wait for. */
  leave(): void {
    this.#missing -= 1
    if (this.#missing <= 0) this.#open()
  }
}
