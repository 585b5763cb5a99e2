/** The tables of docs/images-yaml.md, out of the JSON Schema of images.yaml. */
import { stringify } from 'yaml'
import type { JsonSchema } from '../src/enrollment/schema/rules.js'
import { table, withParts } from './page-parts.js'

type Properties = Readonly<Record<string, JsonSchema>>

/** Tables by the name in their markers: which keys, and below which path they are named. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  entry: ['entry'],
  source: ['source'],
  build: ['build'],
  tags: ['tags'],
  analysis: ['analysis'],
  check: ['analysis', 'vulnerabilities'],
  environments: ['environments'],
  updates: ['updates'],
  accept: ['accept'],
  backstage: ['backstage'],
  settings: ['settings'],
  secrets: ['settings', 'secrets'],
  stateWorkflow: ['settings', 'stateWorkflow'],
  webhookReceivers: ['settings', 'webhookReceivers'],
  settingsAnalysis: ['settings', 'analysis'],
  dashboard: ['settings', 'dashboard'],
}

/** The page with its tables put in. Throws when a marker is missing. */
export function withTables(page: string, schema: JsonSchema): string {
  const tables = Object.entries(TABLES).map(([name, path]) => [name, keyTable(schema, path)])
  return withParts(page, { ...Object.fromEntries(tables), deprecated: deprecatedTable(schema) })
}

/** One row a key that is not deprecated. */
function keyTable(schema: JsonSchema, path: readonly string[]): string {
  const map = mapAt(schema, path)
  const required = new Set(path.join() === 'source' ? ['repo'] : ((map.required ?? []) as string[]))
  if (path.join() === 'entry') for (const key of ['name', 'registry', 'repository']) required.add(key)
  const keys = Object.entries(propertiesOf(schema, map)).filter(([, key]) => key.deprecated !== true)
  const rows = keys.map(([name, key]) => [
    `\`${name}\``,
    required.has(name) ? 'required' : defaultOf(key),
    meaningOf(key),
    exampleOf(key),
  ])
  return table(['Key', 'Default', 'Meaning', 'Example'], rows)
}

function deprecatedTable(schema: JsonSchema): string {
  const keys = Object.entries(propertiesOf(schema, mapAt(schema, ['entry'])))
  const rows = keys
    .filter(([, key]) => key.deprecated === true)
    .map(([name, key]) => [`\`${name}\``, String(key.markdownDescription)])
  return table(['Key', 'What it is read as'], rows)
}

/** The map of keys at a path: through definitions, lists and the forms of a value. */
function mapAt(schema: JsonSchema, [first = '', ...rest]: readonly string[]): JsonSchema {
  const definitions = schema.definitions as Properties
  let found = definitions[first] ?? (schema.properties as Properties)[first]
  for (const step of rest) found = propertiesOf(schema, mapIn(schema, found))[step]
  return mapIn(schema, found)
}

function mapIn(schema: JsonSchema, part: JsonSchema | undefined): JsonSchema {
  if (part === undefined) throw new Error('the schema has no such key')
  if (part.properties !== undefined) return part
  if (part.items !== undefined) return mapIn(schema, part.items as JsonSchema)
  const forms = (part.anyOf ?? []) as readonly JsonSchema[]
  return mapIn(
    schema,
    forms.find(({ properties }) => properties !== undefined),
  )
}

function propertiesOf(schema: JsonSchema, map: JsonSchema): Properties {
  const definitions = schema.definitions as Properties
  const resolved = Object.entries(map.properties as Properties).map(([name, key]): [string, JsonSchema] => {
    const target = typeof key.$ref === 'string' ? definitions[key.$ref.replace('#/definitions/', '')] : key
    return [name, target ?? key]
  })
  return Object.fromEntries(resolved)
}

function defaultOf({ default: value }: JsonSchema): string {
  if (value === undefined) return ''
  return `\`${typeof value === 'string' ? value : inline(value)}\``
}

/** Its description, with what each choice means. */
function meaningOf({ markdownDescription, markdownEnumDescriptions, enum: choices }: JsonSchema): string {
  const meaning = String(markdownDescription)
  if (!Array.isArray(choices)) return meaning
  const input = (markdownEnumDescriptions ?? []) as readonly string[]
  const each = choices.map((choice, index) => {
    const [first = '', ...rest] = input[index]?.replace(/\.$/, '') ?? ''
    return first === '' ? `\`${choice}\`` : `\`${choice}\`: ${first.toLowerCase()}${rest.join('')}`
  })
  return `${meaning} ${each.join(input.length > 0 ? '; ' : ', ')}.`
}

function exampleOf({ examples }: JsonSchema): string {
  const [first] = (examples ?? []) as readonly unknown[]
  return first === undefined ? '' : `\`${inline(first)}\``
}

/** YAML on one line. */
function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim()
}
