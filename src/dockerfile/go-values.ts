import { DockerfileRefusal, quoted } from './result.js'

/** Parsers of values as in Go's standard library (and so BuildKit); each returns whether Go would accept the value. */

const MAX_UINT32 = 2 ** 32 - 1
const MAX_INT32 = 2 ** 31 - 1
const SIZE = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?) ?(?:b|[kmgtp](?:i?b)?)?$/i

/** `true`, `1`, `F` and so on; not mixed case such as `tRUE`. */
export function isGoBoolean(text: string): boolean {
  return /^(?:[01tTfF]|true|TRUE|True|false|FALSE|False)$/.test(text)
}

/** An unsigned 32-bit integer in octal or decimal digits. */
export function isUint32(text: string, radix: 8 | 10): boolean {
  return (radix === 8 ? /^[0-7]+$/ : /^\d+$/).test(text) && Number.parseInt(text, radix) <= MAX_UINT32
}

/** A 32-bit integer with or without a sign. */
export function isInt32(text: string): boolean {
  const value = Number(text)
  return /^[+-]?\d+$/.test(text) && value <= MAX_INT32 && value >= -MAX_INT32 - 1
}

/** A 64-bit integer with or without a sign. */
export function isInt64(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''))
}

/** A memory size: `512m`, `1.5 GiB`, `1e3`. */
export function isMemorySize(text: string): boolean {
  const size = SIZE.exec(text)
  if (size === null) return false
  const value = Number(size[1])
  return value >= 0 && value !== Number.POSITIVE_INFINITY
}

/** The fields of one line of CSV; a field in double quotes may contain commas and doubled quotes. */
export function splitCsv(text: string, line: number): string[] {
  const source = text.replace(/\r?\n$/, '')
  const refuse = (reason: string): never => {
    throw new DockerfileRefusal(`${quoted(text)} is not a list of key=value pairs: ${reason}`, line)
  }
  if (source === '') refuse('it is empty')
  const fields: string[] = []
  let at = 0
  for (;;) {
    const field = source[at] === '"' ? quotedField(source, at) : plainField(source, at)
    if (field === null) return refuse('a double quote is in the wrong place; quote the whole field')
    fields.push(field.text)
    if (field.end >= source.length) return fields
    at = field.end + 1
  }
}

function plainField(source: string, start: number): { text: string; end: number } | null {
  const comma = source.indexOf(',', start)
  const end = comma === -1 ? source.length : comma
  const text = source.slice(start, end)
  return text.includes('"') ? null : { text, end }
}

function quotedField(source: string, start: number): { text: string; end: number } | null {
  let text = ''
  let at = start + 1
  for (;;) {
    const quote = source.indexOf('"', at)
    if (quote === -1) return null
    text += source.slice(at, quote)
    at = quote + 1
    if (source[at] !== '"') break
    text += '"'
    at += 1
  }
  return at === source.length || source[at] === ',' ? { text, end: at } : null
}
