import { type JsonObject, objectsAt, valueAt } from '../constructs/json.js'

/**
 * Fields that Kargo gave up: it ignores them, refuses them, or fails at them as it runs (its release notes of 1.7, 1.9
 * and 1.10, and `docs/docs/80-release-notes/100-deprecations.md`).
 */
export function retiredFaults(object: JsonObject): string[] {
  const retired = (fields: readonly string[], holder: JsonObject, where: string) =>
    fields.filter((field) => field in holder).map((field) => `has ${where}${field}, which Kargo gave up`)
  if (object.kind === 'Project') return retired(['spec'], object, '')
  if (object.kind === 'ProjectConfig')
    return objectsAt(object, 'spec', 'promotionPolicies').flatMap((policy) =>
      retired(['stage'], policy, 'a policy by '),
    )
  if (object.kind !== 'Warehouse') return []
  return objectsAt(object, 'spec', 'subscriptions').flatMap(({ image, git }) => [
    ...(isHolder(image) ? retired(['semverConstraint', 'allowTags', 'ignoreTags'], image, 'image.') : []),
    ...(isHolder(git) ? retired(['allowTags', 'ignoreTags'], git, 'git.') : []),
    ...(isHolder(git) ? sshFaults(git) : []),
  ])
}

function isHolder(value: JsonObject[string] | undefined): value is JsonObject {
  return typeof value === 'object' && !Array.isArray(value)
}

function sshFaults(git: JsonObject): string[] {
  const url = String(valueAt(git, 'repoURL'))
  return /^https?:\/\//.test(url) ? [] : [`reads ${url} over SSH, which Kargo gave up`]
}
