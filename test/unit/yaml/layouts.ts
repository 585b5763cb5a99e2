import fc from 'fast-check'

/** Data to be laid out: a tree of maps, lists and spelled scalars. */
type Tree = string | readonly Tree[] | TreeMap

interface TreeMap {
  readonly keys: readonly string[]
  readonly values: readonly Tree[]
}

function isList(node: readonly Tree[] | TreeMap): node is readonly Tree[] {
  return Array.isArray(node)
}

const spelling = fc.oneof(
  fc.constantFrom(
    'ghcr.io',
    'acme/app',
    '7d',
    '$(baseImage) is now',
    '^22-slim$',
    'a b  c',
    'x:y',
    'a#b',
    '-1',
    '-x',
    '.5',
  ),
  fc.constantFrom(
    'null',
    '~',
    'Null',
    'true',
    'True',
    'FALSE',
    '1',
    '1.10',
    '1.5',
    '1e3',
    '1e+21',
    '0x1F',
    '0o17',
    '.inf',
  ),
  fc.constantFrom(
    '""',
    "''",
    '"a: b # c"',
    "'it''s'",
    '"\\n\\t\\u00e9\\/"',
    "'#'",
    '"- a"',
    'é',
    '漢字',
    '😀',
    'a\u00a0b',
    'a\u2028b',
  ),
  fc.stringMatching(/^[a-zA-Z0-9_./][a-zA-Z0-9_./@+$()=-]{0,12}$/),
)
/** In a block there is no need to mind brackets and commas. */
const blockSpelling = fc.oneof(spelling, fc.constantFrom('a, b', 'a[0]', 'x{y}', 'a,b', '=', '<<', '.', '...'))
const key = fc.oneof(
  fc
    .stringMatching(/^[a-zA-Z_/][a-zA-Z0-9_./-]{0,10}$/)
    .filter((text) => !/^(?:null|true|false|__proto__)$/i.test(text)),
  fc.constantFrom(
    '"a b"',
    "'c: d'",
    'e f',
    '"g\\"h"',
    'i#j',
    '<<',
    '=',
    'é',
    'constructor',
    'x y',
    '1.10',
    '1e3',
    'n:o',
  ),
)
const empty = fc.constantFrom('', '', '[]', '{}', '[ ]', '{ }')

const flow: fc.Arbitrary<string> = fc.letrec<{ tree: string; list: string; map: string }>((tie) => ({
  tree: fc.oneof({ maxDepth: 2 }, spelling, tie('list'), tie('map')),
  list: fc
    .tuple(fc.array(tie('tree'), { maxLength: 3 }), fc.constantFrom(',', ', ', ' , '))
    .map(([items, comma]) => `[${items.join(comma)}]`),
  map: fc
    .tuple(fc.uniqueArray(key, { maxLength: 3 }), fc.array(tie('tree'), { minLength: 3, maxLength: 3 }))
    .map(([keys, values]) => `{ ${keys.map((name, at) => `${name}: ${values[at]}`).join(', ')}}`),
})).list

const tree = fc.letrec<{ tree: Tree; list: Tree; map: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, fc.oneof(blockSpelling, empty, flow), tie('list'), tie('map')),
  list: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
  map: fc
    .tuple(fc.uniqueArray(key, { minLength: 1, maxLength: 4 }), fc.array(tie('tree'), { minLength: 4, maxLength: 4 }))
    .map(([keys, values]) => ({ keys, values: values.slice(0, keys.length) })),
}))

/** Choices of a layout, used up in turn. */
type Choose = (among: number) => number

function ending(choose: Choose): string {
  const comment = ['', '', '', ' # comment', '   ', '  #', ' # a: b'][choose(7)] ?? ''
  const below = ['', '', '', '', '\n', '\n   ', '\n# comment', '\n      # - deep', '\n\n# c\n'][choose(9)] ?? ''
  return `${comment}${below}\n`
}

function inLine(value: string, choose: Choose): string {
  return value === '' ? ending(choose) : `${' '.repeat(1 + (choose(5) === 0 ? 2 : 0))}${value}${ending(choose)}`
}

/** The lines of a tree whose first line is begun, in column `indent`. */
function lay(node: Tree, indent: number, choose: Choose): string {
  if (typeof node === 'string') return node
  const lines = isList(node) ? layList(node, indent, choose) : layMap(node, indent, choose)
  return lines.join(' '.repeat(indent))
}

function layMap(node: TreeMap, indent: number, choose: Choose): string[] {
  return node.keys.map((name, at) => {
    const value = node.values[at] ?? ''
    if (typeof value === 'string') return `${name}:${inLine(value, choose)}`
    const deeper = indent + (isList(value) ? (choose(3) === 0 ? 0 : 2) : 1 + choose(4))
    return `${name}:${ending(choose)}${' '.repeat(deeper)}${lay(value, deeper, choose)}`
  })
}

function layList(items: readonly Tree[], indent: number, choose: Choose): string[] {
  return items.map((item) => {
    if (typeof item === 'string') return `-${inLine(item, choose)}`
    const deeper = indent + 2 + (choose(4) === 0 ? 1 : 0)
    const onOwnLine = choose(6) === 0
    const lead = onOwnLine ? `${ending(choose)}${' '.repeat(deeper)}` : ' '.repeat(deeper - indent - 1)
    return `-${lead}${lay(item, deeper, choose)}`
  })
}

/** Texts in the plain subset of YAML, in every layout: indentation, comments, empty lines, line ends. */
export const layouts: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(tree.list, tree.map),
    fc.array(fc.nat({ max: 1000 }), { minLength: 20, maxLength: 60 }),
    fc.constantFrom('', '', '# top\n', '---\n', '\n# top\n--- # begins\n', '\n\n'),
    fc.constantFrom('\n', '\n', '\r\n'),
    fc.constantFrom(0, 0, 0, 2),
    fc.boolean(),
  )
  .map(([root, numbers, top, lineEnd, indent, isCut]) => {
    let at = 0
    const choose = (among: number) => {
      at += 1
      return (numbers[at % numbers.length] ?? 0) % among
    }
    const margin = top.includes('---') ? 0 : indent
    const text = `${top}${' '.repeat(margin)}${lay(root, margin, choose)}`
    return (isCut ? text.replace(/\n$/, '') : text).replaceAll('\n', lineEnd)
  })
