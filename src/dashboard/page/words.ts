// The page's vocabulary.
import type { OverviewBase, OverviewImage } from '../overview.js'

/** `2026-03-12` */
export function dayOf(iso: string): string {
  return iso.slice(0, 10)
}

/** Twelve digits: enough to distinguish digests. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12)
}

const CHANGES: Readonly<Record<OverviewImage['bases'][number]['change'], string>> = {
  unknown: 'no digest known yet',
  unchanged: 'unchanged since tracking began',
  earlier: 'changed before the image was enrolled',
  built: 'older than the build',
  newer: 'newer than the build',
  current: 'the image is built on it',
  behind: 'the image is built on an older one',
}

/** The relation of an image to one of its bases. */
export function changeWords(change: OverviewImage['bases'][number]['change']): string {
  return CHANGES[change]
}

function daysBetween(from: string, to: string): number {
  return Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000))
}

/** `today`, `3 days` */
export function ageOf({ since }: Pick<OverviewBase, 'since'>, at: string): string {
  if (since === null) return ''
  const days = daysBetween(since, at)
  return days === 0 ? 'today' : days === 1 ? '1 day' : `${days} days`
}
