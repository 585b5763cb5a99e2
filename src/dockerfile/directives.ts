import { DockerfileRefusal, quoted } from './result.js'
import { lower, trimNewline, trimStart } from './text.js'

export type EscapeCharacter = '\\' | '`'

const DIRECTIVES: ReadonlySet<string> = new Set(['syntax', 'escape', 'check'])
const BYTE_ORDER_MARK = '\ufeff'

export function directiveReader(): { read(line: string, lineNumber: number): void; escapeChar(): EscapeCharacter } {
  const seen = new Set<string>()
  let done = false
  let escapeChar: EscapeCharacter = '\\'
  return {
    escapeChar: () => escapeChar,
    read(line, lineNumber) {
      if (done) return
      const directive = parseDirective(line, '#')
      done = directive === null
      if (directive === null) return
      if (seen.has(directive.name)) {
        throw new DockerfileRefusal(`the parser directive "${directive.name}" may be given only once`, lineNumber)
      }
      seen.add(directive.name)
      if (directive.name === 'escape') escapeChar = escapeCharacter(directive.value, lineNumber)
    },
  }
}

/**
 * The frontend that a file requests (`# syntax=docker/dockerfile:1`); null if none. BuildKit also checks `//` comments
 * and a JSON object, so that files in other formats can name their frontend.
 */
export function detectSyntax(text: string): string | null {
  const body = withoutShebang(withoutByteOrderMark(text))
  return syntaxDirective(body, '#') ?? syntaxDirective(body, '//') ?? jsonSyntax(body)
}

export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
}

function escapeCharacter(value: string, line: number): EscapeCharacter {
  if (value === '\\' || value === '`') return value
  throw new DockerfileRefusal(`the escape directive takes a backslash or a backtick, not ${quoted(value)}`, line)
}

function withoutShebang(text: string): string {
  if (!text.startsWith('#!')) return text
  const end = text.indexOf('\n')
  return end === -1 ? '' : text.slice(end + 1)
}

function syntaxDirective(text: string, comment: string): string | null {
  const seen = new Set<string>()
  let start = 0
  while (start < text.length) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const directive = parseDirective(trimNewline(text.slice(start, end)), comment)
    if (directive === null || seen.has(directive.name)) return null
    if (directive.name === 'syntax') return directive.value.split(' ', 1)[0] ?? directive.value
    seen.add(directive.name)
    start = end + 1
  }
  return null
}

function jsonSyntax(text: string): string | null {
  if (!trimStart(text).startsWith('{')) return null
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || !('syntax' in parsed)) return null
    return typeof parsed.syntax === 'string' ? parsed.syntax : null
  } catch {
    return null
  }
}

function parseDirective(line: string, comment: string): { name: string; value: string } | null {
  if (!line.startsWith(comment)) return null
  const body = trimStart(line.slice(comment.length))
  const assignment = /^([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=/.exec(body)
  if (assignment === null) return null
  const name = lower(assignment[1] ?? '')
  const value = directiveValue(body.slice(assignment[0].length))
  return DIRECTIVES.has(name) && value !== null ? { name, value } : null
}

/**
 * Trims the value; if it is all white space, its last character is the value, so that `# escape= ` is an invalid
 * directive and not a comment.
 */
function directiveValue(text: string): string | null {
  if (text === '') return null
  const isBlank = (at: number) => '\t\n\f\r '.includes(text.charAt(at))
  let end = text.length
  while (end > 0 && isBlank(end - 1)) end -= 1
  if (end === 0) return text.slice(-1)
  let start = 0
  while (isBlank(start)) start += 1
  return text.slice(start, end)
}
