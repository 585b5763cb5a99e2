/** One run of the suite: its surroundings, its factories, and how a scenario is played. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { tempFolder } from '../../support/temp-folder.ts'
import { Cluster, PATIENCE_SECONDS, until } from './cluster.ts'
import { Entrance } from './entrance.ts'
import { Factory, type FactorySpec, type ImageSpec, type Surroundings } from './factory.ts'
import { Forge } from './forge.ts'
import { GitServer } from './git-server.ts'
import { Janitor } from './janitor.ts'
import { runJobs } from './jobs.ts'
import { type Freight, type Promotion, sizeOf } from './objects.ts'
import type { SuiteOptions } from './options.ts'
import { Registry } from './registry.ts'
import { Rendezvous } from './rendezvous.ts'
import { Report } from './report.ts'
import { type Live, TestImage } from './test-image.ts'

/** Something that must hold on a live Kargo. */
export interface Scenario {
  readonly title: string
  readonly factory: string
  readonly images: readonly ImageSpec[]
  /** Repositories there are, with their files. */
  readonly repositories?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly run: (images: readonly TestImage[], suite: Suite) => Promise<void>
}

/** So many scenarios begin at once: Kargo works on four Promotions at a time, and each would be late for all others. */
const AT_ONCE = 4

/** A scenario that is not seen to begin keeps others waiting no longer. */
const BEGIN_SECONDS = 20

/** All that a run has in hand. */
export class Suite {
  readonly report = new Report()
  readonly factories = new Map<string, Factory>()
  readonly forge: Forge
  readonly cluster: Cluster
  /** Kargo's controller is replaced when all who are to see it have come. */
  readonly restart: Rendezvous
  readonly #at: Surroundings
  readonly #entrance = new Entrance(AT_ONCE)
  readonly #live = new Map<string, Live>()
  readonly #images = new Map<string, TestImage>()

  private constructor(at: Surroundings, restart: Rendezvous) {
    this.#at = at
    this.forge = at.forge
    this.cluster = at.cluster
    this.restart = restart
  }

  /** @param restarts how many scenarios wait for the controller to be replaced. */
  static async begin(options: SuiteOptions, restarts: number): Promise<Suite> {
    const folder = await tempFolder('kargo-suite')
    const janitor = new Janitor(options.kubeconfig, options.registry)
    await janitor.watchOver({ folder: folder.path })
    const cluster = new Cluster(options.kubeconfig)
    const forge = await Forge.start(options.host, new GitServer(join(folder.path, 'git')))
    const at = {
      run: `kargo-test-${randomBytes(3).toString('hex')}`,
      folder: folder.path,
      cluster,
      forge,
      registry: new Registry(options.registry),
      janitor,
      clock: options.clock,
    }
    const suite = new Suite(at, new Rendezvous(restarts, PATIENCE_SECONDS, () => cluster.shell(options.restart)))
    suite.report.note(await cluster.describe())
    return suite
  }

  /** Puts factories into the cluster, with the images of all scenarios. */
  async build(specs: readonly FactorySpec[], scenarios: readonly Scenario[]): Promise<void> {
    const repositories = scenarios.flatMap((scenario) => Object.entries(scenario.repositories ?? {}))
    for (const [name, files] of repositories) await this.forge.git.create(name, files)
    const images = await Promise.all(specs.map((spec) => this.#buildOne(spec, scenarios)))
    // So that scenarios begin together, and in peace. What does not hold here is told by the scenario that it belongs to.
    await Promise.allSettled(images.flat().map((image) => image.enrolled()))
  }

  async #buildOne(spec: FactorySpec, scenarios: readonly Scenario[]): Promise<TestImage[]> {
    const images = scenarios.filter(({ factory }) => factory === spec.name).flatMap((scenario) => scenario.images)
    if (images.length === 0) return []
    const factory = new Factory(this.#at, spec)
    this.factories.set(spec.name, factory)
    this.#live.set(spec.name, {
      promotions: this.cluster.watch<Promotion>('promotions.kargo.akuity.io', factory.namespace),
      freights: this.cluster.watch<Freight>('freights.kargo.akuity.io', factory.namespace),
    })
    await factory.begin(images)
    return images.map((image) => this.image(factory, image))
  }

  /** Runs the Jobs of a factory from now on, if it is there. */
  runJobs({ name }: FactorySpec): void {
    const factory = this.factories.get(name)
    if (factory !== undefined) runJobs(this.cluster, factory.namespace, join(this.#at.folder, name, 'jobs'))
  }

  /** An enrolled image. */
  image(factory: Factory, spec: ImageSpec): TestImage {
    const live = this.#live.get(factory.spec.name)
    if (live === undefined) throw new Error(`there is no factory ${factory.spec.name}`)
    const image = this.#images.get(spec.name) ?? new TestImage(spec, factory, live, this.#at)
    this.#images.set(spec.name, image)
    return image
  }

  /** Plays a scenario, and notes what came of it. */
  async play(scenario: Scenario): Promise<void> {
    const factory = this.factories.get(scenario.factory)
    if (factory === undefined) throw new Error(`there is no factory ${scenario.factory}`)
    const images = scenario.images.map((spec) => this.image(factory, spec))
    const begun = Date.now()
    const note = (outcome: 'held' | 'did not hold') =>
      this.report.add({
        scenario: scenario.title,
        outcome,
        seconds: (Date.now() - begun) / 1000,
        requests: requestsOf(images),
        bytes: Math.max(0, ...images.flatMap(({ finished }) => finished.map(sizeOf))),
      })
    try {
      for (const image of images) await image.enrolled()
      const leave = await this.#entrance.enter()
      const hasBegun = () => images.some((image) => image.hasBegun) || undefined
      until('it begins', hasBegun, { seconds: BEGIN_SECONDS }).then(leave, leave)
      await scenario.run(images, this).finally(leave)
      note('held')
    } catch (error) {
      note('did not hold')
      const input = images
        .slice(0, 5)
        .map((image) => image.describe())
        .join('\n')
      throw Object.assign(error as Error, { message: `${(error as Error).message}\n\n${input}` })
    }
  }

  /** Removes all that was made; gives what could not be. */
  async end(): Promise<string[]> {
    this.cluster.stopWatches()
    const left = await this.#at.janitor.finish()
    this.forge.stop()
    return left
  }
}

function requestsOf(images: readonly TestImage[]): string {
  const all = [...new Set(images.map(({ builds }) => builds))].map((builds) => builds.counts())
  const sum = (key: 'runs' | 'run' | 'dispatch') => all.reduce((total, counts) => total + counts[key], 0)
  return `${sum('runs')} lists, ${sum('dispatch')} dispatches, ${sum('run')} polls`
}
