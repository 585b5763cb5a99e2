import { type Budget, matchAt, TooMuch } from '../scan.js'
import { type BuildValue, isKnown, unknown } from '../value.js'

/** Limit on nested defaults; no real file reaches it. */
const MAX_DEPTH = 32

/** Inputs of interpolation. */
export interface Interpolation {
  /** Variables of the step that builds, and of `.env` files. */
  readonly environment: Pick<ReadonlyMap<string, BuildValue>, 'get'>
  /** Limit on the resulting text. */
  readonly budget: Budget
}

/**
 * Fills in `$NAME`, `${NAME}` and `${NAME:-default}` as compose does (docs.docker.com, "Interpolation"; compose-go,
 * `template/template.go`). A variable not in the known environment counts as unset if it has a default, which is
 * assumed; `$$` is a dollar, and so is one before anything that is not a name.
 *
 * @throws {TooMuch} when the resulting text exceeds the limit.
 */
export function interpolate(written: string, settings: Interpolation): BuildValue {
  if (!written.includes('$')) return { text: written }
  const reader = new VariableReader(written, settings)
  const text = reader.text(0)
  if (reader.isUnknown || reader.isTooDeep) return unknown(written)
  return reader.isAssumed ? { text, assumedFrom: written } : { text }
}

class VariableReader {
  isUnknown = false
  isAssumed = false
  /** Once braces are no longer matched, nothing read counts. */
  isTooDeep = false
  #at = 0
  readonly #written: string
  readonly #settings: Interpolation

  constructor(written: string, settings: Interpolation) {
    this.#written = written
    this.#settings = settings
  }

  /** Text up to its end or, in a default, up to the brace that closes its variable. */
  text(depth: number): string {
    const parts: string[] = []
    // Balanced braces inside a default are text.
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
      throw new TooMuch('its variables give too large a result.')
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
    // Assumptions in an alternative that is not used do not count.
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

  /** The value in the known environment, else null. */
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
