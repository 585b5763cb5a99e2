import type { Budget } from '../scan.js'
import { type BuildEnvironment, isKnown, shortText } from '../value.js'
import { Evaluator } from './evaluate.js'
import { parseExpression } from './hcl-parser.js'
import { type Attribute, type BakeBody, type Block, HclError, type HclExpression } from './hcl-tree.js'
import { convert, typedFromEnvironment, untypedFromEnvironment } from './types.js'
import {
  Fault,
  type HclScope,
  type HclValue,
  hclText,
  type Names,
  Refused,
  TOP,
  truthOf,
  UNKNOWN,
  Unknown,
} from './value.js'

/** Bake's own variables (buildx, `bake/bake.go` ParseFiles); GitHub's runners are linux/amd64. */
const BUILT_IN: ReadonlyMap<string, HclValue> = new Map([
  ['BAKE_CMD_CONTEXT', 'cwd://'],
  ['BAKE_LOCAL_PLATFORM', 'linux/amd64'],
])

/** A value, and whether a default was used that the real build's environment may replace. */
export interface Evaluated {
  readonly value: HclValue
  readonly isAssumed: boolean
}

/** The names of all bake files of a build, and their values. */
export class BakeNames implements Names {
  readonly evaluator: Evaluator
  readonly #variables = new Map<string, Block & { readonly file: string }>()
  readonly #functions = new Map<string, Block>()
  readonly #attributes = new Map<string, Attribute>()
  readonly #environment: BuildEnvironment
  readonly #found = new Map<string, Evaluated | Fault>()
  readonly #open = new Set<string>()
  /** Variables whose default fails validation: the real build must set another value. */
  readonly #refused = new Set<string>()

  /**
   * @param files treated as one; the last of duplicate names wins.
   * @param environment the known environment of the build.
   * @throws {Refused} when a variable's value fails its own validation.
   */
  constructor(files: readonly BakeBody[], environment: BuildEnvironment, budget: Budget) {
    this.#environment = environment
    this.evaluator = new Evaluator(this, budget)
    for (const { file, body } of files) {
      for (const [name, attribute] of body.attributes) this.#attributes.set(name, attribute)
      for (const block of body.blocks) {
        const [name] = block.labels
        if (name !== undefined && block.type === 'variable') this.#variables.set(name, { ...block, file })
        if (name !== undefined && block.type === 'function') this.#functions.set(name, block)
      }
    }
    for (const [name, block] of this.#variables) for (const rule of rulesOf(block)) this.#check(name, rule, block.file)
    this.#found.clear()
  }

  /** Bake checks the rules of all variables, used or not (buildx, `hclparser.go` validateVariables). */
  #check(name: string, { condition, message }: ReturnType<typeof rulesOf>[number], file: string): void {
    const found = this.#watched(() => {
      const value = this.evaluator.evaluate(condition, TOP.locals)
      return value instanceof Unknown ? value : truthOf(value)
    })
    if (found instanceof Fault || found.value !== false) return
    this.#refused.add(name)
    if (found.isAssumed) return
    const text = message === null ? null : this.#watched(() => this.evaluator.evaluate(message, TOP.locals))
    const why = text === null || text instanceof Fault ? null : hclText(text.value)
    throw new Refused(
      `the value of ${name} is refused: ${shortText(why ?? 'its validation fails')}.`,
      file,
      condition.line,
    )
  }

  /**
   * The value of an expression and whether it is assumed; a Fault when bake refuses it.
   *
   * @throws {TooMuch} when a limit is exceeded.
   */
  find(expression: HclExpression, scope: HclScope): Evaluated | Fault {
    return this.#watched(() => this.evaluator.evaluate(expression, scope.locals), scope)
  }

  /** The key of an item of an object; null: unknown or invalid. */
  key(key: HclExpression, scope: HclScope): string | null {
    const found = this.#watched(() => this.evaluator.key(key, scope.locals), scope)
    return found instanceof Fault || typeof found.value !== 'string' ? null : found.value
  }

  /** @throws {Fault} when bake refuses the file because of it. */
  variable(name: string): HclValue {
    const found = this.#found.get(name) ?? this.#resolved(name)
    if (found instanceof Fault) throw found
    this.evaluator.isAssumed ||= found.isAssumed
    return found.value
  }

  userFunction(name: string): ReturnType<Names['userFunction']> {
    const attributes = this.#functions.get(name)?.body.attributes
    const result = attributes?.get('result')?.value
    if (result === undefined) return null
    const [rest = null] = namesIn(attributes?.get('variadic_params')?.value)
    return { params: namesIn(attributes?.get('params')?.value), rest, result }
  }

  #resolved(name: string): Evaluated | Fault {
    if (this.#open.has(name)) return new Fault(`${name} refers to itself`)
    this.#open.add(name)
    const found = this.#watched(() => this.#value(name))
    this.#open.delete(name)
    this.#found.set(name, found)
    return found
  }

  #watched(read: () => HclValue, scope = TOP): Evaluated | Fault {
    const [before, localsBefore] = [this.evaluator.isAssumed, this.evaluator.assumedLocals]
    this.evaluator.isAssumed = false
    this.evaluator.assumedLocals = scope.assumed
    try {
      const value = read()
      return { value, isAssumed: this.evaluator.isAssumed }
    } catch (error) {
      if (error instanceof Fault) return error
      throw error
    } finally {
      this.evaluator.isAssumed = before
      this.evaluator.assumedLocals = localsBefore
    }
  }

  #value(name: string): HclValue {
    const builtIn = BUILT_IN.get(name)
    if (builtIn !== undefined) return builtIn
    const attribute = this.#attributes.get(name)
    const variable = this.#variables.get(name)
    if (variable !== undefined) return this.#variable(name, variable, attribute)
    if (attribute !== undefined) return this.evaluator.evaluate(attribute.value, TOP.locals)
    // Blocks can be referenced too (`target.app.args.A`), but real files do not do that.
    if (name === 'target' || name === 'group') return UNKNOWN
    throw new Fault(`there is no variable ${name}`)
  }

  #variable(name: string, { body }: Block, attribute: Attribute | undefined): HclValue {
    const type = typeOf(body.attributes.get('type')?.value)
    const written = attribute ?? body.attributes.get('default')
    const byDefault = () => {
      const value =
        written === undefined ? (type === null ? '' : null) : this.evaluator.evaluate(written.value, TOP.locals)
      return type === null ? value : convert(value, type)
    }
    const replaced = this.#environment.get(name)
    if (this.#environment.has(`${name}_JSON`)) return UNKNOWN
    if (replaced === undefined) {
      if (this.#refused.has(name)) return UNKNOWN
      const value = byDefault()
      this.evaluator.isAssumed = true
      return value
    }
    if (!isKnown(replaced)) return UNKNOWN
    this.evaluator.isAssumed ||= replaced.assumedFrom !== undefined
    if (type !== null) return typedFromEnvironment(replaced.text, type)
    return untypedFromEnvironment(replaced.text, this.evaluator.attempt(byDefault))
  }
}

