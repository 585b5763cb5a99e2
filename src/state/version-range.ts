import { isSemVerConstraint } from '../enrollment/grammar.js'
import { compareNumbers, compareVersions, type Version } from './version.js'

/** One comparison of a range. */
interface Comparison {
  readonly operator: string
  readonly version: Version
  /** Which part is the first left open (`1.x` → minor); null where all are said. `*` leaves all open. */
  readonly open: 'major' | 'minor' | 'patch' | null
}

/** Alternatives, each a list of comparisons that all hold. */
export type VersionRange = readonly (readonly Comparison[])[]

const PART = '([0-9]+|[xX*])'
const COMPARISON = new RegExp(
  `(=>|=<|>=|<=|!=|~>|[=<>~^])?\\s*v?${PART}(?:\\.${PART})?(?:\\.${PART})?(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+[0-9A-Za-z.-]+)?`,
  'g',
)

/**
 * Reads a range of versions as Kargo does (Masterminds semver v3): it is not npm's, which orders before releases
 * otherwise and knows no `!=`.
 *
 * @returns null for text that is no range.
 */
export function parseVersionRange(text: string): VersionRange | null {
  if (!isSemVerConstraint(text)) return null
  return text
    .split('||')
    .map((part) => part.replace(/(\S+)\s+-\s+(\S+)/g, '>=$1, <=$2'))
    .map((part) => [...part.matchAll(COMPARISON)].map(comparisonOf))
}

function comparisonOf([, operator = '', ...parts]: RegExpMatchArray): Comparison {
  const numbers = parts.slice(0, 3).map((part) => (part === undefined || /^[xX*]$/.test(part) ? null : part))
  const at = numbers.indexOf(null)
  const open = at < 0 ? null : ((['major', 'minor', 'patch'] as const)[at] ?? null)
  // What follows an open part does not count.
  const said = numbers.map((part, index) => (at >= 0 && index >= at ? '0' : (part ?? '0').replace(/^0+(?=\d)/, '')))
  const [major = '0', minor = '0', patch = '0'] = said
  return { operator, version: { major, minor, patch, pre: parts[3]?.split('.') ?? [] }, open }
}

/** Whether a version is in a range. What comes before a release is only in alternatives that name such a version. */
export function isInRange(version: Version, range: VersionRange): boolean {
  return range.some((all) => {
    const withPre = all.some((one) => one.version.pre.length > 0)
    return all.every((one) => {
      const isOutside = version.pre.length > 0 && !withPre && !(one.operator === '!=' && one.open === null)
      return !isOutside && holds(version, one)
    })
  })
}

function holds(version: Version, comparison: Comparison): boolean {
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
function differs(version: Version, { version: limit, open }: Comparison): boolean {
  if (major(version, limit) !== 0) return true
  if (open === 'minor') return false
  if (minor(version, limit) !== 0) return true
  return open === 'patch' ? version.pre.join('.') !== limit.pre.join('.') : compareVersions(version, limit) !== 0
}

/** `>11` begins with 12, `>11.1` with 11.2. */
function isAbove(version: Version, { version: limit, open }: Comparison): boolean {
  if (open === null) return compareVersions(version, limit) > 0
  if (major(version, limit) !== 0) return major(version, limit) > 0
  if (open === 'minor') return false
  return open === 'patch' ? minor(version, limit) > 0 : compareVersions(version, limit) > 0
}

/** Above all that an open `<=` takes. */
function isBeyond(version: Version, { version: limit, open }: Comparison): boolean {
  return major(version, limit) > 0 || (major(version, limit) === 0 && minor(version, limit) > 0 && open !== 'minor')
}

/** `~`: the same minor version, or the same major one where the minor is open. `~0.0.0` and `*` take everything. */
function isNear(version: Version, { version: limit, open }: Comparison): boolean {
  const isZero = limit.major === '0' && limit.minor === '0' && limit.patch === '0'
  if (isZero && open !== 'minor' && open !== 'patch') return true
  return major(version, limit) === 0 && (open === 'minor' || minor(version, limit) === 0)
}

/** `^`: the same up to the first number that is not zero. */
function hasSameLeft(version: Version, { version: limit, open }: Comparison): boolean {
  if (limit.major !== '0' || open === 'minor') return major(version, limit) === 0
  if (major(version, limit) !== 0) return false
  if (limit.minor !== '0' || open === 'patch') return minor(version, limit) === 0
  return minor(version, limit) === 0 && version.patch === limit.patch
}
