import { RE2JS } from 're2js'
import { isSemVerConstraint } from '../enrollment/grammar.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import { compareText } from '../text/index.js'

/** The tags of a repository that Kargo would consider, best first; unordered for NewestBuild, where time decides. */
export function eligibleTags(tags: readonly string[], selection: EnrolledImage['tags']): readonly string[] {
  const isAllowed = allowedBy(selection.allow)
  const allowed = tags.filter(isAllowed)
  if (selection.strategy === 'SemVer') return versions(allowed, selection.constraint)
  return [...allowed].sort((a, b) => compareText(b, a))
}

/** Highest first; if several are equal (`v1.0.0`, `1.0.0`), the last in alphabetical order, like Kargo. */
function versions(tags: readonly string[], constraint: string | null): readonly string[] {
  const range = constraint === null ? null : parseVersionRange(constraint)
  if (constraint !== null && range === null) return []
  return tags
    .flatMap((tag) => {
      const version = versionOfTag(tag)
      return version !== null && (range === null || isInRange(version, range)) ? [{ tag, version }] : []
    })
    .sort((a, b) => compareVersions(b.version, a.version) || compareText(b.tag, a.tag))
    .map(({ tag }) => tag)
}

/** A tag is allowed if any expression matches a part of it, in time bounded by its length: Kargo's engine is RE2. */
function allowedBy(expressions: readonly string[]): (tag: string) => boolean {
  if (expressions.length === 0) return () => true
  const compiled = expressions.map((one) => RE2JS.compile(one))
  return (tag) => compiled.some((one) => one.matcher(tag).find())
}

/** A semantic version; numbers as digits without leading zeros, since they may exceed JavaScript's integers. */
interface Version {
  readonly major: string
  readonly minor: string
  readonly patch: string
  /** Prerelease identifiers (`rc`, `1`); empty for a release. */
  readonly pre: readonly string[]
}

const NUMBER = '(0|[1-9][0-9]*)'
const TAG = new RegExp(`^v?${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?$`)
const MAX_SIZE = '18446744073709551615'

/**
 * The version in a tag, as Kargo reads it with strictSemvers (`pkg/controller/semver`, Masterminds semver v3): all
 * three numbers, no leading zeros, optional `v`. Null for any other tag.
 */
function versionOfTag(tag: string): Version | null {
  const [all, major = '', minor = '', patch = '', suffix] = TAG.exec(tag) ?? []
  const pre = suffix?.split('.') ?? []
  if (all === undefined || pre.some((one) => /^0[0-9]+$/.test(one))) return null
  return [major, minor, patch].some((one) => compareNumbers(one, MAX_SIZE) > 0) ? null : { major, minor, patch, pre }
}

/** Semantic version precedence (semver.org §11): negative if a is lower. */
function compareVersions(a: Version, b: Version): number {
  return (
    compareNumbers(a.major, b.major) ||
    compareNumbers(a.minor, b.minor) ||
    compareNumbers(a.patch, b.patch) ||
    comparePre(a.pre, b.pre)
  )
}

function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareText(a, b)
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [one, other] = [a[at], b[at]]
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1
    const order = compareIdentifiers(one, other)
    if (order !== 0) return order
  }
  return 0
}

function compareIdentifiers(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)]
  if (isNumber && isOtherNumber) return compareNumbers(a, b)
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1
  return compareText(a, b)
}

interface RangePart {
  readonly operator: string
  readonly version: Version
  /** The first part left open (`1.x` → minor); null if none is. `*` leaves all open. */
  readonly open: 'major' | 'minor' | 'patch' | null
}

const PART = '([0-9]+|[xX*])'
const COMPARISON = new RegExp(
  `(=>|=<|>=|<=|!=|~>|[=<>~^])?\\s*v?${PART}(?:\\.${PART})?(?:\\.${PART})?(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+[0-9A-Za-z.-]+)?`,
  'g',
)

/**
 * Parses a version constraint like Kargo (Masterminds semver v3): npm's differs in the order of prereleases and has no
 * `!=`.
 *
 * @returns alternatives, each a list of comparisons that must all be true; null for invalid text.
 */
