/**
 * A cluster with Kargo 1.11 in it whose time is not real: Promotions of Stages as generated, one at a time a Stage,
 * against servers that answer at once. test/kargo asks a real Kargo the same, and keeps this one honest.
 */

import type { StepResult } from './http-step.js'
import type { Manifests, Stage, Step } from './manifests.js'
import { type Freight, type Promotion, type PromotionWorld, reconcile } from './promotion.js'
import { promotionName } from './promotion-name.js'
import { ControllerGone, type HttpRequest, type Server } from './requests.js'

/** A request as it was sent, in seconds since the cluster began. */
export interface SentRequest extends HttpRequest {
  readonly at: number
}

/** When the cluster begins: 2027-01-15T08:00:00Z, in seconds. */
export const START = 1_800_000_000

/** How long a controller's pod takes to be replaced. */
const REPLACEMENT_SECONDS = 20

interface Event {
  readonly at: number
  readonly run: () => void
}

/** All of it. Times in and out are seconds since it began. */
export class Cluster {
  readonly promotions: Promotion[] = []
  readonly requests: SentRequest[] = []
  /** Steps that are not run here, as git's are: what each comes to. */
  readonly steps = new Map<string, (step: Step) => StepResult>()
  readonly secrets: Record<string, Readonly<Record<string, string>>> = {}
  readonly configMaps: Map<string, Readonly<Record<string, string>>>
  readonly #manifests: Manifests
  readonly #server: Server
  readonly #whenGood = new Map<Promotion, () => void>()
  readonly #freight = new Map<string, Freight>()
  readonly #world: PromotionWorld
  #events: Event[] = []
  #now = START
  /** Grows whenever the controller begins anew: who waited before waits no more. */
  #controller = 0

  constructor(manifests: Manifests, server: Server) {
    this.#manifests = manifests
    this.configMaps = new Map(manifests.configMaps)
    this.#server = server
    this.#world = {
      now: () => this.#now,
      spend: (seconds) => {
        this.#now += seconds
      },
      server: (request) => {
        this.requests.push({ ...request, at: this.now })
        return this.#server(request)
      },
      steps: this.steps,
      configMap: (name) => this.configMaps.get(name) ?? {},
      secret: (name) => this.secrets[name] ?? {},
      freightMetadata: (name) => this.#freight.get(name)?.metadata ?? null,
    }
  }

  /** Seconds since it began. */
  get now(): number {
    return this.#now - START
  }

  /** Does something then; what is in the past is done next. */
  at(time: number, run: () => void): void {
    const event = { at: START + time, run }
    const after = this.#events.findIndex(({ at }) => at > event.at)
    this.#events.splice(after < 0 ? this.#events.length : after, 0, event)
  }

  /** Lets time go by until nothing more happens, or until then. */
  run(until = Number.POSITIVE_INFINITY): void {
    for (let count = 0; ; count += 1) {
      const [event] = this.#events
      if (event === undefined || event.at > START + until) break
      if (count > 50_000) throw new Error('the cluster does not come to rest')
      this.#events.shift()
      this.#now = Math.max(this.#now, event.at)
      event.run()
    }
    if (Number.isFinite(until)) this.#now = Math.max(this.#now, START + until)
  }

  get stageNames(): string[] {
    return [...this.#manifests.stages.keys()]
  }

  stage(name: string): Stage {
    const stage = this.#manifests.stages.get(name)
    if (stage === undefined) throw new Error(`no Stage ${name}`)
    return stage
  }

  /** The Stages that want Freight of a Warehouse from another Stage, and how old it must be. */
  stagesAfter(soak: string): { readonly name: string; readonly soakSeconds: number; readonly isAutomatic: boolean }[] {
    const warehouse = soak.replace(/^soak-/, '')
    return [...this.#manifests.stages.values()].flatMap(({ name, soakSeconds, isAutomatic }) =>
      name === soak || !soakSeconds.has(warehouse)
        ? []
        : [{ name, soakSeconds: soakSeconds.get(warehouse) ?? 0, isAutomatic }],
    )
  }

  addFreight(freight: Freight): void {
    this.#freight.set(freight.name, freight)
  }

  /** Creates a Promotion, which begins when the Stage has no other before it; does something when it has succeeded. */
  promote(stage: string, freight: Freight, actor = '', whenGood?: () => void): Promotion {
    const promotion: Promotion = {
      name: promotionName(stage, this.#now, freight.name),
      stage: this.stage(stage),
      freight,
      actor,
      phase: 'Pending',
      message: '',
      state: '{}',
      metas: [],
      step: 0,
      finishedAt: null,
    }
    this.promotions.push(promotion)
    if (whenGood !== undefined) this.#whenGood.set(promotion, whenGood)
    this.#begin(stage)
    return promotion
  }

  /** The controller's pod is replaced: all that run begin again at their first step, with the outputs they have. */
  restart(): void {
    this.#controller += 1
    const running = this.promotions.filter(({ phase }) => phase === 'Running')
    for (const promotion of running) {
      Object.assign(promotion, { metas: [], step: 0 })
      this.#look(promotion, REPLACEMENT_SECONDS, 0)
    }
  }

  #end(promotion: Promotion): void {
    if (promotion.phase === 'Succeeded') this.#whenGood.get(promotion)?.()
    this.#begin(promotion.stage.name)
  }

  #begin(stage: string): void {
    const ofStage = this.promotions.filter((promotion) => promotion.stage.name === stage)
    if (ofStage.some(({ phase }) => phase === 'Running')) return
    const next = ofStage.find(({ phase }) => phase === 'Pending')
    if (next === undefined) return
    next.phase = 'Running'
    this.#look(next, 0, 0)
  }

  /** Looks at it after so many seconds; so many errors came in a row. */
  #look(promotion: Promotion, seconds: number, errors: number): void {
    const controller = this.#controller
    this.at(this.now + seconds, () => {
      if (controller !== this.#controller || promotion.phase !== 'Running') return
      try {
        const next = reconcile(promotion, this.#world)
        if (next === null) this.#end(promotion)
        else if (next === 'after-an-error') this.#look(promotion, pauseAfter(errors), errors + 1)
        else this.#look(promotion, next.afterSeconds, 0)
      } catch (error) {
        if (!(error instanceof ControllerGone)) throw error
        this.restart()
      }
    })
  }
}

/** What Kargo waits after so many errors in a row before. */
function pauseAfter(errors: number): number {
  return Math.min(0.005 * 2 ** errors, 1000)
}
