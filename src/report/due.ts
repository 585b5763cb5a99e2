// Rebuilds that were held back: an old change may start a build as soon as it no longer is.
import { knownImage } from '../explain/index.js'
import { outlookOf } from '../policy/index.js'
import type { MergedState } from '../state/index.js'
import type { DueRebuild, ImageChange } from './model.js'
import { effective } from './values.js'

interface DueInput {
  readonly state: Pick<MergedState, 'images' | 'records'>
  readonly changes: readonly ImageChange[]
  /** Previous base images of each image, by its name. */
  readonly usedBefore: ReadonlyMap<string, ReadonlySet<string>>
  /** Active overrides, and the digests of those active before. */
  readonly overrides: readonly { readonly digest: string }[]
  readonly overriddenBefore: ReadonlySet<string>
  readonly staggerSeconds: number
}

/** The rebuilds that may start because of these changes, by image name. Independent of the clock: each has a date. */
export function dueRebuilds(input: DueInput): DueRebuild[] {
  const { state, overrides, overriddenBefore, staggerSeconds } = input
  const changes = new Map(input.changes.map((change) => [change.name, change]))
  const fresh = new Set(overrides.map(({ digest }) => digest).filter((digest) => !overriddenBefore.has(digest)))
  return state.images.flatMap(({ enrollment }) => {
    const change = changes.get(enrollment.name)
    // For a new image, earlier changes of its bases count as its initial state.
    if (change?.kind === 'enrolled' || (change === undefined && fresh.size === 0)) return []
    const known = knownImage(state.records.images.get(enrollment.name), state.records.bases)
    const outlook = outlookOf(enrollment, known, { staggerSeconds, overrides })
    if (outlook.kind !== 'scheduled') return []
    const { base, at } = outlook
    const isNewBase = !(input.usedBefore.get(enrollment.name)?.has(base.name) ?? false)
    const isFreed = change !== undefined && (isNewBase || opens(change))
    if (!isFreed && !(base.digest !== null && fresh.has(base.digest))) return []
    return [{ image: enrollment.name, base: base.reference, at }]
  })
}

/** Whether a change releases rebuilds that were held back. A shorter delay does not: waiting ones keep their own. */
function opens({ kind, details }: ImageChange): boolean {
  if (kind === 'enabled') return true
  return details.some(({ key, before, after }) => {
    if (key === 'rebuildOnEnrollment') return after === 'true'
    if (key === 'autoRebuild') return effective(key, before) === 'false'
    return /^source\.(?:workflow|pipeline)$/.test(key) && before === null && after !== null
  })
}
