/** Only a text written out in this source: anything computed (`string`, `${string}…`) becomes `never`. */
type Literal<T extends string> = Record<never, never> extends Record<T, 1> ? never : T

/**
 * Text that Kargo evaluates, with or without `${{ }}`. User data never becomes one: it travels in Stage vars, and the
 * expression says `vars.x`.
 */
export class Expression {
  readonly text: string

  private constructor(text: string) {
    this.text = text
  }

  /** Makes an expression; the compiler refuses any text that is not a constant of this source. */
  static of<T extends string>(text: Literal<T>): Expression {
    return new Expression(text)
  }
}

/** Shorthand for `Expression.of`. */
export const expression = Expression.of

/** A literal, or something that Kargo makes into one. */
export type Text = string | Expression

/** Whether Kargo would evaluate a part of this text. */
export function opensExpression(text: string): boolean {
  return text.includes('${') && (text.includes('${{') || text.includes('${%'))
}

/**
 * Whether Kargo makes a number, boolean or null of this text when it stands where an expression was
 * (`strconv.ParseFloat`, `strconv.ParseBool`, `json.Unmarshal` in its `pkg/expressions/json_templates.go`).
 */
export function changesType(text: string): boolean {
  return /^(?:[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?|[+-]?0x[\da-f_.]+(?:p[+-]?\d+)?|[+-]?(?:inf|infinity|nan)|t|f|true|false|null)$/i.test(
    text,
  )
}
