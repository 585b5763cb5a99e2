import { matchAt } from '../scan.js'
import { HclReader } from './hcl-reader.js'
import type { HclExpression, HclOf, Part } from './hcl-tree.js'

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }

const HEREDOC = /<<(-?)([\p{ID_Start}_][\p{ID_Continue}-]{0,200})\r?\n/uy

/** A mark in the source text; a `~` next to it strips the white space before or after it. */
interface Flat {
  readonly mark:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'value'; readonly value: HclExpression }
    | { readonly kind: 'if'; readonly condition: HclExpression }
    | { readonly kind: 'for'; readonly names: readonly string[]; readonly over: HclExpression }
    | { readonly kind: 'else' | 'endif' | 'endfor' }
  readonly at: number
  readonly stripsLeft: boolean
  readonly stripsRight: boolean
}

/** Parses templates: quoted, as a heredoc, or bare as in JSON. */
export abstract class TemplateReader extends HclReader {
  abstract expression(): HclExpression

  /** A quoted template; the cursor is at the opening quote. */
  protected quoted(): HclOf<'template'> {
    const [line, start] = [this.line(), this.at]
    this.at += 1
    const flat = this.#marks((sign) => sign === '"', 'quoted', start)
    this.at += 1
    return { kind: 'template', line, parts: this.#nested(stripped(flat)) }
  }

  /** The rest of the text as a template without quotes. */
  protected bare(): HclOf<'template'> {
    const line = this.line()
    const flat = this.#marks((sign) => sign === undefined, 'bare', this.at)
    return { kind: 'template', line, parts: this.#nested(stripped(flat)) }
  }

  protected heredoc(): HclOf<'template'> {
    const [start, line] = [this.at, this.line()]
    const head = matchAt(HEREDOC, this.text, start)
    if (head === null) return this.fail('a heredoc is expected.')
    const from = start + head[0].length
    const end = this.#heredocEnd(from, head[2] ?? '')
    if (end === null) return this.fail('a heredoc is not closed.', start)
    this.at = from
    const flat = stripped(this.#marks(() => this.at >= end.at, 'heredoc', start))
    this.at = end.after
    return { kind: 'template', line, parts: this.#nested(head[1] === '-' ? undented(flat) : flat) }
  }

  #heredocEnd(from: number, word: string): { readonly at: number; readonly after: number } | null {
    for (let at = from; at <= this.text.length; ) {
      const next = this.text.indexOf('\n', at)
      const lineEnd = next < 0 ? this.text.length : next
      const line = this.text.slice(at, lineEnd)
      if (line.trim() === word) return { at, after: at + line.trimEnd().length }
      at = lineEnd + 1
    }
    return null
  }

  /** Reads until `stops` holds. Quoted text has backslash escapes and ends on its line; heredocs are read by line. */
  #marks(stops: (sign: string | undefined) => boolean, mode: 'quoted' | 'bare' | 'heredoc', start: number): Flat[] {
    const isQuoted = mode === 'quoted'
    const flat: Flat[] = []
    let text: string[] = []
    const flush = () => {
      if (text.length > 0) flat.push(plain(text.join('')))
      text = []
    }
    for (let sign = this.text[this.at]; !stops(sign); sign = this.text[this.at]) {
      if (sign === undefined || (isQuoted && sign === '\n')) this.fail('a string is not closed.', start)
      const three = this.text.slice(this.at, this.at + 3)
      if (isQuoted && sign === '\\') text.push(this.#escape())
      else if (three === '$${' || three === '%%{') {
        text.push(three.slice(1))
        this.at += 3
      } else if ((sign === '$' || sign === '%') && three[1] === '{') {
        flush()
        flat.push(this.deeper(() => this.#mark(sign === '%')))
      } else {
        text.push(sign ?? '')
        this.at += 1
        if (mode === 'heredoc' && sign === '\n') flush()
      }
    }
    flush()
    return flat
  }

  #escape(): string {
    const sign = this.text[this.at + 1] ?? ''
    const plain = Object.hasOwn(ESCAPES, sign) ? ESCAPES[sign] : undefined
    const size = sign === 'u' ? 4 : sign === 'U' ? 8 : 0
    const digits = this.text.slice(this.at + 2, this.at + 2 + size)
    const code = /^[0-9a-fA-F]+$/.test(digits) && digits.length === size ? Number.parseInt(digits, 16) : null
    if (plain === undefined && (code === null || code > 0x10ffff))
      this.fail('there is an unknown escape after a backslash.')
    this.at += 2 + size
    return plain ?? String.fromCodePoint(code ?? 0)
  }

  #mark(isDirective: boolean): Flat {
    const at = this.at
    this.at += 2
    const stripsLeft = this.text[this.at] === '~'
    if (stripsLeft) this.at += 1
    return this.withNewlines(false, () => {
      const mark: Flat['mark'] = isDirective ? this.#directive() : { kind: 'value', value: this.expression() }
      const stripsRight = this.take('~')
      this.need('}')
      return { mark, at, stripsLeft, stripsRight }
    })
  }

  #directive(): Flat['mark'] {
    const word = this.name()
    if (word === 'else' || word === 'endif' || word === 'endfor') return { kind: word }
    if (word === 'if') return { kind: 'if', condition: this.expression() }
    if (word !== 'for') return this.fail('there is an unknown template keyword after %{.')
    const names = this.forNames()
    return { kind: 'for', names, over: this.expression() }
  }

  /** `x in`, or `k, v in`. */
  protected forNames(): string[] {
    const names = [this.needName()]
    if (this.take(',')) names.push(this.needName())
    if (!this.keyword('in')) this.fail('in is expected.')
    return names
  }

  /** Nests the parts between a directive and its end. */
  #nested(marks: readonly Flat[]): readonly Part[] {
    let at = 0
    const until = (...ends: string[]): Part[] => {
      const parts: Part[] = []
      for (; at < marks.length; at += 1) {
        const one = marks[at]
        if (one === undefined || ends.includes(one.mark.kind)) break
        const { mark } = one
        const closes = (word: string) => {
          if (marks[at]?.mark.kind !== word) this.fail(`${word} is expected.`, one.at)
        }
        if (mark.kind === 'text' || mark.kind === 'value') parts.push(mark)
        else if (mark.kind === 'if') {
          at += 1
          const yes = this.deeper(() => until('else', 'endif'))
          if (marks[at]?.mark.kind === 'else') at += 1
          const no = marks[at - 1]?.mark.kind === 'else' ? this.deeper(() => until('endif')) : []
          closes('endif')
          parts.push({ ...mark, yes, no })
        } else if (mark.kind === 'for') {
          at += 1
          const body = this.deeper(() => until('endfor'))
          closes('endfor')
          parts.push({ ...mark, body })
        } else this.fail(`${mark.kind} has nothing to close.`, one.at)
      }
      return parts
    }
    return until()
  }
}

function plain(text: string): Flat {
  return { mark: { kind: 'text', text }, at: 0, stripsLeft: false, stripsRight: false }
}

function stripped(flat: readonly Flat[]): readonly Flat[] {
  return flat.map((one, index) => {
    if (one.mark.kind !== 'text') return one
    let { text } = one.mark
    if (flat[index - 1]?.stripsRight) text = text.trimStart()
    if (flat[index + 1]?.stripsLeft) text = text.trimEnd()
    return plain(text)
  })
}

/** Strips the indentation shared by all lines (`<<-`), ignoring blank lines. */
function undented(flat: readonly Flat[]): readonly Flat[] {
  const begins = flat.map((_, index) => {
    const before = flat[index - 1]
    return before === undefined || (before.mark.kind === 'text' && before.mark.text.endsWith('\n'))
  })
  let least = Number.POSITIVE_INFINITY
  for (const [index, { mark }] of flat.entries()) {
    if (!begins[index]) continue
    if (mark.kind !== 'text') least = 0
    else if (!isBlankLine(mark.text)) least = Math.min(least, indentOf(mark.text))
  }
  return flat.map((one, index) => {
    if (!begins[index] || one.mark.kind !== 'text' || isBlankLine(one.mark.text)) return one
    return plain(one.mark.text.slice(least))
  })
}

function isBlankLine(text: string): boolean {
  return text.trim() === '' && text.endsWith('\n')
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length
}
