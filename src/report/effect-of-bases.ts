// Sentences about images with other base images than before.
import { by, count, groupBy } from '../text/index.js'
import { imageName } from './effect-of-entries.js'
import type { Report } from './model.js'
import { shortReference } from './references.js'
import { code, listed, type Span, strong } from './spans.js'

const FEW_IMAGES = 2
const MAX_BASES = 3

interface Move {
  readonly image: string
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** Images with changed base images, except added and removed ones; by name. */
export function moves({ images, bases }: Report): Move[] {
  const told = new Set(images.flatMap(({ name, kind }) => (kind === 'changed' ? [] : [name])))
  const uses = bases.flatMap(({ reference, uses }) =>
    uses.flatMap(({ image, change }) =>
      change === 'unchanged' || told.has(image) ? [] : [{ image, change, reference }],
    ),
  )
  return [...groupBy(uses, ({ image }) => image)]
    .map(([image, own]) => {
      const of = (change: string) => [
        ...new Set(own.filter((use) => use.change === change).map((use) => use.reference)),
      ]
      return { image, added: of('added'), removed: of('removed') }
    })
    .sort(by(({ image }) => image))
}

/** `web is now built on node:24 instead of node:22.` */
export function movedSentences(report: Report): Span[][] {
  const all = moves(report)
  if (all.length > FEW_IMAGES) {
    const [added, removed] = [distinct(all.flatMap((one) => one.added)), distinct(all.flatMap((one) => one.removed))]
    const now = added.length === 0 ? [] : [': now on ', ...references(added)]
    const before =
      removed.length === 0 ? [] : [added.length === 0 ? ': no longer on ' : ', no longer on ', ...references(removed)]
    return [[strong(`${count(all.length, 'image')} are built on different base images`), ...now, ...before, '.']]
  }
  const known = new Map(report.images.map((image) => [image.name, image]))
  return all.map(({ image, added, removed }) => {
    const change = known.get(image)
    const name = change === undefined ? code(image) : imageName(report, change)
    return [strong(name, ' ', ...movedWords({ added, removed })), '.']
  })
}

/** `is now built on node:24 instead of node:22` */
export function movedWords({ added, removed }: Pick<Move, 'added' | 'removed'>): Span[] {
  if (added.length === 0) return ['is no longer built on ', ...references(removed)]
  if (removed.length === 0) return ['is now also built on ', ...references(added)]
  return ['is now built on ', ...references(added), ' instead of ', ...references(removed)]
}

function references(all: readonly string[]): Span[] {
  return listed(
    all.map((one) => [code(shortReference(one))]),
    { max: MAX_BASES },
  )
}

function distinct(all: readonly string[]): string[] {
  return [...new Set(all)]
}
