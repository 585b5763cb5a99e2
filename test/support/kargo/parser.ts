/** Reads expressions of expr-lang 1.17, as far as ours go; what they do not use is refused. */
import { type Token, tokensOf } from './lexer.js'
import { ExprError, Int, Unknown, type Value } from './values.js'

/** An expression that was read. */
export type Node =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'item'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'condition'; readonly test: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly kind: 'let'; readonly name: string; readonly value: Node; readonly body: Node }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [Node, Node])[] }
  | { readonly kind: 'member'; readonly of: Node; readonly key: Node; readonly isOptional: boolean }
  | { readonly kind: 'slice'; readonly of: Node; readonly from: Node | null; readonly to: Node | null }
  | { readonly kind: 'call'; readonly callee: Node; readonly args: readonly Node[] }
  /** `a?.b.c`: where a is nil, all of it is. */
  | { readonly kind: 'chain'; readonly inner: Node }

const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 10,
  '&&': 15,
  '==': 20,
  '!=': 20,
  '<': 20,
  '>': 20,
  '<=': 20,
  '>=': 20,
  in: 20,
  contains: 20,
  '..': 25,
  '+': 30,
  '-': 30,
  '*': 60,
  '/': 60,
  '??': 500,
}
const UNARY: Readonly<Record<string, number>> = { '!': 50, not: 50, '-': 90 }

const read = new Map<string, Node>()

/** Reads an expression. */
export function parsed(text: string): Node {
  const known = read.get(text)
  if (known !== undefined) return known
  const node = new Parser(text).whole()
  read.set(text, node)
  return node
}

class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0
  constructor(text: string) {
    this.#text = text
    this.#tokens = tokensOf(text)
  }

  whole(): Node {
    const node = this.#expression(0)
    if (this.#token.kind !== 'end') this.#refuse()
    return node
  }

  get #token(): Token {
    return this.#tokens[this.#at] as Token
  }

  #is(operator: string, token = this.#token): boolean {
    return token.kind === 'operator' && token.value === operator
  }

  /** Steps over it where it is there. */
  #takes(operator: string): boolean {
    if (!this.#is(operator)) return false
    this.#at += 1
    return true
  }

  #expect(operator: string): void {
    if (!this.#takes(operator)) this.#refuse()
  }

  #next(): Token {
    const token = this.#token
    this.#at += 1
    return token
  }

  #refuse(why = `unexpected ${this.#token.kind} ${this.#token.value}`): never {
    throw new ExprError(`${why} in ${this.#text}`)
  }

  #expression(precedence: number): Node {
    if (precedence === 0 && this.#takes('let')) return this.#variable()
    let left = this.#primary()
    let before = ''
    for (;;) {
      const isNegated = this.#is('not') && this.#is('in', this.#tokens[this.#at + 1])
      const operator = isNegated ? 'in' : this.#token.value
      const binds = this.#token.kind === 'operator' ? (PRECEDENCE[operator] ?? -1) : -1
      if (binds < precedence) break
      this.#at += isNegated ? 2 : 1
      if (before === '??' && operator !== '??') this.#refuse(`${operator} and ?? cannot be mixed`)
      const right = this.#expression(binds + 1)
      left = { kind: 'binary', operator, left, right }
      if (isNegated) left = { kind: 'unary', operator: 'not', operand: left }
      before = operator
      if (/[<>]/.test(operator) && /^[<>]=?$/.test(this.#token.value)) throw new Unknown('one comparison after another')
    }
    return precedence === 0 ? this.#condition(left) : left
  }

  #variable(): Node {
    const name = this.#next().value
    this.#expect('=')
    const value = this.#expression(0)
    this.#expect(';')
    return { kind: 'let', name, value, body: this.#expression(0) }
  }

  #condition(test: Node): Node {
    let node = test
    while (this.#takes('?')) {
      const then = this.#expression(0)
      this.#expect(':')
      node = { kind: 'condition', test: node, then, otherwise: this.#expression(0) }
    }
    return node
  }

  #primary(): Node {
    const token = this.#next()
    const binds = token.kind === 'operator' ? UNARY[token.value] : undefined
    if (binds !== undefined) return { kind: 'unary', operator: token.value, operand: this.#expression(binds) }
    return this.#postfix(this.#secondary(token))
  }

  #secondary(token: Token): Node {
    if (token.kind === 'number') return { kind: 'value', value: numeral(token.value) }
    if (token.kind === 'text') return { kind: 'value', value: token.value }
    if (token.kind === 'name') return named(token.value)
    if (token.value === '(') {
      const inner = this.#expression(0)
      this.#expect(')')
      return inner
    }
    if (token.value === '[') return { kind: 'list', items: this.#list(']') }
    if (token.value === '{') return this.#map()
    if (token.value === '#') return { kind: 'item', name: this.#token.kind === 'name' ? this.#next().value : '' }
    this.#at -= 1
    return this.#refuse()
  }

  /** What stands between commas, to the bracket that ends it. */
  #list(end: string): Node[] {
    const items: Node[] = []
    while (!this.#takes(end)) {
      if (items.length > 0) this.#expect(',')
      items.push(this.#expression(0))
    }
    return items
  }

  #map(): Node {
    const pairs: (readonly [Node, Node])[] = []
    while (!this.#takes('}')) {
      if (pairs.length > 0) this.#expect(',')
      const isComputed = this.#is('(')
      const key: Node = isComputed ? this.#expression(0) : { kind: 'value', value: this.#next().value }
      this.#expect(':')
      pairs.push([key, this.#expression(0)])
    }
    return { kind: 'map', pairs }
  }

  #postfix(start: Node): Node {
    let node = start
    for (;;) {
      const isOptional = this.#is('?.')
      if (isOptional || this.#is('.')) node = this.#member(node, isOptional)
      else if (this.#is('[')) node = this.#bracket(node)
      else if (node.kind === 'name' && this.#takes('(')) node = { kind: 'call', callee: node, args: this.#list(')') }
      else return node
    }
  }

  #member(before: Node, isOptional: boolean): Node {
    this.#at += 1
    const name = this.#next()
    if (name.kind !== 'name') throw new Unknown(`the member ${name.value} in ${this.#text}`)
    const isChain = before.kind === 'chain'
    const of = isChain ? before.inner : before
    let node: Node = { kind: 'member', of, key: { kind: 'value', value: name.value }, isOptional }
    if (this.#takes('(')) node = { kind: 'call', callee: node, args: this.#list(')') }
    return isChain || isOptional ? { kind: 'chain', inner: node } : node
  }

  #bracket(of: Node): Node {
    this.#at += 1
    const from = this.#is(':') ? null : this.#expression(0)
    if (!this.#takes(':')) {
      this.#expect(']')
      return { kind: 'member', of, key: from as Node, isOptional: false }
    }
    const to = this.#is(']') ? null : this.#expression(0)
    this.#expect(']')
    return { kind: 'slice', of, from, to }
  }
}

function numeral(text: string): Value {
  return /[.e]/.test(text) ? Number(text) : new Int(Number(text))
}

function named(name: string): Node {
  if (name === 'true' || name === 'false') return { kind: 'value', value: name === 'true' }
  return name === 'nil' ? { kind: 'value', value: null } : { kind: 'name', name }
}
