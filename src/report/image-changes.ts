import type { EnrolledImage, Settings } from '../enrollment/images-file.js'
import { writtenSettings } from '../enrollment/settings.js'
import { forgeOf } from '../forges/index.js'
import { formatReference, parseReference } from '../reference/index.js'
import { by } from '../text/index.js'
import { type Data, isDataMap, isSameData } from '../yaml/data.js'
import type { ImageChange, ValueChange } from './model.js'

/**
 * The changes of enrolled images.
 *
 * @param before the previous entries as written, by image name.
 * @returns only changed images, sorted by name.
 */
export function imageChanges(
  enrollments: readonly EnrolledImage[],
  before: ReadonlyMap<string, unknown>,
): ImageChange[] {
  const now = new Set(enrollments.map((image) => image.name))
  const removed = [...before.keys()]
    .filter((name) => !now.has(name))
    .map((name): ImageChange => ({ name, kind: 'removed', details: [] }))
  const others = enrollments.flatMap((image) => changeOf(image, before) ?? [])
  return [...removed, ...others].sort(by(({ name }) => name))
}

function changeOf(image: EnrolledImage, before: ReadonlyMap<string, unknown>): ImageChange | null {
  const { name } = image
  if (!before.has(name)) return { name, kind: 'enrolled', details: enrolledDetails(image) }
  // Fast path for nearly every image.
  if (isSameData(before.get(name) as Data | undefined, image.written as Data)) return null
  const was = flatten(before.get(name))
  const is = flatten(image.written)
  const details = valueChanges(was, is)
  if (details.length === 0) return null
  const wasEnabled = was.get('enabled') !== 'false'
  const kind = wasEnabled === image.enabled ? 'changed' : image.enabled ? 'enabled' : 'disabled'
  return { name, kind, details, ...moved(was, is) }
}

/** The keys with different values, sorted. */
export function valueChanges(was: ReadonlyMap<string, string>, is: ReadonlyMap<string, string>): ValueChange[] {
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((key) => was.get(key) !== is.get(key))
    .sort()
    .map((key) => ({ key, before: was.get(key) ?? null, after: is.get(key) ?? null }))
}

/** Both references in full if the host differs, so that `docker.io.evil.example` is not mistaken for `docker.io`. */
function moved(was: ReadonlyMap<string, string>, is: ReadonlyMap<string, string>): Pick<ImageChange, 'published'> {
  const [before, after] = [publishedAt(was), publishedAt(is)]
  if (before === null || after === null || hostOf(before) === hostOf(after)) return {}
  return { published: { before, after } }
}

function publishedAt(entry: ReadonlyMap<string, string>): string | null {
  const [registry, repository] = [entry.get('registry'), entry.get('repository')]
  const written =
    entry.get('repoURL') ?? (repository === undefined ? undefined : `${registry ?? 'docker.io'}/${repository}`)
  if (written === undefined) return null
  const parsed = parseReference(written)
  return parsed.ok ? formatReference({ ...parsed.reference, tag: null, digest: null }) : written
}

function hostOf(reference: string): string {
  return reference.slice(0, reference.indexOf('/'))
}

/** What a reviewer needs to know about a new image: where it is published, built and deployed, and how often. */
function enrolledDetails(image: EnrolledImage): ImageChange['details'] {
  const { registry, repository, source, bases, rebuildDelay, minimumReleaseAge, environments } = image
  const forge = source === null ? null : forgeOf(source)
  const targets = environments.flatMap(({ name, updates }) =>
    updates.map(({ repo, branch, path }): readonly [string, string] => [
      `environments.${name}`,
      `${repo} ${branch} ${path}`,
    ]),
  )
  const facts: readonly (readonly [string, string | null])[] = [
    ['enabled', image.enabled ? null : 'false'],
    ['repository', registry === '' ? null : `${registry}/${repository}`],
    ...builtFrom(source),
    ['bases', source === null || bases.length === 0 ? null : bases.map(formatReference).join(', ')],
    ...(source === null || forge === null ? [] : [[forge.buildKey, forge.buildOf(source)] as const]),
    ['rebuildDelay', source === null ? null : rebuildDelay.text],
    ['minimumReleaseAge', minimumReleaseAge.seconds === 0 ? null : minimumReleaseAge.text],
    ['autoRebuild', image.autoRebuild ? null : 'false'],
    ['rebuildOnEnrollment', image.rebuildOnEnrollment && source !== null ? 'true' : null],
    ['analysis', image.analysis === null && source !== null ? 'false' : null],
    ...targets,
  ]
  return facts.flatMap(([key, after]) => (after === null ? [] : [{ key, before: null, after }]))
}

function builtFrom(source: EnrolledImage['source']): (readonly [string, string])[] {
  if (source === null) return []
  const { repo, dockerfile } = source
  return [dockerfile === null ? ['source.repo', repo] : ['source.dockerfile', `${repo}/${dockerfile}`]]
}

/**
 * `source.workflow` → value, for every scalar: lists by index, environments by name, reasons of acceptances by code.
 */
export function flatten(data: unknown, prefix = ''): Map<string, string> {
  if (prefix === 'accept') return reasonsIn(data)
  const below = (key: string, value: unknown) => [...flatten(value, key)]
  if (Array.isArray(data)) {
    return new Map(data.flatMap((value, index) => below(`${prefix}${step(value, index, prefix)}`, value)))
  }
  if (isDataMap(data as Data)) {
    return new Map(
      Object.entries(data as object).flatMap(([key, value]) => below(prefix === '' ? key : `${prefix}.${key}`, value)),
    )
  }
  return prefix === '' || data === null || data === undefined ? new Map() : new Map([[prefix, String(data)]])
}

/** The first reason for a code wins. */
function reasonsIn(accept: unknown): Map<string, string> {
  const all: readonly unknown[] = Array.isArray(accept) ? accept : []
  const reasons = all.flatMap((one): [string, string][] => {
    const { code, reason } = isDataMap(one as Data) ? (one as { code?: unknown; reason?: unknown }) : {}
    return typeof code === 'string' && typeof reason === 'string' ? [[`accept.${code}`, reason]] : []
  })
  return new Map(reasons.reverse())
}

function step(value: unknown, index: number, prefix: string): string {
  const name = prefix === 'environments' && isDataMap(value as Data) ? (value as { name?: unknown }).name : undefined
  return typeof name === 'string' ? `.${name}` : `[${index}]`
}

/** The changed settings, by their keys in images.yaml. */
export function settingsChanges(before: Settings, now: Settings): ValueChange[] {
  return valueChanges(flatten(asCompared(before)), flatten(asCompared(now)))
}

/** Receivers by name, and one list as a single value. */
function asCompared(settings: Settings): object {
  const { webhookReceivers, allowedRegistries, ...others } = writtenSettings(settings)
  return {
    ...others,
    webhookReceivers: Object.fromEntries(webhookReceivers.map(({ name, ...receiver }) => [name, receiver])),
    allowedRegistries: allowedRegistries.length === 0 ? null : allowedRegistries.join(', '),
  }
}
