/** Rules across keys, required and forbidden ones, as JSON Schema. */
import { DEFAULT_PROVIDER, forgeOf, PROVIDERS, type Provider, repositoryRule } from '../../forges/index.js'
import { KARGO_REPO_URL, MAX_CONSTRAINT_LENGTH, SEMVER_CONSTRAINT, TAG } from '../grammar.js'
import { forgesWith, providersWith, SOURCES } from './source.js'
import { WATCHED_REGISTRY_PATTERN, WATCHED_REPOSITORY_PATTERN } from './values.js'

/** A JSON Schema, or a part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** Schemas for when a condition holds and when it does not; null: no constraint. */
export function conditional(condition: JsonSchema, holds: JsonSchema | null, fails: JsonSchema | null): JsonSchema {
  const branches: readonly (readonly [string, JsonSchema | null])[] = [
    ['if', condition],
    ['then', holds],
    ['else', fails],
  ]
  return Object.fromEntries(branches.filter(([, schema]) => schema !== null))
}

/** A map with all these keys. */
export function says(...keys: readonly string[]): JsonSchema {
  return { required: keys }
}

/** A map whose keys hold these values. */
export function holding(values: Readonly<Record<string, unknown>>): JsonSchema {
  const properties = Object.entries(values).map(([key, value]) => [key, { const: value }])
  return { required: Object.keys(values), properties: Object.fromEntries(properties) }
}

/** A map in which these keys match the schemas if present. */
export function where(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { properties }
}

/** A map without these keys; editors show the message at each one present. */
export function without(keys: readonly string[], errorMessage: string): JsonSchema {
  return { properties: Object.fromEntries(keys.map((key) => [key, { not: {}, errorMessage }])) }
}

export function anyOf(...schemas: readonly JsonSchema[]): JsonSchema {
  const [only] = schemas
  return schemas.length === 1 && only !== undefined ? only : { anyOf: schemas }
}

export function not(schema: JsonSchema): JsonSchema {
  return { not: schema }
}

/** A condition on an entry or on its `enrollment`. */
const inEither = (condition: JsonSchema): JsonSchema =>
  anyOf(condition, { ...says('enrollment'), ...where({ enrollment: condition }) })

const hasKey = (key: string): JsonSchema => inEither(says(key))
const isOff = inEither(holding({ enabled: false }))

const both = (what: string) => `${what}: keep one of them`

export const conflicts: readonly JsonSchema[] = [
  conditional(says('repoURL'), without(['registry', 'repository'], both('repoURL is registry and repository')), null),
  conditional(
    { ...says('environments'), ...where({ environments: { minItems: 1 } }) },
    where({ updates: { not: { minItems: 1 }, errorMessage: both('updates are one environment') } }),
    null,
  ),
  conditional(
    says('dockerfile'),
    where({ source: without(['dockerfile'], both('dockerfile is set both in the entry and in its source')) }),
    null,
  ),
]

/** The keys that a source may have at its provider, and the form of its repository. */
function onProvider(provider: Provider): JsonSchema {
  const forge = forgeOf({ provider })
  const known = PROVIDERS.flatMap((one) => Object.keys(SOURCES[one].shape))
  const foreign = [...new Set(known)].filter((key) => !providersWith(key).includes(provider))
  const refused = (key: string) => ({ not: {}, errorMessage: `this is a key of a source on ${forgesWith(key)}` })
  return {
    allOf: [
      where(Object.fromEntries(foreign.map((key) => [key, refused(key)]))),
      where({ repo: { pattern: forge.repository.source, patternErrorMessage: repositoryRule(forge) } }),
    ],
  }
}

/** Rules for every source that names its provider. */
export const sourceRules: readonly JsonSchema[] = PROVIDERS.map((provider) =>
  conditional(holding({ provider }), onProvider(provider), null),
)

/** A rule for each entry, and defaults that can satisfy it. */
export interface EntryRule {
  readonly name: string
  /** Defaults that leave the rule undecided: the schema cannot see the merged entry. */
  readonly unless: JsonSchema
  readonly entry: JsonSchema
}

