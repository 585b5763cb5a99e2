import type { Data } from '../enrollment/yaml-data.js'
import { isMap } from './data.js'

/** One combination of a job's matrix. */
export type Combination = Readonly<Record<string, Data>>

/** The jobs a matrix makes. Where a part of it is an expression it is not exact: keys may be missing. */
export interface Matrix {
  readonly combinations: readonly Combination[]
  readonly isExact: boolean
}

/** More jobs GitHub does not make of one matrix (docs.github.com, "Usage limits"). */
const MOST_JOBS = 256

const NOTHING_KNOWN: Matrix = { combinations: [Object.create(null)], isExact: false }

/**
 * The combinations of a `strategy.matrix`, as GitHub makes them (docs.github.com, "Running variations of jobs"): every
 * axis with every other, without those `exclude` matches, with what `include` adds to those whose axes it does not
 * change, or on its own.
 *
 * @param matrix the matrix as written; undefined where the job has none: one combination without keys.
 */
export function combinationsOf(matrix: Data | undefined): Matrix {
  if (matrix === undefined) return { combinations: [Object.create(null)], isExact: true }
  if (!isMap(matrix)) return NOTHING_KNOWN
  const { include, exclude, ...axes } = matrix
  const literal = Object.entries(axes).flatMap(([key, values]) => (isLiteral(values) ? [{ key, values }] : []))
  const jobs = literal.reduce((product, { values }) => Math.min(product * values.length, MOST_JOBS + 1), 1)
  const added = maps(include)
  const removed = maps(exclude)
  if (jobs > MOST_JOBS || added.length > MOST_JOBS || removed.length > MOST_JOBS) return NOTHING_KNOWN
  const isExact = literal.length === Object.keys(axes).length && isListOrNone(include) && isListOrNone(exclude)
  const all = literal.length === 0 && added.length > 0 ? [] : product(literal)
  const kept = all.filter((combination) => !removed.some((entry) => agrees(combination, entry)))
  return { combinations: withIncluded(kept, added, Object.keys(axes)), isExact }
}

interface Axis {
  readonly key: string
  readonly values: readonly Data[]
}

function product(axes: readonly Axis[]): Combination[] {
  let combinations: Combination[] = [Object.create(null)]
  for (const { key, values } of axes) {
    combinations = combinations.flatMap((before) => values.map((value) => added(before, { [key]: value })))
  }
  return combinations
}

function withIncluded(
  originals: readonly Combination[],
  entries: readonly Combination[],
  axes: readonly string[],
): Combination[] {
  const combinations = originals.map((original) => ({ original, full: original }))
  const alone: Combination[] = []
  for (const entry of entries) {
    const ofAxes = Object.fromEntries(Object.entries(entry).filter(([key]) => axes.includes(key)))
    const fitting = combinations.filter(({ original }) => agrees(original, ofAxes))
    for (const found of fitting) found.full = added(found.full, entry)
    if (fitting.length === 0) alone.push(entry)
  }
  return [...combinations.map(({ full }) => full), ...alone]
}

function added(below: Combination, above: Combination): Combination {
  return Object.assign(Object.create(null), below, above)
}

function agrees(combination: Combination, entry: Combination): boolean {
  return Object.entries(entry).every(([key, value]) => JSON.stringify(combination[key]) === JSON.stringify(value))
}

function isLiteral(values: Data): values is readonly Data[] {
  return Array.isArray(values)
}

function isListOrNone(data: Data | undefined): boolean {
  return data === undefined || data === null || (Array.isArray(data) && data.every(isMap))
}

function maps(data: Data | undefined): Combination[] {
  return Array.isArray(data) ? data.filter(isMap) : []
}
