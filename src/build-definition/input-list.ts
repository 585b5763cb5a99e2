/**
 * Splits a list input of docker's actions into trimmed, non-empty items.
 *
 * The rule is docker/actions-toolkit's (`Util.getInputList`): CSV records, so `"…"` around an item keeps commas and
 * line ends inside it, and quotes in other positions are text. build-push-action reads build-args and build-contexts as
 * `lines` and platforms as `commas`, bake-action its `set` as `plain`. None of them supports comments.
 *
 * @param kind `lines` keeps commas, `commas` splits at them too, `plain` also ignores quotes.
 */
export function inputList(input: string, kind: 'lines' | 'commas' | 'plain'): string[] {
  const text = input.trim()
  const records = kind === 'plain' ? text.split(/\r\n|\n|\r/).map((line) => [line]) : csvRecords(text)
  const items = records.flatMap((fields) => {
    if (kind !== 'commas') return [fields.join(',')]
    return fields.length === 1 ? (fields[0] ?? '').split(',') : fields
  })
  return items.map((item) => item.trim()).filter((item) => item !== '')
}

function csvRecords(text: string): string[][] {
  if (!text.includes('"'))
    return text
      .split(/[\r\n]/)
      .map((line) => line.split(','))
      .filter(hasText)
  const reader = new CsvReader()
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    const next = text[at + 1] ?? ''
    if (reader.isQuoting) {
      if (character !== '"') reader.add(character)
      else if (next === '"') {
        reader.add('"')
        at += 1
      } else reader.closeQuote(/^[,\r\n]?$/.test(next))
    } else if (character === '"' && reader.atFieldStart) reader.openQuote()
    else if (character === ',') reader.endField()
    else if (character === '\n' || character === '\r') reader.endRecord()
    else reader.add(character)
  }
  reader.endRecord()
  return reader.records
}

/** One pass over CSV with quotes allowed anywhere (csv-parse's `relax_quotes`). */
class CsvReader {
  readonly records: string[][] = []
  isQuoting = false
  #fields: string[] = []
  #field: string[] = []
  #wasQuoted = false

  get atFieldStart(): boolean {
    return this.#field.length === 0 && !this.#wasQuoted
  }

  add(character: string): void {
    this.#field.push(character)
  }

  openQuote(): void {
    this.isQuoting = true
  }

  /** A quote that closes before the end of its field was text, and so was the opening one. */
  closeQuote(atEnd: boolean): void {
    this.isQuoting = false
    this.#wasQuoted = true
    if (!atEnd) this.#field = ['"', this.#field.join(''), '"']
  }

  endField(): void {
    this.#fields.push(this.#field.join(''))
    this.#field = []
    this.#wasQuoted = false
  }

  endRecord(): void {
    this.endField()
    if (hasText(this.#fields)) this.records.push(this.#fields)
    this.#fields = []
  }
}

function hasText(fields: readonly string[]): boolean {
  return fields.some((field) => field !== '')
}
