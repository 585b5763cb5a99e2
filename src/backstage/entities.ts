import type { CatalogPlace, EnrolledImage, Source } from '../enrollment/index.js'
import type { ExplainedBase } from '../explain/index.js'
import { forgeOf } from '../forges/index.js'
import type { Outlook } from '../policy/index.js'
import { evidenceIn } from '../state/evidence.js'
import type { TrackedBase } from '../state/index.js'
import { digestOf, momentOf, type StateRecord, textOf } from '../state/record.js'

/** An entity of the catalog. */
export interface Entity {
  readonly apiVersion: string
  readonly kind: 'ManagedImage' | 'BaseImage' | 'Location'
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: Readonly<Record<string, unknown>>
}

const API_VERSION = 'image-factory.io/v1alpha1'

/** What the word of `image-factory.io/rebuild-status` is; no clock decides, `rebuild-eligible-at` says when. */
const STATUS: Readonly<Record<Outlook<ExplainedBase>['kind'], string>> = {
  never: 'never',
  unknown: 'unknown',
  'up-to-date': 'up-to-date',
  held: 'held',
  behind: 'behind',
  scheduled: 'pending',
}

/** What an entity of an image is made from. */
interface CatalogImage {
  readonly enrollment: EnrolledImage
  readonly record: StateRecord | undefined
  readonly bases: readonly ExplainedBase[]
  readonly outlook: Outlook<ExplainedBase>
}

/** The entity of an image that is built here. */
export function managedImage({ enrollment, record, bases, outlook }: CatalogImage, source: Source): Entity {
  const { name, registry, repository, rebuildDelay, autoRebuild } = enrollment
  return {
    apiVersion: API_VERSION,
    kind: 'ManagedImage',
    metadata: {
      name,
      annotations: annotations({
        registry,
        repository,
        tag: textOf(record, 'currentVersion'),
        digest: digestOf(record, 'currentDigest'),
        'last-built': momentOf(record, 'lastBuilt'),
        'rebuild-status': STATUS[outlook.kind],
        'base-evidence': evidenceIn(record)?.source ?? null,
        'rebuild-eligible-at': outlook.kind === 'scheduled' ? outlook.at : null,
        'enrolled-at': momentOf(record, 'enrolledAt'),
        'discovery-status': textOf(record, 'discoveryStatus'),
        'last-discovery': momentOf(record, 'lastDiscovery'),
      }),
    },
    spec: {
      type: 'managed-image',
      ...owned(enrollment.backstage),
      source: sourceSpec(source, record),
      rebuildPolicy: { delay: rebuildDelay.text, autoRebuild },
      dependsOn: bases.map((base) => ({ resource: base.name, type: 'base-image' })),
    },
  }
}

function sourceSpec(source: Source, record: StateRecord | undefined): Readonly<Record<string, string>> {
  const { provider, repo, dockerfile } = source
  const branch = source.branch ?? textOf(record, 'defaultBranch') ?? 'main'
  const forge = forgeOf(source)
  const workflow = forge.buildOf(source) ?? forge.defaultBuild
  return {
    provider,
    repo,
    branch,
    ...(dockerfile === null ? {} : { dockerfile }),
    ...(workflow === null ? {} : { workflow }),
  }
}

/** The entity of an image that is built elsewhere and only watched: to the catalog an upstream image. */
export function externalImage({ enrollment, record }: CatalogImage): Entity {
  const { name, registry, repository, tags } = enrollment
  const tag = textOf(record, 'currentVersion') ?? (tags.strategy === 'Digest' ? tags.constraint : null)
  return upstreamImage(
    { name, registry, repository, tag, digest: digestOf(record, 'currentDigest') },
    { 'last-built': momentOf(record, 'lastBuilt'), 'enrolled-at': momentOf(record, 'enrolledAt') },
    { ...owned(enrollment.backstage), upstream: { registry, repository, tag: tag ?? 'unknown' }, dependents: [] },
  )
}

/**
 * The entity of a base image.
 *
 * @param dependents names of the images that are built on it, sorted.
 */
export function baseImage(
  { name, registry, repository, tag, enrolledImage }: TrackedBase,
  record: StateRecord | undefined,
  dependents: readonly string[],
): Entity {
  const ours = enrolledImage === undefined ? {} : { dependsOn: [{ resource: enrolledImage, type: 'managed-image' }] }
  return upstreamImage(
    { name, registry, repository, tag, digest: digestOf(record, 'currentDigest') },
    { 'last-updated': momentOf(record, 'lastUpdated'), 'previous-digest': digestOf(record, 'previousDigest') },
    {
      ...owned({ owner: 'upstream', lifecycle: 'production', system: null }),
      upstream: { registry, repository, tag },
      ...ours,
      dependents: dependents.map((resource) => ({ resource, type: 'managed-image' })),
    },
  )
}

/** What all images have in common that others build. */
function upstreamImage(
  {
    name,
    ...place
  }: Readonly<Record<'name' | 'registry' | 'repository', string>> & Readonly<Record<'tag' | 'digest', string | null>>,
  more: Readonly<Record<string, string | null>>,
  spec: Entity['spec'],
): Entity {
  return {
    apiVersion: API_VERSION,
    kind: 'BaseImage',
    metadata: { name, annotations: annotations({ ...place, ...more }) },
    spec: { type: 'base-image', ...spec },
  }
}

/** The entity that tells Backstage of all others. */
export function location(name: string, targets: readonly string[]): Entity {
  return { apiVersion: 'backstage.io/v1alpha1', kind: 'Location', metadata: { name }, spec: { targets } }
}

function owned({ owner, lifecycle, system }: CatalogPlace): Readonly<Record<string, string>> {
  return { lifecycle, owner, ...(system === null ? {} : { system }) }
}

/** Annotations are texts; what is not known is not there. */
function annotations(values: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  const known = Object.entries(values).flatMap(([key, value]) =>
    value === null ? [] : [[`image-factory.io/${key}`, value] as const],
  )
  return Object.fromEntries(known)
}
