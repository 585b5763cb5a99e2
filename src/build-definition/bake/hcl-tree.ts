/** An expression of HCL (github.com/hashicorp/hcl, hclsyntax/spec.md), with the line it begins in. */
export type Expression =
  | { readonly kind: 'bool'; readonly line: number; readonly is: boolean }
  | { readonly kind: 'null'; readonly line: number }
  | { readonly kind: 'number'; readonly line: number; readonly text: string }
  | Template
  | { readonly kind: 'variable'; readonly line: number; readonly name: string }
  /** What a splat looks at. */
  | { readonly kind: 'item'; readonly line: number }
  | { readonly kind: 'attribute'; readonly line: number; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly line: number; readonly of: Expression; readonly key: Expression }
  | { readonly kind: 'splat'; readonly line: number; readonly of: Expression; readonly each: Expression }
  | Call
  | { readonly kind: 'tuple'; readonly line: number; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly line: number; readonly items: readonly ObjectItem[] }
  | ForExpression
  | Conditional
  | { readonly kind: 'unary'; readonly line: number; readonly sign: '-' | '!'; readonly value: Expression }
  | Binary
  | { readonly kind: 'brackets'; readonly line: number; readonly value: Expression }

/** A text with values in it. */
export interface Template {
  readonly kind: 'template'
  readonly line: number
  readonly parts: readonly Part[]
}

export interface Call {
  readonly kind: 'call'
  readonly line: number
  readonly name: string
  readonly args: readonly Expression[]
  /** The last argument is a list of arguments (`f(a...)`). */
  readonly expand: boolean
}

export interface Conditional {
  readonly kind: 'conditional'
  readonly line: number
  readonly condition: Expression
  readonly yes: Expression
  readonly no: Expression
}

export interface Binary {
  readonly kind: 'binary'
  readonly line: number
  readonly sign: string
  readonly left: Expression
  readonly right: Expression
}

/** `[for …]`, or `{for …}` where it has a key. */
export interface ForExpression {
  readonly kind: 'for'
  readonly line: number
  /** One or two names: the value, or key and value. */
  readonly names: readonly string[]
  readonly over: Expression
  readonly key: Expression | null
  readonly value: Expression
  readonly group: boolean
  readonly condition: Expression | null
}

/** One item of an object. */
export interface ObjectItem {
  readonly key: Expression
  readonly value: Expression
  /** The value as it is written. */
  readonly written: string
}

/** A part of a template. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: Expression }
  | {
      readonly kind: 'if'
      readonly condition: Expression
      readonly yes: readonly Part[]
      readonly no: readonly Part[]
    }
  | {
      readonly kind: 'for'
      readonly names: readonly string[]
      readonly over: Expression
      readonly body: readonly Part[]
    }

/** `name = value`. */
export interface Attribute {
  readonly name: string
  readonly line: number
  readonly value: Expression
  /** The value as it is written. */
  readonly written: string
}

/** `type "label" { … }`. */
export interface Block {
  readonly type: string
  readonly labels: readonly string[]
  readonly line: number
  readonly body: Body
}

/** What a file or a block holds. */
export interface Body {
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly blocks: readonly Block[]
}

/** A text that is no HCL; all that the parser throws. */
export class HclError extends Error {
  /** 1-based. */
  readonly line: number

  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}

/** A bake file as a tree, with its name for messages (null: none). */
export interface BakeBody {
  readonly file: string | null
  readonly body: Body
}
