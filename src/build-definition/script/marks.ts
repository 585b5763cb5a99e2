import { posix } from 'node:path'
import { plainPath } from '../paths.js'
import type { Budget } from '../scan.js'
import { type BuildValue, known, unknown } from '../value.js'

const MARK = /\0(\d+)\0/g
const FIRST_MARK = /^\0(\d+)\0/

/**
 * Texts with unknown parts. Each such part is a mark, as in Expanded: it passes through quoting, splitting and
 * concatenation like any character, and is replaced by its source text in the end.
 */
export class Marks {
  /** The parts that are unknown or known only by a default, which applies if the variable is not set. */
  readonly #marks: { readonly written: string; readonly assumed?: string; readonly folder?: string }[]
  readonly #budget: Budget

  /** @param written the unknown expressions in the script's text. */
  constructor(written: readonly string[], budget: Budget) {
    this.#marks = written.map((text) => (WORKSPACE.test(text) ? { written: text, folder: '' } : { written: text }))
    this.#budget = budget
  }

  /**
   * Creates a mark for a source text.
   *
   * @param what the default; the folder that it names, relative to the workspace.
   */
  add(written: string, what: { readonly assumed?: string; readonly folder?: string } = {}): string {
    const text = this.written(written)
    this.#marks.push(this.#budget.spend(text.length) ? { written: text, ...what } : { written: '…' })
    return `\0${this.#marks.length - 1}\0`
  }

  /** A text with its marks replaced by their source text. */
  written(text: string): string {
    if (!text.includes('\0')) return text
    return text.replace(MARK, (_, index: string) => this.#marks[Number(index)]?.written ?? '')
  }

  /** The text with defaults filled in, null if another part is unknown. */
  withDefaults(text: string): string | null {
    if (!text.includes('\0')) return text
    let isKnown = true
    const settled = text.replace(MARK, (_, index: string) => {
      const assumed = this.#marks[Number(index)]?.assumed
      if (assumed === undefined) isKnown = false
      return assumed ?? ''
    })
    return isKnown ? settled : null
  }

  value(text: string): BuildValue {
    if (!text.includes('\0')) return known(text)
    const settled = this.withDefaults(text)
    return settled === null ? unknown(this.written(text)) : { text: settled, assumedFrom: this.written(text) }
  }

  /** The path that a text names, relative to the workspace; null: relative to something else. */
  place(text: string): string | null {
    const first = FIRST_MARK.exec(text)
    const folder = this.#marks[Number(first?.[1] ?? -1)]?.folder
    const rest = text.slice(first?.[0].length ?? 0)
    if (folder === undefined || !/^(?:\/|$)/.test(rest) || rest.includes('\0')) return null
    return plainPath(posix.join(folder, `.${rest}`))
  }

  /** A path as seen by a program running in a folder of the workspace. */
  path(text: string, folder: string): BuildValue {
    const place = this.place(text)
    if (place === null || /^\/|^\.\.|\0/.test(folder) || place.startsWith('..')) return this.value(text)
    return known(posix.relative(`/${folder}`, `/${place}`) || '.')
  }
}

const WORKSPACE = /^\$\{\{ {0,9}github\.workspace {0,9}\}\}$/
