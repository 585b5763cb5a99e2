import { TemplateReader } from './hcl-templates.js'
import type { HclExpression, HclOf } from './hcl-tree.js'

/** Binary operators, lowest precedence first. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
]

const NUMBER = /[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const DIGITS = /[0-9]+/y

/** Parses HCL expressions (hclsyntax/spec.md, "Expressions"). */
export abstract class ExpressionReader extends TemplateReader {
  override expression(): HclExpression {
    return this.deeper(() => {
      const condition = this.#binary(0)
      if (!this.take('?')) return condition
      const yes = this.expression()
      this.need(':')
      return { kind: 'conditional', line: condition.line, condition, yes, no: this.expression() }
    })
  }

  /** An expression and its source text; a quoted text without its quotes. */
  protected written(): { readonly value: HclExpression; readonly written: string } {
    this.skip()
    const from = this.at
    const value = this.expression()
    const text = this.text.slice(from, this.at).trim()
    return { value, written: value.kind === 'template' && text.startsWith('"') ? text.slice(1, -1) : text }
  }

  #binary(level: number): HclExpression {
    const signs = LEVELS[level]
    if (signs === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      this.skip()
      const sign = signs.find((one) => this.text.startsWith(one, this.at))
      if (sign === undefined) return left
      this.at += sign.length
      left = { kind: 'binary', line: left.line, sign, left, right: this.#binary(level + 1) }
    }
  }

  #unary(): HclExpression {
    this.skip()
    const line = this.line()
    const sign = this.text[this.at]
    if (sign !== '-' && (sign !== '!' || this.sees('!='))) return this.#traversal(this.#term())
    this.at += 1
    return { kind: 'unary', line, sign, value: this.deeper(() => this.#unary()) }
  }

  #traversal(start: HclExpression): HclExpression {
    let value = start
    for (;;) {
      const line = this.line()
      if (this.text[this.at] === '.' && this.text[this.at + 1] !== '.') {
        this.at += 1
        const digits = this.match(DIGITS)
        if (digits !== '') value = { kind: 'index', line, of: value, key: { kind: 'number', line, text: digits } }
        else if (this.text[this.at] === '*') {
          this.at += 1
          value = this.#splat(value, true)
        } else value = { kind: 'attribute', line, of: value, name: this.needName() }
      } else if (this.text[this.at] === '[') {
        this.at += 1
        if (this.text.startsWith('*]', this.at)) {
          this.at += 2
          value = this.#splat(value, false)
        } else value = { kind: 'index', line, of: value, key: this.#key() }
      } else return value
    }
  }

  #key(): HclExpression {
    return this.withNewlines(false, () => {
      const key = this.expression()
      this.need(']')
      return key
    })
  }

  /** `.*` applies only to attributes after it, `[*]` to indexes too. */
  #splat(of: HclExpression, attributesOnly: boolean): HclExpression {
    const line = this.line()
    let each: HclExpression = { kind: 'item', line }
    for (;;) {
      const [sign, next] = [this.text[this.at], this.text[this.at + 1]]
      if (sign === '.' && next !== '*') {
        this.at += 1
        each = { kind: 'attribute', line, of: each, name: this.needName() }
      } else if (!attributesOnly && sign === '[' && next !== '*') {
        this.at += 1
        each = { kind: 'index', line, of: each, key: this.#key() }
      } else return { kind: 'splat', line, of, each }
    }
  }

  #term(): HclExpression {
    this.skip()
    const line = this.line()
    const sign = this.text[this.at]
    if (sign === '(') return this.#brackets()
    if (sign === '"') return this.quoted()
    if (sign === '[') return this.#tuple()
    if (sign === '{') return this.#object()
    if (this.text.startsWith('<<', this.at)) return this.heredoc()
    const number = this.match(NUMBER)
    if (number !== '') return { kind: 'number', line, text: number }
    let name = this.name() ?? this.fail('an expression is expected.')
    while (this.text.startsWith('::', this.at)) {
      this.at += 2
      name = `${name}::${this.needName()}`
    }
    if (this.text[this.at] === '(') return this.#call(name)
    if (name === 'true' || name === 'false') return { kind: 'bool', line, is: name === 'true' }
    return name === 'null' ? { kind: 'null', line } : { kind: 'variable', line, name }
  }

  #brackets(): HclExpression {
    const line = this.line()
    this.at += 1
    return this.withNewlines(false, () => {
      const value = this.expression()
      this.need(')')
      return { kind: 'brackets', line, value }
    })
  }

  #call(name: string): HclExpression {
    const line = this.line()
    this.at += 1
    return this.withNewlines(false, () => {
      const args: HclExpression[] = []
      let expand = false
      while (!this.take(')')) {
        args.push(this.expression())
        expand = this.take('...')
        if (expand || !this.take(',')) {
          this.need(')')
          break
        }
      }
      return { kind: 'call', line, name, args, expand }
    })
  }

  #tuple(): HclExpression {
    const line = this.line()
    this.at += 1
    return this.withNewlines(false, () => {
      if (this.keyword('for')) return this.#for(line, ']')
      const items: HclExpression[] = []
      while (!this.take(']')) {
        items.push(this.expression())
        if (this.take(',')) continue
        this.need(']')
        break
      }
      return { kind: 'tuple', line, items }
    })
  }

  #object(): HclExpression {
    const line = this.line()
    this.at += 1
    if (this.withNewlines(false, () => this.keyword('for'))) {
      return this.withNewlines(false, () => this.#for(line, '}'))
    }
    return this.withNewlines(true, () => {
      const items: HclOf<'object'>['items'][number][] = []
      for (this.lineEnds(); !this.take('}'); this.lineEnds()) {
        const key = this.expression()
        if (!this.take('=') && !this.take(':')) this.fail('= is expected.')
        items.push({ key, ...this.written() })
        if (this.take(',') || this.take('\n')) continue
        this.need('}')
        break
      }
      return { kind: 'object', line, items }
    })
  }

  #for(line: number, close: ']' | '}'): HclExpression {
    const names = this.forNames()
    const over = this.expression()
    this.need(':')
    const first = this.expression()
    const isObject = close === '}'
    if (isObject) this.need('=>')
    const value = isObject ? this.expression() : first
    const group = isObject && this.take('...')
    const condition = this.keyword('if') ? this.expression() : null
    this.need(close)
    return { kind: 'for', line, names, over, key: isObject ? first : null, value, group, condition }
  }
}
