/** An enrolled image as a scenario handles it: what its bases do, what Kargo makes of that, what the forge was asked. */
import { expect } from 'vitest'
import type { Builds } from './builds.ts'
import { type Cluster, PATIENCE_SECONDS, pause, until, type Watch } from './cluster.ts'
import { basesOf, type Factory, type ImageSpec, type Surroundings } from './factory.ts'
import { type Freight, hasEnded, type Promotion, phaseOf } from './objects.ts'

/** A base image with a new digest. */
export interface Change {
  readonly base: string
  readonly digest: string
  /** Name of its Freight. */
  readonly freight: string
}

/** What Kargo has in a factory's namespace. */
export interface Live {
  readonly promotions: Watch<Promotion>
  readonly freights: Watch<Freight>
}

let pushes = 0

/** One image. */
export class TestImage {
  readonly spec: ImageSpec
  readonly factory: Factory
  readonly builds: Builds
  readonly stage: string
  /** Finished Promotions that a scenario looked at. */
  readonly finished: Promotion[] = []
  readonly #at: Surroundings
  readonly #live: Live
  readonly #changes: string[] = []
  #lookedAt = 0

  constructor(spec: ImageSpec, factory: Factory, live: Live, at: Surroundings) {
    const { name, provider, repo = `acme/${name}` } = spec
    this.spec = spec
    this.factory = factory
    this.builds = provider === 'gitlab' ? at.forge.project(repo) : at.forge.workflow(repo, 'build.yml')
    this.builds.knowsRunDetails = spec.isOnOlderServer !== true
    this.stage = `rebuild-trigger-${name}`
    this.#at = at
    this.#live = live
  }

  /** Seconds after a digest was seen when the image's turn comes, as its Stage says. */
  get turnSeconds(): number {
    const { vars } = this.factory.stage(this.stage).spec as { vars: { name: string; value: string }[] }
    return Number(vars.find(({ name }) => name === 'stagger')?.value ?? '0')
  }

  /** Waits until all that was there from the start is settled: no request is made for it. */
  async enrolled(): Promise<void> {
    for (const base of basesOf(this.spec)) {
      const freight = await this.#freightOf(base, undefined)
      const seen = await until(`${base} is seen`, () => this.observedAt(freight) ?? undefined)
      expect(seen, `${base} was there from the start`).toBe(0)
      if (this.spec.entry?.autoRebuild === false) continue
      const promotion = await this.#ended(freight, PATIENCE_SECONDS)
      expect(promotion.status, `the first Promotion of ${base}`).toMatchObject({ phase: 'Succeeded' })
    }
    expect(this.builds.requests, 'nothing is asked for what was there from the start').toEqual([])
  }

  /** A base gets a new digest, and somebody has Kargo look. */
  async change(index = 0): Promise<Change> {
    const base = basesOf(this.spec)[index] ?? ''
    const repository = this.factory.repository(base)
    pushes += 1
    const digest = await this.#at.registry.push(repository, '1', `${base} ${pushes} ${Date.now()}`)
    await this.#at.janitor.watchOver({ repository, digest })
    await this.#look(repository)
    const freight = await this.#freightOf(base, digest)
    this.#changes.push(freight)
    return { base, digest, freight }
  }

  /** A build publishes the image, and Kargo looks. */
  async publish(tag: string): Promise<string> {
    const digest = await this.push(tag)
    await this.look()
    return digest
  }

  /** A build publishes the image; Kargo may see it in five minutes. */
  async push(tag: string): Promise<string> {
    const repository = this.factory.repository(this.spec.name)
    const digest = await this.#at.registry.push(repository, tag, `${this.spec.name} ${tag}`)
    await this.#at.janitor.watchOver({ repository, digest })
    return digest
  }

  /** Has Kargo look for new versions of the image. */
  look(): Promise<void> {
    return this.#look(this.factory.repository(this.spec.name))
  }

