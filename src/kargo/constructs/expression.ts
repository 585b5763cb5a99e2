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

  /** Puts expressions together; what stands between them is written out in this source. */
  static join(texts: TemplateStringsArray, ...parts: readonly (Expression | number)[]): Expression {
    const filled = parts.map((part, index) => `${part instanceof Expression ? part.text : part}${texts[index + 1]}`)
    return new Expression([texts[0], ...filled].join(''))
  }
}

/** Shorthand for `Expression.of`. */
export const expression = Expression.of

/** Code that is put together from pieces: `` code`${RUNS}[0].id` ``. */
export const code = Expression.join

/** Holds where all of these hold; at least one. */
export function allOf(...conditions: readonly Expression[]): Expression {
  return conditions.reduce((all, one) => code`${all} && ${one}`)
}

/**
 * What Kargo works out and puts in place before it runs the step: `` filled`vars.ref` `` is `${{ vars.ref }}`. Inside of
 * code over an answer it stands for a value known by then. It must hold no `}}`, where Kargo takes it to end.
 */
export function filled(texts: TemplateStringsArray, ...parts: readonly (Expression | number)[]): Expression {
  return code`\${{ ${code(texts, ...parts)} }}`
}

/** A literal, or something that Kargo makes into one. */
export type Text = string | Expression

/**
 * Whether Kargo makes a number, boolean or null of this text when it stands where an expression was
 * (`strconv.ParseFloat`, `strconv.ParseBool`, `json.Unmarshal` in its `pkg/expressions/json_templates.go`).
 */
export function changesType(text: string): boolean {
  return /^(?:[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?|[+-]?0x[\da-f_.]+(?:p[+-]?\d+)?|[+-]?(?:inf|infinity|nan)|t|f|true|false|null)$/i.test(
    text,
  )
}
