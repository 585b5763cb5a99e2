/**
 * What the checks of `values.ts` and `published.ts` take, as patterns for the JSON Schema: editors run no code of ours.
 * A test holds each against the check it stands for.
 */

import { GITHUB_REPOSITORY } from '../../forges/github.js'
import { GITLAB_PROJECT } from '../../forges/gitlab.js'
import { BRANCH, REGISTRY_HOST, REPOSITORY } from '../grammar.js'

const CONTROL = '\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff'
const NO_OPENER = '(?![\\s\\S]*\\$\\{[{%])'

/** A pattern without the anchors at its ends. */
const inner = (pattern: RegExp) => pattern.source.replace(/^\^|\$$/g, '')

/** Text on one line that Kargo takes as it is (`line`). */
export const LINE_PATTERN = `^${NO_OPENER}[^${CONTROL}]*$`

/** Any text in which Kargo has nothing to evaluate (values of inputs). */
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

/** A repository on GitHub or on GitLab. */
export const ANY_REPOSITORY_PATTERN = `^(?:${inner(GITHUB_REPOSITORY)}|${inner(GITLAB_PROJECT)})$`

/** A registry, with or without the beginning of a repository's path. */
export const REGISTRY_PATTERN = `^${inner(REGISTRY_HOST)}(?:\\/${inner(REPOSITORY)})?$`

/** A registry and a repository. */
export const REPO_URL_PATTERN = `^${inner(REGISTRY_HOST)}\\/${inner(REPOSITORY)}$`

const LABEL = '[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*'

/**
 * What namedBaseFaults takes: `scratch`, digests, variables and image IDs are none. The first part is a host by its
 * dot, colon or upper case, as docker tells (github.com/distribution/reference).
 */
export const BASE_PATTERN = [
  '^(?!(?:(?:index\\.)?docker\\.io\\/)?(?:library\\/)?scratch(?::|$)|[a-f0-9]{64}$)',
  `(?:(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?\\/)?`,
  `${inner(REPOSITORY)}(?::\\w[\\w.-]{0,127})?$`,
].join('')

const WORDS = '\\w+(?:[.-]\\w+)*'

/** What Kargo can watch of a registry and of a repository (KARGO_REPO_URL, in two parts). */
export const WATCHED_REGISTRY_PATTERN = `^${WORDS}(?::\\d+)?(?:\\/${WORDS})*$`
export const WATCHED_REPOSITORY_PATTERN = `^${WORDS}(?:\\/${WORDS})*$`

const NO_TIME = '(?:0+[smhdw])*'

/** A duration that none of these is; sums of several short ones that stay below are left to the command line. */
function atLeast(shorter: string): string {
  return `^(?!0$)(?!${NO_TIME}(?:${shorter})?${NO_TIME}$)(?:\\d{1,6}[smhdw]){1,5}$`
}

export const FROM_TEN_SECONDS_PATTERN = atLeast('0*[1-9]s')
export const FROM_FIVE_MINUTES_PATTERN = atLeast('0*(?:[1-9]\\d?|[12]\\d\\d)s|0*[1-4]m')
