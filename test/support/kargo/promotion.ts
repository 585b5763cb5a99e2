/** A Promotion as Kargo 1.11 runs it: its steps in turn, again and again, until all are over. */

import { type HttpWorld, runHttp, type StepResult } from './http-step.js'
import type { Stage, Step } from './manifests.js'
import { seconds } from './manifests.js'
import { type FunctionWorld, namesFor, type StatusNames } from './names.js'
import { filledIn } from './template.js'
import { Dict, dict, ExprError, fromJson, Int, isList, toJson, Unknown, type Value } from './values.js'

/** What arrived at a Stage. */
export interface Freight {
  readonly name: string
  readonly warehouse: string
  readonly image: { readonly repoURL: string; readonly tag: string; readonly digest: string }
  /** Kept on it by `set-metadata`, as JSON. */
  readonly metadata: Map<string, unknown>
}

/** What is known of a step that was looked at. */
export interface StepMeta {
  readonly alias: string
  readonly isIgnored: boolean
  status: '' | StepResult['status']
  message: string
  startedAt: number | null
  errorCount: number
}

/** A Promotion and how far it is. */
export interface Promotion {
  readonly name: string
  readonly stage: Stage
  readonly freight: Freight
  readonly actor: string
  phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Errored'
  message: string
  /** Outputs by alias, as they are stored: JSON. */
  state: string
  metas: StepMeta[]
  step: number
  finishedAt: number | null
}

/** What a Promotion needs of the world. */
export interface PromotionWorld extends HttpWorld, FunctionWorld {
  /** What other steps come to, by what they use. */
  readonly steps: ReadonlyMap<string, (step: Step) => StepResult>
}

/** Until it is looked at again: after so many seconds, or as soon as errors in a row allow; null: it is over. */
export type Next = { readonly afterSeconds: number } | 'after-an-error' | null

/** What Go cannot do and ends in the middle of. */
class Panic extends Error {}

const SEVERITY = ['Succeeded', 'Skipped', 'Running', 'Failed', 'Errored']

/** Takes it as far as it goes now. What it stores, it stores at the end: a controller that is gone has stored nothing. */
export function reconcile(promotion: Promotion, world: PromotionWorld): Next {
  const run = new Run(promotion, world)
  let next: Next
  try {
    next = run.steps()
  } catch (error) {
    if (!(error instanceof Panic)) throw error
    next = null
    run.end('Errored', error.message)
  }
  run.store()
  return next
}

/** One look at a Promotion, on copies of what is stored. */
class Run {
  readonly #promotion: Promotion
  readonly #world: PromotionWorld
  readonly #state: Map<string, Value>
  readonly #metas: StepMeta[]
  #step: number
  #ended: Pick<Promotion, 'phase' | 'message'> = { phase: 'Running', message: '' }

  constructor(promotion: Promotion, world: PromotionWorld) {
    this.#promotion = promotion
    this.#world = world
    const stored = fromJson(JSON.parse(promotion.state))
    this.#state = new Map(stored instanceof Dict ? stored.entries : [])
    this.#metas = promotion.metas.map((meta) => ({ ...meta }))
    this.#step = promotion.step
  }

  steps(): Next {
    const { steps } = this.#promotion.stage
    for (; this.#step < steps.length; this.#step += 1) {
      const next = this.#one(steps[this.#step] as Step)
      if (next !== null) return next
    }
    const worst = this.#metas
      .filter(({ isIgnored }) => !isIgnored)
      .reduce<Worst>((found, meta) => (severity(meta) > severity(found) ? meta : found), GOOD)
    this.end(worst.status === 'Failed' || worst.status === 'Errored' ? worst.status : 'Succeeded', worst.message)
    return null
  }

  end(phase: Promotion['phase'], message: string): void {
    this.#ended = { phase, message }
  }

