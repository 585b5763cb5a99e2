import type { Override } from '../enrollment/index.js'
import { knownImage } from '../explain/index.js'
import { GENERATED_HEADER } from '../kargo/index.js'
import { outlookOf } from '../policy/index.js'
import { FOLDERS, type Records, type TrackedBase, type TrackedImage } from '../state/index.js'
import { yamlLines } from '../state/print.js'
import { textsOf } from '../state/record.js'
import { byKey, groupBy } from '../text/index.js'
import { baseImage, type Entity, externalImage, type Kinds, location, managedImage } from './entities.js'

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
