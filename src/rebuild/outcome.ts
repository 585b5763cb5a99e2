import { FOLDERS, isSameRebuild, rebuildsOf, type StateFiles, updateRebuild } from '../state/index.js'
import { imageText } from '../state/state-file.js'
import type { ClaimedRebuild, Start } from './decide.js'
import type { ImageOutcome } from './start.js'

/**
 * State files with the results of rebuilds, by path: only of images and rebuilds that still exist.
 *
 * @param state at the current branch head.
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
 * @param names of these images: other files stay as they are, including those in an older format.
 */
export function changedImageFiles({ images, texts }: StateFiles, names: Iterable<string>): Map<string, string> {
  const files = [...new Set(names)].flatMap((name) => {
    const record = images.get(name)
    return record === undefined ? [] : [[`${FOLDERS.images}/${name}.yaml`, imageText(record)] as const]
  })
  return new Map(files.filter(([path, text]) => texts.has(path) && texts.get(path) !== text))
}

/** The builds that this run has still claimed at the current branch head, with their images. */
export function stillClaimed(starts: readonly Start[], state: StateFiles, me: string): Start[] {
  return starts.flatMap((start) => {
    const images = start.images.filter((one) => isClaimedBy(me, one, state))
    return images.length === 0 ? [] : [{ ...start, images }]
  })
}

/** The claims of other runs that are still open at the current branch head. */
export function stillOpen(claims: readonly ClaimedRebuild[], state: StateFiles): ClaimedRebuild[] {
  return claims.filter((one) => isClaimedBy(one.rebuild.claim?.by, one, state))
}

function isClaimedBy(who: string | null | undefined, { name, rebuild }: ImageOutcome, state: StateFiles): boolean {
  const now = rebuildsOf(state.images.get(name)).find((one) => isSameRebuild(one, rebuild))
  return now?.result === 'intended' && now.claim?.by === who
}

/** Starts with renewed claims. */
export function renewed(starts: readonly Start[], me: string, at: string): Start[] {
  const claim = { at, by: me }
  return starts.map((start) => ({
    ...start,
    images: start.images.map(({ name, rebuild }) => ({ name, rebuild: { ...rebuild, claim } })),
  }))
}
