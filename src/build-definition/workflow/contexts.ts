import { contentKey, shortText } from '../value.js'
import { type DispatchInput, PLACEHOLDER, type WorkflowFacts } from './workflow.js'

/** What an expression may read, by the lower-case name of a context (`inputs`, `github`). */
export type Contexts = ReadonlyMap<string, ValueMap>

/** A value of a context, as far as it is known before a run. */
export type Value = string | number | boolean | null | readonly Value[] | ValueMap | NotKnown

/** Values by lower-case key: GitHub's keys are case-insensitive. */
export interface ValueMap {
  readonly values: ReadonlyMap<string, Value>
  /**
   * What any other key is: missing, known only during the run, or not declared and so probably a mistake (an undeclared
   * input).
   */
  readonly others: 'absent' | 'unknown' | 'undeclared'
}

/** A value that is not known yet. */
export class NotKnown {
  /** Its name for messages, `github.run_number`; null: its path. */
  readonly part: string | null
  /** Why, as the rest of a sentence that begins with the name; null: it is known only during the run. */
  readonly reason: string | null

  constructor(part: string | null = null, reason: string | null = null) {
    this.part = part
    this.reason = reason
  }
}

/** Result of an expression. */
export type ExpressionResult =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'unknown'; readonly part: string; readonly reason: string | null }
  | { readonly kind: 'invalid'; readonly reason: string }

/** Whether a value is a map. */
export function isValueMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NotKnown)
}

/** Whether a value is a list. */
export function isValueList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** A scalar as GitHub converts it to text; null if it is not a scalar or unknown. */
export function contextText(value: Value): string | null {
  if (value === null) return ''
  return typeof value === 'object' ? null : String(value)
}

/** A map with lower-case keys. */
export function lowered(values: Iterable<readonly [string, Value]>): Map<string, Value> {
  return new Map([...values].map(([key, value]) => [key.toLowerCase(), value]))
}

/** A run as we would start it. */
export interface DispatchedRun {
  /** OWNER/REPO; empty: unknown. */
  readonly repo: string
  /** null: the default branch, whose name is unknown. */
  readonly branch: string | null
  readonly inputs: ReadonlyMap<string, string>
}

/** The `github` context of a dispatched run, as far as it is known in advance (docs.github.com, "Contexts"). */
export function githubContext(facts: WorkflowFacts, { repo, branch, inputs }: DispatchedRun): ValueMap {
  const ref = branch === null ? new NotKnown() : `refs/heads/${branch}`
  const texts: ValueMap = { values: lowered(inputValues(facts, { inputs }, (text) => text)), others: 'absent' }
  const values = new Map<string, Value>([
    ['event_name', 'workflow_dispatch'],
    ['repository', repo === '' ? new NotKnown() : repo],
    ['repository_owner', repo === '' ? new NotKnown() : (repo.split('/')[0] ?? '')],
    ['workflow', facts.name ?? facts.file],
    ['ref', ref],
    ['ref_name', branch ?? new NotKnown()],
    ['ref_type', 'branch'],
    // Set only for pull requests (docs.github.com, "Contexts").
    ['head_ref', ''],
    ['base_ref', ''],
    ['event', { values: eventValues(texts, ref, repo), others: 'absent' }],
  ])
  return { values, others: 'unknown' }
}

/**
 * The `inputs` context of a dispatched run: declared inputs with the values sent or else their defaults, typed.
 *
 * @param others what an undeclared input is.
 */
export function inputsContext(facts: WorkflowFacts, run: DispatchedRun, others: ValueMap['others']): ValueMap {
  return { values: lowered(inputValues(facts, run, typedValue)), others }
}

/** The event of a dispatch (docs.github.com, "Webhook events", workflow_dispatch); other keys are null. */
function eventValues(inputs: ValueMap, ref: Value, repo: string): Map<string, Value> {
  const later = ['enterprise', 'installation', 'organization', 'sender', 'workflow']
  const names: [string, Value][] =
    repo === ''
      ? []
      : [
          ['full_name', repo],
          ['name', repo.split('/')[1] ?? ''],
        ]
  return new Map<string, Value>([
    ['inputs', inputs],
    ['ref', ref],
    ['repository', { values: new Map(names), others: 'unknown' }],
    ...later.map((key) => [key, new NotKnown()] as const),
  ])
}

/** The declared inputs with the values we send or else their defaults. */
function inputValues(
  { dispatch }: WorkflowFacts,
  { inputs }: Pick<DispatchedRun, 'inputs'>,
  read: (text: string, input: DispatchInput) => Value,
): Map<string, Value> {
  return new Map(
    [...(dispatch?.inputs ?? [])].map(([name, input]) => {
      const text = inputs.get(name) ?? input.default
      if (text === null) return [name, notSent(name, input)]
      if (!PLACEHOLDER.test(text)) return [name, read(text, input)]
      return [name, new NotKnown(`the input ${shortText(name)}`, 'which is different for every new base image')]
    }),
  )
}

/** The value of other types that are not sent is not documented. */
function notSent(name: string, { type }: DispatchInput): Value {
  if (type === 'string') return ''
  return new NotKnown(`the input ${shortText(name)}`, 'which is not sent and has no default')
}

/** `inputs` has the declared types, `github.event.inputs` only strings (docs.github.com, "Contexts"). */
export function typedValue(text: string, { type }: DispatchInput): Value {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : new NotKnown()
  if (type !== 'number') return text
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? number : new NotKnown()
}

/** One combination of a job's matrix: values by lower-case key. */
type Combination = ReadonlyMap<string, Value>

/** GitHub's limit on jobs per matrix (docs.github.com, "Usage limits"). */
const MAX_JOBS = 256

const NO_KEYS: readonly Combination[] = [new Map()]
const NOTHING_KNOWN = { combinations: NO_KEYS, isExact: false }

/**
 * The combinations of a `strategy.matrix`, as GitHub makes them (docs.github.com, "Running variations of jobs"): the
 * product of all axes, without those that `exclude` matches, plus what `include` adds to combinations whose axes it
 * does not change, or as new combinations.
 *
 * @param matrix the evaluated matrix; undefined if the job has none: one combination without keys.
 * @returns the combinations. If part of the matrix is unknown they are not exact: keys may be missing.
 */
export function combinationsOf(matrix: Value | undefined) {
  if (matrix === undefined) return { combinations: NO_KEYS, isExact: true }
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

/** The `matrix` context for one combination; in GitHub, a missing key is null. */
export function matrixContext(isExact: boolean, combination: Combination): ValueMap {
  return { values: combination, others: isExact ? 'absent' : 'unknown' }
}

function product(axes: readonly { readonly key: string; readonly values: readonly Value[] }[]): Combination[] {
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
  return [...entry].every(([key, value]) => contentKey(combination.get(key)) === contentKey(value))
}

function isListOrNone(value: Value | undefined): boolean {
  return value === undefined || value === null || (isValueList(value) && value.every(isValueMap))
}

function maps(value: Value | undefined): Combination[] {
  if (value === undefined || value instanceof NotKnown || !isValueList(value)) return []
  return value.filter(isValueMap).map(({ values }) => values)
}
