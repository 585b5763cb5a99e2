import { RE2JS } from 're2js'
import { truncate } from '../text/index.js'

/** A span of time as written and in seconds. */
export interface Duration {
  readonly text: string
  readonly seconds: number
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** A duration as people write it: `90s`, `30m`, `24h`, `7d`, `2w`, sums (`1d12h`), `0`. */
export const DURATION = /^(?:0|(?:\d{1,6}[smhdw]){1,5})$/

/** Longest span a rebuild may wait: ten years. More is surely a mistake. */
const MAX_SECONDS = 3650 * 86_400

/**
 * Reads a duration.
 *
 * @param text as in images.yaml.
 * @returns the span in seconds with its text, or null when it is none (never a silent default).
 */
export function parseDuration(text: string): Duration | null {
  if (!DURATION.test(text)) return null
  let seconds = 0
  for (const [, amount = '0', unit = 's'] of text.matchAll(/(\d+)([smhdw])/g)) {
    seconds += Number(amount) * (UNIT_SECONDS[unit] ?? 0)
  }
  return seconds > MAX_SECONDS ? null : { text, seconds }
}

/** RFC 1123 label: what Kubernetes takes as a name. */
export const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** What both git and Kargo's Warehouses accept as a branch (kargo.akuity.io Warehouse, git subscription). */
export const BRANCH = /^[a-zA-Z0-9](?:[a-zA-Z0-9._/-]{0,253}[a-zA-Z0-9_-])?$/

const HOST_LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const PORT = '(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'

/** A registry's host: a name with a dot, a name with a port, or localhost. */
export const REGISTRY_HOST = new RegExp(
  `^(?:localhost|${HOST_LABEL}(?:\\.${HOST_LABEL})+|${HOST_LABEL}(?=:))(?::${PORT})?$`,
)

/** Whether text is a registry's host, not longer than a name may be. */
export function isRegistryHost(text: string): boolean {
  return text.length <= 259 && REGISTRY_HOST.test(text)
}

/** A repository below its registry (distribution's grammar for a repository's path). */
export const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/

/** Kargo's own pattern for the `repoURL` of an image subscription: stricter than the registries'. */
export const KARGO_REPO_URL = /^(?:\w+(?:[.-]\w+)*(?::[\d]+)?\/)?(?:\w+(?:[.-]\w+)*)(?:\/\w+(?:[.-]\w+)*)*$/

/** OS/ARCH[/VARIANT]. */
export const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9._-]+)?$/

/** File name of a workflow in .github/workflows. */
export const WORKFLOW_FILE = /^[A-Za-z0-9_][A-Za-z0-9_. -]{0,120}\.ya?ml$/

/** Name of a workflow_dispatch input or a build argument. */
export const INPUT_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/

/** Whether a branch name is one git takes (git check-ref-format) beyond what BRANCH says. */
export function isBranchName(text: string): boolean {
  // HEAD is no branch, and what begins with refs/ would be looked for below refs/heads/.
  if (!BRANCH.test(text) || text === 'HEAD' || text.startsWith('refs/')) return false
  return text.split('/').every((part) => part !== '' && !/^\.|\.$|\.\.|\.lock$/.test(part))
}

/** A drive, an address, or what makes Kargo take a path for a pattern (its `pkg/pattern`). */
const PATH_PREFIX = /^(?:(?:[A-Za-z]|glob|regexp?):|[A-Za-z][A-Za-z0-9+.-]*:\/\/)/

/** Whether a path names something inside the folder it is relative to, in POSIX spelling. */
export function isInsidePath(text: string): boolean {
  if (text === '' || text.startsWith('/') || text.startsWith('-') || text.endsWith('/')) return false
  if (text.includes('\\') || hasControlCharacter(text) || PATH_PREFIX.test(text)) return false
  const parts = text.split('/')
  return parts.at(-1) !== '.' && !parts.some((part) => part === '..' || part.toLowerCase() === '.git')
}

/** Kargo would evaluate what follows one of these. */
export function hasExpressionOpener(text: string): boolean {
  return text.includes('${{') || text.includes('${%')
}

/** What nobody sees: characters without width, and those that turn text around. */
const INVISIBLE = /[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

/** Whether text holds characters that make it look like another. */
export function hasInvisibleCharacter(text: string): boolean {
  return INVISIBLE.test(text)
}

/** Control characters (C0, DEL, C1): nothing that people name carries one. */
export function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true
  }
  return false
}

/** Whether text says where images may come from: a host, or a host and the beginning of a path. */
export function isAllowedOrigin(text: string): boolean {
  const slash = text.indexOf('/')
  if (slash < 0) return isRegistryHost(text)
  return isRegistryHost(text.slice(0, slash)) && REPOSITORY.test(text.slice(slash + 1))
}

/** A tag (distribution's grammar). */
export const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/

const OPERATOR = '(?:=|!=|>=?|=>|<=?|=<|~>?|\\^)'
// Go reads a part of a version as 64 bits, and a number before a release must not begin with 0.
const PART = '(?:[0-9]{1,19}|[xX*])'
const IDENTIFIER = '(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)'
const SUFFIX = `(?:-${IDENTIFIER}(?:\\.${IDENTIFIER})*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?`
const VERSION = `v?${PART}(?:\\.${PART})?(?:\\.${PART})?${SUFFIX}`
const RANGE = `(?:${OPERATOR}\\s*${VERSION}|${VERSION}(?:\\s+-\\s+${VERSION})?)`
// Blanks belong to one part of it only: text that is nearly a range must not take for ever.
const ALTERNATIVE = `\\s*${RANGE}(?:(?:\\s*,\\s*|\\s+)${RANGE})*\\s*`

/** What isSemVerConstraint takes, its length aside. */
export const SEMVER_CONSTRAINT = new RegExp(`^${ALTERNATIVE}(?:\\|\\|${ALTERNATIVE})*$`)

export const MAX_CONSTRAINT_LENGTH = 256

/**
 * Whether text is a range of versions as Kargo's webhook takes it (Masterminds semver v3): `^1.2.0`, `>=1 <3`,
 * `1.2 - 1.4`, parts joined by commas or spaces, alternatives by `||`.
 */
export function isSemVerConstraint(text: string): boolean {
  return text.length <= MAX_CONSTRAINT_LENGTH && SEMVER_CONSTRAINT.test(text)
}

/**
 * What is wrong with a regular expression that Kargo runs; null where it is good. Kargo is written in Go, whose
 * expressions are RE2: no lookaround, no back references, repetition up to 1,000.
 *
 * @param regex never run here: only its syntax is read.
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
