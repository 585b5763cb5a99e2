/**
 * The checks of `values.ts` and `published.ts` as patterns for the JSON Schema, since editors cannot run our code. A
 * test compares each with the check it represents.
 */

import { FORGES } from '../../forges/index.js'
import { BRANCH, REGISTRY_HOST, REPOSITORY } from '../grammar.js'

const CONTROL = '\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff'
const NO_OPENER = '(?![\\s\\S]*\\$\\{[{%])'

const inner = (pattern: RegExp) => pattern.source.replace(/^\^|\$$/g, '')

/** Text on one line that Kargo uses unchanged (`line`). */
export const LINE_PATTERN = `^${NO_OPENER}[^${CONTROL}]*$`

/** Any text that contains no expression for Kargo to evaluate (values of inputs). */
export const PLAIN_PATTERN = `^${NO_OPENER}`

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
