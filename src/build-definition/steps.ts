import type { Data } from '../enrollment/yaml-data.js'
import { type DataMap, listOf, mapOf, ownValue } from './data.js'
import { pieceValue } from './expression.js'
import { inputList, type ListKind } from './input-list.js'
import { type Job, type StepScope, stepScope } from './job.js'
import { type Combination, combinationsOf } from './matrix.js'
import { type BuildInputs, type BuildValue, FROM_ENVIRONMENT, filled, isKnown, known, unknown } from './value.js'

/** A step that builds an image. */
export type BuildStep = ActionStep | BakeStep | CommandStep

interface StepPlace {
  readonly job: string
  readonly line: number
  /** The step or its job carries an `if`: a run may succeed without it. */
  readonly isConditional: boolean
}

/** `docker/build-push-action` (or a fork with the same inputs). */
export interface ActionStep extends StepPlace {
  readonly kind: 'build-push'
  /** null: none given, the repository itself is the context. */
  readonly context: BuildValue | null
  readonly file: BuildValue | null
  readonly passes: BuildInputs
  /** Does its image leave the runner, as far as can be seen? */
  readonly publishes: boolean
  readonly tags: readonly BuildValue[]
}

/** `docker/bake-action`: what it builds stands in other files. */
export interface BakeStep extends StepPlace {
  readonly kind: 'bake'
  /** Empty: bake's own default files. */
  readonly files: readonly BuildValue[]
  /** Empty: the group or target `default`. */
  readonly targets: readonly BuildValue[]
  /** Overrides, as `TARGET.KEY=VALUE`. */
  readonly set: readonly BuildValue[]
  readonly workdir: BuildValue | null
  readonly source: BuildValue | null
  /** Variables of the step and its `vars`: bake and compose files are filled in with them. */
  readonly environment: ReadonlyMap<string, BuildValue>
}

/** A script that calls docker: there is a build, and that is all we say about it. */
export interface CommandStep extends StepPlace {
  readonly kind: 'command'
}

/** More variants of one step than this are nobody's to choose from. */
const MOST_VARIANTS = 64

/** The forks take the same inputs. */
const ACTION = /^(?:docker|depot|useblacksmith)\/(build-push|bake)-action@/i

const COMMAND =
  /\bdocker[\s\\]{1,20}(?:(?:buildx|image|builder)[\s\\]{1,20})?(?:build|bake)\b|\bdocker(?:-|[\s\\]{1,20})compose\b[^\n;|&]{0,200}\bbuild\b/

/** What a step builds: nothing for most; several for one that runs with a matrix. */
export function buildSteps(job: Job, index: number, workflow: DataMap): BuildStep[] {
  const step = mapOf(listOf(ownValue(job.data, 'steps'))[index])
  const uses = ownValue(step, 'uses')
  const run = ownValue(step, 'run')
  const action = typeof uses === 'string' ? ACTION.exec(uses.slice(0, 100))?.[1]?.toLowerCase() : undefined
  if (action === undefined && !(typeof run === 'string' && COMMAND.test(run))) return []
  const line = job.file.line(['jobs', job.name, 'steps', index])
  const isConditional = ownValue(step, 'if') !== undefined || ownValue(job.data, 'if') !== undefined
  const place = { job: job.name, line, isConditional }
  if (action === undefined) return [{ kind: 'command', ...place }]
  const read = (combination: Combination): BuildStep => {
    const inputs = inputsOf(job, index, stepScope(job, index, combination, workflow))
    return action === 'bake' ? bakeStep(place, inputs) : actionStep(place, inputs)
  }
  const variants = distinct(job.matrix.combinations.map(read))
  if (variants.length <= MOST_VARIANTS) return variants
  const withoutMatrix: Job = { ...job, matrix: combinationsOf(null) }
  return buildSteps(withoutMatrix, index, workflow)
}

function distinct(steps: readonly BuildStep[]): BuildStep[] {
  if (steps.length < 2) return [...steps]
  const found = new Map(steps.map((step) => [JSON.stringify(step, plainMaps), step]))
  return [...found.values()]
}

function plainMaps(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value
}

/** The inputs of an action's step, read as the action reads them. */
interface Inputs {
  readonly text: (name: string) => BuildValue | null
  readonly list: (name: string, kind: ListKind) => readonly BuildValue[]
  readonly scope: StepScope
}

