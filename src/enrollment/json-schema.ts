import { DEFAULT_PROVIDER, forgeOf, OTHER_PROVIDERS, OTHERWISE_NAMED, PROVIDERS } from '../forges/index.js'
import { REBUILD_DEFAULTS } from '../policy/index.js'
import { schemaUrl } from './action-pin.js'
import { entrySchema } from './schema/entry.js'
import { conflicts, type EntryRule, entryRules, type JsonSchema, says, sourceRules, where } from './schema/rules.js'
import { settingsSchema } from './schema/settings.js'
import { SOURCES } from './schema/source.js'
import { describedAs, foreignKeys, nested, quarantine, translated } from './schema/translate.js'

/** The schema names itself by a branch: no commit can name itself. */
const ID = schemaUrl('main')

type Properties = Readonly<Record<string, JsonSchema>>

/**
 * The JSON Schema of images.yaml, for editors: both forms of the file, every key with its description, the required
 * keys, and keys of other tools as deprecated. It matches `parseImagesFile` as far as a JSON Schema can.
 *
 * Draft 7: the YAML language server, which most editors use, supports newer drafts only in part
 * (https://github.com/redhat-developer/yaml-language-server/issues/856). Draft 7 has everything this schema needs.
 */
export function imagesJsonSchema(): JsonSchema {
  const entry = entryProperties()
  const rules = Object.fromEntries(entryRules.map(({ name, entry: rule }) => [name, rule]))
  const settings = translated(settingsSchema)
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: ID,
    title: 'images.yaml of image-factory-action',
    ...describedAs('The container images to keep fresh: a list of images, or a map with the key `images`.'),
    type: ['array', 'object'],
    minItems: 1,
    items: ref('entry'),
    required: ['images'],
    additionalProperties: false,
    properties: {
      settings: { ...settings, type: ['object', 'null'], ...describedAs('Settings of the whole factory.') },
      defaults: ref('defaults'),
      images: { ...describedAs('One entry per image.'), type: 'array', minItems: 1, items: ref('entry') },
    },
    allOf: entryRules.map(ruleForEach),
    definitions: { ...definitions(entry), ...rules },
  }
}

/** The published schema file. */
export function printJsonSchema(): string {
  return `${JSON.stringify(imagesJsonSchema(), null, 2)}\n`
}

const ref = (name: string): JsonSchema => ({ $ref: `#/definitions/${name}` })

/** A rule for the entries of both forms, unless the defaults satisfy it. */
function ruleForEach({ name, unless }: EntryRule): JsonSchema {
  const each = { items: ref(name), ...where({ images: { items: ref(name) } }) }
  const answered = { type: 'object', ...says('defaults'), ...where({ defaults: { type: 'object', ...unless } }) }
  return { if: answered, else: each }
}

/** The keys of an entry; a source is one map for all providers. */
function entryProperties(): Properties {
  const properties = { ...(translated(entrySchema).properties as Properties) }
  const { source: written = {}, minimumReleaseAge = {} } = properties
  properties.source = { ...written, ...anySource() }
  delete (properties.source as { oneOf?: unknown }).oneOf
  properties.quarantine = quarantine({ type: minimumReleaseAge.type, pattern: minimumReleaseAge.pattern })
  return properties
}

function anySource(): JsonSchema {
  const schemas = PROVIDERS.map((provider) => translated(SOURCES[provider]).properties as Properties)
  const any: Properties = Object.assign({}, ...schemas.reverse())
  const { repositoryForm } = forgeOf({ provider: DEFAULT_PROVIDER })
  const forms = [
    `${repositoryForm} of the repository it is built from`,
    ...OTHERWISE_NAMED.map((one) => `${one.repositoryForm} on ${one.name}`),
  ]
  const repo = {
    ...any.repo,
    ...describedAs(`${forms.join('; ')}.`),
    examples: ['acme/web', 'acme/platform/web'],
  }
  // Its pattern depends on the provider, and is one of the rules.
  for (const keyword of ['pattern', 'patternErrorMessage']) delete (repo as Record<string, unknown>)[keyword]
  const provider = { type: 'string', enum: PROVIDERS, default: DEFAULT_PROVIDER }
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      provider: { ...describedAs('Where the repository is.'), ...provider, examples: OTHER_PROVIDERS },
      repo,
      ...Object.fromEntries(sourceKeys().map((key) => [key, any[key]])),
    },
    allOf: sourceRules,
  }
}

/** The keys after `repo`: `inputs` belong to the build file and follow its key. */
function sourceKeys(): string[] {
  const keys = new Set(PROVIDERS.flatMap((provider) => Object.keys(SOURCES[provider].shape)))
  for (const key of ['provider', 'repo', 'inputs']) keys.delete(key)
  return [...keys, 'inputs']
}

/** One definition per key: entry, defaults and `enrollment` share most of them. */
function definitions(entry: Properties): Properties {
  const refs = (keys: Properties) => Object.fromEntries(Object.keys(keys).map((key) => [key, ref(key)]))
  const map = (properties: Properties) => ({
    type: 'object',
    additionalProperties: false,
    properties: refs(properties),
  })
  const { name: _, accept: __, ...defaults } = entry
  const { namespace = {}, dockerfile = {} } = foreignKeys
  const inside = { ...entry, ...foreignKeys }
  return {
    entry: {
      ...map({ ...inside, enrollment: {} }),
      ...describedAs('An image to keep fresh.'),
      allOf: conflicts,
      defaultSnippets: SNIPPETS,
    },
    defaults: {
      ...map({ ...defaults, namespace, dockerfile, enrollment: {} }),
      type: ['object', 'null'],
      ...describedAs('Merged into every entry, map by map and key by key; the values of an entry win.'),
    },
    ...entry,
    ...foreignKeys,
    enrollment: nested({ ...map(inside), allOf: conflicts }),
  }
}

const SNIPPETS = [
  {
    label: 'image built on GitHub',
    description: 'An image that its own GitHub workflow builds and publishes',
    body: {
      name: '${1:web}',
      registry: '${2:ghcr.io}',
      repository: '${3:acme/web}',
      source: { repo: '${4:acme/web}', dockerfile: '${5:Dockerfile}', workflow: '${6:build.yml}' },
      rebuildDelay: `\${7:${REBUILD_DEFAULTS.rebuildDelay}}`,
    },
  },
  {
    label: 'image built on GitLab',
    description: 'An image that a pipeline on GitLab builds and publishes',
    body: {
      name: '${1:web}',
      registry: '${2:registry.gitlab.com}',
      repository: '${3:acme/web}',
      source: { provider: 'gitlab', repo: '${4:acme/web}', dockerfile: '${5:Dockerfile}' },
      rebuildDelay: `\${6:${REBUILD_DEFAULTS.rebuildDelay}}`,
    },
  },
  {
    label: 'external image',
    description: 'An external image that is only watched and scanned',
    body: { name: '${1:postgres}', repoURL: '${2:docker.io/library/postgres}', tags: { constraint: '${3:^17.0.0}' } },
  },
]
