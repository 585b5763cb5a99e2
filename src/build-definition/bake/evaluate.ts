import { type Budget, TooMuch } from '../scan.js'
import { callLibrary, isLibrary } from './functions.js'
import type { HclExpression, HclOf, Part } from './hcl-tree.js'
import {
  compared,
  Decimal,
  equals,
  Fault,
  type HclMap,
  type HclValue,
  hclText,
  isList,
  isWhole,
  itemAt,
  itemsOf,
  mustFit,
  type Names,
  numberOf,
  sizeOfValue,
  truthOf,
  UNKNOWN,
  Unknown,
} from './value.js'

/** The current item of a splat; no variable can have this name. */
const ITEM = '*'

/** Limit on nested expressions and function calls; no real file reaches it. */
const MAX_DEPTH = 400

/** Cost of evaluating an expression, in characters of text. */
const STEP = 16

/** Expressions that create a value; the others only look one up. */
const MAKES: ReadonlySet<HclExpression['kind']> = new Set(['template', 'tuple', 'object', 'for', 'splat', 'call'])

/** Evaluates expressions as far as everything in them is known. One per build: it holds the depth and the budget. */
export class Evaluator {
  /** Whether a default was used that the real build's environment may replace. */
  isAssumed = false
  /** Local names whose values come from a default. */
  assumedLocals: ReadonlySet<string> = new Set()
  readonly #names: Names
  readonly #budget: Budget
  readonly #open = new Set<string>()
  #depth = 0

  constructor(names: Names, budget: Budget) {
    this.#names = names
    this.#budget = budget
  }

  /**
   * The value of an expression.
   *
   * @throws {Fault} when bake refuses it.
   * @throws {TooMuch} when a limit is exceeded.
   */
  evaluate(expression: HclExpression, locals: HclMap): HclValue {
    if (this.#depth >= MAX_DEPTH) throw new TooMuch('its expressions are nested too deeply.')
    this.#spend(STEP)
    this.#depth += 1
    try {
      const value = this.#evaluate(expression, locals)
      if (MAKES.has(expression.kind)) this.#spend(sizeOfValue(value))
      return value
    } finally {
      this.#depth -= 1
    }
  }

  #spend(size: number): void {
    mustFit(size)
    if (!this.#budget.spend(size)) mustFit(Number.POSITIVE_INFINITY)
  }

  #evaluate(expression: HclExpression, locals: HclMap): HclValue {
    const { kind } = expression
    if (kind === 'bool') return expression.is
    if (kind === 'null') return null
    if (kind === 'number') return Decimal.parse(expression.text) ?? UNKNOWN
    if (kind === 'template') return this.#template(expression.parts, locals)
    if (kind === 'variable') return this.#variable(expression.name, locals)
    if (kind === 'item') return locals.get(ITEM) ?? null
    if (kind === 'attribute') return itemAt(this.evaluate(expression.of, locals), expression.name)
    if (kind === 'index') return itemAt(this.evaluate(expression.of, locals), this.evaluate(expression.key, locals))
    if (kind === 'splat') return this.#splat(this.evaluate(expression.of, locals), expression.each, locals)
    if (kind === 'call') return this.#call(expression, locals)
    if (kind === 'tuple') return expression.items.map((item) => this.evaluate(item, locals))
    if (kind === 'object') return this.#object(expression, locals)
    if (kind === 'for') return this.#for(expression, locals)
    if (kind === 'conditional') return this.#conditional(expression, locals)
    if (kind === 'binary') return this.#binary(expression, locals)
    const value = this.evaluate(expression.value, locals)
    if (kind === 'brackets' || value instanceof Unknown) return value
    if (expression.sign === '!') return !truthOf(value)
    return Decimal.calculate('-', Decimal.of(0), numberOf(value)) ?? UNKNOWN
  }