function inputsOf(job: Job, index: number, scope: StepScope): Inputs {
  const { fill } = scope
  const step = mapOf(listOf(ownValue(job.data, 'steps'))[index])
  // GitHub hands inputs over as environment variables in capitals: Context is context.
  const given = new Map<string, { readonly key: string; readonly data: Data }>()
  for (const [key, data] of Object.entries(mapOf(ownValue(step, 'with')))) given.set(key.toLowerCase(), { key, data })
  const written = (name: string) => {
    const found = given.get(name)
    if (found === undefined) return null
    return job.file.scalar(found.data, ['jobs', job.name, 'steps', index, 'with', found.key])?.trim() ?? ''
  }
  return {
    text: (name) => {
      const text = written(name)
      if (text === null) return null
      const expanded = fill(inWorkspace(text))
      return filled(pieceValue(expanded.text.trim(), expanded))
    },
    list: (name, kind) => {
      const text = written(name)
      if (text === null) return []
      const expanded = fill(text)
      return inputList(expanded.text, kind).map((item) => pieceValue(item, expanded))
    },
    scope,
  }
}

/** The workspace is where paths are relative to. */
function inWorkspace(text: string): string {
  return text.replace(/^\$\{\{ {0,9}github\.workspace {0,9}\}\}/, '.')
}

function bakeStep(place: StepPlace, { text, list, scope }: Inputs): BakeStep {
  return {
    kind: 'bake',
    ...place,
    files: list('files', 'commas'),
    targets: list('targets', 'commas'),
    set: list('set', 'plain'),
    workdir: text('workdir'),
    source: text('source'),
    environment: new Map([...scope.variables(), ...variablesOf(list('vars', 'plain'))]),
  }
}

/** `NAME=VALUE` items, which go before the environment; of others not even the name is known. */
function variablesOf(items: readonly BuildValue[]): ReadonlyMap<string, BuildValue> {
  const values = new Map<string, BuildValue>()
  for (const item of items) {
    const written = isKnown(item) ? item.text : item.written
    const equals = written.indexOf('=')
    const name = written.slice(0, Math.max(equals, 0)).trim()
    const rest = written.slice(equals + 1)
    if (name !== '' && !name.includes('${{')) values.set(name, isKnown(item) ? known(rest) : unknown(rest))
  }
  return values
}

function actionStep(place: StepPlace, { text, list, scope }: Inputs): ActionStep {
  const args = pairs('build-args', list('build-args', 'lines'), scope.variable)
  const contexts = pairs('build-contexts', list('build-contexts', 'lines'), () => null)
  const push = text('push')
  const outputs = list('outputs', 'lines')
  const sends = outputs.some((value) => !isKnown(value) || /push=true|type=registry/.test(value.text))
  return {
    kind: 'build-push',
    ...place,
    context: text('context'),
    file: text('file'),
    passes: {
      args: args.values,
      target: text('target'),
      platforms: list('platforms', 'commas'),
      contexts: contexts.values,
      unclear: [...args.unclear, ...contexts.unclear],
    },
    publishes: sends || (push !== null && (!isKnown(push) || push.text.toLowerCase() === 'true')),
    tags: list('tags', 'commas'),
  }
}

/**
 * `NAME=VALUE` items. A name alone takes its value from the build's environment (docs.docker.com, `docker build
 * --build-arg`), of which the workflow's own variables are known; a name no Dockerfile can declare (`# a comment`) changes nothing.
 */
function pairs(
  key: string,
  items: readonly BuildValue[],
  environment: StepScope['variable'],
): { readonly values: ReadonlyMap<string, BuildValue>; readonly unclear: { key: string; written: string }[] } {
  const values = new Map<string, BuildValue>()
  const unclear: { key: string; written: string }[] = []
  for (const item of items) {
    const written = isKnown(item) ? item.text : item.written
    const equals = written.indexOf('=')
    const name = (equals < 0 ? written : written.slice(0, equals)).trim()
    const rest = written.slice(equals + 1)
    if (name.includes('${{')) unclear.push({ key, written })
    else if (name.startsWith('#') || name === '') continue
    else if (equals < 0) values.set(name, environment(name) ?? FROM_ENVIRONMENT)
    else values.set(name, isKnown(item) || !rest.includes('${{') ? known(rest) : unknown(rest))
  }
  return { values, unclear }
}
