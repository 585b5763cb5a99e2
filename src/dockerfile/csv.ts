import { DockerfileRefusal, quoted } from './refusal.js'

/** The fields of one line of comma-separated values; a field in double quotes may hold commas and doubled quotes. */
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
