import { type Data, type DataMap, isDataMap } from './data.js'

/** How two kinds of generated files differ. */
export interface BlockStyle {
  /** Extra indentation of a list below its key. */
  readonly listIndent: '' | '  '
  readonly key: (text: string) => string
  /** A scalar as printed after its key or dash; with several lines, all but the first are indented. */
  readonly scalar: (value: string | number | boolean | null) => string | readonly string[]
}

/**
 * A map as lines of block YAML, keys in the given order. Hand-written because thousands of files are printed: the
 * library takes ten times as long, mostly building nodes. Tests compare the output with the library's.
 */
export function blockLines(map: DataMap, style: BlockStyle): string[] {
  const lines: string[] = []
  printMap(lines, map, { style, indent: '' })
  return lines
}

interface Place {
  readonly style: BlockStyle
  readonly indent: string
}

/** @param start printed before the first key instead of the indentation: the dash of a list item. */
function printMap(lines: string[], map: DataMap, place: Place, start = place.indent): void {
  let before = start
  for (const key of Object.keys(map)) {
    printEntry(lines, `${before}${place.style.key(key)}:`, map[key] ?? null, place)
    before = place.indent
  }
}

function printEntry(lines: string[], start: string, value: Data, { style, indent }: Place): void {
  if (typeof value !== 'object' || value === null) printScalar(lines, start, style.scalar(value), `${indent}  `)
  else if (isEmpty(value)) lines.push(`${start} ${isDataMap(value) ? '{}' : '[]'}`)
  else {
    lines.push(start)
    if (isDataMap(value)) printMap(lines, value, { style, indent: `${indent}  ` })
    else printList(lines, value, { style, indent: `${indent}${style.listIndent}` })
  }
}

function printList(lines: string[], list: readonly Data[], { style, indent }: Place): void {
  const inner = { style, indent: `${indent}  ` }
  for (const item of list) {
    if (isDataMap(item) && !isEmpty(item)) printMap(lines, item, inner, `${indent}- `)
    else printEntry(lines, `${indent}-`, item, inner)
  }
}

function printScalar(lines: string[], start: string, text: string | readonly string[], indent: string): void {
  if (typeof text === 'string') {
    lines.push(`${start} ${text}`)
    return
  }
  const [first, ...others] = text
  lines.push(`${start} ${first}`, ...others.map((line) => `${indent}${line}`))
}

function isEmpty(value: readonly Data[] | DataMap): boolean {
  return Object.keys(value).length === 0
}
