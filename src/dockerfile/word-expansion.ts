import { DockerfileRefusal, quoted } from './result.js'
import {
  applySubstitution,
  awaitsPattern,
  type Expansion,
  type ExpansionMode,
  knowsModifier,
  type Substitution,
  variableNameAt,
  writtenSubstitution,
} from './substitution.js'
import { wordSplitter } from './text.js'

/** No real value is longer; without a limit, a few lines could expand to gigabytes. */
const MAX_EXPANDED_LENGTH = 131_072
const UNCLOSED = 'a substitution in braces is not closed by "}"'
const BLANKS = '\t\r '

/** A stretch of text being parsed: the whole word, the operand of a `${…}`, or the inside of double quotes. */
interface ExpansionFrame {
  kind: 'text' | 'quote'
  stop: string
  rawEscapes: boolean
  /** Double escape characters inside quotes, because the text is parsed again as a pattern. */
  patternEscapes: boolean
  parts: string
  substitution: Substitution | null
}

/**
 * Expands variables, quotes and escapes in one word by the rules of BuildKit's shell lexer: `$V`, `${V}`, the modifiers
 * `- :- + :+ ? :? # ## % %% / //`, literal single quotes, double quotes with variables. Nesting of any depth, without
 * recursion. A word that BuildKit cannot parse is refused with `line`.
 */
export function expandWord(
  source: string,
  variables: ReadonlyMap<string, string>,
  mode: ExpansionMode,
  line: number,
): Expansion {
  if (isPlain(source, mode)) return { text: source, words: [], found: new Set(), missing: new Set() }
  return new WordReader(source, variables, mode, line).read()
}

