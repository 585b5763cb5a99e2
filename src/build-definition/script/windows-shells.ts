import { matchAt } from '../scan.js'
import { isEnvironmentFile } from './facts.js'
import type { ScriptReader } from './reader.js'
import { enterFolder, type Field, type State } from './state.js'

type Token =
  | { readonly kind: 'word'; readonly field: Field; readonly isQuoted: boolean }
  | { readonly kind: 'end'; readonly isPipe: boolean }
  | { readonly kind: 'open' | 'close' }

interface WindowsCommand {
  readonly line: number
  readonly words: readonly Extract<Token, { kind: 'word' }>[]
  /** Number of enclosing blocks, which may be skipped or repeated. */
  readonly depth: number
  /** Whether the previous command's output is piped to it. */
  readonly isPiped: boolean
}

/** Limit on commands; no real script reaches it. */
const MAX_COMMANDS = 2000
const MAX_SCRIPT = 32 * 1024

/**
 * Reads a script of PowerShell or of Windows' cmd without their control flow: all commands in order, with variables
 * from simple assignments (learn.microsoft.com, "about_Quoting Rules", "about_Environment_Variables"; `cmd`).
 */
export function readWindowsScript(text: string, shell: 'pwsh' | 'cmd', reader: ScriptReader, state: State): void {
  if (text.length > MAX_SCRIPT) {
    reader.facts.addUnread(1, text.split('\n', 1)[0] ?? '', 'shell')
    return
  }
  let count = 0
  let printed: string | null = null
  // Lazily, so that variables have the values they have when a command is reached.
  const script = { shell, reader, state, locals: new Map<string, string>() }
  const tokens = new Tokenizer(text, script)
  for (let line = tokens.next(); line !== null && count < MAX_COMMANDS; line = tokens.next()) {
    count += 1
    state.isConditional = line.depth > 0
    printed = runLine(line, printed, script)
    if (count === MAX_COMMANDS) reader.facts.addUnread(line.line, line.words[0]?.field.text ?? '', 'shell')
  }
}

interface WindowsScript {
  readonly shell: 'pwsh' | 'cmd'
  readonly reader: ScriptReader
  readonly state: State
  /** PowerShell's own variables, in lower case. */
  readonly locals: Map<string, string>
}

/** @returns the command's output, null if unknown. */
function runLine(line: WindowsCommand, before: string | null, script: WindowsScript): string | null {
  const { reader } = script
  const words = line.words.filter(({ field }, index) => index > 0 || !/^(?:&|@|call)$/i.test(field.text))
  const [first] = words
  if (first === undefined || assigns(words, line, script)) return null
  const fields = words.map(({ field }) => field)
  const name = first.field.text.replace(/^@/, '').toLowerCase()
  const rest = fields.slice(1)
  const printed = /^(?:echo|write-output|write-host)$/.test(name)
    ? rest.filter(({ text }) => !/^(?:>>?|-append)$/i.test(text) && !isEnvironmentFile(reader.marks.written(text)))
    : null
  const text = printed?.map((field) => field.text).join(' ') ?? (first.isQuoted ? first.field.text : null)
  if (rest.some((field) => isEnvironmentFile(reader.marks.written(field.text)))) {
    reader.facts.environment.push({ text: text ?? (line.isPiped ? before : null), isConditional: line.depth > 0 })
  } else if (printed === null) enterOrStart(name, fields, line, script)
  return text
}

function enterOrStart(
  name: string,
  fields: readonly Field[],
  line: WindowsCommand,
  { reader, state }: WindowsScript,
): void {
  const { marks } = reader
  const rest = fields.slice(1).filter(({ text }) => !/^(?:\/d|-(?:literal)?path)$/i.test(text))
  const [to] = rest
  if (/^(?:cd|chdir|sl|set-location|pushd|push-location)$/.test(name)) {
    enterFolder(state, line.depth > 0 || to === undefined ? marks.add('$PWD') : slashes(to.text), marks)
  } else if (/^(?:popd|pop-location)$/.test(name)) state.folder = state.folders.pop() ?? marks.add('$PWD')
  else {
    const written = fields.map(({ text }) => marks.written(text)).join(' ')
    reader.start({ fields: fields.map(asPath), line: line.line, written }, state)
  }
}

