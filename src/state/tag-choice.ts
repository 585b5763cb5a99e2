import { RE2JS } from 're2js'
import type { TagSelection } from '../enrollment/images-file.js'
import { compareVersions, versionOfTag } from './version.js'
import { isInRange, parseVersionRange } from './version-range.js'

/** The tags of a repository that Kargo would choose from, the best first; of NewestBuild in no order, time decides. */
export function eligibleTags(tags: readonly string[], selection: TagSelection): readonly string[] {
  const isAllowed = allowedBy(selection.allow)
  const allowed = tags.filter(isAllowed)
  if (selection.strategy === 'SemVer') return versions(allowed, selection.constraint)
  return [...allowed].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))
}

/** Greatest first; of equal ones (`v1.0.0`, `1.0.0`) the last in the order of the alphabet, as Kargo breaks ties. */
function versions(tags: readonly string[], constraint: string | null): readonly string[] {
  const range = constraint === null ? null : parseVersionRange(constraint)
  if (constraint !== null && range === null) return []
  return tags
    .flatMap((tag) => {
      const version = versionOfTag(tag)
      return version !== null && (range === null || isInRange(version, range)) ? [{ tag, version }] : []
    })
    .sort((a, b) => compareVersions(b.version, a.version) || (a.tag < b.tag ? 1 : -1))
    .map(({ tag }) => tag)
}

/** A tag is allowed where one expression is found anywhere in it, in time that its length bounds: Kargo's engine is RE2. */
function allowedBy(expressions: readonly string[]): (tag: string) => boolean {
  if (expressions.length === 0) return () => true
  const compiled = expressions.map((one) => RE2JS.compile(one))
  return (tag) => compiled.some((one) => one.matcher(tag).find())
}