/** `validation { condition, error_message }` of a variable: blocks in HCL; in JSON a map, or a list of maps. */
function rulesOf({ body }: Block) {
  const written = body.attributes.get('validation')?.value
  const maps = written === undefined ? [] : written.kind === 'tuple' ? written.items : [written]
  const inJson = maps.map((map) => {
    const items = map.kind === 'object' ? map.items : []
    return new Map(items.map(({ key, value }) => [keyText(key), value]))
  })
  const inHcl = body.blocks
    .filter(({ type }) => type === 'validation')
    .map(({ body: rule }) => new Map([...rule.attributes].map(([name, { value }]) => [name, value])))
  return [...inHcl, ...inJson].flatMap((rule) => {
    const condition = rule.get('condition')
    return condition === undefined ? [] : [{ condition, message: rule.get('error_message') ?? null }]
  })
}

function keyText(key: HclExpression): string {
  const [part] = key.kind === 'template' ? key.parts : []
  return part?.kind === 'text' ? part.text : key.kind === 'variable' ? key.name : ''
}

/** A type is an expression; in JSON, a string that contains one. */
function typeOf(written: HclExpression | undefined): HclExpression | null {
  if (written?.kind !== 'template') return written ?? null
  const [part] = written.parts
  try {
    return part?.kind === 'text' ? parseExpression(part.text, written.line) : written
  } catch (error) {
    if (!(error instanceof HclError)) throw error
    return written
  }
}

/** Parameter names: bare words, or strings in JSON. */
function namesIn(written: HclExpression | undefined): string[] {
  const items = written === undefined ? [] : written.kind === 'tuple' ? written.items : [written]
  return items.flatMap((item) => {
    if (item.kind === 'variable') return [item.name]
    const [part] = item.kind === 'template' ? item.parts : []
    return part?.kind === 'text' ? [part.text] : []
  })
}
