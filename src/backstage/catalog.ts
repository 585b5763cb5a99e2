import type { Override } from '../enrollment/index.js'
import { knownImage } from '../explain/index.js'
import { GENERATED_HEADER } from '../kargo/index.js'
import { outlookOf } from '../policy/index.js'
import { FOLDERS, type Records, type TrackedBase, type TrackedImage } from '../state/index.js'
import { yamlLines } from '../state/print.js'
import { textsOf } from '../state/record.js'
import { byKey, groupBy } from '../text/index.js'
import { baseImage, type Entity, externalImage, type Kinds, location, managedImage } from './entities.js'

/** What the catalog is made from. */
export interface CatalogInput {
  /** Folder of the entity files, below the state folder. */
  readonly folder: string
  /** Names the catalog among others: the Kargo Project. */
  readonly name: string
  readonly images: readonly TrackedImage[]
  readonly bases: readonly TrackedBase[]
  /** The state as this run leaves it. */
  readonly records: Records
  /** Those that hold now. */
  readonly overrides: readonly Override[]
  /** `settings.stagger`, in seconds. */
  readonly staggerSeconds: number
  /** `settings.backstageKinds`. */
  readonly kinds: Kinds
}

/**
 * The entity files of a catalog: text by path below the state folder, sorted. One file an image and base image, and
 * `catalog-info.yaml`, a Location that names them all: the one address Backstage has to know.
 *
 * Same input, same bytes: nothing depends on the clock. Names are those of Kubernetes, which Backstage takes as they
 * are; every other text is in a value, and none as a key that Backstage would follow (`$text`).
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
  const all: [string, Entity][] = [['catalog-info.yaml', location(input.name, targets)], ...entities]
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

/** The images built on each base, by name, as the state files have it. */
function usersOf({ images, records }: CatalogInput): Map<string, string[]> {
  const names = images.map(({ enrollment }) => enrollment.name).sort()
  const uses = names.flatMap((image) =>
    [...new Set(textsOf(records.images.get(image), 'baseImages'))].map((base) => ({ base, image })),
  )
  return new Map([...groupBy(uses, ({ base }) => base)].map(([base, all]) => [base, all.map(({ image }) => image)]))
}

/** What is wrong with a folder for the catalog, null where nothing is: no other files of ours may be in it. */
export function catalogFolderFault(folder: string, outputDir: string): string | null {
  if (folder === '.') return 'the catalog needs a folder of its own: generated files are deleted there.'
  const taken = [...Object.values(FOLDERS), outputDir]
  const isInside = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}/`)
  const other = taken.find((one) => isInside(folder, one) || isInside(one, folder))
  return other === undefined ? null : `the folder ${folder} is or holds ${other}, which has files of its own.`
}
