import { type BuildValue, isKnown, unknown } from './value.js'

/** Defaults within defaults: deeper than this is nobody's file. */
const DEEPEST = 32

/**
 * Fills in `$NAME`, `${NAME}` and `${NAME:-default}` as compose does (docs.docker.com, "Interpolation"). What the
 * environment is not known to say is taken for unset where there is a default, which is assumed; `$$` is a dollar.
 *
 * @param environment variables of the step that builds.
 */
export function interpolate(written: string, environment: ReadonlyMap<string, BuildValue>): BuildValue {
  if (!written.includes('$')) return { text: written }
  const reader = new VariableReader(written, environment)
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
  readonly #environment: ReadonlyMap<string, BuildValue>

  constructor(written: string, environment: ReadonlyMap<string, BuildValue>) {
    this.#written = written
    this.#environment = environment
  }

  /** Text up to its end: the brace that closes the variable it is the default of, when it is one. */
  text(depth: number): string {
    const parts: string[] = []
    while (this.#at < this.#written.length) {
      const character = this.#written[this.#at] ?? ''
      if (depth > 0 && character === '}') break
      if (character === '$') parts.push(this.#variable(depth))
      else {
        parts.push(character)
        this.#at += 1
      }
    }
    return parts.join('')
  }

  #variable(depth: number): string {
    const next = this.#written[this.#at + 1]
    if (next === '$') {
      this.#at += 2
      return '$'
    }
    this.#at += next === '{' ? 2 : 1
    const name = this.#match(/[A-Za-z_]\w*/y)
    if (depth >= DEEPEST) this.isTooDeep = true
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
    const isSet = this.#environment.has(name)
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
    const value = this.#environment.get(name)
    return value !== undefined && isKnown(value) ? value.text : null
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#written)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #giveUp(): string {
    this.isUnknown = true
    return ''
  }
}
