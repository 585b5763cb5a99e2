import type { Data } from '../enrollment/yaml-data.js'
import { type DataMap, isMap, ownValue, scalarText } from './data.js'
import { type Budget, type BuildValue, isKnown, known, unknown } from './value.js'

/** Variables behind variables behind variables: deeper than this is nobody's file. */
const DEEPEST = 64

/** What a name in a template stands for; `isDefault`: unless the build's environment says otherwise. */
interface Resolved {
  readonly value: BuildValue
  readonly isDefault: boolean
}

/** Bake's names: variables with their defaults, attributes, and what the environment is known to replace. */
export class BakeNames {
  readonly #variables: DataMap
  readonly #attributes: DataMap
  readonly #environment: ReadonlyMap<string, BuildValue>
  readonly #budget: Budget
  readonly #found = new Map<string, Resolved>()
  #depth = 0

  /**
   * @param variables `variable` blocks by name.
   * @param attributes texts at the top of the file, which are names as well.
   */
  constructor(
    variables: DataMap,
    {
      attributes,
      environment,
      budget,
    }: {
      readonly attributes: DataMap
      readonly environment: ReadonlyMap<string, BuildValue>
      readonly budget: Budget
    },
  ) {
    this.#variables = variables
    this.#attributes = attributes
    this.#environment = environment
    this.#budget = budget
  }

  /**
   * The value of a template, `app-${VERSION}`: names are filled in, calls and conditions are not known
   * (docs.docker.com, "Bake variables"; HCL's JSON syntax reads every text as a template).
   *
   * @param matrix the target's own names.
   */
  evaluate(data: Data, matrix: DataMap): BuildValue {
    const template = scalarText(data)
    if (template === null) return unknown('a list or map')
    if (!this.#budget.spend(template.length)) return unknown(template)
    const parts: string[] = []
    let isDefault = false
    for (const piece of piecesOf(template)) {
      const found = piece.isName ? this.#lookUp(piece.text, matrix) : { value: known(piece.text), isDefault: false }
      if (found === null || !isKnown(found.value)) return unknown(template)
      if (!this.#budget.spend(found.value.text.length)) return unknown(template)
      parts.push(found.value.text)
      isDefault ||= found.isDefault
    }
    const text = parts.join('')
    return isDefault ? { text, assumedFrom: template } : { text }
  }

  #lookUp(expression: string, matrix: DataMap): Resolved | null {
    if (!/^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*$/.test(expression)) return null
    const [name = '', ...keys] = expression.split('.')
    let value = ownValue(matrix, name)
    if (value === undefined) return keys.length > 0 ? null : this.#global(name)
    for (const key of keys) value = isMap(value) ? ownValue(value, key) : undefined
    if (value === undefined || value === null) return null
    return { value: this.evaluate(value, {}), isDefault: false }
  }

  #global(name: string): Resolved | null {
    const before = this.#found.get(name)
    if (before !== undefined) return before
    if (this.#depth >= DEEPEST) return null
    // Whoever asks again while this is looked up goes in a circle.
    this.#found.set(name, { value: unknown(name), isDefault: true })
    this.#depth += 1
    const resolved = this.#resolve(name)
    this.#depth -= 1
    if (resolved !== null) this.#found.set(name, resolved)
    return resolved
  }

  #resolve(name: string): Resolved | null {
    const attribute = ownValue(this.#attributes, name)
    const variable = ownValue(this.#variables, name)
    if (attribute === undefined && variable === undefined) return null
    const replaced = variable === undefined ? undefined : this.#environment.get(name)
    if (replaced !== undefined) return { value: replaced, isDefault: false }
    const written = attribute ?? (isMap(variable) ? ownValue(variable, 'default') : undefined)
    if (written === undefined || written === null) return null
    const value = this.evaluate(written, {})
    return { value, isDefault: variable !== undefined || (isKnown(value) && value.assumedFrom !== undefined) }
  }
}

interface Piece {
  readonly text: string
  readonly isName: boolean
}

function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const { 0: sign, index } of template.matchAll(/\$\$\{|%%\{|\$\{|%\{/g)) {
    if (index < at) continue
    pieces.push({ text: template.slice(at, index), isName: false })
    at = index + sign.length
    if (sign.length === 3) pieces.push({ text: sign.slice(1), isName: false })
    else {
      const end = closing(template, at)
      const inside = template.slice(at, end)
      // A %{ condition } is no name: it stays what it is, which nothing is called.
      pieces.push({ text: sign === '${' ? inside.trim() : sign, isName: true })
      at = end + 1
    }
  }
  pieces.push({ text: template.slice(at), isName: false })
  return pieces
}

/** Where the brace closes that is open at `from`; the end of the text where none does. */
function closing(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1
    else if (text[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  return text.length
}
