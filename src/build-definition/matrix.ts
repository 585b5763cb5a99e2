import { isValueList, isValueMap, NotKnown, type Value, type ValueMap } from './contexts.js'

/** One combination of a job's matrix: values by lower-case key. */
export type Combination = ReadonlyMap<string, Value>

/** The jobs a matrix makes. Where a part of it is not known it is not exact: keys may be missing. */
export interface Matrix {
  readonly combinations: readonly Combination[]
  readonly isExact: boolean
}

/** More jobs GitHub does not make of one matrix (docs.github.com, "Usage limits"). */
const MAX_JOBS = 256

const NOTHING_KNOWN: Matrix = { combinations: [new Map()], isExact: false }

/**
 * The combinations of a `strategy.matrix`, as GitHub makes them (docs.github.com, "Running variations of jobs"): every
 * axis with every other, without those `exclude` matches, with what `include` adds to those whose axes it does not
 * change, or on its own.
 *
 * @param matrix the matrix with its expressions evaluated; undefined where the job has none: one combination without
 *   keys.
 */
export function combinationsOf(matrix: Value | undefined): Matrix {
  if (matrix === undefined) return { combinations: [new Map()], isExact: true }
  if (!isValueMap(matrix)) return NOTHING_KNOWN
  const [include, exclude] = [matrix.values.get('include'), matrix.values.get('exclude')]
  const axes = [...matrix.values].filter(([key]) => key !== 'include' && key !== 'exclude')
  const literal = axes.flatMap(([key, values]) => (isValueList(values) ? [{ key, values }] : []))
  const jobs = literal.reduce((product, { values }) => Math.min(product * values.length, MAX_JOBS + 1), 1)
  const added = maps(include)
  const removed = maps(exclude)
  if (jobs > MAX_JOBS || added.length > MAX_JOBS || removed.length > MAX_JOBS) return NOTHING_KNOWN
  const isExact = literal.length === axes.length && isListOrNone(include) && isListOrNone(exclude)
  const all = literal.length === 0 && added.length > 0 ? [] : product(literal)
  const kept = all.filter((combination) => !removed.some((entry) => agrees(combination, entry)))
  return { combinations: withIncluded(kept, added, new Set(axes.map(([key]) => key))), isExact }
}

/** What `matrix` holds for one combination: GitHub makes nothing of a key that it does not have. */
export function matrixContext({ isExact }: Matrix, combination: Combination): ValueMap {
  return { values: combination, others: isExact ? 'absent' : 'unknown' }
}

interface Axis {
  readonly key: string
  readonly values: readonly Value[]
}

function product(axes: readonly Axis[]): Combination[] {
  let combinations: Combination[] = [new Map()]
  for (const { key, values } of axes) {
    combinations = combinations.flatMap((before) => values.map((value) => new Map([...before, [key, value]])))
  }
  return combinations
}

function withIncluded(
  originals: readonly Combination[],
  entries: readonly Combination[],
  axes: ReadonlySet<string>,
): Combination[] {
  const combinations = originals.map((original) => ({ original, full: original }))
  const alone: Combination[] = []
  for (const entry of entries) {
    const ofAxes = new Map([...entry].filter(([key]) => axes.has(key)))
    const fitting = combinations.filter(({ original }) => agrees(original, ofAxes))
    for (const found of fitting) found.full = new Map([...found.full, ...entry])
    if (fitting.length === 0) alone.push(entry)
  }
  return [...combinations.map(({ full }) => full), ...alone]
}

function agrees(combination: Combination, entry: Combination): boolean {
  return [...entry].every(([key, value]) => spelled(combination.get(key)) === spelled(value))
}

function spelled(value: Value | undefined): string | undefined {
  return JSON.stringify(value, (_key, part: unknown) => (part instanceof Map ? [...part] : part))
}

function isListOrNone(value: Value | undefined): boolean {
  return value === undefined || value === null || (isValueList(value) && value.every(isValueMap))
}

function maps(value: Value | undefined): Combination[] {
  if (value === undefined || value instanceof NotKnown || !isValueList(value)) return []
  return value.filter(isValueMap).map(({ values }) => values)
}
