import type { CatalogPlace, EnrolledImage, Override, Settings, Source } from '../enrollment/index.js'
import { type ExplainedBase, knownImage } from '../explain/index.js'
import { forgeOf } from '../forges/index.js'
import { GENERATED_HEADER } from '../kargo/index.js'
import { type Outlook, outlookOf } from '../policy/index.js'
import { evidenceIn } from '../state/evidence.js'
import { FOLDERS, type Records, rebuildsOf, type TrackedBase, type TrackedImage } from '../state/index.js'
import { yamlLines } from '../state/print.js'
import { digestOf, momentOf, type StateRecord, textOf, textsOf } from '../state/record.js'
import { byKey, groupBy } from '../text/index.js'

interface Entity {
  readonly apiVersion: string
  readonly kind: 'ManagedImage' | 'BaseImage' | 'Component' | 'Resource' | 'Location'
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: Readonly<Record<string, unknown>>
}

/** Our own kinds, or the built-in ones that every Backstage has (`settings.backstageKinds`). */
type Kinds = Settings['backstageKinds']

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
function managedImage(image: CatalogImage, source: Source, kinds: Kinds): Entity {
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
function externalImage({ enrollment, record }: CatalogImage, kinds: Kinds): Entity {
  const { name, registry, repository, tags } = enrollment
  const tag = textOf(record, 'currentVersion') ?? (tags.strategy === 'Digest' ? tags.constraint : null)
  return upstreamImage(
    name,
    {
      registry,
      repository,
      tag,
      digest: digestOf(record, 'currentDigest'),
      'last-built': momentOf(record, 'lastBuilt'),
      'enrolled-at': momentOf(record, 'enrolledAt'),
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
function baseImage(
  { name, registry, repository, tag, enrolledImage }: TrackedBase,
  record: StateRecord | undefined,
  dependents: readonly string[],
  kinds: Kinds,
): Entity {
  return upstreamImage(
    name,
    {
      registry,
      repository,
      tag,
      digest: digestOf(record, 'currentDigest'),
      'last-updated': momentOf(record, 'lastUpdated'),
      'previous-digest': digestOf(record, 'previousDigest'),
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

export interface CatalogInput {
  /** Folder of the entity files, relative to the state folder. */
  readonly folder: string
  /** Distinguishes the catalog from others: the name of the Kargo Project. */
  readonly name: string
  readonly images: readonly TrackedImage[]
  readonly bases: readonly TrackedBase[]
  /** The state at the end of this run. */
  readonly records: Records
  /** Active ones only. */
  readonly overrides: readonly Override[]
  /** `settings.stagger`, in seconds. */
  readonly staggerSeconds: number
  /** `settings.backstageKinds`. */
  readonly kinds: Kinds
}

/**
 * The entity files of a catalog: text by path relative to the state folder, sorted. One file per image and base image,
 * and `catalog-info.yaml`, a Location that lists all of them: the only URL to register in Backstage.
 *
 * Same input, same bytes: nothing depends on the clock. Names are Kubernetes names, which Backstage accepts unchanged;
 * all other text is in values, never in a key that Backstage would interpret (`$text`).
 */
export function catalogFiles(input: CatalogInput): Map<string, string> {
  const images = input.images.map((image): [string, Entity] => {
    const entity = imageEntity(image, input)
    return [`${image.enrollment.source === null ? 'external' : 'image'}-${entity.metadata.name}.yaml`, entity]
  })
  const users = usersOf(input)
  const bases = input.bases.map((base): [string, Entity] => {
    const { name } = base
    return [`base-${name}.yaml`, baseImage(base, input.records.bases.get(name), users.get(name) ?? [], input.kinds)]
  })
  const entities = [...images, ...bases].sort(byKey)
  const targets = entities.map(([file]) => `./${file}`)
  const { name } = input
  const location: Entity = { apiVersion: STOCK_API_VERSION, kind: 'Location', metadata: { name }, spec: { targets } }
  const all: [string, Entity][] = [['catalog-info.yaml', location], ...entities]
  return new Map(all.map(([file, entity]) => [`${input.folder}/${file}`, `${GENERATED_HEADER}\n${yamlLines(entity)}`]))
}

function imageEntity({ enrollment }: TrackedImage, input: CatalogInput): Entity {
  const { records, overrides, staggerSeconds, kinds } = input
  const record = records.images.get(enrollment.name)
  const known = knownImage(record, records.bases)
  const outlook = outlookOf(enrollment, known, { staggerSeconds, overrides })
  const facts = { enrollment, record, bases: known.bases, outlook }
  return enrollment.source === null ? externalImage(facts, kinds) : managedImage(facts, enrollment.source, kinds)
}

/** Images built on each base, by the base's name in the state files. */
function usersOf({ images, records }: CatalogInput): Map<string, string[]> {
  const names = images.map(({ enrollment }) => enrollment.name).sort()
  const uses = names.flatMap((image) =>
    [...new Set(textsOf(records.images.get(image), 'baseImages'))].map((base) => ({ base, image })),
  )
  return new Map([...groupBy(uses, ({ base }) => base)].map(([base, all]) => [base, all.map(({ image }) => image)]))
}

/** What is wrong with a folder for the catalog, null if nothing is: it must not overlap with other generated files. */
export function catalogFolderFault(folder: string, outputDir: string): string | null {
  if (folder === '.') return 'the catalog needs a separate folder: generated files are deleted there.'
  const taken = [...Object.values(FOLDERS), outputDir]
  const isInside = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}/`)
  const other = taken.find((one) => isInside(folder, one) || isInside(one, folder))
  return other === undefined ? null : `the folder ${folder} is or contains ${other}, which has its own files.`
}
