/**
 * The checks of `values.ts` and `published.ts` as patterns for the JSON Schema, since editors cannot run our code. A
 * test compares each with the check it represents.
 */
import * as z from 'zod'
import { FORGES } from '../../forges/index.js'
import { byKey } from '../../text/index.js'
import {
  BRANCH,
  DNS_LABEL,
  DURATION,
  hasControlCharacter,
  hasExpressionOpener,
  hasInvisibleCharacter,
  INPUT_NAME,
  isBranchName,
  isInsidePath,
  parseDuration,
  REGISTRY_HOST,
  REPOSITORY,
  WORKFLOW_FILE,
} from '../grammar.js'
import { durationRemedy } from '../type-repairs.js'

const CONTROL = '\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff'
const NO_OPENER = '(?![\\s\\S]*\\$\\{[{%])'

const inner = (pattern: RegExp) => pattern.source.replace(/^\^|\$$/g, '')

/** Text on one line that Kargo uses unchanged (`line`). */
export const LINE_PATTERN = `^${NO_OPENER}[^${CONTROL}]*$`

/** Any text that contains no expression for Kargo to evaluate (values of inputs). */
const PLAIN_PATTERN = `^${NO_OPENER}`

/** isBranchName */
export const BRANCH_PATTERN = `^(?!HEAD$|refs\\/)(?!.*(?:\\.\\.|\\/\\/|\\/\\.|\\.\\/|\\.lock(?:\\/|$)))${inner(BRANCH)}$`

const FOLDER = '(?:[\\s\\S]*\\/)?'

/** isInsidePath */
export const PATH_PATTERN = [
  '^',
  NO_OPENER,
  '(?![/-]|(?:[A-Za-z]|glob|regexp?):|[A-Za-z][A-Za-z0-9+.-]*:\\/\\/)',
  `(?!${FOLDER}(?:\\.\\.|\\.[gG][iI][tT])(?:\\/|$))`,
  `(?!${FOLDER}\\.$)`,
  `[^\\\\${CONTROL}]*[^\\\\/${CONTROL}]$`,
].join('')

export const ANY_REPOSITORY_PATTERN = `^(?:${[...new Set(FORGES.map(({ repository }) => inner(repository)))].join('|')})$`

/** A registry, optionally with the beginning of a repository's path. */
export const REGISTRY_PATTERN = `^${inner(REGISTRY_HOST)}(?:\\/${inner(REPOSITORY)})?$`

export const REPO_URL_PATTERN = `^${inner(REGISTRY_HOST)}\\/${inner(REPOSITORY)}$`

const LABEL = '[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*'

/**
 * What namedBaseFaults accepts: not `scratch`, digests, variables and image IDs. The first part is a host if it has a
 * dot, colon or upper case, as in Docker (github.com/distribution/reference).
 */
export const BASE_PATTERN = [
  '^(?!(?:(?:index\\.)?docker\\.io\\/)?(?:library\\/)?scratch(?::|$)|[a-f0-9]{64}$)',
  `(?:(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?\\/)?`,
  `${inner(REPOSITORY)}(?::\\w[\\w.-]{0,127})?$`,
].join('')

const WORDS = '\\w+(?:[.-]\\w+)*'

/** Registries and repositories that Kargo can watch (KARGO_REPO_URL, in two parts). */
export const WATCHED_REGISTRY_PATTERN = `^${WORDS}(?::\\d+)?(?:\\/${WORDS})*$`
export const WATCHED_REPOSITORY_PATTERN = `^${WORDS}(?:\\/${WORDS})*$`

const NO_TIME = '(?:0+[smhdw])*'

/** A duration that matches none of these; sums of several short ones below the minimum are left to the command line. */
function atLeast(shorter: string): string {
  return `^(?!0$)(?!${NO_TIME}(?:${shorter})?${NO_TIME}$)(?:\\d{1,6}[smhdw]){1,5}$`
}

export const FROM_TEN_SECONDS_PATTERN = atLeast('0*[1-9]s')
export const FROM_FIVE_MINUTES_PATTERN = atLeast('0*(?:[1-9]\\d?|[12]\\d\\d)s|0*[1-4]m')

