import { type Budget, matchAt, TooMuch } from '../scan.js'
import { type BuildValue, isKnown, unknown } from '../value.js'

/** Defaults within defaults: deeper than this is nobody's file. */
const MAX_DEPTH = 32

/** What variables are filled in from. */
export interface Interpolation {
  /** Variables of the step that builds, and of `.env` files. */
  readonly environment: Pick<ReadonlyMap<string, BuildValue>, 'get'>
  /** How much text may come of it. */
  readonly budget: Budget
}

/**
 * Fills in `$NAME`, `${NAME}` and `${NAME:-default}` as compose does (docs.docker.com, "Interpolation"; compose-go,
 * `template/template.go`). What the environment is not known to say is taken for unset where there is a default, which
 * is assumed; `$$` is a dollar, and so is one before anything that is no name.
 *
 * @throws {TooMuch} where more text comes of it than anybody writes.
 */
export function interpolate(written: string, settings: Interpolation): BuildValue {
  if (!written.includes('$')) return { text: written }
  const reader = new VariableReader(written, settings)
  const text = reader.text(0)
  if (reader.isUnknown || reader.isTooDeep) return unknown(written)
  return reader.isAssumed ? { text, assumedFrom: written } : { text }
}

/** One pass over a text with variables. */
class VariableReader {
  isUnknown = false
  isAssumed = false
  /** Where braces are no longer matched, nothing that was read counts. */
  isTooDeep = false
  #at = 0
  readonly #written: string
  readonly #settings: Interpolation

  constructor(written: string, settings: Interpolation) {
    this.#written = written
    this.#settings = settings
  }

  /** Text up to its end: the brace that closes the variable it is the default of, when it is one. */
  text(depth: number): string {
    const parts: string[] = []
    // Braces within a default are text where each has its other half.
    let open = 0
    while (this.#at < this.#written.length) {
      const character = this.#written[this.#at] ?? ''
      if (depth > 0 && character === '}' && open === 0) break
      if (character === '{') open += 1
      if (character === '}') open -= 1
      if (character === '$') parts.push(this.#spent(this.#variable(depth)))
      else {
        parts.push(character)
        this.#at += 1
      }
    }
    return parts.join('')
  }

  #spent(text: string): string {
    if (!this.#settings.budget.spend(text.length)) {
      throw new TooMuch('what comes out of its variables is more than anybody writes.')
    }
    return text
  }

  #variable(depth: number): string {
    const next = this.#written[this.#at + 1] ?? ''
    if (!/[{A-Za-z_]/.test(next)) {
      this.#at += next === '$' ? 2 : 1
      return '$'
    }
    this.#at += next === '{' ? 2 : 1
    const name = this.#match(/[A-Za-z_]\w*/y)
    if (depth >= MAX_DEPTH) this.isTooDeep = true
    if (name === '' || this.isTooDeep) return this.#giveUp()
    if (next !== '{') return this.#value(name) ?? this.#giveUp()
    const operator = this.#match(/:?[-+?]/y)
    // What was assumed in an alternative that is not taken decides nothing.
    const assumedBefore = this.isAssumed
    const unknownBefore = this.isUnknown
    const alternative = operator === '' ? '' : this.text(depth + 1)
    const [assumedIn, unknownIn] = [this.isAssumed, this.isUnknown]
    if (this.#written[this.#at] !== '}') return this.#giveUp()
    this.#at += 1
    this.isAssumed = assumedBefore
    this.isUnknown = unknownBefore
    const takes = () => {
      this.isAssumed ||= assumedIn
      this.isUnknown ||= unknownIn
      return alternative
    }
    return this.#choose(name, operator, takes)
  }

  #choose(name: string, operator: string, alternative: () => string): string {
    const isSet = this.#settings.environment.get(name) !== undefined
    const value = this.#value(name)
    if (isSet && value === null) return this.#giveUp()
    const isEmpty = value === null || (operator.startsWith(':') && value === '')
    if (operator.endsWith('-')) {
      if (!isSet) this.isAssumed = true
      return isEmpty ? alternative() : (value ?? '')
    }
    if (operator.endsWith('+')) {
      if (!isSet) this.isAssumed = true
      return isEmpty ? '' : alternative()
    }
    return isEmpty && operator !== '' ? this.#giveUp() : (value ?? this.#giveUp())
  }

  /** What the environment is known to say. */
  #value(name: string): string | null {
    const value = this.#settings.environment.get(name)
    if (value === undefined || !isKnown(value)) return null
    this.isAssumed ||= value.assumedFrom !== undefined
    return value.text
  }

  #match(pattern: RegExp): string {
    const found = matchAt(pattern, this.#written, this.#at)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #giveUp(): string {
    this.isUnknown = true
    return ''
  }
}
