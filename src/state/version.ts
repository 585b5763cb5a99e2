/** A semantic version; numbers as digits without zeros in front, for they may be longer than JavaScript counts. */
export interface Version {
  readonly major: string
  readonly minor: string
  readonly patch: string
  /** Identifiers before the release (`rc`, `1`); empty for a release. */
  readonly pre: readonly string[]
}

const NUMBER = '(0|[1-9][0-9]*)'
const TAG = new RegExp(`^v?${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?$`)
const MAX_SIZE = '18446744073709551615'

/**
 * The version a tag is, as Kargo reads it with strictSemvers (`pkg/controller/semver`, Masterminds semver v3): all
 * three numbers, no zeros in front, a `v` allowed. Null for any other tag.
 */
export function versionOfTag(tag: string): Version | null {
  const [all, major = '', minor = '', patch = '', suffix] = TAG.exec(tag) ?? []
  const pre = suffix?.split('.') ?? []
  if (all === undefined || pre.some((one) => /^0[0-9]+$/.test(one))) return null
  return [major, minor, patch].some((one) => compareNumbers(one, MAX_SIZE) > 0) ? null : { major, minor, patch, pre }
}

/** Semantic version precedence (semver.org §11): negative where a is the lower one. */
export function compareVersions(a: Version, b: Version): number {
  return (
    compareNumbers(a.major, b.major) ||
    compareNumbers(a.minor, b.minor) ||
    compareNumbers(a.patch, b.patch) ||
    comparePre(a.pre, b.pre)
  )
}

/** Compares digits without zeros in front. */
export function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareTexts(a, b)
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
  return compareTexts(a, b)
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
