// What the page calls things.
import type { OverviewBase, OverviewImage, Standing } from '../overview.js'

/** One word or two for each standing, and what it means. */
export const STANDING_WORDS: Readonly<Record<Standing, { readonly word: string; readonly meaning: string }>> = {
  failed: { word: 'Failed', meaning: 'The last rebuild came to nothing.' },
  building: { word: 'Being built', meaning: 'A build is on its way.' },
  due: { word: 'Due', meaning: 'A base image changed, and nothing has to be waited for any longer.' },
  behind: { word: 'Behind', meaning: 'Built on an older digest of a base image, and nothing rebuilds it by itself.' },
  held: { word: 'Held', meaning: 'A base image changed, and autoRebuild is false.' },
  waiting: { word: 'Waiting', meaning: 'A base image changed; a delay has not passed yet.' },
  unknown: { word: 'Not known', meaning: 'Base images or their digests are not known yet.' },
  unproven: { word: 'Not proven', meaning: 'Up to date as far as times tell; no evidence shows what it was built on.' },
  fresh: { word: 'Fresh', meaning: 'Proven to be built on the current digest of each of its base images.' },
  never: { word: 'Never rebuilt', meaning: 'Built elsewhere, switched off, or built on nothing that can be watched.' },
}

/** `2026-03-12` */
export function dayOf(iso: string): string {
  return iso.slice(0, 10)
}

/** Twelve digits: enough to tell digests apart. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12)
}

const CHANGES: Readonly<Record<OverviewImage['bases'][number]['change'], string>> = {
  unknown: 'no digest known yet',
  unchanged: 'unchanged since it is tracked',
  earlier: 'changed before the image was enrolled',
  built: 'older than the build',
  newer: 'newer than the build',
  current: 'the image is built on it',
  behind: 'the image is built on an older one',
}

/** How an image stands to one of its bases. */
export function changeWords(change: OverviewImage['bases'][number]['change']): string {
  return CHANGES[change]
}

/** Whole days from one moment to another. */
export function daysBetween(from: string, to: string): number {
  return Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000))
}

/** `today`, `3 days` */
export function ageOf({ since }: Pick<OverviewBase, 'since'>, at: string): string {
  if (since === null) return ''
  const days = daysBetween(since, at)
  return days === 0 ? 'today' : days === 1 ? '1 day' : `${days} days`
}
