import type { Enrollment } from '../enrollment/enrollment.js'
import { isDataMap } from '../enrollment/entry.js'
import type { StateFiles } from '../state/index.js'
import type { ImageChange } from './model.js'

/**
 * What happens to enrolled images, compared with the enrolment that the state files repeat from the last run.
 *
 * @returns only images to which something happens, sorted by name.
 */
export function imageChanges(enrollments: readonly Enrollment[], before: StateFiles): ImageChange[] {
  const now = new Set(enrollments.map((image) => image.name))
  const removed = [...before.images.keys()]
    .filter((name) => !now.has(name))
    .map((name): ImageChange => ({ name, kind: 'removed', details: [] }))
  const others = enrollments.flatMap((image) => changeOf(image, before) ?? [])
  return [...removed, ...others].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function changeOf(image: Enrollment, before: StateFiles): ImageChange | null {
  const record = before.images.get(image.name)
  if (record === undefined) return { name: image.name, kind: 'enrolled', details: enrolledDetails(image) }
  const was = flatten(record.enrollment)
  const is = flatten(image.written)
  const details = [...new Set([...was.keys(), ...is.keys()])]
    .filter((key) => was.get(key) !== is.get(key))
    .sort()
    .map((key) => ({ key, before: was.get(key) ?? null, after: is.get(key) ?? null }))
  if (details.length === 0) return null
  const wasEnabled = was.get('enabled') !== 'false'
  if (wasEnabled !== image.enabled) return { name: image.name, kind: image.enabled ? 'enabled' : 'disabled', details }
  return { name: image.name, kind: 'changed', details }
}

/** What a reviewer wants to know of a new image: where it is published and built, and how often. */
function enrolledDetails({
  registry,
  repository,
  source,
  rebuildDelay,
  autoRebuild,
}: Enrollment): ImageChange['details'] {
  const built = source === null ? null : `${source.repo}/${source.dockerfile}`
  const workflow = source?.provider === 'github' ? source.workflow : null
  const facts: readonly (readonly [string, string | null])[] = [
    ['repository', registry === '' ? null : `${registry}/${repository}`],
    ['source.dockerfile', built],
    ['source.workflow', workflow],
    ['rebuildDelay', source === null ? null : rebuildDelay.text],
    ['autoRebuild', autoRebuild ? null : 'false'],
  ]
  return facts.flatMap(([key, after]) => (after === null ? [] : [{ key, before: null, after }]))
}

/** `source.workflow` → value, for every plain value of an entry. */
function flatten(data: unknown, prefix = ''): Map<string, string> {
  if (isDataMap(data as never) || Array.isArray(data)) {
    return new Map(
      Object.entries(data as object).flatMap(([key, value]) => [
        ...flatten(value, prefix === '' ? key : `${prefix}.${key}`),
      ]),
    )
  }
  return prefix === '' ? new Map() : new Map([[prefix, String(data)]])
}
