/** Keys that other tools write (`variants.ts` reads them): accepted, and editors show what to write instead. */
import { REPOSITORY } from '../grammar.js'
import { PATH_PATTERN, REPO_URL_PATTERN } from './patterns.js'
import type { JsonSchema } from './rules.js'
import { describedAs } from './translate.js'

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