/** A required key of an entry, in itself or in its `enrollment`. */
function needs(key: string): JsonSchema {
  const nested = anyOf(says(key), where({ enrollment: says(key) }))
  return conditional(says('enrollment'), nested, says(key))
}

function needsUnless(key: string, ...excuses: readonly JsonSchema[]): JsonSchema {
  return conditional(anyOf(isOff, ...excuses), null, needs(key))
}

const isOffByDefault = holding({ enabled: false })

const wholeName: JsonSchema = { allOf: [hasKey('full_name'), not(hasKey('repository')), not(hasKey('image'))] }

const published: readonly EntryRule[] = [
  { name: 'needsName', unless: { not: {} }, entry: needs('name') },
  {
    name: 'needsRegistry',
    unless: anyOf(says('registry'), says('repoURL'), isOffByDefault),
    entry: needsUnless('registry', hasKey('repoURL'), wholeName),
  },
  {
    name: 'needsRepository',
    unless: anyOf(says('repository'), says('repoURL'), isOffByDefault),
    entry: needsUnless('repository', hasKey('repoURL'), hasKey('image'), hasKey('full_name')),
  },
  {
    name: 'canBeWatched',
    unless: isOffByDefault,
    entry: conditional(isOff, null, inBoth(watched())),
  },
]

function watched(): JsonSchema {
  const patternErrorMessage = 'cannot be watched: Kargo accepts no doubled separators like "--"'
  const text = (pattern: string) => ({ pattern, patternErrorMessage })
  const repository = text(WATCHED_REPOSITORY_PATTERN)
  return where({
    registry: text(WATCHED_REGISTRY_PATTERN),
    repository,
    image: repository,
    namespace: repository,
    repoURL: text(KARGO_REPO_URL.source),
    full_name: text(KARGO_REPO_URL.source),
  })
}

/** A schema for both the entry and its `enrollment`. */
function inBoth(schema: JsonSchema): JsonSchema {
  return { allOf: [schema, where({ enrollment: schema })] }
}

const sources: readonly EntryRule[] = [
  {
    name: 'sourceNeedsRepo',
    unless: { ...says('source'), ...where({ source: says('repo') }) },
    // An entry of another tool with only `dockerfile` is built in the repository that holds the file.
    entry: conditional(hasKey('dockerfile'), null, inBoth(where({ source: says('repo') }))),
  },
  {
    name: 'sourceIsOnGitHub',
    unless: { ...says('source'), ...where({ source: says('provider') }) },
    entry: inBoth(where({ source: conditional(says('provider'), null, onProvider(DEFAULT_PROVIDER)) })),
  },
]

/** The effective strategy: `imageSelectionStrategy`, else that of `tags`. */
function strategyIs(strategy: string): JsonSchema {
  const ofTags = { ...says('tags'), ...where({ tags: holding({ strategy }) }) }
  return anyOf(holding({ imageSelectionStrategy: strategy }), { allOf: [not(says('imageSelectionStrategy')), ofTags] })
}

const strategySaid = anyOf(says('imageSelectionStrategy'), { ...says('tags'), ...where({ tags: says('strategy') }) })

const constraint = (schema: JsonSchema): JsonSchema => where({ tags: where({ constraint: { minimum: 0, ...schema } }) })

const tags: readonly EntryRule[] = [
  {
    name: 'tagsFitTheirStrategy',
    unless: anyOf(says('tags'), says('imageSelectionStrategy')),
    entry: conditional(says('enrollment'), null, {
      allOf: [
        conditional(
          strategyIs('Digest'),
          {
            ...says('tags'),
            ...where({
              tags: {
                ...says('constraint'),
                ...where({
                  constraint: { minimum: 0, pattern: TAG.source, patternErrorMessage: 'must be a tag, like latest' },
                }),
              },
            }),
          },
          null,
        ),
        conditional(
          anyOf(strategyIs('SemVer'), not(strategySaid)),
          constraint({
            maxLength: MAX_CONSTRAINT_LENGTH,
            pattern: SEMVER_CONSTRAINT.source,
            patternErrorMessage: 'must be a version range, like ^1.2.0 or >=1.2 <3',
          }),
          null,
        ),
      ],
    }),
  },
]

export const entryRules: readonly EntryRule[] = [...published, ...sources, ...tags]