const EVALUATED = 'contains ${{ or ${%, which Kargo would evaluate'

/** Fast path for ordinary text: each entry has about a dozen texts. */
const ORDINARY = /^[ -#%-~]*$/

function lineFaults(text: string) {
  const remedy = 'Type it again, without it.'
  return [
    ...(hasControlCharacter(text) ? [{ message: 'contains a control character', remedy }] : []),
    ...(hasInvisibleCharacter(text) ? [{ message: 'contains an invisible character', remedy }] : []),
    ...(hasExpressionOpener(text) ? [{ message: EVALUATED, remedy: 'Write the value itself.' }] : []),
  ]
}

/** Text on one line that Kargo uses unchanged. `refined` is its pattern for the JSON Schema. */
export const line = z
  .string()
  .min(1, 'must not be empty')
  .max(1024, 'is longer than 1,024 characters')
  .superRefine((text, context) => {
    if (ORDINARY.test(text)) return
    for (const { message, remedy } of lineFaults(text)) {
      context.addIssue({ code: 'custom', message, params: { remedy } })
    }
  })
  .meta({ refined: LINE_PATTERN })

const durationText = line
  .refine((text) => parseDuration(text) !== null, {
    message: 'is not a valid duration',
    params: { remedyFor: durationRemedy },
  })
  .meta({ refined: DURATION.source, patternErrorMessage: 'must be 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0' })

export const duration = durationText.transform(readDuration)

/** A duration whose minimum `settingsFaults` checks; editors use the pattern. */
export function durationFrom(shortest: string, pattern: string, example: string) {
  const patternErrorMessage = `must be a duration of ${shortest} or more, like ${example}`
  return durationText.meta({ refined: pattern, numbers: false, patternErrorMessage }).transform(readDuration)
}

function readDuration(text: string) {
  return parseDuration(text) ?? { text, seconds: 0 }
}

export const branch = line
  .refine(isBranchName, 'is not a branch name that git and Kargo accept')
  .meta({ refined: BRANCH_PATTERN })

export const path = line
  .refine(
    isInsidePath,
    'must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:',
  )
  .meta({ refined: PATH_PATTERN })

export const kubernetesName = line.regex(
  DNS_LABEL,
  'must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label)',
)

export const workflowFile = line.regex(
  WORKFLOW_FILE,
  'must be the file name of a workflow in .github/workflows, like build.yml',
)

/** An optional value: null if omitted. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.optional().transform((value) => value ?? null)
}

/** A record as a map; empty if omitted. */
export function mapFrom(record: z.ZodRecord<typeof line, typeof text>) {
  return record.prefault({}).transform((value): ReadonlyMap<string, string> => new Map(Object.entries(value)))
}

/** Unquoted values that are meant as text, such as `true` (numbers are read as text already). */
export const text = z.union([z.string(), z.boolean().transform(String)])

/** Inputs of a workflow or variables of a pipeline, sorted. */
export const inputs = z
  .record(
    line.regex(INPUT_NAME, 'is not a valid input name'),
    text
      .pipe(
        z
          .string()
          .max(65_535)
          .refine((value) => !hasExpressionOpener(value), EVALUATED),
      )
      .meta({ pattern: PLAIN_PATTERN, patternErrorMessage: EVALUATED, maxLength: 65_535 }),
  )
  .prefault({})
  .transform((value): ReadonlyMap<string, string> => new Map(Object.entries(value).sort(byKey)))

/** Numbers in images.yaml are read as text; the JSON Schema accepts a number and its text, like the validator. */
export function wholeNumber(what: string, [min, max]: readonly [number, number]) {
  const isValid = (value: unknown) =>
    typeof value === 'string' && /^(?:0|[1-9]\d{0,5})$/.test(value) && Number(value) >= min && Number(value) <= max
  return z
    .custom<string>(isValid, `is not a valid number of ${what}. Write ${min} to ${max}`)
    .meta({
      type: ['integer', 'string'],
      minimum: min,
      maximum: max,
      pattern: '^(?:0|[1-9][0-9]{0,5})$',
      errorMessage: `must be a number of ${what}: write ${min} to ${max}`,
    })
    .transform(Number)
}
