/**
 * YAML 1.2 as data, with the position of every part. Pure. Data, and on demand the positions of keys and items
 * (`places.ts`), come from js-yaml, which is fast; positions of values, errors and anything unusual come from the
 * library `yaml` (`nodes.ts`). `print.ts` prints.
 */
import { FAILSAFE_SCHEMA, load, Type } from 'js-yaml'
import { type Data, isDataMap, type Path, type PlacedData, type YamlOptions } from './data.js'
import { readNodes } from './nodes.js'
import { placesIn } from './places.js'

const DEFAULT_OPTIONS: YamlOptions = { numbers: 'text', bytes: 16 * 1024 * 1024, depth: 64, repeated: 1_000_000 }

/**
 * Reads one YAML 1.2 document as plain data with positions. Every string in it may be hostile: duplicate keys, custom
 * tags, non-string keys, prototype keys, multiple documents, alias bombs and absurd sizes are faults.
 *
 * @param text the file's text; a BOM and CRLF are fine.
 * @returns `placed` is null when the text could not be read; use it only when there are no faults.
 */
export function readData(text: string, given: Partial<YamlOptions> = {}): ReturnType<typeof readNodes> {
  const options = { ...DEFAULT_OPTIONS, ...given }
  if (Buffer.byteLength(text) > options.bytes) {
    const message = `the file is larger than ${options.bytes} bytes.`
    return { placed: null, faults: [{ message, remedy: null, line: null, column: null }] }
  }
  // Editors on Windows write a byte order mark, which the library reads as indentation.
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  const data = readOrdinary(body, options)
  return data === undefined ? readNodes(body, options) : { placed: placedOnDemand(data, body, options), faults: [] }
}

/** Positions cost a second reading of the text, so they are computed only when one is requested. */
function placedOnDemand(data: Data, text: string, options: YamlOptions): PlacedData {
  let nodes: PlacedData | null = null
  const byNodes = () => {
    nodes ??= readNodes(text, options).placed
    return nodes
  }
  let places: ReturnType<typeof placesIn> | null = null
  const position = (path: Path) => {
    places ??= placesIn(text, SCHEMAS[options.numbers])
    return places(path) ?? byNodes()?.position(path) ?? null
  }
  return { data, position, valuePosition: (path: Path) => byNodes()?.valuePosition(path) ?? null, tagged: [] }
}

/** Words of the core schema; numbers are text at first (yaml.org/spec/1.2.2, 10.3.2). The tags are private. */
const NULL = new Type('!image-factory/null', {
  kind: 'scalar',
  resolve: (words: string) => /^(?:~|null|Null|NULL)$/.test(words),
  construct: () => null,
})
const BOOLEAN = new Type('!image-factory/boolean', {
  kind: 'scalar',
  resolve: (words: string) => /^(?:true|True|TRUE|false|False|FALSE)$/.test(words),
  construct: (words: string) => words.toLowerCase() === 'true',
})
const NUMBER = new Type('!image-factory/number', {
  kind: 'scalar',
  resolve: (words: string) => /^-?\d/.test(words) && String(Number(words)) === words,
  construct: Number,
})
const SCHEMAS = {
  text: FAILSAFE_SCHEMA.extend({ implicit: [NULL, BOOLEAN] }),
  lossless: FAILSAFE_SCHEMA.extend({ implicit: [NULL, BOOLEAN, NUMBER] }),
}

/** First character of a plain scalar. */
const FIRST = '(?:[^\\s&*!|>\'"%@`#,[\\]{}?:-]|-[^\\s-])'
const QUOTED = `(?:"(?:[^"\\\\]|\\\\[^uU])*"|'(?:[^']|'')*'(?!'))`
/** One line, plain keys, and nothing that could begin an anchor, alias or tag, except `*` inside a word. */
const FLOW = `[[{](?!.*[\\]}] *:)(?:${QUOTED}|[^"'#&*!?|>%@\`]|(?<=[\\w/.*-])\\*)*[\\]}]`
const PLAIN = `${FIRST}(?:[^:#]|:(?=\\S)|(?<=\\S)#)*`
const VALUE = `(?:${QUOTED}|${FLOW}|${PLAIN})`
const KEY = `(?:${QUOTED} *|${FIRST}[^:#]*):`
/**
 * What both libraries read the same way: no quotes or brackets across lines, no dash alone, and short lines, because a
 * key has at most 1,024 characters.
 */
const ORDINARY_LINE = new RegExp(
  `^(?!.{1000}) *(?:#.*|---|(?:- +)*(?:${KEY}(?: +${VALUE})?|${VALUE})(?: +#.*| *))?\\r?$`,
)
const UNUSUAL_CHARACTER = /[\t\ufeff]|\r(?!\n)|\p{Surrogate}/u

/**
 * Reads the YAML that hand-written and state files mostly consist of with js-yaml: ten times as fast as `yaml`, and
 * less strict. Tests compare the result with the other library's.
 *
 * @returns undefined where `yaml` may read the text differently or it contains an error: then that library decides and
 * reports the position.
 */
export function readOrdinary(text: string, { numbers, depth }: Pick<YamlOptions, 'numbers' | 'depth'>) {
  if (UNUSUAL_CHARACTER.test(text) || !text.split('\n').every((line) => ORDINARY_LINE.test(line))) return undefined
  try {
    return withoutPrototype(load(text, { schema: SCHEMAS[numbers] }) as Data | undefined, depth)
  } catch {
    return undefined
  }
}

/** Includes what a map turns into when used as a key. */
const RESERVED_KEYS = ['__proto__', 'null', '[object Object]']

/** @throws RangeError where only the other library can decide: a null or non-scalar key, or too many levels. */
function withoutPrototype(data: Data | undefined, depth: number): Data {
  if (typeof data !== 'object' || data === null) return data ?? null
  if (depth <= 0) throw new RangeError('nested too deeply')
  if (!isDataMap(data)) return data.map((item) => withoutPrototype(item, depth - 1))
  const map: Record<string, Data> = Object.create(null)
  for (const key of Object.keys(data)) {
    if (RESERVED_KEYS.includes(key)) throw new RangeError('a key that may be null')
    map[key] = withoutPrototype(data[key], depth - 1)
  }
  return map
}