function parseVersionRange(text: string): readonly (readonly RangePart[])[] | null {
  if (!isSemVerConstraint(text)) return null
  return text
    .split('||')
    .map((part) => part.replace(/(\S+)\s+-\s+(\S+)/g, '>=$1, <=$2'))
    .map((part) => [...part.matchAll(COMPARISON)].map(rangePart))
}

function rangePart([, operator = '', ...parts]: RegExpMatchArray): RangePart {
  const numbers = parts.slice(0, 3).map((part) => (part === undefined || /^[xX*]$/.test(part) ? null : part))
  const at = numbers.indexOf(null)
  const open = at < 0 ? null : ((['major', 'minor', 'patch'] as const)[at] ?? null)
  // Parts after an open part are ignored.
  const said = numbers.map((part, index) => (at >= 0 && index >= at ? '0' : (part ?? '0').replace(/^0+(?=\d)/, '')))
  const [major = '0', minor = '0', patch = '0'] = said
  return { operator, version: { major, minor, patch, pre: parts[3]?.split('.') ?? [] }, open }
}

/** Whether a version matches a constraint. Prereleases match only alternatives that name a prerelease. */
function isInRange(version: Version, range: readonly (readonly RangePart[])[]): boolean {
  return range.some((all) => {
    const withPre = all.some((one) => one.version.pre.length > 0)
    return all.every((one) => {
      const isOutside = version.pre.length > 0 && !withPre && !(one.operator === '!=' && one.open === null)
      return !isOutside && holds(version, one)
    })
  })
}

function holds(version: Version, comparison: RangePart): boolean {
  const { operator, version: limit, open } = comparison
  const order = compareVersions(version, limit)
  switch (operator) {
    case '!=':
      return open === null ? order !== 0 : differs(version, comparison)
    case '>':
      return isAbove(version, comparison)
    case '<':
      return order < 0
    case '>=':
    case '=>':
      return order >= 0
    case '<=':
    case '=<':
      return open === null ? order <= 0 : !isBeyond(version, comparison)
    case '^':
      return order >= 0 && hasSameLeft(version, comparison)
    case '~':
    case '~>':
      return order >= 0 && isNear(version, comparison)
    default:
      return open === null ? order === 0 : order >= 0 && isNear(version, comparison)
  }
}

const major = (a: Version, b: Version) => compareNumbers(a.major, b.major)
const minor = (a: Version, b: Version) => compareNumbers(a.minor, b.minor)

/** `!=` of a version with an open part. */
function differs(version: Version, { version: limit, open }: RangePart): boolean {
  if (major(version, limit) !== 0) return true
  if (open === 'minor') return false
  if (minor(version, limit) !== 0) return true
  return open === 'patch' ? version.pre.join('.') !== limit.pre.join('.') : compareVersions(version, limit) !== 0
}

/** `>11` begins with 12, `>11.1` with 11.2. */
function isAbove(version: Version, { version: limit, open }: RangePart): boolean {
  if (open === null) return compareVersions(version, limit) > 0
  if (major(version, limit) !== 0) return major(version, limit) > 0
  if (open === 'minor') return false
  return open === 'patch' ? minor(version, limit) > 0 : compareVersions(version, limit) > 0
}

/** Above everything that matches an open `<=`. */
function isBeyond(version: Version, { version: limit, open }: RangePart): boolean {
  return major(version, limit) > 0 || (major(version, limit) === 0 && minor(version, limit) > 0 && open !== 'minor')
}

/** `~`: the same minor version, or the same major one if the minor is open. `~0.0.0` and `*` match everything. */
function isNear(version: Version, { version: limit, open }: RangePart): boolean {
  const isZero = limit.major === '0' && limit.minor === '0' && limit.patch === '0'
  if (isZero && open !== 'minor' && open !== 'patch') return true
  return major(version, limit) === 0 && (open === 'minor' || minor(version, limit) === 0)
}

/** `^`: the same up to the first nonzero number. */
function hasSameLeft(version: Version, { version: limit, open }: RangePart): boolean {
  if (limit.major !== '0' || open === 'minor') return major(version, limit) === 0
  if (major(version, limit) !== 0) return false
  if (limit.minor !== '0' || open === 'patch') return minor(version, limit) === 0
  return minor(version, limit) === 0 && version.patch === limit.patch
}