function isPlain(source: string, { escapeChar, keepUnset, words }: ExpansionMode): boolean {
  return keepUnset !== true && words !== true && !/[$'"\ufeff]/.test(source) && !source.includes(escapeChar)
}

class WordReader {
  private position = 0
  private readonly frames: ExpansionFrame[] = []
  private readonly found = new Set<string>()
  private readonly missing = new Set<string>()
  private readonly source: string
  private readonly variables: ReadonlyMap<string, string>
  private readonly mode: ExpansionMode
  private readonly line: number
  private readonly base: ExpansionFrame
  /** Only if words are requested: collecting them takes time. */
  private readonly words: ReturnType<typeof wordSplitter> | null

  constructor(source: string, variables: ReadonlyMap<string, string>, mode: ExpansionMode, line: number) {
    // Go's scanner drops a byte order mark at the start of its input.
    this.source = source.startsWith('\ufeff') ? source.slice(1) : source
    this.variables = variables
    this.mode = mode
    this.line = line
    this.base = textFrame('', mode.raw === true)
    this.frames.push(this.base)
    this.words = mode.keepUnset === true || mode.words === true ? wordSplitter() : null
  }

  read(): Expansion {
    while (this.position < this.source.length) {
      const frame = this.top()
      if (frame.kind === 'quote') this.stepInQuotes(frame)
      else this.stepInText(frame)
    }
    const open = this.top()
    if (open.kind === 'quote') this.refuse('a double quote is not closed')
    if (open !== this.base) this.refuse(open.stop === '}' ? UNCLOSED : 'a replacement lacks its second "/"')
    return { text: this.base.parts, words: this.words?.finish() ?? [], found: this.found, missing: this.missing }
  }

  private stepInText(frame: ExpansionFrame): void {
    const char = this.peek()
    if (frame.stop !== '' && char === frame.stop) {
      this.position += 1
      this.finishOperand(frame)
    } else if (char === '$') this.readDollar()
    else if (char === "'" && this.mode.literalQuotes !== true) this.readSingleQuotes(frame)
    else if (char === '"' && this.mode.literalQuotes !== true) {
      this.position += 1
      this.frames.push({ ...frame, kind: 'quote', stop: '"', substitution: null, parts: this.keepsQuotes() ? '"' : '' })
    } else if (char === '<') this.readPossibleHeredoc()
    else this.readPlain(frame)
  }

  private readPlain(frame: ExpansionFrame): void {
    const char = this.next()
    if (char !== this.mode.escapeChar) {
      if (frame === this.base) this.words?.addCut(char)
      frame.parts += char
      return
    }
    if (frame.rawEscapes) this.emit(char, 'raw')
    if (this.position < this.source.length) this.emit(this.next(), 'raw')
  }

  private readSingleQuotes(frame: ExpansionFrame): void {
    const end = this.source.indexOf("'", this.position + 1)
    if (end === -1) this.refuse('a single quote is not closed')
    const written = this.source.slice(this.position + 1, end)
    const inside = frame.patternEscapes
      ? written.replaceAll(this.mode.escapeChar, () => this.mode.escapeChar.repeat(2))
      : written
    this.position = end + 1
    this.emit(this.keepsQuotes() ? `'${inside}'` : inside, 'raw')
  }

  private stepInQuotes(frame: ExpansionFrame): void {
    const char = this.peek()
    if (char === '"') {
      this.position += 1
      this.frames.pop()
      this.emit(frame.parts + (this.keepsQuotes() ? '"' : ''), 'raw')
    } else if (char === '$') this.readDollar()
    else {
      this.position += 1
      frame.parts += char === this.mode.escapeChar ? this.escapedInQuotes(frame) : char
    }
  }

  /** In double quotes, only `"`, `$` and the escape character itself can be escaped; before others the escape stays. */
  private escapedInQuotes(frame: ExpansionFrame): string {
    const escapeChar = this.mode.escapeChar
    if (this.position >= this.source.length) return ''
    const next = this.peek()
    if (next === '"' || next === '$' || next === escapeChar) {
      this.position += 1
      return frame.rawEscapes ? escapeChar + next : next
    }
    return frame.rawEscapes && (!this.keepsQuotes() || frame.patternEscapes) ? escapeChar.repeat(2) : escapeChar
  }

  /** `<<` absorbs the blanks after it, so that `<< EOF` stays one word. */
  private readPossibleHeredoc(): void {
    const start = this.position
    this.position += 1
    if (this.peek() === '<') {
      this.position += 1
      while (this.position < this.source.length && BLANKS.includes(this.peek())) this.position += 1
    }
    this.emit(this.source.slice(start, this.position), 'raw')
  }

  private readDollar(): void {
    this.position += 1
    if (this.peek() !== '{') {
      const name = this.readName()
      const value = name === '' ? '$' : this.valueOf(name)
      this.emit(value ?? (this.mode.keepUnset === true ? `$${name}` : ''), 'split')
      return
    }
    this.position += 1
    const first = this.peek()
    if (first === '') this.refuse(UNCLOSED)
    if (first === '{' || first === '}' || first === ':') this.refuse(`"\${${first}" is not a variable`)
    this.readSubstitution(this.readName())
  }

  private readSubstitution(name: string): void {
    let operator = this.next()
    if (operator === '}') {
      this.emit(this.valueOf(name) ?? (this.mode.keepUnset === true ? `\${${name}}` : ''), 'split')
      return
    }
    const nullIsUnset = operator === ':'
    if (nullIsUnset) operator = this.next()
    if (operator === '') this.refuse(UNCLOSED)
    if (!knowsModifier(operator, { nullIsUnset, keepUnset: this.mode.keepUnset === true })) {
      this.refuse(`"${nullIsUnset ? ':' : ''}${operator}" is not a known modifier in "\${${name}…}"`)
    }
    const isReplacement = operator === '/' && !nullIsUnset
    if (isReplacement && this.peek() === '/') {
      this.position += 1
      operator = '//'
    }
    const isPattern = isReplacement || operator === '#' || operator === '%'
    const frame = textFrame(isReplacement ? '/' : '}', isPattern)
    this.frames.push({
      ...frame,
      patternEscapes: isPattern,
      substitution: { name, operator, nullIsUnset, pattern: null },
    })
    this.words?.dropBegun()
  }

  private finishOperand(frame: ExpansionFrame): void {
    this.frames.pop()
    const substitution = frame.substitution
    if (substitution === null) return
    if (awaitsPattern(substitution)) {
      this.frames.push({ ...textFrame('}', true), substitution: { ...substitution, pattern: frame.parts } })
      return
    }
    const value = this.valueOf(substitution.name)
    const isKept = value === null && this.mode.keepUnset === true
    const watch = { fail: (reason: string) => this.refuse(reason), spend: (work: number) => this.spend(work) }
    if (this.mode.openEnded === true && this.missing.size > 0) return
    const text = isKept
      ? writtenSubstitution(substitution, frame.parts)
      : applySubstitution(substitution, value, frame.parts, watch)
    this.emit(text, 'split')
  }

  private readName(): string {
    const name = variableNameAt(this.source, this.position)
    this.position += name.length
    return name
  }

  private valueOf(name: string): string | null {
    const value = this.variables.get(name)
    ;(value === undefined ? this.missing : this.found).add(name)
    return value ?? null
  }

  private emit(text: string, kind: 'raw' | 'split'): void {
    const frame = this.top()
    frame.parts += text
    if (frame.parts.length > MAX_EXPANDED_LENGTH && this.isLimited()) {
      this.refuse(`it expands to more than ${MAX_EXPANDED_LENGTH} characters`)
    }
    this.spend(text.length)
    if (frame !== this.base) return
    if (kind === 'raw') this.words?.addWhole(text)
    else this.words?.addCut(text)
  }

  private spend(work: number): void {
    const { budget } = this.mode
    if (budget === undefined) return
    budget.left -= work
    if (budget.left < 0) this.refuse('the variables of this file take more work than any real build needs')
  }

  private isLimited(): boolean {
    return this.mode.keepUnset !== true && this.mode.literalQuotes !== true
  }

  private keepsQuotes(): boolean {
    return this.mode.raw === true || this.mode.rawQuotes === true
  }

  private top(): ExpansionFrame {
    return this.frames.at(-1) ?? this.base
  }

  private peek(): string {
    return this.source.charAt(this.position)
  }

  private next(): string {
    const char = this.peek()
    this.position += 1
    return char
  }

  private refuse(reason: string): never {
    throw new DockerfileRefusal(`${quoted(this.source)} cannot be read: ${reason}`, this.line)
  }
}

function textFrame(stop: string, rawEscapes: boolean): ExpansionFrame {
  return { kind: 'text', stop, rawEscapes, patternEscapes: false, parts: '', substitution: null }
}
