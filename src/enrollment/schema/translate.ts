import * as z from 'zod'
import { conditional, type JsonSchema } from './conditions.js'

interface Draft {
  [keyword: string]: unknown
}

/**
 * A zod schema as JSON Schema, with what zod cannot say of itself: the patterns behind refinements (`refined` in the
 * metadata), what a wrong text is told, and which numbers an editor's YAML parser may make of a text.
 */
export function translated(schema: z.core.$ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    target: 'draft-07',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => {
      // zod leaves these out where it turns what is written into something else; ours are as written.
      const { examples, default: byDefault } = z.globalRegistry.get(zodSchema) ?? {}
      if (Array.isArray(examples)) jsonSchema.examples = examples
      if (byDefault !== undefined) jsonSchema.default = byDefault as z.core.JSONSchema.JSONSchema['default']
      // An editor would write an empty map where the default is one.
      if (isEmpty(jsonSchema.default)) delete jsonSchema.default
      if (zodSchema._zod.def.type === 'string') describeText(zodSchema, jsonSchema as Draft)
      if (zodSchema._zod.def.type === 'union') joinTypes(jsonSchema as Draft)
    },
  })
  return tidy(json) as JsonSchema
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

/** A choice of types alone is one list of types. */
function joinTypes(json: Draft): void {
  const forms = json.anyOf
  if (!Array.isArray(forms) || !forms.every((form) => Object.keys(form).join() === 'type')) return
  json.type = forms.flatMap(({ type }) => type)
  delete json.anyOf
}

function describeText(schema: z.core.$ZodType, json: Draft): void {
  json.pattern ??= json.refined
  if (json.pattern === undefined) {
    json.type = ['string', 'number']
    return
  }
  json.patternErrorMessage ??= refusal(schema)
  // Where the pattern refuses an empty text, one message for it is enough.
  if (!new RegExp(String(json.pattern), 'u').test('')) delete json.minLength
  const takes = (text: string) => z.safeParse(schema, text).success && new RegExp(String(json.pattern), 'u').test(text)
  if (json.numbers === false || !takes('0')) return
  json.type = ['string', takes('1.5') ? 'number' : 'integer']
  if (!takes('-1')) json.minimum = 0
  if (!takes('17')) {
    Object.assign(json, conditional({ type: 'integer' }, { const: 0, errorMessage: json.patternErrorMessage }, null))
  }
}

/** How many checks of a line refuse the text below. */
const CHECKS_OF_A_LINE = 2

/** What the narrowest check says of a text that no check takes. */
function refusal(schema: z.core.$ZodType): string {
  const { error } = z.safeParse(schema, '\u0000${{')
  const said = error?.issues.map(({ message }) => message) ?? []
  const own = said.slice(CHECKS_OF_A_LINE)
  return (own.length > 0 ? own : said).join(', or ')
}

/** Keywords as a reader looks for them; the others follow in the order of their names. */
const ORDER = [
  '$schema',
  '$id',
  '$ref',
  'title',
  'description',
  'markdownDescription',
  'deprecated',
  'deprecationMessage',
  'type',
  'const',
  'enum',
  'enumDescriptions',
  'markdownEnumDescriptions',
  'pattern',
  'patternErrorMessage',
  'default',
  'examples',
  'items',
  'required',
  'properties',
  'additionalProperties',
  'allOf',
  'anyOf',
  'if',
  'then',
  'else',
]
/** Metadata of ours that is no keyword. */
const OURS = ['refined', 'numbers']
/** Keywords whose value is a map of names, not of keywords. */
const NAMED = ['properties', 'definitions']
/** Keywords whose value is data. */
const DATA = ['default', 'examples', 'const', 'enum', 'enumDescriptions', 'markdownEnumDescriptions', 'defaultSnippets']

/** The same schema with its keywords in order, and every description in Markdown as well. */
export function tidy(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(tidy)
  if (typeof schema !== 'object' || schema === null) return schema
  const keywords = Object.entries(described(schema as JsonSchema)).filter(([keyword]) => !OURS.includes(keyword))
  return Object.fromEntries(keywords.sort(byOrder).map(([keyword, value]) => [keyword, tidied(keyword, value)]))
}

function tidied(keyword: string, value: unknown): unknown {
  if (DATA.includes(keyword)) return value
  if (!NAMED.includes(keyword)) return tidy(value)
  return Object.fromEntries(Object.entries(value as JsonSchema).map(([name, one]) => [name, tidy(one)]))
}

/** Descriptions are written in Markdown; the plain keywords are for editors that show them as they are. */
function described(schema: JsonSchema): JsonSchema {
  const { description, enumDescriptions } = schema
  const plain: Draft = { ...schema }
  if (typeof description === 'string') {
    plain.description = description.replaceAll('`', '')
    plain.markdownDescription ??= description
  }
  if (Array.isArray(enumDescriptions)) {
    plain.enumDescriptions = enumDescriptions.map((one) => String(one).replaceAll('`', ''))
    plain.markdownEnumDescriptions ??= enumDescriptions
  }
  return plain
}

function byOrder([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  const place = (keyword: string) => (ORDER.includes(keyword) ? ORDER.indexOf(keyword) : ORDER.length)
  return place(a) - place(b) || (a < b ? -1 : 1)
}
