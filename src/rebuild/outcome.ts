import { FOLDERS, isSameRebuild, rebuildsOf, type StateFiles, updateRebuild } from '../state/index.js'
import { imageText } from '../state/state-file.js'
import type { ClaimedRebuild, Start } from './decide.js'
import type { ImageOutcome } from './start.js'

/**
 * The state files that say what came of rebuilds, by path: of images that are still there, and whose rebuild is.
 *
 * @param state as the branch has it now.
 */
export function outcomeFiles(outcomes: readonly ImageOutcome[], state: StateFiles): Map<string, string> {
  const files = new Map<string, string>()
  for (const { name, rebuild } of outcomes) {
    const record = state.images.get(name)
    if (record === undefined) continue
    const { at: _, reason: __, ...change } = rebuild
    const path = `${FOLDERS.images}/${name}.yaml`
    const text = imageText(updateRebuild(record, rebuild, change))
    if (state.texts.get(path) !== text) files.set(path, text)
  }
  return files
}

/**
 * The state files of images whose records changed, by path.
 *
 * @param names of these images: files of others stay as they are, those of an older form too.
 */
export function changedImageFiles({ images, texts }: StateFiles, names: Iterable<string>): Map<string, string> {
  const files = [...new Set(names)].flatMap((name) => {
    const record = images.get(name)
    return record === undefined ? [] : [[`${FOLDERS.images}/${name}.yaml`, imageText(record)] as const]
  })
  return new Map(files.filter(([path, text]) => texts.has(path) && texts.get(path) !== text))
}

/** The builds that are still claimed by this run, as the branch has it now: each image of them. */
export function stillClaimed(starts: readonly Start[], state: StateFiles, me: string): Start[] {
  return starts.flatMap((start) => {
    const images = start.images.filter((one) => isClaimedBy(me, one, state))
    return images.length === 0 ? [] : [{ ...start, images }]
  })
}

/** The builds that other runs have claimed and not settled, as the branch has it now. */
export function stillOpen(claims: readonly ClaimedRebuild[], state: StateFiles): ClaimedRebuild[] {
  return claims.filter((one) => isClaimedBy(one.rebuild.claim?.by, one, state))
}

function isClaimedBy(who: string | null | undefined, { name, rebuild }: ImageOutcome, state: StateFiles): boolean {
  const now = rebuildsOf(state.images.get(name)).find((one) => isSameRebuild(one, rebuild))
  return now?.result === 'intended' && now.claim?.by === who
}

/** Starts whose claims begin now. */
export function renewed(starts: readonly Start[], me: string, at: string): Start[] {
  const claim = { at, by: me }
  return starts.map((start) => ({
    ...start,
    images: start.images.map(({ name, rebuild }) => ({ name, rebuild: { ...rebuild, claim } })),
  }))
}
