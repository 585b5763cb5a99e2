import { formatReference } from '../reference/index.js'
import { type StateFiles, type TrackedBase, type TrackedImage, type TrackedUse, textsOf } from '../state/index.js'
import type { BaseRow, BaseUse } from './model.js'

/** What the rows are made from. */
export interface BaseRowInput {
  readonly bases: readonly TrackedBase[]
  readonly images: readonly TrackedImage[]
  readonly uses: readonly TrackedUse[]
  readonly before: StateFiles
}

/** The base images that are tracked or were, with who pulls them where; sorted by name. */
export function baseRows(input: BaseRowInput): BaseRow[] {
  const { bases, before } = input
  const was = usersBefore(before)
  const used = usersNow(input)
  const live = bases.map((base): BaseRow => {
    const change = before.bases.has(base.name) ? 'unchanged' : 'added'
    const link = base.enrolledImage === undefined ? {} : { enrolledImage: base.enrolledImage }
    return { name: base.name, reference: referenceOf(base), change, ...link, uses: usesOf(base.name, used, was) }
  })
  const tracked = new Set(bases.map((base) => base.name))
  const gone = [...before.bases].filter(([name]) => !tracked.has(name))
  const removed = gone.map(([name, record]): BaseRow => {
    const reference = typeof record.fullImage === 'string' ? record.fullImage : name
    return { name, reference, change: 'removed', uses: usesOf(name, used, was) }
  })
  return [...live, ...removed].sort((a, b) => (a.name < b.name ? -1 : 1))
}

type Users = ReadonlyMap<string, readonly Omit<BaseUse, 'change'>[]>

/** Where Dockerfiles were read, the places in them; else (a look-up failed) what is known to be used. */
function usersNow({ images, uses }: BaseRowInput): Users {
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
  return grouped([...uses, ...known])
}

function usersBefore(before: StateFiles): Users {
  return grouped(
    [...before.images].flatMap(([image, record]) =>
      textsOf(record, 'baseImages').map((base) => ({ base, image, file: '', line: 0, kind: 'from' })),
    ),
  )
}

function grouped(uses: readonly (Omit<BaseUse, 'change'> & { readonly base: string })[]): Users {
  const byBase = new Map<string, Omit<BaseUse, 'change'>[]>()
  for (const { base, image, file, line, kind } of uses) {
    const list = byBase.get(base) ?? []
    list.push({ image, file, line, kind })
    byBase.set(base, list)
  }
  return byBase
}

function usesOf(base: string, now: Users, was: Users): BaseUse[] {
  const before = new Set((was.get(base) ?? []).map((use) => use.image))
  const present = (now.get(base) ?? []).map(
    (use): BaseUse => ({ ...use, change: before.has(use.image) ? 'unchanged' : 'added' }),
  )
  const still = new Set(present.map((use) => use.image))
  const gone = (was.get(base) ?? [])
    .filter((use) => !still.has(use.image))
    .map((use): BaseUse => ({ ...use, change: 'removed' }))
  return [...present, ...gone].sort(byPlace)
}

function byPlace(a: BaseUse, b: BaseUse): number {
  if (a.image !== b.image) return a.image < b.image ? -1 : 1
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line
}

function referenceOf({ registry, repository, tag }: TrackedBase): string {
  return formatReference({ registry, repository, tag, digest: null })
}
