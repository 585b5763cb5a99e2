/** Works expressions of expr-lang out. What is wrong at run time in Go is an {@link ExprError} here. */
import { builtins, predicates } from './builtins.js'
import { add, compare, equals, fetch, isIn, isTrue, slice } from './operators.js'
import { type Node, parsed } from './parser.js'
import { Callable, Dict, ExprError, Int, isList, numberOf, Unknown, type Value } from './values.js'

/** What an expression may use beside what the language has: names, functions among them. */
export type Names = ReadonlyMap<string, Value>

/** Where a node is worked out. */
export interface Scope {
  readonly names: Names
  /** Seconds since 1970: what now() is. */
  readonly now: () => number
  /** `#` and `#acc` in a predicate. */
  readonly item?: Value
  readonly acc?: Value
}

/** What the text says, as an expression. */
export function evaluate(text: string, scope: Scope): Value {
  return valueIn(parsed(text), scope)
}

/** The rest of a chain is not looked at: what stands before `?.` is nil. */
const CUT = Symbol('cut')

function valueIn(node: Node, scope: Scope): Value {
  switch (node.kind) {
    case 'value':
      return node.value
    case 'name':
      return nameValue(node.name, scope)
    case 'item':
      return itemValue(node.name, scope)
    case 'unary':
      return unary(node.operator, valueIn(node.operand, scope))
    case 'binary':
      return binary(node, scope)
    case 'condition':
      return valueIn(isTrue(valueIn(node.test, scope)) ? node.then : node.otherwise, scope)
    case 'let': {
      const names = new Map(scope.names).set(node.name, valueIn(node.value, scope))
      return valueIn(node.body, { ...scope, names })
    }
    case 'list':
      return node.items.map((item) => valueIn(item, scope))
    case 'map':
      return mapValue(node.pairs, scope)
    case 'slice':
      return slice(valueIn(node.of, scope), node.from && valueIn(node.from, scope), node.to && valueIn(node.to, scope))
    case 'chain': {
      const value = linkValue(node.inner, scope)
      return value === CUT ? null : value
    }
    case 'member':
    case 'call': {
      const value = linkValue(node, scope)
      if (value === CUT) throw new Unknown('a chain that was cut outside of one')
      return value
    }
  }
}

function nameValue(name: string, { names }: Scope): Value {
  const value = names.get(name)
  // To Kargo it would be nil, which no expression of ours wants.
  if (value === undefined) throw new Unknown(`the name ${name}`)
  return value
}

function itemValue(name: string, { item, acc }: Scope): Value {
  const value = name === '' ? item : name === 'acc' ? acc : undefined
  if (value === undefined) throw new Unknown(`#${name} here`)
  return value
}

/** The first of two equal keys wins. */
function mapValue(pairs: readonly (readonly [Node, Node])[], scope: Scope): Dict {
  const entries = pairs.map(([key, value]): readonly [string, Value] => {
    const name = valueIn(key, scope)
    if (typeof name !== 'string') throw new ExprError('a key of a map that is no text')
    return [name, valueIn(value, scope)]
  })
  return new Dict(entries.reverse())
}

/** A member or call, as a link of a chain. */
function linkValue(node: Node, scope: Scope): Value | typeof CUT {
  if (node.kind === 'member') {
    const of = linkValue(node.of, scope)
    if (of === CUT || (of === null && node.isOptional)) return CUT
    return fetch(of, valueIn(node.key, scope))
  }
  if (node.kind !== 'call') return valueIn(node, scope)
  const { callee } = node
  if (callee.kind === 'name') return called(callee.name, node.args, scope)
  const method = linkValue(callee, scope)
  if (method === CUT) return CUT
  if (!(method instanceof Callable)) throw new ExprError('cannot call what is no function')
  return method.call(...node.args.map((arg) => valueIn(arg, scope)))
}

function called(name: string, args: readonly Node[], scope: Scope): Value {
  const predicate = predicates[name]
  if (predicate !== undefined) return predicate(...predicateArgs(args, scope))
  const values = args.map((arg) => valueIn(arg, scope))
  const builtin = builtins[name]
  if (builtin !== undefined) return builtin(values, scope.now)
  const given = scope.names.get(name)
  if (!(given instanceof Callable)) throw new Unknown(`the function ${name}`)
  return given.call(...values)
}

type Predicate = (item: Value, acc?: Value) => Value

function predicateArgs(args: readonly Node[], scope: Scope): [readonly Value[], Predicate, Value | undefined] {
  const [list, body, start] = args
  if (list === undefined || body === undefined) throw new ExprError('too few arguments')
  if (body.kind === 'map') throw new Unknown('a predicate in braces')
  const items = valueIn(list, scope)
  if (!isList(items)) throw new ExprError('a predicate over what is no list')
  const each: Predicate = (item, acc) => valueIn(body, { ...scope, item, ...(acc !== undefined && { acc }) })
  return [items, each, start && valueIn(start, scope)]
}

function unary(operator: string, value: Value): Value {
  if (operator !== '-') return !isTrue(value)
  const number = numberOf(value)
  if (number === null) throw new ExprError('- before what is no number')
  return value instanceof Int ? new Int(-number, value.is64) : -number
}

function binary({ operator, left, right }: Node & { readonly kind: 'binary' }, scope: Scope): Value {
  const a = valueIn(left, scope)
  if (operator === '&&') return isTrue(a) && isTrue(valueIn(right, scope))
  if (operator === '||') return isTrue(a) || isTrue(valueIn(right, scope))
  if (operator === '??') return a ?? valueIn(right, scope)
  const b = valueIn(right, scope)
  switch (operator) {
    case '==':
      return equals(a, b)
    case '!=':
      return !equals(a, b)
    case 'in':
      return isIn(a, b, isListOfTexts(right))
    case 'contains':
      if (a === null || b === null) return false
      if (typeof a !== 'string' || typeof b !== 'string') throw new ExprError('contains, of what is no text')
      return a.includes(b)
    case '..':
      return range(numberOf(a), numberOf(b))
    case '+':
    case '-':
    case '*':
    case '/':
      return add(operator, a, b)
    default:
      return compare(operator, a, b)
  }
}

function range(from: number | null, to: number | null): Value {
  if (from === null || to === null) throw new ExprError('a range of what are no numbers')
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => new Int(from + index))
}

/** expr-lang makes a map of such a list, and may look only for texts in it. */
function isListOfTexts(node: Node): boolean {
  if (node.kind !== 'list' || node.items.length === 0) return false
  return node.items.every((item) => item.kind === 'value' && typeof item.value === 'string')
}
