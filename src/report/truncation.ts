// Makes a report fit: omits whole parts step by step. Nothing is ever truncated in the middle.
import {
  type Around,
  assemble,
  type DetailLevel,
  type DocumentOptions,
  headerAndFooter,
  inPieces,
  manifestsFold,
} from './document.js'
import { section } from './resources.js'
import type { ResourceGroup, View } from './view.js'

const FEW_ROWS = 10
const BLANK_LINE = 2
const NOTHING: ReadonlySet<ResourceGroup> = new Set()

/** Caches what was rendered and measured between levels of detail. */
interface Fitting {
  readonly view: View
  readonly options: DocumentOptions
  readonly budget: {
    /** In the unit of `measure`. */
    readonly limit: number
    /** Above this size, the longest diffs of additions are omitted. */
    readonly comfortable: number
    readonly measure: (text: string) => number
    /** Maximum length of a list. */
    readonly rows: number
  }
  readonly around: (detail: DetailLevel) => Around
  readonly sizeOf: (group: ResourceGroup, context: DetailLevel['context']) => number
}

/** As much of a report as fits. Every report fits into 1,500 characters, with a marker of ordinary length. */
export function fitToBudget(view: View, options: DocumentOptions, budget: Fitting['budget']): string {
  const around = memoize(
    (detail: DetailLevel) => headerAndFooter(view, options, detail),
    ({ level, extras, rows, footer }) => JSON.stringify([level, extras, rows, footer]),
  )
  const sizesWith = (context: DetailLevel['context']) =>
    memoize(
      (group: ResourceGroup) => budget.measure(section(group, context)),
      (group) => group,
    )
  const sizes = { 1: sizesWith(1), 3: sizesWith(3) }
  const fitting: Fitting = { view, options, budget, around, sizeOf: (group, context) => sizes[context](group) }
  for (const { detail, limit } of detailLevels(fitting)) {
    if (size(fitting, detail) <= limit) return assemble(blocks(view, options, detail, around(detail)))
  }
  const least = { ...COUNTS, footer: false }
  return assemble(blocks(view, options, least, around(least)))
}

function memoize<A, K, R>(make: (argument: A) => R, keyOf: (argument: A) => K): (argument: A) => R {
  const known = new Map<K, R>()
  return (argument) => {
    const key = keyOf(argument)
    const found = known.get(key) ?? make(argument)
    known.set(key, found)
    return found
  }
}

/** The whole report regardless of its length, in pieces. */
export function untruncated(view: View, options: DocumentOptions, rows: number): Iterable<string> {
  const detail = everything(view, rows)
  return inPieces(blocks(view, options, detail, headerAndFooter(view, options, detail)))
}

function* blocks(
  view: View,
  options: DocumentOptions,
  detail: DetailLevel,
  { above, below }: Around,
): Generator<string> {
  const fold = manifestsFold(view, options, detail)
  yield* above
  yield* fold.above
  for (const group of view.groups) if (detail.shown.has(group)) yield section(group, detail.context)
  yield* fold.below
  yield* below
}

const COUNTS: DetailLevel = { level: 'counts', shown: NOTHING, context: 1, extras: false, rows: 0, footer: true }

function everything({ groups }: View, rows: number): DetailLevel {
  return { level: 'full', shown: new Set(groups), context: 3, extras: true, rows, footer: true }
}

/** From full detail to counts. Diffs of deletions are omitted last: losses must stay visible longest. */
function* detailLevels(fitting: Fitting): Generator<{ readonly detail: DetailLevel; readonly limit: number }> {
  const { groups } = fitting.view
  const { limit, rows } = fitting.budget
  const comfortable = Math.min(limit, fitting.budget.comfortable)
  const all = everything(fitting.view, rows)
  // In a long text, less context around changes is easier to read.
  yield { detail: all, limit: Math.min(limit, comfortable / 2) }
  yield { detail: { ...all, context: 1 }, limit: comfortable }
  const removed = groups.filter(({ lead }) => lead.change === 'removed')
  const changed = groups.filter(({ lead }) => lead.change === 'modified')
  const added = groups.filter(({ lead }) => lead.change === 'added')
  const lean: DetailLevel = { ...all, context: 1, shown: new Set([...removed, ...changed]) }
  // Added objects consist of "+" lines: the longest ones are the least useful.
  const fewer = { kept: [...removed, ...changed], candidates: added }
  yield { detail: dropLargest(fitting, lean, fewer, comfortable), limit }
  yield { detail: dropLargest(fitting, lean, { kept: removed, candidates: changed }, limit), limit }
  yield { detail: dropLargest(fitting, { ...lean, extras: false }, { kept: [], candidates: removed }, limit), limit }
  const summary: DetailLevel = { ...lean, level: 'summary', shown: NOTHING, extras: false }
  yield { detail: summary, limit }
  yield { detail: { ...summary, rows: FEW_ROWS }, limit }
  yield { detail: COUNTS, limit }
}

/** Keeps `kept` and as many of `candidates` as fit: those with the most lines are omitted first. */
function dropLargest(
  fitting: Fitting,
  detail: DetailLevel,
  { kept, candidates }: { readonly kept: readonly ResourceGroup[]; readonly candidates: readonly ResourceGroup[] },
  limit: number,
): DetailLevel {
  // By lines, because the size of thousands of diffs is only known once they are rendered.
  const byLines = [...candidates].sort((a, b) => linesOf(a) - linesOf(b))
  const without = (n: number): DetailLevel => ({
    ...detail,
    shown: new Set([...kept, ...byLines.slice(0, byLines.length - n)]),
  })
  // Each omitted diff reduces the size, so a binary search finds the first that fits.
  let [low, high] = [0, byLines.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (size(fitting, without(middle)) <= limit) high = middle
    else low = middle + 1
  }
  return without(low)
}

function linesOf({ lead: { difference } }: ResourceGroup): number {
  return difference.added + difference.removed
}

/** The size of a level of detail; stops counting at the limit. */
function size({ view, options, budget, around, sizeOf }: Fitting, detail: DetailLevel): number {
  const { above, below } = around(detail)
  const fold = manifestsFold(view, options, detail)
  let total = budget.measure(assemble([...above, ...fold.above, ...fold.below, ...below]))
  for (const group of detail.shown) {
    if (total > budget.limit) return total
    total += sizeOf(group, detail.context) + BLANK_LINE
  }
  return total
}
