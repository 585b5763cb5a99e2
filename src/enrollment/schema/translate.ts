/** Keys that other tools write (`variants.ts` reads them): accepted, and editors show what to write instead. */
import * as z from 'zod'
import { REPOSITORY } from '../grammar.js'
import { conditional, type JsonSchema } from './rules.js'
import { PATH_PATTERN, REPO_URL_PATTERN } from './values.js'

/**
 * A zod schema as JSON Schema, completed with what zod cannot express: the patterns behind refinements (`refined` in
 * the metadata), messages for invalid text, and the numbers that an editor's YAML parser may read instead of text.
 */
export function translated(schema: z.core.$ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    target: 'draft-07',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => {
      // zod omits these for transformed values; ours describe the input.
      const { description, enumDescriptions, examples, default: byDefault } = z.globalRegistry.get(zodSchema) ?? {}
      if (Array.isArray(examples)) jsonSchema.examples = examples
      if (byDefault !== undefined) jsonSchema.default = byDefault as z.core.JSONSchema.JSONSchema['default']
      // An editor would insert an empty map if that is the default.
      if (isEmpty(jsonSchema.default)) delete jsonSchema.default
      if (zodSchema._zod.def.type === 'string') describeText(zodSchema, jsonSchema)
      if (zodSchema._zod.def.type === 'union') joinTypes(jsonSchema)
      if (description !== undefined) Object.assign(jsonSchema, describedAs(description))
      if (Array.isArray(enumDescriptions)) {
        jsonSchema.enumDescriptions = enumDescriptions.map(plain)
        jsonSchema.markdownEnumDescriptions = enumDescriptions
      }
      for (const ours of ['refined', 'numbers']) delete jsonSchema[ours]
    },
  })
  return json
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

/** A union of plain types becomes one list of types. */
function joinTypes(json: Record<string, unknown>): void {
  const forms = json.anyOf
  if (!Array.isArray(forms) || !forms.every((form) => Object.keys(form).join() === 'type')) return
  json.type = forms.flatMap(({ type }) => type)
  delete json.anyOf
}

function describeText(schema: z.core.$ZodType, json: Record<string, unknown>): void {
  json.pattern ??= json.refined
  if (json.pattern === undefined) {
    json.type = ['string', 'number']
    return
  }
  json.patternErrorMessage ??= refusal(schema)
  // If the pattern rejects empty text, one message for it is enough.
  if (!new RegExp(String(json.pattern), 'u').test('')) delete json.minLength
  const takes = (text: string) => z.safeParse(schema, text).success && new RegExp(String(json.pattern), 'u').test(text)
  if (json.numbers === false || !takes('0')) return
  json.type = ['string', takes('1.5') ? 'number' : 'integer']
  if (!takes('-1')) json.minimum = 0
  if (!takes('17')) {
    Object.assign(json, conditional({ type: 'integer' }, { const: 0, errorMessage: json.patternErrorMessage }, null))
  }
}

/** Number of checks in `line` that reject the text below. */
const CHECKS_OF_A_LINE = 2

/** The message of the narrowest check, for a text that every check rejects. */
function refusal(schema: z.core.$ZodType): string {
  const { error } = z.safeParse(schema, '\u0000${{')
  const said = error?.issues.map(({ message }) => message) ?? []
  const own = said.slice(CHECKS_OF_A_LINE)
  return (own.length > 0 ? own : said).join(', or ')
}

/** Descriptions are Markdown; the plain keyword is for editors that do not render it. */
export function describedAs(markdown: string): JsonSchema {
  return { description: plain(markdown), markdownDescription: markdown }
}

function plain(markdown: string): string {
  return markdown.replaceAll('`', '')
}

/** A key that is read as another one: its meaning, and what to write instead. */
function foreign(description: string, instead: string, schema: JsonSchema): JsonSchema {
  return { ...describedAs(`${description} ${instead}`), deprecated: true, deprecationMessage: instead, ...schema }
}

const repositoryText = {
  type: ['string', 'number'],
  minimum: 0,
  pattern: REPOSITORY.source,
  patternErrorMessage: 'must be a repository path, in lower case',
}

export const foreignKeys: Readonly<Record<string, JsonSchema>> = {
  image: foreign('Repository in the registry and namespace.', 'Write `repository` instead.', {
    ...repositoryText,
    examples: ['web'],
  }),
  namespace: foreign('Organization of `image`.', 'Write it in `repository`, like acme/web.', {
    ...repositoryText,
    pattern: `^(?:${REPOSITORY.source.slice(1, -1)})?$`,
    examples: ['acme'],
  }),
  full_name: foreign('Registry and repository.', 'Write `repoURL`, or `registry` and `repository`.', {
    type: 'string',
    pattern: REPO_URL_PATTERN,
    patternErrorMessage: 'must be a host and a repository, like ghcr.io/acme/web, without tag',
    examples: ['ghcr.io/acme/web'],
  }),
  dockerfile: foreign('Path of the Dockerfile.', 'Write `source.dockerfile` instead.', {
    type: ['string', 'number'],
    minimum: 0,
    maxLength: 1024,
    pattern: PATH_PATTERN,
    patternErrorMessage: 'must be a path inside the repository, without .. and without a leading /',
    examples: ['images/web/Dockerfile'],
  }),
}

/** Another tool's key that may also appear in the defaults. */
export function quarantine(duration: JsonSchema): JsonSchema {
  return foreign(
    'Minimum time since a digest was first seen; a bare number means hours.',
    'Write `minimumReleaseAge`.',
    {
      anyOf: [
        { const: false },
        {
          type: 'string',
          pattern: '^\\s*(?:\\d{1,6}|[nN][oO][nN][eE]|[dD][iI][sS][aA][bB][lL][eE][dD]|[fF][aA][lL][sS][eE])\\s*$',
        },
        { type: 'integer', minimum: 0, maximum: 87_600 },
        duration,
      ],
      examples: ['48h'],
    },
  )
}

/** The map of entry keys in state files of the original author's tool. */
export function nested(entry: JsonSchema): JsonSchema {
  return foreign('Its keys are read as if they were in the entry itself.', 'Move them to the left.', entry)
}
