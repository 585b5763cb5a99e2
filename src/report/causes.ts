import type { Enrollment } from '../enrollment/enrollment.js'
import { type ResourceChange, resourceKey } from '../manifests/model.js'
import type { BaseRow, BaseUse, ImageChange } from './model.js'

/** What causes are looked up in. */
export interface CauseInput {
  readonly changes: readonly ResourceChange[]
  readonly enrollments: ReadonlyMap<string, Enrollment>
  readonly images: ReadonlyMap<string, ImageChange>
  readonly bases: readonly BaseRow[]
  /** The images file as people know it. */
  readonly imagesFile: string
}

/**
 * Why each object changes, by its identity: a line of images.yaml or of a Dockerfile. Objects that every factory has
 * (Project, tasks) and changes of our own making have no cause here.
 */
export function causesOf(input: CauseInput): Map<string, string> {
  const causes = new Map<string, string>()
  const rows = new Map(input.bases.map((row) => [row.name, row]))
  const usesByImage = new Map<string, BaseUse[]>()
  for (const use of input.bases.flatMap((row) => row.uses)) {
    const uses = usesByImage.get(use.image) ?? []
    uses.push(use)
    usesByImage.set(use.image, uses)
  }
  for (const change of input.changes) {
    const [, kind = '', name = ''] = /^(base|image)-(.+)\.k8s\.yaml$/.exec(change.file) ?? []
    const uses = usesByImage.get(name) ?? []
    const cause = kind === 'image' ? imageCause(name, input, uses) : kind === 'base' ? baseCause(rows.get(name)) : null
    if (cause !== null) causes.set(resourceKey(change.id), cause)
  }
  return causes
}

function imageCause(name: string, input: CauseInput, uses: readonly BaseUse[]): string | null {
  const enrollment = input.enrollments.get(name)
  const change = input.images.get(name)
  if (change?.kind === 'removed') return `${input.imagesFile} no longer enrols ${name}`
  if (enrollment === undefined) return null
  if (change?.kind === 'enrolled') return `${input.imagesFile}:${enrollment.line} enrols ${name}`
  const [first] = change?.details ?? []
  if (first !== undefined) {
    const line = enrollment.lineOf(first.key)
    return `${input.imagesFile}:${line ?? enrollment.line} ${first.key}`
  }
  return dockerfileCause(uses)
}

function baseCause(row: BaseRow | undefined): string | null {
  if (row === undefined) return null
  if (row.change === 'removed') return 'no image is built on it any more'
  return dockerfileCause(row.uses)
}

function dockerfileCause(uses: readonly BaseUse[]): string | null {
  const use = uses.find((one) => one.change === 'added')
  if (use === undefined) return null
  return use.line === 0 ? use.file : `${use.file}:${use.line} ${use.kind === 'from' ? 'FROM' : use.kind}`
}