  store(): void {
    const { phase, message } = this.#ended
    Object.assign(this.#promotion, {
      phase,
      message,
      state: JSON.stringify(toJson(new Dict(this.#state))),
      metas: this.#metas,
      step: Math.min(this.#step, this.#promotion.stage.steps.length - 1),
      finishedAt: phase === 'Running' ? null : this.#world.now(),
    })
  }

  /** Null where the next step may begin. */
  #one(step: Step): Next {
    for (const value of this.#state.values()) copied(value)
    const meta = this.#metaOf(step)
    if (meta.startedAt === null && this.#isSkipped(step, meta)) return null
    meta.startedAt ??= this.#world.now()
    let config: Value
    try {
      config = this.#config(step)
    } catch (error) {
      if (!(error instanceof ExprError)) throw error
      this.#over(meta, 'Errored', `failed to build step context: failed to get step config: ${error.message}`)
      return null
    }
    const result = this.#run(step, config)
    this.#state.set(step.as, result.outputs ?? null)
    if (step.uses === 'compose-output' && step.as.includes('::')) this.#propagate(step, result.outputs ?? dict({}))
    return this.#judge(step, meta, result)
  }

  #metaOf({ as, continueOnError }: Step): StepMeta {
    const known = this.#metas.find(({ alias }) => alias === as)
    if (known !== undefined) return known
    const isIgnored = continueOnError === true
    const meta: StepMeta = { alias: as, isIgnored, status: '', message: '', startedAt: null, errorCount: 0 }
    this.#metas.push(meta)
    return meta
  }

  #over(meta: StepMeta, status: StepMeta['status'], message: string): void {
    Object.assign(meta, { status, message })
  }

  #isSkipped(step: Step, meta: StepMeta): boolean {
    try {
      const goesOn =
        step.if === undefined
          ? !this.#hasFailures()
          : filledIn(step.if, () => this.#scope(step, this.#vars(step), true))
      if (typeof goesOn !== 'boolean') throw new ExprError('expression must evaluate to a boolean')
      if (!goesOn) meta.status = 'Skipped'
      return !goesOn
    } catch (error) {
      if (!(error instanceof ExprError)) throw error
      this.#over(meta, 'Errored', `error checking if step "${step.as}" should be skipped: ${error.message}`)
      return true
    }
  }

  #hasFailures(): boolean {
    return this.#metas.some(({ isIgnored, status }) => !isIgnored && (status === 'Errored' || status === 'Failed'))
  }

  /** Those of the Stage do not know of outputs, those of the step do; each knows those before it. */
  #vars(step: Step): Map<string, Value> {
    const vars = new Map<string, Value>()
    for (const { name, value = '' } of this.#promotion.stage.vars)
      vars.set(
        name,
        filledIn(value, () => this.#scope(step, vars, false, false)),
      )
    for (const { name, value = '' } of step.vars ?? [])
      vars.set(
        name,
        filledIn(value, () => this.#scope(step, vars, false)),
      )
    return vars
  }

  #config(step: Step): Value {
    const scope = this.#scope(step, this.#vars(step), true)
    const fill = (part: unknown): Value => {
      if (typeof part === 'string') return filledIn(part, () => scope)
      if (Array.isArray(part)) return part.map(fill)
      if (typeof part !== 'object' || part === null) return fromJson(part)
      return new Dict(Object.entries(part).map(([key, value]) => [key, fill(value)]))
    }
    return fill(step.config ?? {})
  }

  #scope(step: Step, vars: ReadonlyMap<string, Value>, knowsStatus: boolean, knowsOutputs = true) {
    const status: StatusNames | null = knowsStatus ? { hasFailures: this.#hasFailures() } : null
    const outputs = knowsOutputs ? { state: this.#state, metas: this.#metas } : null
    const names = namesFor(this.#world, this.#promotion, step, { vars, outputs, status, metas: this.#metas })
    return { names, now: this.#world.now }
  }

  #propagate({ as }: Step, outputs: Dict): void {
    const task = as.split('::')[0] ?? ''
    const before = this.#state.get(task)
    this.#state.set(task, new Dict([...(before instanceof Dict ? before.entries : []), ...outputs.entries]))
  }

  #run(step: Step, config: Value): StepResult {
    const { uses, as } = step
    if (!(config instanceof Dict)) throw new Unknown(`the configuration of ${as}`)
    switch (uses) {
      case 'compose-output':
        return { status: 'Succeeded', outputs: config }
      case 'http':
        return runHttp(config, this.#world)
      case 'fail': {
        const message = `failed: ${String(config.entries.get('message') ?? '')}`
        return { status: 'Failed', error: { message, isTerminal: true } }
      }
      case 'set-metadata':
        return this.#setMetadata(config)
    }
    const other = this.#world.steps.get(uses)
    if (other === undefined) throw new Unknown(`the step ${uses}`)
    return other(step)
  }

  #setMetadata(config: Dict): StepResult {
    const updates = config.entries.get('updates') ?? null
    for (const update of isList(updates) ? updates : []) {
      const [kind, name, values] = ['kind', 'name', 'values'].map((key) =>
        update instanceof Dict ? update.entries.get(key) : undefined,
      )
      if (kind !== 'Freight' || typeof name !== 'string' || !(values instanceof Dict))
        throw new Unknown('such an update of metadata')
      for (const [key, value] of values.entries) this.#world.freightMetadata(name)?.set(key, toJson(value))
    }
    return { status: 'Succeeded' }
  }

  /** Whether the step is over, and how. */
  #judge(step: Step, meta: StepMeta, { status, error, again }: StepResult): Next {
    const says = status === 'Errored' ? 'error running step' : 'step'
    const message = error === undefined ? '' : `${says} "${step.as}": ${error.message}`
    this.#over(meta, status, message)
    if (status === 'Succeeded' || status === 'Skipped') return null
    if (error?.isTerminal) {
      if (status !== 'Failed') this.#over(meta, 'Errored', `an unrecoverable error occurred: ${message}`)
      return null
    }
    if (error !== undefined) {
      meta.errorCount += 1
      const threshold = step.retry?.errorThreshold ?? 1
      if (meta.errorCount >= threshold) {
        this.#over(meta, status, `step "${step.as}" met error threshold of ${threshold}: ${message}`)
        return null
      }
    }
    return this.#wait(step, meta, error === undefined ? (again ?? 300) : null)
  }

  /** @param poll null after an error. */
  #wait({ as, retry }: Step, meta: StepMeta, poll: number | null): Next {
    const timeout = retry?.timeout === undefined ? Number.POSITIVE_INFINITY : seconds(retry.timeout)
    const spent = this.#world.now() - (meta.startedAt ?? 0)
    if (spent > timeout) {
      this.#over(meta, 'Errored', `step "${as}" timed out after ${retry?.timeout}`)
      return null
    }
    if (poll === null) {
      this.end('Running', meta.message)
      meta.message += '; step will be retried'
      return 'after-an-error'
    }
    // No clock is so exact that a step is looked at just when its time is over.
    return { afterSeconds: Math.min(Math.max(10, poll), timeout - spent + 1) }
  }
}

type Worst = Pick<StepMeta, 'status' | 'message'>

const GOOD: Worst = { status: 'Succeeded', message: '' }

function severity({ status }: Worst): number {
  return SEVERITY.indexOf(status)
}

/** Kargo copies all outputs before each step, and its way to copy knows no Go int. */
function copied(value: Value): void {
  if (value instanceof Int && !value.is64) throw new Panic('cannot deep copy int')
  if (isList(value)) value.forEach(copied)
  if (value instanceof Dict) [...value.entries.values()].forEach(copied)
}
