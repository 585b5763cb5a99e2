import { Lines } from './lines.js'
import type { Data, Path, PlacedData, YamlOptions } from './model.js'
import { DECLINED, Scanner } from './scanner.js'

/** Deeper than people write, far from where the library's recursion ends. */
const MAX_DEPTH = 32

const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

/**
 * Reads the YAML that people and state files mostly consist of, about ten times as fast as the library: block maps and
 * lists, scalars and flow collections on one line, comments. It knows no mistakes: at one, and at everything else
 * (anchors, tags, block scalars, tabs, text over several lines …), it declines, and the library is to be asked.
 *
 * @param text the file's text, without a byte order mark.
 * @returns exactly what the library's reading of the text gives, which then has no problems; or null.
 */
export function readPlain(text: string, options: Pick<YamlOptions, 'numbers' | 'depth'>): PlacedData | null {
  try {
    return new PlainReader(text, options).read()
  } catch (error) {
    if (error === DECLINED) return null
    throw error
  }
}

type DataMap = Record<string, Data>

/** One reading of one text. */
class PlainReader {
  readonly #text: string
  readonly #scanner: Scanner
  readonly #depth: number
  /** Offsets of what is in each list, and of each key and its value in turn in each map. */
  readonly #places = new Map<Data, readonly number[]>()

  constructor(text: string, options: Pick<YamlOptions, 'numbers' | 'depth'>) {
    this.#text = text
    this.#scanner = new Scanner(text, options.numbers)
    this.#depth = Math.min(options.depth, MAX_DEPTH)
  }

  read(): PlacedData {
    if (this.#scanner.indent < 0) throw DECLINED
    const root = this.#scanner.offset
    const data = this.#block(0)
    // A line that belongs to no block: each block ended before it, the outermost too.
    if (this.#scanner.indent >= 0) throw DECLINED
    const lines = new Lines(this.#text)
    const look = (which: 'key' | 'value') => (path: Path) => {
      const offset = this.#find({ data, offset: root }, path, which)
      return offset === null ? null : lines.at(offset)
    }
    return { data, position: look('key'), valuePosition: look('value'), tagged: [] }
  }

  /** Reads the list or map that begins here, in the first line's column. */
  #block(depth: number): Data {
    const { indent } = this.#scanner
    return this.#scanner.isListItem() ? this.#list(indent, depth) : this.#map(indent, depth)
  }

  #map(indent: number, depth: number): Data {
    const scanner = this.#enter(depth)
    const map: DataMap = Object.create(null)
    const places: number[] = []
    this.#places.set(map, places)
    do {
      const at = scanner.offset
      const name = scanner.key('block')
      if (name in map) throw DECLINED
      if (scanner.isLineOver()) {
        const empty = scanner.offset
        scanner.endLine()
        const isInside = scanner.indent > indent || (scanner.indent === indent && scanner.isListItem())
        places.push(at, isInside ? scanner.offset : empty)
        map[name] = isInside ? this.#block(depth + 1) : null
      } else {
        places.push(at, scanner.offset)
        map[name] = this.#endingLine(depth + 1)
      }
    } while (scanner.indent === indent)
    return map
  }

  #list(indent: number, depth: number): Data {
    const scanner = this.#enter(depth)
    const list: Data[] = []
    const places: number[] = []
    this.#places.set(list, places)
    do {
      const dash = scanner.offset
      scanner.offset += 1
      if (scanner.isLineOver()) {
        const empty = scanner.offset
        scanner.endLine()
        const isInside = scanner.indent > indent
        places.push(isInside ? scanner.offset : empty)
        list.push(isInside ? this.#block(depth + 1) : null)
      } else {
        places.push(scanner.offset)
        list.push(this.#item(indent + scanner.offset - dash, depth + 1))
      }
    } while (scanner.indent === indent && scanner.isListItem())
    return list
  }

  /** Reads what stands behind the dash of a list item: a list or map may begin there, in its own column. */
  #item(column: number, depth: number): Data {
    if (this.#scanner.isListItem()) return this.#list(column, depth)
    return this.#scanner.isKey() ? this.#map(column, depth) : this.#endingLine(depth)
  }

  #endingLine(depth: number): Data {
    const data = this.#value('block', depth)
    this.#scanner.endLine()
    return data
  }

  #value(within: 'block' | 'flow', depth: number): Data {
    const code = this.#scanner.code()
    if (code === OPENING_BRACKET) return this.#flowList(depth)
    return code === OPENING_BRACE ? this.#flowMap(depth) : this.#scanner.scalar(within)
  }

  #flowList(depth: number): Data {
    const scanner = this.#enter(depth)
    const list: Data[] = []
    const places: number[] = []
    this.#places.set(list, places)
    for (let isOver = scanner.isOpenedEmpty(CLOSING_BRACKET); !isOver; isOver = scanner.isClosed(CLOSING_BRACKET)) {
      places.push(scanner.offset)
      list.push(this.#value('flow', depth + 1))
    }
    return list
  }

  #flowMap(depth: number): Data {
    const scanner = this.#enter(depth)
    const map: DataMap = Object.create(null)
    const places: number[] = []
    this.#places.set(map, places)
    for (let isOver = scanner.isOpenedEmpty(CLOSING_BRACE); !isOver; isOver = scanner.isClosed(CLOSING_BRACE)) {
      const at = scanner.offset
      const name = scanner.key('flow')
      if (name in map) throw DECLINED
      scanner.skipSpaces()
      places.push(at, scanner.offset)
      map[name] = this.#value('flow', depth + 1)
    }
    return map
  }

  #enter(depth: number): Scanner {
    if (depth >= this.#depth) throw DECLINED
    return this.#scanner
  }

  #find(root: { readonly data: Data; readonly offset: number }, path: Path, which: 'key' | 'value'): number | null {
    let { data, offset: value } = root
    let key = value
    for (const step of path) {
      const places = this.#places.get(data)
      if (places === undefined) return null
      const isList = Array.isArray(data)
      const index = isList ? Number(step) : Object.keys(data as DataMap).indexOf(String(step))
      const keyHere = places[isList ? index : 2 * index]
      const valueHere = places[isList ? index : 2 * index + 1]
      if (keyHere === undefined || valueHere === undefined) return null
      key = keyHere
      value = valueHere
      data = isList ? ((data as readonly Data[])[index] ?? null) : ((data as DataMap)[String(step)] ?? null)
    }
    return which === 'key' ? key : value
  }
}