  /** A published version, with its Freight. */
  async version(digest: string): Promise<Change> {
    return { base: this.spec.name, digest, freight: await this.#freightOf(this.spec.name, digest) }
  }

  /** When the digest of a Freight was first seen, in seconds since the epoch; null: not yet. */
  observedAt(freight: string): number | null {
    const seen = this.#live.freights.objects.get(freight)?.status?.metadata?.observedAt
    return seen === undefined ? null : Number(seen)
  }

  /** The Promotions of a Freight into a Stage, the newest first. */
  promotions(freight: string, stage = this.stage): Promotion[] {
    const all = [...this.#live.promotions.objects.values()]
    return all
      .filter(({ spec }) => spec.stage === stage && spec.freight === freight)
      .sort((a, b) => (a.metadata.name < b.metadata.name ? 1 : -1))
  }

  /** Every Promotion into a Stage of the image. */
  promotionsInto(stage: string): Promotion[] {
    return [...this.#live.promotions.objects.values()].filter(({ spec }) => spec.stage === stage)
  }

  /** Waits until Kargo has seen a change; gives when that was, in seconds since the epoch. */
  seen({ base, freight }: Change): Promise<number> {
    return until(`${base} is seen`, () => this.observedAt(freight) ?? undefined)
  }

  /** Whether Kargo is at work on something that was not there from the start, or waits until it is old enough. */
  get hasBegun(): boolean {
    const isHeldBack = this.spec.entry?.autoRebuild === false || this.spec.entry?.minimumReleaseAge !== undefined
    if (isHeldBack) return this.#changes.some((freight) => (this.observedAt(freight) ?? 0) > 0)
    const isNew = ({ spec }: Promotion) => this.observedAt(spec.freight) !== 0
    return this.promotionsInto(this.stage).some((one) => phaseOf(one) === 'Running' || (hasEnded(one) && isNew(one)))
  }

  /** Waits until no Promotion runs; that of a change must be there, if one is given. */
  async settles(change: Change | null): Promise<void> {
    const isOver = () =>
      this.promotionsInto(this.stage).every(hasEnded) && (change === null || this.promotions(change.freight).length > 0)
    await this.#inTime(`no Promotion into ${this.stage} runs`, () => isOver() || undefined, 300)
  }

  /** Waits until the Promotion of a change runs. */
  running({ freight }: Change): Promise<Promotion> {
    return until(`the Promotion of ${freight} runs`, () =>
      this.promotions(freight).find((one) => phaseOf(one) === 'Running'),
    )
  }

  /** Waits until the Promotion of a change has ended, well. */
  async succeeds(change: Change, seconds = 300): Promise<Promotion> {
    const promotion = await this.#ended(change.freight, seconds)
    expect(promotion.status?.message ?? '', 'message of the Promotion').toBe('')
    expect(phaseOf(promotion)).toBe('Succeeded')
    return promotion
  }

  /** Waits until it has ended badly. */
  async fails(change: Change, seconds = 300): Promise<Promotion> {
    const promotion = await this.#ended(change.freight, seconds)
    expect(phaseOf(promotion), 'the Promotion must not end well').toBe('Failed')
    return promotion
  }

  /** A person promotes a change; null: what the first base was from the start. */
  async byHand(change: Change | null): Promise<Change> {
    const base = change?.base ?? basesOf(this.spec)[0] ?? ''
    const freight = change?.freight ?? (await this.#freightOf(base, undefined))
    const promotion = {
      apiVersion: 'kargo.akuity.io/v1alpha1',
      kind: 'Promotion',
      metadata: { generateName: 'by-hand-', namespace: this.factory.namespace },
      spec: { stage: this.stage, freight },
    }
    const made = await this.#cluster.kubectl(['create', '-f', '-', '-o', 'name'], JSON.stringify(promotion))
    const name = made.trim().replace(/^.*\//, '')
    await until(`the Promotion ${name}`, () => this.#live.promotions.objects.get(name))
    return change ?? { base, digest: '', freight }
  }

  /** Has Kargo look at the Stage now: it sees by itself only every five minutes that time has passed. */
  refreshStage(): Promise<void> {
    return this.#cluster.refresh('stages.kargo.akuity.io', this.factory.namespace, this.stage)
  }

  /** To be called while something is waited for: Kargo sees by itself only every five minutes that a digest is old enough. */
  async lookAgain(): Promise<void> {
    if (this.spec.entry?.minimumReleaseAge === undefined || Date.now() - this.#lookedAt < 5000) return
    this.#lookedAt = Date.now()
    await this.refreshStage()
  }

  /** Waits until the forge was asked for something so many times. */
  async asked(question: 'runs' | 'run' | 'dispatch', times: number, seconds = PATIENCE_SECONDS): Promise<void> {
    await until(
      `${this.spec.name}: ${times} requests for ${question}`,
      () => (this.builds.asked(question).length >= times ? true : undefined),
      { seconds },
    )
  }

  /** Waits until the forge said that a build is over. */
  async toldOfEnd(builds: number): Promise<void> {
    const over = () => this.builds.asked('run').filter(({ runStatus }) => isOver(runStatus)).length
    const what = `${this.spec.name}: the end of ${builds} builds`
    await until(what, () => (over() >= builds ? true : undefined))
  }

  /** Nothing is dispatched for a while. */
  async dispatchesNoMore(seconds: number): Promise<void> {
    const before = this.builds.counts().dispatch
    await pause(seconds)
    expect(this.builds.counts().dispatch, 'dispatches after a while').toBe(before)
  }

  /** What there is to say when a scenario fails. */
  describe(): string {
    const requests = this.builds.requests.map(
      ({ at, question, status, runStatus }) =>
        `  ${new Date(at).toISOString().slice(11, 19)} ${question} → ${status} ${runStatus ?? ''}`,
    )
    const promotions = this.promotionsInto(this.stage).map(
      ({ metadata, spec, status = {} }) =>
        `  ${metadata.creationTimestamp} – ${status.finishedAt ?? ''} ${status.phase}, step ${status.currentStep}, ` +
        `${spec.freight.slice(0, 7)} seen at ${timeOf(this.observedAt(spec.freight))}: ${status.message ?? ''}`,
    )
    return [`${this.spec.name}: asked of the forge`, ...requests, `Promotions`, ...promotions].join('\n')
  }

  get #cluster(): Cluster {
    return this.#at.cluster
  }

  #look(repository: string): Promise<void> {
    const warehouse = this.factory.warehouse(repository)
    return this.#cluster.refresh('warehouses.kargo.akuity.io', this.factory.namespace, warehouse)
  }

  /** @param digest undefined: the oldest Freight of the base. */
  async #freightOf(base: string, digest: string | undefined): Promise<string> {
    const repoURL = `${this.#at.registry.host}/${this.factory.repository(base)}`
    const freight = await until(`Freight of ${base}`, () => {
      const all = [...this.#live.freights.objects.values()].filter(({ images = [] }) =>
        images.some((image) => image.repoURL === repoURL && (digest === undefined || image.digest === digest)),
      )
      const age = ({ metadata }: Freight) => Date.parse(metadata.creationTimestamp ?? '')
      return all.sort((a, b) => age(a) - age(b))[0]
    })
    return freight.metadata.name
  }

  #inTime<T>(what: string, find: () => T | undefined, seconds: number): Promise<T> {
    const look = async () => {
      await this.lookAgain()
      return find()
    }
    return until(what, look, { seconds })
  }

  async #ended(freight: string, seconds: number): Promise<Promotion> {
    const promotion = await this.#inTime(
      `the Promotion of ${freight} into ${this.stage} ends`,
      () => this.promotions(freight).slice(0, 1).find(hasEnded),
      seconds,
    )
    this.finished.push(promotion)
    return promotion
  }
}

function timeOf(seconds: number | null): string {
  return seconds === null || seconds === 0 ? String(seconds) : new Date(seconds * 1000).toISOString().slice(11, 19)
}

function isOver(status: string | null): boolean {
  return status !== null && !['queued', 'in_progress', 'pending', 'running'].includes(status)
}
