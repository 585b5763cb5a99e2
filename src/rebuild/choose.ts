import type { Records, TrackedImage } from '../state/index.js'
import { textOf } from '../state/index.js'
import { compareText } from '../text/index.js'
import type { Candidate, ImageCandidate, Startable } from './candidates.js'

export interface PutOff {
  readonly image: TrackedImage
  readonly candidate: Startable
  /** `limit`: this run has started enough builds; otherwise the image that it is built on, which is being rebuilt. */
  readonly reason: 'limit' | { readonly image: string }
}

/** What is started in this run, in this order, and what is not. */
export interface Choice {
  readonly start: readonly { readonly image: TrackedImage; readonly candidate: Startable }[]
  readonly putOff: readonly PutOff[]
}

/**
 * Chooses the builds to start: requests first, then overrides, then the longest due. An image whose base is another
 * image that is being or will be rebuilt waits for it: one build then covers both.
 *
 * @param bases records of base images: which of them are enrolled images.
 * @param limit maximum number.
 */
export function chooseStarts(all: readonly ImageCandidate[], bases: Records['bases'], limit: number): Choice {
  const pending = new Set(all.filter(({ candidate }) => isPending(candidate)).map(({ image }) => nameOf(image)))
  const blocking = ({ enrollment, bases: names }: TrackedImage) =>
    names
      .map((name) => textOf(bases.get(name), 'enrolledImage'))
      .find((name) => name !== null && name !== enrollment.name && pending.has(name)) ?? null
  const ready: { image: TrackedImage; candidate: Startable }[] = []
  const putOff: PutOff[] = []
  for (const { image, candidate } of all) {
    if (candidate.kind !== 'startable') continue
    const other = blocking(image)
    if (other === null) ready.push({ image, candidate })
    else putOff.push({ image, candidate, reason: { image: other } })
  }
  ready.sort((one, other) => compareStarts(one, other))
  const later = ready.slice(limit).map((one) => ({ ...one, reason: 'limit' as const }))
  return { start: ready.slice(0, limit), putOff: [...later, ...putOff] }
}

function isPending({ kind }: Candidate): boolean {
  return kind === 'startable' || kind === 'open' || kind === 'claimed' || kind === 'paused'
}

const RANKS = { manual: 0, override: 1, base: 2 } as const

function compareStarts(one: ImageStart, other: ImageStart): number {
  const ranks = RANKS[one.candidate.rebuild.reason] - RANKS[other.candidate.rebuild.reason]
  if (ranks !== 0) return ranks
  const [first, second] = [one.candidate.since, other.candidate.since]
  return first === second ? compareText(nameOf(one.image), nameOf(other.image)) : first < second ? -1 : 1
}

type ImageStart = Choice['start'][number]

function nameOf({ enrollment }: TrackedImage): string {
  return enrollment.name
}
