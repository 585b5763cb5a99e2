import { RE2JS } from 're2js'
import { truncate } from '../text/index.js'

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** A duration: `90s`, `30m`, `24h`, `7d`, `2w`, sums (`1d12h`), `0`. */
export const DURATION = /^(?:0|(?:\d{1,6}[smhdw]){1,5})$/

/** Maximum duration: ten years. A longer one is surely a mistake. */
const MAX_SECONDS = 3650 * 86_400

/**
 * Reads a duration.
 *
 * @param text as in images.yaml.
 * @returns the seconds with the text, or null if it is invalid (never a silent default).
 */
export function parseDuration(text: string): { readonly text: string; readonly seconds: number } | null {
  if (!DURATION.test(text)) return null
  let seconds = 0
  for (const [, amount = '0', unit = 's'] of text.matchAll(/(\d+)([smhdw])/g)) {
    seconds += Number(amount) * (UNIT_SECONDS[unit] ?? 0)
  }
  return seconds > MAX_SECONDS ? null : { text, seconds }
}

/** RFC 1123 label: a valid Kubernetes name. */
export const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** Branch names that both git and Kargo's Warehouses accept (kargo.akuity.io Warehouse, git subscription). */
export const BRANCH = /^[a-zA-Z0-9](?:[a-zA-Z0-9._/-]{0,253}[a-zA-Z0-9_-])?$/

const HOST_LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const PORT = '(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'

/** A registry's host: a name with a dot, a name with a port, or localhost. */
export const REGISTRY_HOST = new RegExp(
  `^(?:localhost|${HOST_LABEL}(?:\\.${HOST_LABEL})+|${HOST_LABEL}(?=:))(?::${PORT})?$`,
)

/** Whether text is a registry's host of valid length. */
export function isRegistryHost(text: string): boolean {
  return text.length <= 259 && REGISTRY_HOST.test(text)
}

/** A repository on its registry (distribution's grammar for a repository's path). */
export const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/

/** Kargo's own pattern for the `repoURL` of an image subscription: stricter than the registries'. */
export const KARGO_REPO_URL = /^(?:\w+(?:[.-]\w+)*(?::[\d]+)?\/)?(?:\w+(?:[.-]\w+)*)(?:\/\w+(?:[.-]\w+)*)*$/

/** OS/ARCH[/VARIANT]. */
export const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9._-]+)?$/

/** File name of a workflow in .github/workflows. */
export const WORKFLOW_FILE = /^[A-Za-z0-9_][A-Za-z0-9_. -]{0,120}\.ya?ml$/

/** Name of a workflow_dispatch input or a build argument. */
export const INPUT_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/

/** Whether git accepts a branch name (git check-ref-format) that matches BRANCH. */
export function isBranchName(text: string): boolean {
  // HEAD is not a branch, and refs/… would be resolved below refs/heads/.
  if (!BRANCH.test(text) || text === 'HEAD' || text.startsWith('refs/')) return false
  return text.split('/').every((part) => part !== '' && !/^\.|\.$|\.\.|\.lock$/.test(part))
}

/** A Windows drive, a URL, or a prefix that makes Kargo treat a path as a pattern (its `pkg/pattern`). */
const PATH_PREFIX = /^(?:(?:[A-Za-z]|glob|regexp?):|[A-Za-z][A-Za-z0-9+.-]*:\/\/)/

/** Whether a POSIX path stays inside the folder it is relative to. */
export function isInsidePath(text: string): boolean {
  if (text === '' || text.startsWith('/') || text.startsWith('-') || text.endsWith('/')) return false
  if (text.includes('\\') || hasControlCharacter(text) || PATH_PREFIX.test(text)) return false
  const parts = text.split('/')
  return parts.at(-1) !== '.' && !parts.some((part) => part === '..' || part.toLowerCase() === '.git')
}

/** Whether text contains an opening delimiter of an expression that Kargo would evaluate. */
export function hasExpressionOpener(text: string): boolean {
  return text.includes('${{') || text.includes('${%')
}

/** Zero-width and bidirectional control characters. */
const INVISIBLE = /[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

/** Whether text contains characters that make it look like another text. */
export function hasInvisibleCharacter(text: string): boolean {
  return INVISIBLE.test(text)
}

/** Whether text contains control characters (C0, DEL, C1): no valid name has one. */
export function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true
  }
  return false
}

/** Whether text is an origin for images: a host, or a host and a path prefix. */
export function isAllowedOrigin(text: string): boolean {
  const slash = text.indexOf('/')
  if (slash < 0) return isRegistryHost(text)
  return isRegistryHost(text.slice(0, slash)) && REPOSITORY.test(text.slice(slash + 1))
}

/** A tag (distribution's grammar). */
export const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/

const OPERATOR = '(?:=|!=|>=?|=>|<=?|=<|~>?|\\^)'
// Go parses a part of a version as 64 bits, and a numeric identifier of a prerelease must not have a leading zero.
const PART = '(?:[0-9]{1,19}|[xX*])'
const IDENTIFIER = '(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)'
const SUFFIX = `(?:-${IDENTIFIER}(?:\\.${IDENTIFIER})*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?`
const VERSION = `v?${PART}(?:\\.${PART})?(?:\\.${PART})?${SUFFIX}`
const RANGE = `(?:${OPERATOR}\\s*${VERSION}|${VERSION}(?:\\s+-\\s+${VERSION})?)`
// Whitespace can match in one place only, to prevent exponential backtracking on text that is nearly a constraint.
const ALTERNATIVE = `\\s*${RANGE}(?:(?:\\s*,\\s*|\\s+)${RANGE})*\\s*`

/** What isSemVerConstraint accepts, apart from its length. */
export const SEMVER_CONSTRAINT = new RegExp(`^${ALTERNATIVE}(?:\\|\\|${ALTERNATIVE})*$`)

export const MAX_CONSTRAINT_LENGTH = 256

/**
 * Whether text is a version constraint that Kargo's webhook accepts (Masterminds semver v3): `^1.2.0`, `>=1 <3`, `1.2 -
 * 1.4`, parts joined by commas or spaces, alternatives by `||`.
 */
export function isSemVerConstraint(text: string): boolean {
  return text.length <= MAX_CONSTRAINT_LENGTH && SEMVER_CONSTRAINT.test(text)
}

/**
 * What is wrong with a regular expression that Kargo runs; null if it is valid. Kargo is written in Go, whose
 * expressions are RE2: no lookaround, no backreferences, at most 1,000 repetitions.
 *
 * @param regex never executed here: only its syntax is checked.
 */
export function regexFault(regex: string): string | null {
  try {
    RE2JS.compile(regex)
    return null
  } catch (error) {
    return truncate(
      (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, ''),
      100,
    )
  }
}
