import { load, type Schema, type State } from 'js-yaml'
import { Lexer } from 'yaml'
import { isDataMap, type Path, type Position } from './data.js'
import { lineStartsOf, positionIn } from './nodes.js'

/** A node as js-yaml reads it: where it begins, and the nodes composed while reading it. */
interface Composed {
  readonly start: number
  readonly inside: Composed[]
  result: unknown
}

/**
 * Positions of map keys and list items in a text that js-yaml can read, five times as fast as the library `yaml`.
 *
 * @returns undefined where only that library knows the position: js-yaml composes nothing for an omitted value.
 */
export function placesIn(text: string, schema: Schema): (path: Path) => Position | undefined {
  const root: Composed = { start: 0, inside: [], result: null }
  const open = [root]
  load(text, {
    schema,
    listener: (event, state: State) => {
      if (event === 'close') {
        const closed = open.pop()
        if (closed !== undefined) closed.result = state.result
        return
      }
      const node: Composed = { start: state.position, inside: [], result: null }
      open.at(-1)?.inside.push(node)
      open.push(node)
    },
  })
  const [document] = root.inside
  const starts = lineStartsOf(text)
  return (path) => {
    const offset = document === undefined ? undefined : offsetOf(document, path)
    return offset === undefined ? undefined : positionIn(starts, offset)
  }
}

function offsetOf(document: Composed, path: Path): number | undefined {
  let [node, start]: [Composed | undefined, number | undefined] = [document, undefined]
  for (const step of path) {
    const { inside: parts, result: data } = withoutTry(node)
    if (Array.isArray(data) && parts.length === data.length) {
      node = parts[Number(step)]
      start = node?.start
    } else if (isMapOf(data, parts)) {
      const at = parts.findIndex(({ result }, index) => index % 2 === 0 && result === String(step))
      start = parts[at]?.start
      node = at === -1 ? undefined : parts[at + 1]
    } else return undefined
  }
  return start
}

/** Skips js-yaml's attempt to read a map key that turned out to be a plain value. */
function withoutTry(node: Composed | undefined): Pick<Composed, 'inside' | 'result'> {
  const [only, ...others] = node?.inside ?? []
  const isTry = only !== undefined && others.length === 0 && only.result === node?.result
  return isTry ? withoutTry(only) : (node ?? { inside: [], result: null })
}

/** Only with exactly one key and one value per entry is each at its expected index. */
function isMapOf(data: unknown, parts: readonly Composed[]): boolean {
  const isMap = typeof data === 'object' && data !== null && isDataMap(data as never)
  return isMap && parts.length === 2 * Object.keys(data).length
}

/** A comment, including its `#`. */
export interface Comment extends Position {
  readonly text: string
  /** Whether it is alone on its line. */
  readonly isAlone: boolean
}

/** The library's token before a scalar. */
const SCALAR = '\x1f'

/** All comments of a YAML text in order; a `#` inside a value is not one. */
export function commentsOf(text: string): Comment[] {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  const starts = lineStartsOf(body)
  const found: Comment[] = []
  let offset = 0
  let previous = ''
  for (const token of new Lexer().lex(body)) {
    if (token.startsWith('#') && previous !== SCALAR) {
      const { line, column } = positionIn(starts, offset)
      const before = body.slice(starts[line - 1], offset)
      found.push({ text: token.trimEnd(), line, column, isAlone: before.trim() === '' })
    }
    // The library's own marks between tokens are not part of the text.
    if (!MARKS.has(token)) offset += token.length
    previous = token
  }
  return found
}

const MARKS: ReadonlySet<string> = new Set(['\x02', '\x18', SCALAR])