/** `$name = value`, `$env:NAME = value`, `set NAME=value`. */
function assigns(
  words: WindowsCommand['words'],
  { depth }: WindowsCommand,
  { shell, reader, state, locals }: WindowsScript,
): boolean {
  const [first, second, third] = words.map(({ field }) => reader.marks.written(field.text))
  const value = words[shell === 'cmd' ? 1 : 2]?.field.text ?? ''
  const known = (text: string, isWhole: boolean, name: string) =>
    isWhole && depth === 0 ? text : reader.marks.add(name)
  if (shell === 'cmd') {
    const match = /^"?(\w+)=(.*?)"?$/s.exec(value)
    if (first?.toLowerCase() !== 'set') return false
    if (match?.[1] !== undefined)
      setEnvironment(state, match[1], known(match[2] ?? '', words.length === 2, `%${match[1]}%`))
    return true
  }
  if (second !== '=' && second !== '+=') return false
  const name = /^\$\{?(env:)?(\w+)\}?$/i.exec(first ?? '')
  if (name?.[2] === undefined) return false
  const text = known(value, words.length === 3 && second === '=' && !/^[@[]/.test(third ?? ''), first ?? '')
  if (name[1] === undefined) locals.set(name[2].toLowerCase(), text)
  else setEnvironment(state, name[2], text)
  return true
}

function setEnvironment(state: State, name: string, text: string): void {
  state.variables.set(name, { kind: 'text', text })
  state.exported.add(name)
}

/** Converts backslashes of a relative path to slashes. */
function asPath(field: Field): Field {
  return /^[\w.-]*(?:\\[\w.-]+)+\\?$/.test(field.text) ? { ...field, text: slashes(field.text) } : field
}

function slashes(text: string): string {
  return text.replaceAll('\\', '/')
}

class Tokenizer {
  readonly #text: string
  readonly #isCmd: boolean
  readonly #script: WindowsScript
  #at = 0
  #line = 1
  #depth = 0
  #isPiped = false

  constructor(text: string, script: WindowsScript) {
    this.#text = text.replaceAll('\r\n', '\n')
    this.#isCmd = script.shell === 'cmd'
    this.#script = script
  }

  /** The next non-empty command, null at the end. */
  next(): WindowsCommand | null {
    const words: Extract<Token, { kind: 'word' }>[] = []
    let line = this.#line
    let depth = this.#depth
    while (this.#at < this.#text.length || words.length > 0) {
      const token =
        this.#at < this.#text.length ? this.#token(words.length === 0) : ({ kind: 'end', isPipe: false } as const)
      if (token === null) continue
      if (token.kind === 'word') {
        if (words.length === 0) [line, depth] = [this.#line, this.#depth]
        words.push(token)
        continue
      }
      const isPiped = this.#isPiped
      this.#isPiped = token.kind === 'end' && token.isPipe
      if (token.kind === 'open') this.#depth += 1
      if (token.kind === 'close') this.#depth = Math.max(0, this.#depth - 1)
      if (words.length > 0) return { line, words, depth, isPiped }
    }
    return null
  }

  #token(isFirst: boolean): Token | null {
    const sign = this.#text[this.#at] ?? ''
    const two = this.#text.slice(this.#at, this.#at + 2)
    if (two === (this.#isCmd ? '^\n' : '`\n')) return this.#skip(2, 1)
    if (sign === '\n') return this.#skip(1, 1) ?? { kind: 'end', isPipe: false }
    if (sign === ' ' || sign === '\t') return this.#skip(1)
    if (this.#isComment(isFirst)) return this.#skip(this.#text.slice(this.#at).search(/\n|$/))
    if (two === '<#' && !this.#isCmd) return this.#comment()
    if (two === '&&' || two === '||') return this.#skip(2) ?? { kind: 'end', isPipe: false }
    if (sign === '|' || sign === ';' || (sign === '&' && (this.#isCmd || !isFirst))) {
      return this.#skip(1) ?? { kind: 'end', isPipe: sign === '|' }
    }
    if (sign === '{' || sign === '(') return this.#skip(1) ?? { kind: 'open' }
    if (sign === '}' || sign === ')') return this.#skip(1) ?? { kind: 'close' }
    return this.#word()
  }

  #skip(length: number, lines = 0): null {
    this.#at += length
    this.#line += lines
    return null
  }

  #isComment(isFirst: boolean): boolean {
    if (!this.#isCmd) return this.#text[this.#at] === '#'
    return isFirst && /^@?(?:rem\b|::)/i.test(this.#text.slice(this.#at, this.#at + 6))
  }

  #comment(): null {
    const end = this.#text.indexOf('#>', this.#at)
    const length = (end < 0 ? this.#text.length : end + 2) - this.#at
    return this.#skip(length, this.#text.slice(this.#at, this.#at + length).split('\n').length - 1)
  }

  #word(): Token {
    const parts: string[] = []
    let isQuoted = false
    let isFirm = false
    while (this.#at < this.#text.length) {
      const sign = this.#text[this.#at] ?? ''
      if (/[\s;|{}()]/.test(sign) || (sign === '&' && parts.length > 0)) break
      if (sign === '"' || (sign === "'" && !this.#isCmd)) {
        isQuoted ||= parts.length === 0
        isFirm = true
        parts.push(this.#quoted(sign))
        continue
      }
      const unknown = this.#match(/\0\d+\0/y)?.[0] ?? this.#variable()
      if (unknown !== null) {
        parts.push(unknown)
        continue
      }
      if (sign === (this.#isCmd ? '^' : '`')) this.#at += 1
      isFirm = true
      parts.push(this.#text[this.#at] ?? '')
      this.#at += 1
    }
    const text = parts.join('')
    const isElastic = /^@\w+$/.test(text) || (!isFirm && /^(?:\0\d+\0)+$/.test(text))
    return { kind: 'word', field: { text, isElastic }, isQuoted }
  }

  #quoted(quote: string): string {
    const parts: string[] = []
    this.#at += 1
    while (this.#at < this.#text.length && this.#text[this.#at] !== quote) {
      const variable = quote === '"' ? this.#variable() : null
      if (variable !== null) {
        parts.push(variable)
        continue
      }
      const sign = this.#text[this.#at] ?? ''
      if (sign === '`' && quote === '"' && !this.#isCmd) this.#at += 1
      if (this.#text[this.#at] === '\n') this.#line += 1
      parts.push(this.#text[this.#at] ?? '')
      this.#at += 1
    }
    this.#at += 1
    return parts.join('')
  }

  /** Expands the variable at the cursor; null: there is none. */
  #variable(): string | null {
    const pattern = this.#isCmd ? /%(?:%\w+|(\w+)%)/y : /\$(?:\{?(env:)?(\w+)\}?|\((?:[^()\n]|\([^()\n]*\))*\))/iy
    const match = this.#match(pattern)
    if (match === null) return null
    // The target of an assignment is not expanded.
    const isTarget = !this.#isCmd && /^\s*\+?=(?!=)/.test(this.#text.slice(this.#at, this.#at + 9))
    const name = this.#isCmd ? match[1] : match[2]
    if (isTarget || name === undefined) return this.#script.reader.marks.add(match[0])
    const isOwn = !this.#isCmd && match[1] === undefined
    const text = isOwn ? this.#script.locals.get(name.toLowerCase()) : this.#environment(name)
    return text !== undefined && this.#script.reader.budget.spend(text.length)
      ? text
      : this.#script.reader.marks.add(match[0])
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    const match = matchAt(pattern, this.#text, this.#at)
    if (match !== null) this.#at = pattern.lastIndex
    return match
  }

  #environment(name: string): string | undefined {
    const found = name === 'GITHUB_ENV' ? null : this.#script.reader.variables.find(this.#script.state, name)
    return found?.kind === 'text' ? found.text : undefined
  }
}
