import type { EnrolledImage } from '../enrollment/images-file.js'
import { type ResourceChange, resourceKey } from '../manifests/resources.js'
import { groupBy } from '../text/index.js'
import type { BaseRow, BaseUseRow, ImageChange, ValueChange } from './model.js'

/** What causes are looked up in. */
interface CauseInput {
  readonly changes: readonly ResourceChange[]
  readonly enrollments: ReadonlyMap<string, EnrolledImage>
  readonly images: ReadonlyMap<string, ImageChange>
  readonly bases: readonly BaseRow[]
  readonly settings: readonly ValueChange[]
  /** The images file as people know it. */
  readonly imagesFile: string
}

/**
 * Why each object changes, by its identity: a line of images.yaml or of a Dockerfile, else a setting of the whole
 * factory. Changes of our own making have no cause here.
 */
export function causesOf(input: CauseInput): [string, string][] {
  const causes: [string, string][] = []
  const rows = new Map(input.bases.map((row) => [row.name, row]))
  const usesByImage = groupBy(
    input.bases.flatMap((row) => row.uses),
    ({ image }) => image,
  )
  for (const change of input.changes) {
    const [, kind = '', name = ''] = /^(base|image)-(.+)\.k8s\.yaml$/.exec(change.file) ?? []
    const uses = usesByImage.get(name) ?? []
    const own = kind === 'image' ? imageCause(name, input, uses) : kind === 'base' ? baseCause(rows.get(name)) : null
    const cause = own ?? settingsCause(input)
    if (cause !== null) causes.push([resourceKey(change.id), cause])
  }
  return causes
}

function imageCause(name: string, input: CauseInput, uses: readonly BaseUseRow[]): string | null {
  const enrollment = input.enrollments.get(name)
  const change = input.images.get(name)
  if (change?.kind === 'removed') return `${input.imagesFile} no longer enrolls ${name}`
  if (enrollment === undefined) return null
  if (change?.kind === 'enrolled') return `${input.imagesFile}:${enrollment.line} enrolls ${name}`
  const [first] = change?.details ?? []
  if (first !== undefined) {
    return `${input.imagesFile}:${lineOf(first.key, enrollment)} ${first.key}`
  }
  return dockerfileCause(uses)
}

/** The line of a key, of the nearest key above it where it is not written any more, else of the entry. */
function lineOf(key: string, enrollment: EnrolledImage): number {
  const parts = key.replaceAll('[', '.').replaceAll(']', '').split('.')
  for (let length = parts.length; length > 0; length -= 1) {
    const line = enrollment.lineOf(parts.slice(0, length).join('.'))
    if (line !== null) return line
  }
  return enrollment.line
}

function settingsCause({ settings, imagesFile }: CauseInput): string | null {
  if (settings.length === 0) return null
  return `${imagesFile} ${settings.map(({ key }) => `settings.${key}`).join(', ')}`
}

function baseCause(row: BaseRow | undefined): string | null {
  if (row === undefined) return null
  if (row.change === 'removed') return 'no image is built on it any more'
  return dockerfileCause(row.uses)
}

/** The key in the line that pulls a base image, where that is not the kind itself. */
const KIND_WORDS: Readonly<Record<string, string>> = { from: 'FROM', named: 'bases' }

function dockerfileCause(uses: readonly BaseUseRow[]): string | null {
  const use = uses.find((one) => one.change === 'added')
  if (use === undefined) return null
  return use.line === 0 ? use.file : `${use.file}:${use.line} ${KIND_WORDS[use.kind] ?? use.kind}`
}
