import type { ImagesFile } from '../enrollment/images-file.js'
import { formatReference } from '../reference/index.js'
import { type MergedState, type StateFiles, textsOf } from '../state/index.js'
import type { BaseUse } from './model.js'

/** Who pulls which base where; nothing of the place is known where it is only remembered. */
export type PlacedUse = Omit<BaseUse, 'change'> & { readonly base: string }

/** What a run is compared with. */
export interface Before {
  /** Entries as written, by the image's name. */
  readonly entries: ReadonlyMap<string, unknown>
  /** Canonical references, by the base image's name. */
  readonly bases: ReadonlyMap<string, string>
  readonly uses: readonly PlacedUse[]
  /** State files, by their path. */
  readonly texts: ReadonlyMap<string, string>
}

/** What the last commit left in the state files. */
export function committedState(files: StateFiles): Before {
  const uses = [...files.images].flatMap(([image, record]) =>
    textsOf(record, 'baseImages').map((base) => ({ base, image, file: '', line: 0, kind: 'from' })),
  )
  return {
    entries: new Map([...files.images].map(([name, record]) => [name, record.enrollment])),
    bases: new Map([...files.bases].map(([name, record]) => [name, referenceOf(name, record)])),
    uses,
    texts: files.texts,
  }
}

/** What another images.yaml (that of the base branch) makes of the same Dockerfiles. */
export function synthesizedState(enrolled: ImagesFile, state: MergedState): Before {
  return {
    entries: new Map(enrolled.images.map(({ name, written }) => [name, written])),
    bases: new Map(state.bases.map((base) => [base.name, formatReference({ ...base, digest: null })])),
    uses: usesIn(state),
    texts: state.files,
  }
}

/** Where Dockerfiles were read, the places in them; else (a look-up failed) what is known to be used. */
export function usesIn({ images, uses }: Pick<MergedState, 'images' | 'uses'>): PlacedUse[] {
  const placed = new Set(uses.map((use) => `${use.image} ${use.base}`))
  const known = images.flatMap(({ enrollment, bases }) =>
    bases
      .filter((base) => !placed.has(`${enrollment.name} ${base}`))
      .map((base) => ({
        base,
        image: enrollment.name,
        file: enrollment.source?.dockerfile ?? '',
        line: 0,
        kind: 'from',
      })),
  )
  return [...uses, ...known]
}

function referenceOf(name: string, record: Readonly<Record<string, unknown>>): string {
  const { registry, repository, tag, fullImage } = record
  const isWhole = typeof registry === 'string' && typeof repository === 'string' && typeof tag === 'string'
  if (isWhole) return formatReference({ registry, repository, tag, digest: null })
  return typeof fullImage === 'string' ? fullImage : name
}
