/** An HCL expression (github.com/hashicorp/hcl, hclsyntax/spec.md), with the line on which it begins. */
export type HclExpression =
  | { readonly kind: 'bool'; readonly line: number; readonly is: boolean }
  | { readonly kind: 'null'; readonly line: number }
  | { readonly kind: 'number'; readonly line: number; readonly text: string }
  | Template
  | { readonly kind: 'variable'; readonly line: number; readonly name: string }
  /** The current item of a splat. */
  | { readonly kind: 'item'; readonly line: number }
  | { readonly kind: 'attribute'; readonly line: number; readonly of: HclExpression; readonly name: string }
  | { readonly kind: 'index'; readonly line: number; readonly of: HclExpression; readonly key: HclExpression }
  | { readonly kind: 'splat'; readonly line: number; readonly of: HclExpression; readonly each: HclExpression }
  | CallExpression
  | { readonly kind: 'tuple'; readonly line: number; readonly items: readonly HclExpression[] }
  | { readonly kind: 'object'; readonly line: number; readonly items: readonly ObjectItem[] }
  | ForExpression
  | Conditional
  | { readonly kind: 'unary'; readonly line: number; readonly sign: '-' | '!'; readonly value: HclExpression }
  | Binary
  | { readonly kind: 'brackets'; readonly line: number; readonly value: HclExpression }

/** A text with interpolated values. */
export interface Template {
  readonly kind: 'template'
  readonly line: number
  readonly parts: readonly Part[]
}

export interface CallExpression {
  readonly kind: 'call'
  readonly line: number
  readonly name: string
  readonly args: readonly HclExpression[]
  /** The last argument is a list that is expanded into arguments (`f(a...)`). */
  readonly expand: boolean
}

export interface Conditional {
  readonly kind: 'conditional'
  readonly line: number
  readonly condition: HclExpression
  readonly yes: HclExpression
  readonly no: HclExpression
}

export interface Binary {
  readonly kind: 'binary'
  readonly line: number
  readonly sign: string
  readonly left: HclExpression
  readonly right: HclExpression
}

/** `[for …]`, or `{for …}` if it has a key. */
export interface ForExpression {
  readonly kind: 'for'
  readonly line: number
  /** One or two names: the value, or key and value. */
  readonly names: readonly string[]
  readonly over: HclExpression
  readonly key: HclExpression | null
  readonly value: HclExpression
  readonly group: boolean
  readonly condition: HclExpression | null
}

export interface ObjectItem {
  readonly key: HclExpression
  readonly value: HclExpression
  /** The value's source text. */
  readonly written: string
}

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: HclExpression }
  | {
      readonly kind: 'if'
      readonly condition: HclExpression
      readonly yes: readonly Part[]
      readonly no: readonly Part[]
    }
  | {
      readonly kind: 'for'
      readonly names: readonly string[]
      readonly over: HclExpression
      readonly body: readonly Part[]
    }

/** `name = value`. */
export interface Attribute {
  readonly name: string
  readonly line: number
  readonly value: HclExpression
  /** The value's source text. */
  readonly written: string
}

/** `type "label" { … }`. */
export interface Block {
  readonly type: string
  readonly labels: readonly string[]
  readonly line: number
  readonly body: Body
}

/** The contents of a file or block. */
export interface Body {
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly blocks: readonly Block[]
}

/** The text is not valid HCL; the only error the parser throws. */
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
