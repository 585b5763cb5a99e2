/** An HCL expression (github.com/hashicorp/hcl, hclsyntax/spec.md), with the line on which it begins. */
export type HclExpression = { readonly line: number } & (
  | { readonly kind: 'bool'; readonly is: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'number'; readonly text: string }
  /** A text with interpolated values. */
  | { readonly kind: 'template'; readonly parts: readonly Part[] }
  | { readonly kind: 'variable'; readonly name: string }
  /** The current item of a splat. */
  | { readonly kind: 'item' }
  | { readonly kind: 'attribute'; readonly of: HclExpression; readonly name: string }
  | { readonly kind: 'index'; readonly of: HclExpression; readonly key: HclExpression }
  | { readonly kind: 'splat'; readonly of: HclExpression; readonly each: HclExpression }
  /** `expand`: the last argument is a list that is expanded into arguments (`f(a...)`). */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly HclExpression[]; readonly expand: boolean }
  | { readonly kind: 'tuple'; readonly items: readonly HclExpression[] }
  | {
      readonly kind: 'object'
      /** `written`: the value's source text. */
      readonly items: readonly {
        readonly key: HclExpression
        readonly value: HclExpression
        readonly written: string
      }[]
    }
  /** `[for …]`, or `{for …}` if it has a key. */
  | {
      readonly kind: 'for'
      /** One or two names: the value, or key and value. */
      readonly names: readonly string[]
      readonly over: HclExpression
      readonly key: HclExpression | null
      readonly value: HclExpression
      readonly group: boolean
      readonly condition: HclExpression | null
    }
  | {
      readonly kind: 'conditional'
      readonly condition: HclExpression
      readonly yes: HclExpression
      readonly no: HclExpression
    }
  | { readonly kind: 'unary'; readonly sign: '-' | '!'; readonly value: HclExpression }
  | { readonly kind: 'binary'; readonly sign: string; readonly left: HclExpression; readonly right: HclExpression }
  | { readonly kind: 'brackets'; readonly value: HclExpression }
)

/** The expressions of one kind. */
export type HclOf<Kind extends HclExpression['kind']> = Extract<HclExpression, { readonly kind: Kind }>

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

/** A bake file as a tree, with its name for messages. */
export interface BakeBody {
  readonly file: string
  readonly body: Body
}
