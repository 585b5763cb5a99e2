import { ExpressionReader } from './hcl-expressions.js'
import type { Attribute, Block, Body, HclExpression, HclOf } from './hcl-tree.js'

/** Parses the body of a file and of its blocks (hclsyntax/spec.md, "Structural Elements"). */
class HclParser extends ExpressionReader {
  file(): Body {
    return this.#body(false)
  }

  template(): HclOf<'template'> {
    return this.bare()
  }

  alone(): HclExpression {
    const value = this.expression()
    if (!this.isAtEnd()) this.fail('there is unexpected text after the expression.')
    return value
  }

  #body(isBlock: boolean): Body {
    const attributes = new Map<string, Attribute>()
    const blocks: Block[] = []
    const ends = () => (isBlock ? this.take('}') : this.isAtEnd())
    for (this.lineEnds(); !ends(); this.lineEnds()) {
      this.#item(attributes, blocks)
      if (!isBlock && this.isAtEnd()) break
      if (!this.take('\n')) this.fail('a new line is expected.')
    }
    return { attributes, blocks }
  }

  #item(attributes: Map<string, Attribute>, blocks: Block[] | null): void {
    this.skip()
    const line = this.line()
    const name = this.name() ?? this.fail('a name is expected.')
    if (this.sees('=') && !this.sees('==')) {
      this.at += 1
      if (attributes.has(name)) this.fail(`${name} is given twice here.`)
      attributes.set(name, { name, line, ...this.written() })
      return
    }
    if (blocks === null) this.fail('a block on one line can have only one attribute.')
    const labels: string[] = []
    while (!this.sees('{')) labels.push(this.#label())
    this.at += 1
    blocks?.push({ type: name, labels, line, body: this.deeper(() => this.#blockBody()) })
  }

  #blockBody(): Body {
    if (this.sees('\n')) return this.#body(true)
    const attributes = new Map<string, Attribute>()
    if (!this.sees('}')) this.#item(attributes, null)
    this.need('}')
    return { attributes, blocks: [] }
  }

  #label(): string {
    this.skip()
    if (!this.sees('"')) return this.name() ?? this.fail('{ is expected.')
    const { parts } = this.quoted()
    return parts
      .map((part) => (part.kind === 'text' ? part.text : this.fail('a label cannot contain values.')))
      .join('')
  }
}

/**
 * Parses a whole HCL file into a tree with line numbers.
 *
 * @throws {HclError} when it is not valid HCL or too deeply nested.
 */
export function parseHcl(text: string): Body {
  return new HclParser(text, 1).file()
}

/**
 * Parses a text as a template, as HCL's JSON syntax does with every string (json/spec.md).
 *
 * @param line the line of the text.
 * @throws {HclError} when it is not a valid template.
 */
export function parseTemplate(text: string, line: number): HclOf<'template'> {
  return new HclParser(text, line).template()
}

/**
 * Parses a text that is a single expression.
 *
 * @param line the line of the text.
 * @throws {HclError} when it is not a valid expression.
 */
export function parseExpression(text: string, line: number): HclExpression {
  return new HclParser(text, line).alone()
}
