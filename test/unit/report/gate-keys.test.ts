import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { imagesJsonSchema } from '../../../src/enrollment/json-schema.js'
import { overrideSchema } from '../../../src/enrollment/overrides.js'
import { SETTING_WORDS } from '../../../src/report/effect.js'
import { ENTRY_DECISIONS, SETTINGS_DECISIONS } from '../../../src/report/gates/decisions.js'
import { reportShape } from '../../../src/report/model.js'

interface Schema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

const root = imagesJsonSchema() as unknown as Schema & { readonly definitions: Readonly<Record<string, Schema>> }

/** Every key below a schema that holds a value or a list; a map of fixed keys is its keys. */
function keysOf(schema: Schema, path = ''): string[] {
  const { $ref, properties, additionalProperties: others, items, anyOf = [], oneOf = [] } = schema
  if ($ref !== undefined) return keysOf(root.definitions[$ref.replace('#/definitions/', '')] ?? {}, path)
  const named = Object.entries(properties ?? {}).flatMap(([key, below]) =>
    keysOf(below, path === '' ? key : `${path}.${key}`),
  )
  const any = typeof others === 'object' ? keysOf(others, `${path}.*`) : []
  const list = items === undefined ? [] : keysOf(items, `${path}[]`)
  const forms = [...anyOf, ...oneOf].flatMap((form) => keysOf(form, path))
  const isMap = named.length > 0 || any.length > 0
  const own = path === '' || path.endsWith('[]') || isMap ? [] : [path]
  return [...new Set([...own, ...named, ...any, ...list, ...forms])]
}

/** Everything wrong with the decisions for these keys. */
function faultsOf(keys: readonly string[], decisions: typeof ENTRY_DECISIONS): string[] {
  const reads = Object.entries(decisions).flatMap(([key, decision]) =>
    'readAs' in decision ? [[key, decision.readAs] as const] : [],
  )
  return [
    ...keys.filter((key) => !Object.hasOwn(decisions, key)).map((key) => `${key}: no decision`),
    ...Object.keys(decisions)
      .filter((key) => !keys.includes(key))
      .map((key) => `${key}: not in the schema`),
    ...reads
      .filter(([, key]) => 'readAs' in (decisions[key] ?? { readAs: '' }))
      .map(([key]) => `${key}: read as a key without a decision`),
  ]
}

const ENTRY_KEYS = keysOf({ $ref: '#/definitions/entry' }).filter((key) => !key.startsWith('enrollment'))
const SETTINGS_KEYS = keysOf(root.properties?.settings ?? {})

describe('every setting', () => {
  it('has words that say what it decides', () => {
    const words = Object.keys(SETTING_WORDS)
    const isTold = (key: string) =>
      words.some((word) => key === word || key.startsWith(`${word}.`) || key.startsWith(`${word}[`))
    expect(SETTINGS_KEYS.filter((key) => key !== 'analysis' && !isTold(key))).toEqual([])
    expect(words.filter((word) => !SETTINGS_KEYS.some((key) => key === word || key.startsWith(word)))).toEqual([])
  })
})

describe('every key of images.yaml and overrides.yaml', () => {
  it.each([
    ['an entry', ENTRY_KEYS, ENTRY_DECISIONS],
    ['settings', SETTINGS_KEYS, SETTINGS_DECISIONS],
  ])('of %s is decided about', (_, keys, decisions) => {
    expect(keys.length).toBeGreaterThan(3)
    expect(faultsOf(keys, decisions)).toEqual([])
  })

  it('of an override is shown', () => {
    const { items } = z.toJSONSchema(reportShape.overrides) as Schema
    expect(Object.keys(items?.properties ?? {})).toEqual(expect.arrayContaining(Object.keys(overrideSchema.shape)))
  })

  it('is found wherever it stands', () => {
    expect(ENTRY_KEYS).toEqual(expect.arrayContaining(['analysis', 'analysis.content.severity', 'source.inputs.*']))
    expect(ENTRY_KEYS).toEqual(expect.arrayContaining(['environments', 'environments[].updates[].key', 'quarantine']))
    expect(SETTINGS_KEYS).toEqual(expect.arrayContaining(['secrets.github', 'webhookReceivers[].secret']))
    const inDefaults = keysOf({ $ref: '#/definitions/defaults' }).filter((key) => !key.startsWith('enrollment'))
    expect(inDefaults.filter((key) => !ENTRY_KEYS.includes(key))).toEqual([])
  })

  it('fails without a decision: a key that is added, at the top and inside of a list', () => {
    const schema = z.toJSONSchema(
      z.object({ known: z.string(), added: z.string(), list: z.array(z.object({ inside: z.boolean() })) }),
    ) as Schema
    const decisions = {
      known: { harmless: 'x' },
      list: { harmless: 'x' },
      gone: { readAs: 'known' },
      bad: { readAs: 'none' },
    }
    expect(faultsOf(keysOf(schema), decisions)).toEqual([
      'added: no decision',
      'list[].inside: no decision',
      'gone: not in the schema',
      'bad: not in the schema',
      'bad: read as a key without a decision',
    ])
  })
})
