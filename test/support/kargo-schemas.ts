/**
 * Holds Kubernetes objects against the schemas of what will read them: Kargo's and Argo Rollouts' CRDs with unknown
 * fields refused, Warehouse subscriptions, and the configuration of each promotion step.
 * The schemas are not part of this repository: the environment variable KARGO_SCHEMAS names their folder.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse, parseAllDocuments } from 'yaml'

/** Folder of the schemas, null where the environment names none: skip with {@link WHY_SKIPPED} in the test's name. */
export const kargoSchemasFolder: string | null = process.env.KARGO_SCHEMAS || null

export const WHY_SKIPPED = kargoSchemasFolder === null ? ' (skipped: KARGO_SCHEMAS names no folder)' : ''

type Data = Record<string, unknown>

/** Objects of a multi-document YAML text. */
export function readObjects(text: string): Data[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]
    return document.toJS() as Data
  })
}

export interface KargoSchemas {
  /** Everything a cluster would refuse or silently drop in this object; empty when it is good. */
  faultsOf(object: Data): string[]
}

/** Reads the schemas of a folder once. */
export function loadKargoSchemas(folder: string): KargoSchemas {
  const kinds = loadKinds(join(folder, 'crds'))
  const steps = loadFolder(join(folder, 'steps'), '-config.json', orExpression)
  const subscriptions = loadFolder(join(folder, 'subscriptions'), '.json', (schema) => schema)
  return {
    faultsOf(object) {
      const kind = kinds.get(`${object.apiVersion} ${object.kind}`)
      if (kind === undefined) return [`no schema for ${object.apiVersion} ${object.kind}`]
      return [
        ...faults('', kind, object),
        ...metadataFaults(object),
        ...subscriptionFaults(object, subscriptions),
        ...promotionPolicyFaults(object),
        ...stepFaults(object, steps),
      ]
    },
  }
}

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false, logger: false })

