import { parseTemplate } from './hcl-parser.js'
import { type Attribute, type Block, type Body, type Expression, HclError, type ObjectItem } from './hcl-tree.js'
import { type JsonMember, type JsonNode, parseJsonTree } from './json-tree.js'

/** What stands below a name in a bake file, everything else at its top is an attribute (buildx, `bake/bake.go`). */
const BLOCK_TYPES: ReadonlySet<string> = new Set(['group', 'target', 'variable', 'function'])

/**
 * Reads a bake file in JSON into the tree that HCL gives (hashicorp/hcl, json/spec.md): blocks may be lists of blocks at
 * each level, every text is a template, a property `//` is a comment.
 *
 * @throws {HclError} where it is no JSON or holds no map.
 */
export function parseBakeJson(text: string): Body {
  const root = parseJsonTree(text)
  if (root.kind !== 'object') throw new HclError('the file holds no map.', 1)
  const blocks = root.members
    .filter(({ key }) => BLOCK_TYPES.has(key))
    .flatMap(({ key, value }) => labelled(value).flatMap((member) => blocksOf(key, member)))
  return { attributes: attributesOf(root.members.filter(({ key }) => !BLOCK_TYPES.has(key))), blocks }
}

function labelled(node: JsonNode): readonly JsonMember[] {
  if (node.kind === 'list') return node.items.flatMap((item) => (item.kind === 'object' ? item.members : []))
  return node.kind === 'object' ? node.members : []
}

function blocksOf(type: string, { key, line, value }: JsonMember): Block[] {
  const bodies = value.kind === 'list' ? value.items : [value]
  return bodies.flatMap((body) =>
    body.kind === 'object'
      ? [{ type, labels: [key], line, body: { attributes: attributesOf(body.members), blocks: [] } }]
      : [],
  )
}

function attributesOf(members: readonly JsonMember[]): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>()
  for (const { key, line, value } of members) {
    if (key !== '//') attributes.set(key, { name: key, line, value: expressionOf(value), written: writtenOf(value) })
  }
  return attributes
}

function expressionOf(node: JsonNode): Expression {
  const { line } = node
  if (node.kind === 'text') return templateOf(node.text, line)
  if (node.kind === 'list') return { kind: 'tuple', line, items: node.items.map(expressionOf) }
  if (node.kind === 'object') return { kind: 'object', line, items: node.members.map(itemOf) }
  // A sign before a number is an operator in HCL.
  if (node.kind === 'number' && node.text.startsWith('-')) {
    return { kind: 'unary', line, sign: '-', value: { kind: 'number', line, text: node.text.slice(1) } }
  }
  if (node.kind === 'number') return { kind: 'number', line, text: node.text }
  return node
}

function itemOf({ key, line, value }: JsonMember): ObjectItem {
  return { key: templateOf(key, line), value: expressionOf(value), written: writtenOf(value) }
}

/** A text that is no template is refused by bake where it is used; elsewhere nobody minds it. */
function templateOf(text: string, line: number): Expression {
  try {
    return parseTemplate(text, line)
  } catch (error) {
    if (!(error instanceof HclError)) throw error
    return { kind: 'variable', line, name: text }
  }
}

function writtenOf(node: JsonNode): string {
  if (node.kind === 'text' || node.kind === 'number') return node.text
  if (node.kind === 'bool') return String(node.is)
  return node.kind === 'null' ? 'null' : node.kind === 'list' ? 'a list' : 'a map'
}
