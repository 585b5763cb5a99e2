import type { Data } from '../enrollment/yaml-data.js'
import { type DataMap, isMap, listOf, mapOf, ownValue, type PlacedFile } from './data.js'
import { type Expanded, envName, expand, matrixPath, nothingOf } from './expression.js'
import { type Combination, combinationsOf, type Matrix } from './matrix.js'
import { type Budget, type BuildValue, known, unknown } from './value.js'

/** A job of a workflow, and what its expressions can know. */
export interface Job {
  readonly name: string
  readonly data: DataMap
  readonly matrix: Matrix
  readonly file: PlacedFile
  readonly budget: Budget
  /** Words of the scripts that write to GITHUB_ENV: variables of those names may change while the job runs. */
  readonly rewritten: ReadonlySet<string>
}

/** Fills in the expressions of a step's text, for one combination of its job's matrix. */
export type Fill = (written: string) => Expanded

/** Prepares a job of a workflow. */
export function jobOf(name: string, data: DataMap, file: PlacedFile, budget: Budget): Job {
  const matrix = combinationsOf(literalMatrix(name, data, file))
  return { name, data, matrix, file, budget, rewritten: rewrittenNames(data) }
}

/** The matrix with numbers as GitHub reads them, so that combinations no longer need their places. */
function literalMatrix(job: string, data: DataMap, file: PlacedFile): Data | undefined {
  const strategy = ownValue(data, 'strategy')
  if (strategy === undefined || strategy === null) return undefined
  if (!isMap(strategy)) return null
  const matrix = ownValue(strategy, 'matrix')
  return matrix === undefined ? undefined : file.read(matrix, ['jobs', job, 'strategy', 'matrix'])
}

function rewrittenNames(job: DataMap): ReadonlySet<string> {
  const names = new Set<string>()
  for (const step of listOf(ownValue(job, 'steps'))) {
    const script = ownValue(mapOf(step), 'run')
    if (typeof script !== 'string' || !script.includes('GITHUB_ENV')) continue
    for (const [word] of script.matchAll(/\w+/g)) names.add(word)
  }
  return names
}

/** What the expressions of a step stand for, for one combination of its job's matrix. */
export interface StepScope {
  readonly fill: Fill
  /** A variable of the step, its job or the workflow, null where they write none of that name. */
  readonly variable: (name: string) => BuildValue | null
  /** All of them. */
  readonly variables: () => ReadonlyMap<string, BuildValue>
}

/**
 * How the texts of a step are filled in. Known are literal variables of the step, its job and the workflow (the
 * nearest wins; docs.github.com, "Variables") unless a script of the job may have changed them, and keys of a literal
 * matrix. Everything else is decided when the workflow runs.
 */
export function stepScope(job: Job, step: number, combination: Combination, workflow: DataMap): StepScope {
  const levels = levelsOf(job, step, workflow)
  const fillAt =
    (height: number): Fill =>
    (written) => {
      if (!job.budget.spend(written.length)) return nothingOf(written)
      return expand(written, (expression) => {
        const name = envName(expression)
        const keys = height === 0 ? null : matrixPath(expression)
        const matrix = () => (keys === null ? null : matrixText(job.matrix, combination, keys))
        const text = name === null ? matrix() : variable(name, height)
        return text !== null && job.budget.spend(text.length) ? text : null
      })
    }
  // A variable may be written with variables of the levels below its own only, so this ends.
  const variable = (name: string, height: number): string | null => {
    const below = levels.slice(0, height)
    const level = below.findLast(({ env }) => isMap(env) && ownValue(env, name) !== undefined)
    if (level === undefined || below.some(({ env }) => isExpression(env))) return null
    if (!level.isFinal && job.rewritten.has(name)) return null
    const text = job.file.scalar(ownValue(mapOf(level.env), name), [...level.path, name])
    if (text === null) return null
    const filled = fillAt(levels.indexOf(level))(text)
    return filled.unknown.length === 0 ? filled.text : null
  }
  const names = () => new Set(levels.flatMap(({ env }) => Object.keys(mapOf(env))))
  const valueAt = (name: string): BuildValue => {
    const text = variable(name, levels.length)
    return text === null ? unknown(`the workflow's variable ${name}`) : known(text)
  }
  return {
    fill: fillAt(levels.length),
    variable: (name) => (levels.some(({ env }) => ownValue(mapOf(env), name) !== undefined) ? valueAt(name) : null),
    variables: () => new Map([...names()].map((name) => [name, valueAt(name)])),
  }
}

function levelsOf(job: Job, step: number, workflow: DataMap): readonly Level[] {
  const steps = listOf(ownValue(job.data, 'steps'))
  const ofStep = ownValue(mapOf(steps[step]), 'env')
  return [
    { env: ownValue(workflow, 'env'), path: ['env'], isFinal: false },
    { env: ownValue(job.data, 'env'), path: ['jobs', job.name, 'env'], isFinal: false },
    { env: ofStep, path: ['jobs', job.name, 'steps', step, 'env'], isFinal: true },
  ]
}

interface Level {
  readonly env: Data | undefined
  readonly path: readonly (string | number)[]
  /** Nothing that runs before the step can change it. */
  readonly isFinal: boolean
}

function isExpression(env: Data | undefined): boolean {
  return typeof env === 'string'
}

function matrixText(matrix: Matrix, combination: Combination, keys: readonly string[]): string | null {
  let value: Data | undefined = combination
  for (const key of keys) value = isMap(value) ? ownValue(value, key) : undefined
  // GitHub makes nothing of a key that this combination does not have.
  if (value === undefined) return matrix.isExact ? '' : null
  if (typeof value === 'object' && value !== null) return null
  const text = value === null ? '' : String(value)
  return text.includes('${{') ? null : text
}