function faults(where: string, validate: ValidateFunction, data: unknown): string[] {
  if (validate(data)) return []
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${where}${instancePath}: ${message} ${JSON.stringify(params)}`
  })
}

function loadKinds(folder: string): Map<string, ValidateFunction> {
  const kinds = new Map<string, ValidateFunction>(BUILT_IN.map(([key, schema]) => [key, ajv.compile(schema)]))
  for (const file of readdirSync(folder)) {
    const { spec } = parse(readFileSync(join(folder, file), 'utf8')) as {
      spec: { group: string; names: { kind: string }; versions: { name: string; schema: { openAPIV3Schema: Data } }[] }
    }
    for (const { name, schema } of spec.versions)
      kinds.set(`${spec.group}/${name} ${spec.names.kind}`, ajv.compile(closedRoot(schema.openAPIV3Schema)))
  }
  return kinds
}

/** Kinds of Kubernetes itself, as far as we write them. */
const BUILT_IN: readonly (readonly [string, Data])[] = [
  ['v1 Namespace', closedKind({})],
  ['v1 ConfigMap', closedKind({ data: { type: 'object', additionalProperties: { type: 'string' } } })],
  ['v1 ServiceAccount', closedKind({ automountServiceAccountToken: { type: 'boolean' } })],
]

function closedKind(properties: Data): Data {
  const frame = { apiVersion: {}, kind: {}, metadata: {} }
  return { type: 'object', properties: { ...frame, ...properties }, additionalProperties: false }
}

/** `metadata` is Kubernetes' own and has no schema in a CRD. */
function closedRoot(schema: Data): Data {
  const closed = close(schema) as { properties: Data }
  return { ...closed, properties: { ...closed.properties, metadata: {} } }
}

/** Structural schemas: fields that are not named are dropped by the API server, so they are faults here. */
function close(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  const { properties, additionalProperties, items, ...rest } = schema as Data
  const closed: Data = { ...rest }
  for (const key of ['allOf', 'anyOf', 'oneOf']) if (Array.isArray(rest[key])) closed[key] = rest[key]
  if (rest['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] }
  if (rest.nullable === true && typeof rest.type === 'string') closed.type = [rest.type, 'null']
  if (properties !== undefined) closed.properties = mapValues(properties as Data, close)
  if (items !== undefined) closed.items = close(items)
  if (additionalProperties !== undefined) closed.additionalProperties = close(additionalProperties)
  else if (rest.type === 'object' && rest['x-kubernetes-preserve-unknown-fields'] !== true)
    closed.additionalProperties = false
  return closed
}

const STRINGS = { type: 'object', additionalProperties: { type: 'string' } }
const validateMetadata = ajv.compile({
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' },
    namespace: { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
    labels: {
      type: 'object',
      additionalProperties: { type: 'string', maxLength: 63, pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$' },
    },
    annotations: STRINGS,
  },
})

function metadataFaults(object: Data): string[] {
  return faults('/metadata', validateMetadata, object.metadata)
}

/** The CRD leaves subscriptions open: each is one key, and Kargo drops what it does not know below it. */
function subscriptionFaults(object: Data, schemas: Map<string, ValidateFunction>): string[] {
  if (object.kind !== 'Warehouse') return []
  const subscriptions = at(object, 'spec', 'subscriptions')
  if (!Array.isArray(subscriptions)) return ['/spec/subscriptions: missing']
  return subscriptions.flatMap((subscription: Data, index) => {
    const where = `/spec/subscriptions/${index}`
    const [type = '', ...more] = Object.keys(subscription)
    const schema = schemas.get(type)
    if (schema === undefined || more.length > 0) return [`${where}: must have one key, image or git`]
    return faults(`${where}/${type}`, schema, subscription[type])
  })
}

/** The CRD's CEL rule. */
function promotionPolicyFaults(object: Data): string[] {
  if (object.kind !== 'ProjectConfig') return []
  const policies = (at(object, 'spec', 'promotionPolicies') ?? []) as Data[]
  const wrong = policies.filter((policy) => 'stage' in policy === 'stageSelector' in policy)
  return wrong.map(() => '/spec/promotionPolicies: must have exactly one of stage or stageSelector')
}

/** The CRDs' CEL rules, the webhook's rules, and each step's own schema, which Kargo applies only as it runs. */
function stepFaults(object: Data, schemas: Map<string, ValidateFunction>): string[] {
  const path = object.kind === 'Stage' ? ['spec', 'promotionTemplate', 'spec', 'steps'] : ['spec', 'steps']
  if (object.kind !== 'Stage' && object.kind !== 'PromotionTask') return []
  const steps = (at(object, ...path) ?? []) as Data[]
  const aliases = steps.map((step) => step.as).filter((alias) => alias !== undefined)
  const twice = new Set(aliases).size < aliases.length ? [`/${path.join('/')}: an alias is used twice`] : []
  return [
    ...twice,
    ...steps.flatMap((step, index) => oneStepFaults(`/${path.join('/')}/${index}`, step, object, schemas)),
  ]
}

function oneStepFaults(where: string, step: Data, object: Data, schemas: Map<string, ValidateFunction>): string[] {
  const found: string[] = []
  if (/^(step|task)-\d+$/.test(String(step.as))) found.push(`${where}/as: is reserved`)
  if ('uses' in step === 'task' in step) found.push(`${where}: must have exactly one of uses or task`)
  if ('task' in step && object.kind === 'PromotionTask') found.push(`${where}: a task may not use a task`)
  if ('task' in step) {
    const forbidden = ['if', 'config', 'retry', 'continueOnError'].filter((key) => key in step)
    return [...found, ...forbidden.map((key) => `${where}/${key}: not on a step that references a task`)]
  }
  const schema = schemas.get(String(step.uses))
  if (schema === undefined) return [...found, `${where}/uses: no schema for the step ${step.uses}`]
  return [...found, ...faults(`${where}/config`, schema, step.config)]
}

/** A value that holds an expression is evaluated before Kargo looks at its type. */
function orExpression(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(orExpression)
  if (typeof schema !== 'object' || schema === null) return schema
  const { properties, items, definitions, ...rest } = schema as Data
  const relaxed: Data = { ...rest }
  for (const key of ['allOf', 'anyOf', 'oneOf']) if (rest[key] !== undefined) relaxed[key] = orExpression(rest[key])
  if (properties !== undefined) relaxed.properties = mapValues(properties as Data, eitherWay)
  if (items !== undefined) relaxed.items = eitherWay(items)
  if (definitions !== undefined) relaxed.definitions = mapValues(definitions as Data, orExpression)
  return relaxed
}

function eitherWay(schema: unknown): unknown {
  return { if: { type: 'string', pattern: '\\$\\{[{%]' }, else: orExpression(schema) }
}

function loadFolder(
  folder: string,
  suffix: string,
  adapt: (schema: unknown) => unknown,
): Map<string, ValidateFunction> {
  const common = join(folder, 'common.json')
  if (existsSync(common) && ajv.getSchema('common.json') === undefined)
    ajv.addSchema(JSON.parse(readFileSync(common, 'utf8')) as Data, 'common.json')
  const files = readdirSync(folder).filter((file) => file.endsWith(suffix) && file !== 'common.json')
  return new Map(
    files.map((file) => {
      const schema = adapt(JSON.parse(readFileSync(join(folder, file), 'utf8'))) as Data
      return [file.slice(0, -suffix.length), ajv.compile(schema)]
    }),
  )
}

function mapValues(map: Data, change: (value: unknown) => unknown): Data {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]))
}

function at(object: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Data | undefined)?.[key], object)
}
