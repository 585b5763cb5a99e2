// Sentences about changed images: one per image if there are few, grouped by change if there are many.
import { count, groupBy } from '../text/index.js'
import { imageName, imageNames } from './effect-of-entries.js'
import type { ImageChange, Report, ValueChange } from './model.js'
import { type Predicate, plural, predicatesOf } from './predicates.js'
import { listed, markdown, type Span, strong } from './spans.js'
import { beforeAndAfter, keyedChange } from './values.js'

/** Up to this many images get a sentence each, with every value. */
export const ONE_BY_ONE = 2
const MAX_NAMES = 3
const MAX_VALUES = 4
const MAX_DIFFERENT = 3
const MAX_GROUPS = 5

/** Sentences about changes of images that stay. */
export function changedSentences(report: Report): Span[][] {
  const images = report.images.filter(({ kind }) => kind !== 'enrolled' && kind !== 'removed')
  const changed = images.flatMap((image) => {
    const predicates = predicatesOf(image)
    return predicates.length === 0 ? [] : [{ image, predicates }]
  })
  if (changed.length <= ONE_BY_ONE) return changed.map(({ image, predicates }) => alone(report, image, predicates))
  const pairs = changed.flatMap(({ image, predicates }) => predicates.map((predicate) => ({ image, predicate })))
  const sorted = pairs.sort((a, b) => a.predicate.rank - b.predicate.rank)
  const groups = [...groupBy(sorted, ({ predicate }) => markdown(predicate.words)).values()]
  const sentences = groups.slice(0, MAX_GROUPS).map((group) => together(report, group))
  const left = groups.length - MAX_GROUPS
  return left > 0 ? [...sentences, [`${count(left, 'other kind')} of changes below.`]] : sentences
}

/** `shop-web is rebuilt more often, up to once per 24h (rebuildDelay 7d (default) → 24h).` */
function alone(report: Report, image: ImageChange, predicates: readonly Predicate[]): Span[] {
  const parts = predicates.map(({ words, detail, changes, prefix }, index): Span[] => {
    const subject = index === 0 ? [imageName(report, image), ' '] : []
    const shown = isOneBreath(predicates) ? changes : []
    const values = shown.map((change) => keyedChange(change, change.key.slice(prefix.length)))
    return [strong(...subject, ...words, ...detail), ...inParentheses(listed(values, { max: MAX_VALUES, and: ', ' }))]
  })
  return [...listed(parts), '.']
}

/** With more predicates, the values are only in the table. */
const MAX_PREDICATES = 3

/** Whether one sentence contains everything about an image, with every value. */
export function isOneBreath(predicates: readonly Predicate[]): boolean {
  return predicates.length <= MAX_PREDICATES && predicates.every(({ changes }) => changes.length <= MAX_VALUES)
}

function inParentheses(values: readonly Span[]): Span[] {
  return values.length === 0 ? [] : [' (', ...values, ')']
}

/** `98 images are rebuilt less often (49 × rebuildDelay 7d → 14d, 49 × 24h → 7d).` */
function together(
  report: Report,
  group: readonly { readonly image: ImageChange; readonly predicate: Predicate }[],
): Span[] {
  const images = group.map(({ image }) => image)
  const [first] = group
  const words = first?.predicate.words ?? []
  const subject = images.length <= MAX_NAMES ? imageNames(report, images) : [count(images.length, 'image')]
  const verb = images.length === 1 ? words : plural(words)
  return [strong(...subject, ' ', ...verb), ...inParentheses(differentValues(group.map((one) => one.predicate))), '.']
}

/** Changed values, with identical ones counted, the most frequent first. */
function differentValues(predicates: readonly Predicate[]): Span[] {
  const all = predicates.flatMap(({ changes, prefix }) =>
    changes.map((change) => ({ change, name: change.key.slice(prefix.length) })),
  )
  const alike = [...groupBy(all, ({ change, name }) => JSON.stringify([name, change.before, change.after])).values()]
  const sorted = alike.sort((a, b) => b.length - a.length)
  let told: string | null = null
  const show = ([first, ...others]: readonly { readonly change: ValueChange; readonly name: string }[]): Span[] => {
    if (first === undefined) return []
    const times = alike.length === 1 || others.length === 0 ? [] : [`${others.length + 1} × `]
    // The key is part of its first value.
    const isTold = first.name === told
    told = first.name
    return [...times, ...(isTold ? beforeAndAfter(first.change) : keyedChange(first.change, first.name))]
  }
  return listed(sorted.map(show), { max: MAX_DIFFERENT, and: ', ' })
}
