// Makes a report fit: whole parts are left out, step by step, until it does. Nothing is ever cut in the middle.
import {
  assemble,
  contents,
  type DetailLevel,
  type DocumentOptions,
  type HeaderAndFooter,
  headerAndFooter,
  inPieces,
} from './document.js'
import { section } from './resources.js'
import type { ResourceGroup, View } from './view.js'

/** How much room there is, and how text is measured. */
export interface Budget {
  readonly budget: number
  readonly measure: (text: string) => number
  /** How long a list may get. */
  readonly rows: number
}

const FEW_ROWS = 10
const BLANK_LINE = 2
const NOTHING: ReadonlySet<ResourceGroup> = new Set()

/** One fitting: what is written or measured once for one plan is remembered for the next. */
interface Fitting {
  readonly view: View
  readonly frame: DocumentOptions
  readonly room: Budget
  readonly around: (plan: DetailLevel) => HeaderAndFooter
  readonly sizeOf: (group: ResourceGroup, context: DetailLevel['context']) => number
}

/** The most of a report that fits. Every report fits into 1,500 characters, with a marker of ordinary length. */
export function fitToBudget(view: View, frame: DocumentOptions, room: Budget): string {
  const fitting: Fitting = { view, frame, room, around: surrounder(view, frame), sizeOf: sizer(view, room) }
  for (const plan of plans(fitting)) {
    if (size(fitting, plan) <= room.budget) return assemble(blocks(view, frame, plan, fitting.around(plan)))
  }
  const least = { ...COUNTS, footer: false }
  return assemble(blocks(view, frame, least, fitting.around(least)))
}

/** The whole report, however long it is, piece by piece. */
export function whole(view: View, frame: DocumentOptions, rows: number): Iterable<string> {
  const plan = everything(view, rows)
  return inPieces(blocks(view, frame, plan, headerAndFooter(view, frame, plan)))
}

function* blocks(
  view: View,
  frame: DocumentOptions,
  plan: DetailLevel,
  { above, below }: HeaderAndFooter,
): Generator<string> {
  yield* above
  yield* contents(view, frame, plan)
  for (const group of view.groups) if (plan.shown.has(group)) yield section(view, group, plan.context)
  yield* below
}

const COUNTS: DetailLevel = { level: 'counts', shown: NOTHING, context: 1, extras: false, rows: 0, footer: true }

function everything({ groups }: View, rows: number): DetailLevel {
  return { level: 'full', shown: new Set(groups), context: 3, extras: true, rows, footer: true }
}

/** From everything to numbers. Diffs of deletions go last: what is lost must be seen longest. */
function* plans(fitting: Fitting): Generator<DetailLevel> {
  const { groups } = fitting.view
  const all = everything(fitting.view, fitting.room.rows)
  yield all
  yield { ...all, context: 1 }
  const removed = groups.filter(({ lead }) => lead.change === 'removed')
  const changed = groups.filter(({ lead }) => lead.change === 'modified')
  const added = groups.filter(({ lead }) => lead.change === 'added')
  const lean: DetailLevel = { ...all, context: 1, shown: new Set([...removed, ...changed]) }
  // What is added is all "+": the longest say least.
  yield dropLargest(fitting, lean, { kept: [...removed, ...changed], candidates: added })
  yield dropLargest(fitting, lean, { kept: removed, candidates: changed })
  yield dropLargest(fitting, { ...lean, extras: false }, { kept: [], candidates: removed })
  const summary: DetailLevel = { ...lean, level: 'summary', shown: NOTHING, extras: false }
  yield summary
  yield { ...summary, rows: FEW_ROWS }
  yield COUNTS
}

/** Keeps `kept` and as many of `candidates` as fit: the one of most lines goes first, then the next. */
function dropLargest(
  fitting: Fitting,
  plan: DetailLevel,
  { kept, candidates }: { readonly kept: readonly ResourceGroup[]; readonly candidates: readonly ResourceGroup[] },
): DetailLevel {
  // By lines and not by size, which for thousands of diffs would have to be written to be known.
  const byLines = [...candidates].sort((a, b) => linesOf(a) - linesOf(b))
  const without = (n: number): DetailLevel => ({
    ...plan,
    shown: new Set([...kept, ...byLines.slice(0, byLines.length - n)]),
  })
  // The size falls with every diff that goes, so the first that fits is found by halving.
  let [low, high] = [0, byLines.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (size(fitting, without(middle)) <= fitting.room.budget) high = middle
    else low = middle + 1
  }
  return without(low)
}

function linesOf({ lead: { difference } }: ResourceGroup): number {
  return difference.added + difference.removed
}

/** The size of what a plan makes; stops counting as soon as it is too much. */
function size({ view, frame, room, around, sizeOf }: Fitting, plan: DetailLevel): number {
  const { above, below } = around(plan)
  let total = room.measure(assemble([...above, ...contents(view, frame, plan), ...below]))
  for (const group of plan.shown) {
    if (total > room.budget) return total
    total += sizeOf(group, plan.context) + BLANK_LINE
  }
  return total
}

function surrounder(view: View, frame: DocumentOptions): Fitting['around'] {
  const known = new Map<string, HeaderAndFooter>()
  return ({ level, extras, rows, footer }) => {
    const key = JSON.stringify([level, extras, rows, footer])
    const found = known.get(key) ?? headerAndFooter(view, frame, { level, extras, rows, footer })
    known.set(key, found)
    return found
  }
}

function sizer(view: View, room: Budget): Fitting['sizeOf'] {
  const sizes = { 1: new Map<ResourceGroup, number>(), 3: new Map<ResourceGroup, number>() }
  return (group, context) => {
    const known = sizes[context].get(group)
    if (known !== undefined) return known
    const measured = room.measure(section(view, group, context))
    sizes[context].set(group, measured)
    return measured
  }
}
