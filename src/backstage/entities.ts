import type { CatalogPlace, EnrolledImage, Settings, Source } from '../enrollment/index.js'
import type { ExplainedBase } from '../explain/index.js'
import { forgeOf } from '../forges/index.js'
import type { Outlook } from '../policy/index.js'
import { evidenceIn } from '../state/evidence.js'
import { rebuildsOf, type TrackedBase } from '../state/index.js'
import { digestOf, momentOf, type StateRecord, textOf } from '../state/record.js'

export interface Entity {
  readonly apiVersion: string
  readonly kind: 'ManagedImage' | 'BaseImage' | 'Component' | 'Resource' | 'Location'
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: Readonly<Record<string, unknown>>
}

/** Our own kinds, or the built-in ones that every Backstage has (`settings.backstageKinds`). */
export type Kinds = Settings['backstageKinds']

const API_VERSION = 'image-factory.io/v1alpha1'
const STOCK_API_VERSION = 'backstage.io/v1alpha1'

/** Values of `image-factory.io/rebuild-status`; none depends on the clock, `rebuild-eligible-at` has the date. */
const STATUS: Readonly<Record<Outlook<ExplainedBase>['kind'], string>> = {
  never: 'never',
  unknown: 'unknown',
  'up-to-date': 'up-to-date',
  held: 'held',
  behind: 'behind',
  scheduled: 'pending',
}

interface CatalogImage {
  readonly enrollment: EnrolledImage
  readonly record: StateRecord | undefined
  readonly bases: readonly ExplainedBase[]
  readonly outlook: Outlook<ExplainedBase>
}

/** The entity of an image that is built here. */
export function managedImage(image: CatalogImage, source: Source, kinds: Kinds): Entity {
  const { enrollment, record, bases } = image
  const { name, rebuildDelay, autoRebuild } = enrollment
  const facts = imageAnnotations(image)
  if (kinds === 'stock') {
    const policy = annotations({ 'rebuild-delay': rebuildDelay.text, 'auto-rebuild': String(autoRebuild) })
    const slug = source.provider === 'github' ? { 'github.com/project-slug': source.repo } : {}
    return {
      apiVersion: STOCK_API_VERSION,
      kind: 'Component',
      metadata: { name, annotations: { ...facts, ...policy, ...slug } },
      spec: {
        type: 'container-image',
        ...owned(enrollment.backstage),
        dependsOn: bases.map((base) => `resource:default/${base.name}`),
      },
    }
  }
  return {
    apiVersion: API_VERSION,
    kind: 'ManagedImage',
    metadata: { name, annotations: facts },
    spec: {
      type: 'managed-image',
      ...owned(enrollment.backstage),
      source: sourceSpec(source, record),
      rebuildPolicy: { delay: rebuildDelay.text, autoRebuild },
      dependsOn: bases.map((base) => ({ resource: base.name, type: 'base-image' })),
    },
  }
}

function imageAnnotations({ enrollment, record, outlook }: CatalogImage): Readonly<Record<string, string>> {
  const { registry, repository } = enrollment
  const [rebuild] = rebuildsOf(record)
  return annotations({
    registry,
    repository,
    tag: textOf(record, 'currentVersion'),
    digest: digestOf(record, 'currentDigest'),
    'last-built': momentOf(record, 'lastBuilt'),
    'rebuild-status': STATUS[outlook.kind],
    'base-evidence': evidenceIn(record)?.source ?? null,
    'rebuild-eligible-at': outlook.kind === 'scheduled' ? outlook.at : null,
    'last-rebuild': rebuild?.result ?? null,
    'last-rebuild-run': rebuild?.run?.url ?? null,
    'enrolled-at': momentOf(record, 'enrolledAt'),
    'discovery-status': textOf(record, 'discoveryStatus'),
    'last-discovery': momentOf(record, 'lastDiscovery'),
  })
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

/** The entity of an image that is built by others and only watched: an upstream image in the catalog. */
export function externalImage({ enrollment, record }: CatalogImage, kinds: Kinds): Entity {
  const { name, registry, repository, tags } = enrollment
  const tag = textOf(record, 'currentVersion') ?? (tags.strategy === 'Digest' ? tags.constraint : null)
  return upstreamImage(
    name,
    {
      ...{ registry, repository, tag, digest: digestOf(record, 'currentDigest') },
      ...{ 'last-built': momentOf(record, 'lastBuilt'), 'enrolled-at': momentOf(record, 'enrolledAt') },
    },
    {
      owner: enrollment.backstage,
      upstream: { registry, repository, tag: tag ?? 'unknown' },
      enrolledImage: null,
      dependents: [],
    },
    kinds,
  )
}

/**
 * The entity of a base image.
 *
 * @param dependents names of the images built on it, sorted.
 */
export function baseImage(
  { name, registry, repository, tag, enrolledImage }: TrackedBase,
  record: StateRecord | undefined,
  dependents: readonly string[],
  kinds: Kinds,
): Entity {
  return upstreamImage(
    name,
    {
      ...{ registry, repository, tag, digest: digestOf(record, 'currentDigest') },
      ...{ 'last-updated': momentOf(record, 'lastUpdated'), 'previous-digest': digestOf(record, 'previousDigest') },
    },
    {
      owner: { owner: 'upstream', lifecycle: 'production', system: null },
      upstream: { registry, repository, tag },
      enrolledImage: enrolledImage ?? null,
      dependents,
    },
    kinds,
  )
}

/**
 * @param facts its annotations.
 * @param enrolledImage the enrolled image with the same repository; null: none.
 * @param dependents sorted.
 */
function upstreamImage(
  name: string,
  facts: Readonly<Record<string, string | null>>,
  {
    owner,
    upstream,
    enrolledImage,
    dependents,
  }: {
    readonly owner: CatalogPlace
    readonly upstream: Readonly<Record<'registry' | 'repository' | 'tag', string>>
    readonly enrolledImage: string | null
    readonly dependents: readonly string[]
  },
  kinds: Kinds,
): Entity {
  const metadata = { name, annotations: annotations(facts) }
  if (kinds === 'stock') {
    const ours = enrolledImage === null ? {} : { dependsOn: [`component:default/${enrolledImage}`] }
    const dependencyOf = dependents.map((image) => `component:default/${image}`)
    const spec = { type: 'container-image', ...owned(owner), ...ours, dependencyOf }
    return { apiVersion: STOCK_API_VERSION, kind: 'Resource', metadata, spec }
  }
  const ours = enrolledImage === null ? {} : { dependsOn: [{ resource: enrolledImage, type: 'managed-image' }] }
  const users = dependents.map((resource) => ({ resource, type: 'managed-image' }))
  const spec = { type: 'base-image', ...owned(owner), upstream, ...ours, dependents: users }
  return { apiVersion: API_VERSION, kind: 'BaseImage', metadata, spec }
}

/** The Location entity that lists all others. */
export function location(name: string, targets: readonly string[]): Entity {
  return { apiVersion: STOCK_API_VERSION, kind: 'Location', metadata: { name }, spec: { targets } }
}

function owned({ owner, lifecycle, system }: CatalogPlace): Readonly<Record<string, string>> {
  return { lifecycle, owner, ...(system === null ? {} : { system }) }
}

/** Annotations are strings; unknown values are left out. */
function annotations(values: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  const known = Object.entries(values).flatMap(([key, value]) =>
    value === null ? [] : [[`image-factory.io/${key}`, value] as const],
  )
  return Object.fromEntries(known)
}
