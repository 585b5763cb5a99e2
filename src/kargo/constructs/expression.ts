/** Accepts only string constants of this source: computed types (`string`, `${string}…`) become `never`. */
type Literal<T extends string> = Record<never, never> extends Record<T, 1> ? never : T

/**
 * Text that Kargo evaluates, with or without `${{ }}`. User data never becomes an expression: it is passed as Stage
 * vars, and the expression refers to `vars.x`.
 */
export class Expression {
  readonly text: string

  private constructor(text: string) {
    this.text = text
  }

  /** Makes an expression; the compiler rejects any text that is not a constant of this source. */
  static of<T extends string>(text: Literal<T>): Expression {
    return new Expression(text)
  }

  /** Concatenates expressions; the text between them is constant. */
  static join(texts: TemplateStringsArray, ...parts: readonly (Expression | number)[]): Expression {
    const filled = parts.map((part, index) => `${part instanceof Expression ? part.text : part}${texts[index + 1]}`)
    return new Expression([texts[0], ...filled].join(''))
  }
}

export const expression = Expression.of

/** Code built from pieces: `` code`${RUNS}[0].id` ``. */
export const code = Expression.join

/** True if all of these are true; at least one is required. */
export function allOf(...conditions: readonly Expression[]): Expression {
  return conditions.reduce((all, one) => code`${all} && ${one}`)
}

/**
 * An expression that Kargo evaluates and substitutes before the step runs: `` filled`vars.ref` `` is `${{ vars.ref }}`.
 * Within code over a response it inserts a value that is already known. It must not contain `}}`, which ends it in
 * Kargo.
 */
export function filled(texts: TemplateStringsArray, ...parts: readonly (Expression | number)[]): Expression {
  return code`\${{ ${code(texts, ...parts)} }}`
}

/** A literal, or an expression that evaluates to one. */
export type Text = string | Expression

/**
 * Whether Kargo turns this text into a number, boolean or null if an expression evaluates to it (`strconv.ParseFloat`,
 * `strconv.ParseBool`, `json.Unmarshal` in its `pkg/expressions/json_templates.go`).
 */
export function changesType(text: string): boolean {
  return /^(?:[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?|[+-]?0x[\da-f_.]+(?:p[+-]?\d+)?|[+-]?(?:inf|infinity|nan)|t|f|true|false|null)$/i.test(
    text,
  )
}