  #variable(name: string, locals: HclMap): HclValue {
    if (!locals.has(name)) return this.#names.variable(name)
    this.isAssumed ||= this.assumedLocals.has(name)
    return locals.get(name) ?? null
  }

  #template(parts: readonly Part[], locals: HclMap): HclValue {
    const [first] = parts
    if (parts.length === 1 && first?.kind === 'value') return this.evaluate(first.value, locals)
    const texts: string[] = []
    return this.#parts(parts, locals, texts) ? texts.join('') : UNKNOWN
  }

  /** Collects the text of all parts. False if any of it is unknown. */
  #parts(parts: readonly Part[], locals: HclMap, texts: string[]): boolean {
    return parts.every((part) => {
      if (part.kind === 'text') return this.#add(part.text, texts)
      if (part.kind === 'value') {
        const value = this.evaluate(part.value, locals)
        if (value instanceof Unknown) return false
        const text = hclText(value)
        if (text === null) throw new Fault('a string contains a value that is not a string')
        return this.#add(text, texts)
      }
      if (part.kind === 'if') {
        const condition = this.evaluate(part.condition, locals)
        if (condition instanceof Unknown) return false
        return this.#parts(truthOf(condition) ? part.yes : part.no, locals, texts)
      }
      const over = this.evaluate(part.over, locals)
      if (over instanceof Unknown) return false
      return itemsOf(over).every((item) => this.#parts(part.body, this.#with(part.names, item, locals), texts))
    })
  }

  #add(text: string, texts: string[]): true {
    this.#spend(text.length)
    texts.push(text)
    return true
  }

  #with(names: readonly string[], [key, value]: readonly [HclValue, HclValue], locals: HclMap): HclMap {
    this.#spend(STEP * (locals.size + 1))
    const [first = '', second] = names
    const own: [string, HclValue][] =
      second === undefined
        ? [[first, value]]
        : [
            [first, key],
            [second, value],
          ]
    return new Map([...locals, ...own])
  }

  #splat(of: HclValue, each: HclExpression, locals: HclMap): HclValue {
    if (of instanceof Unknown) return UNKNOWN
    const items = of === null ? [] : isList(of) ? of : [of]
    return items.map((item) => this.evaluate(each, this.#with([ITEM], [null, item], locals)))
  }

  #object({ items }: HclOf<'object'>, locals: HclMap): HclValue {
    const map = new Map<string, HclValue>()
    for (const { key, value } of items) {
      const name = this.key(key, locals)
      if (name === null) return UNKNOWN
      map.set(name, this.evaluate(value, locals))
    }
    return map
  }

  /**
   * The key of an item of an object: a bare word is a literal. null: unknown.
   *
   * @throws {Fault} when it is not text.
   */
  key(key: HclExpression, locals: HclMap): string | null {
    if (key.kind === 'variable') return key.name
    const value = this.evaluate(key, locals)
    if (value instanceof Unknown) return null
    const text = hclText(value)
    if (text === null) throw new Fault('a key is not text')
    return text
  }

  #for(expression: HclOf<'for'>, locals: HclMap): HclValue {
    const over = this.evaluate(expression.over, locals)
    if (over instanceof Unknown) return UNKNOWN
    const list: HclValue[] = []
    const map = new Map<string, HclValue[]>()
    for (const item of itemsOf(over)) {
      const inner = this.#with(expression.names, item, locals)
      const taken = expression.condition === null ? true : this.evaluate(expression.condition, inner)
      if (taken instanceof Unknown) return UNKNOWN
      if (!truthOf(taken)) continue
      const key = expression.key === null ? '' : this.evaluate(expression.key, inner)
      if (key instanceof Unknown) return UNKNOWN
      const value = this.evaluate(expression.value, inner)
      if (expression.key === null) list.push(value)
      else addTo(map, key, value, expression.group)
    }
    if (expression.key === null) return list
    return expression.group ? map : new Map([...map].map(([key, [value = null]]) => [key, value]))
  }

  #conditional({ condition, yes, no }: HclOf<'conditional'>, locals: HclMap): HclValue {
    const decides = this.evaluate(condition, locals)
    if (decides instanceof Unknown) {
      const [left, right] = [this.evaluate(yes, locals), this.evaluate(no, locals)]
      return isWhole(left) && isWhole(right) && equals(left, right) ? left : UNKNOWN
    }
    const isTrue = truthOf(decides)
    const value = this.evaluate(isTrue ? yes : no, locals)
    if (!(value instanceof Decimal) && typeof value !== 'boolean') return value
    // Both sides are converted to one type: next to a text, numbers become text.
    const other = this.attempt(() => this.evaluate(isTrue ? no : yes, locals))
    return typeof other === 'string' ? hclText(value) : value
  }

  /** Evaluates without marking the result as assumed; null if bake refuses the value. */
  attempt(read: () => HclValue): HclValue {
    const before = this.isAssumed
    try {
      return read()
    } catch (error) {
      if (error instanceof Fault) return null
      throw error
    } finally {
      this.isAssumed = before
    }
  }

  #binary({ sign, left, right }: HclOf<'binary'>, locals: HclMap): HclValue {
    const a = this.evaluate(left, locals)
    if (sign === '&&' || sign === '||') return this.#logic(sign === '||', a, () => this.evaluate(right, locals))
    const b = this.evaluate(right, locals)
    if (sign === '==' || sign === '!=') return compared(a, b, sign === '==')
    if (a instanceof Unknown || b instanceof Unknown) return UNKNOWN
    const [x, y] = [numberOf(a), numberOf(b)]
    if (sign === '<') return x.compare(y) < 0
    if (sign === '>') return x.compare(y) > 0
    if (sign === '<=') return x.compare(y) <= 0
    return sign === '>=' ? x.compare(y) >= 0 : (Decimal.calculate(sign, x, y) ?? UNKNOWN)
  }

  /** `decisive` is the operand value that decides alone: true for `||`, false for `&&`. */
  #logic(decisive: boolean, left: HclValue, right: () => HclValue): HclValue {
    if (!(left instanceof Unknown) && truthOf(left) === decisive) return decisive
    const other = right()
    if (other instanceof Unknown) return UNKNOWN
    return truthOf(other) === decisive ? decisive : left instanceof Unknown ? UNKNOWN : !decisive
  }

  #call(call: HclOf<'call'>, locals: HclMap): HclValue {
    if (call.name === 'can' || call.name === 'try') return this.#tried(call, locals)
    const args = call.args.map((arg) => this.evaluate(arg, locals))
    const last = call.expand ? args.pop() : undefined
    if (last instanceof Unknown) return UNKNOWN
    if (last !== undefined) for (const [, item] of itemsOf(last)) args.push(item)
    if (isLibrary(call.name)) return callLibrary(call.name, args, (cost) => this.#spend(cost))
    const own = this.#names.userFunction(call.name)
    if (own === null) return UNKNOWN
    if (this.#open.has(call.name)) throw new Fault(`the function ${call.name} calls itself`)
    const { params, rest } = own
    if (args.length < params.length || (rest === null && args.length > params.length)) {
      throw new Fault(`the function ${call.name} takes a different number of arguments`)
    }
    const given = new Map<string, HclValue>(params.map((name, index) => [name, args[index] ?? null]))
    if (rest !== null) given.set(rest, args.slice(params.length))
    this.#open.add(call.name)
    try {
      return this.evaluate(own.result, given)
    } finally {
      this.#open.delete(call.name)
    }
  }

  #tried({ name, args }: HclOf<'call'>, locals: HclMap): HclValue {
    for (const arg of args) {
      try {
        const value = this.evaluate(arg, locals)
        if (value instanceof Unknown) return UNKNOWN
        return name === 'can' ? true : value
      } catch (error) {
        if (!(error instanceof Fault)) throw error
      }
    }
    if (name === 'can') return false
    throw new Fault('no argument of try succeeded')
  }
}

function addTo(map: Map<string, HclValue[]>, key: HclValue, value: HclValue, group: boolean): void {
  const name = hclText(key)
  if (name === null) throw new Fault('a key is not text')
  const before = map.get(name)
  if (before === undefined) map.set(name, [value])
  else if (group) before.push(value)
  else throw new Fault(`a map has the key ${name} twice`)
}
