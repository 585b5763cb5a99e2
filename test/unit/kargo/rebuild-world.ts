/** A factory in a cluster: base images change, and its rebuild Stages do what the generated tasks say. */
import { createHash } from 'node:crypto'
import { type Factory, synthesize } from '../../../src/kargo/index.js'
import { rebuildStageName, soakStageName } from '../../../src/kargo/names.js'
import type { TrackedBase } from '../../../src/state/model.js'
import { BuildForge, type Question } from '../../support/kargo/build-forge.js'
import { Cluster, START } from '../../support/kargo/cluster.js'
import { GITLAB_DIALECT, githubDialect, TOKEN } from '../../support/kargo/dialects.js'
import { type Manifests, readManifests } from '../../support/kargo/manifests.js'
import type { Freight, Promotion } from '../../support/kargo/promotion.js'
import { type HttpAnswer, type HttpRequest, NoAnswer } from '../../support/kargo/requests.js'
import { exampleFactory, github, gitlab, image, NODE, PYTHON, SETTINGS } from './fixtures.js'

export const MINUTE = 60
export const HOUR = 3600
export const DAY = 86_400

export type ForgeName = 'GitHub' | 'GitLab'
export const FORGES: readonly ForgeName[] = ['GitHub', 'GitLab']

/** What a build that failed is called. */
export const BAD: Readonly<Record<ForgeName, string>> = { GitHub: 'failure', GitLab: 'failed' }

/** A digest that nothing here has, with an override in force all the time. */
export const FOREIGN = `sha256:${'f'.repeat(64)}`

const INPUTS = new Map([['why', '$(baseImage) is now $(baseDigest)']])

/** What is not as usual: an image that node and python are below of, rebuilt once a day at most, without checks. */
export interface Difference {
  readonly forge?: ForgeName
  readonly image?: Parameters<typeof image>[0]
  /** What else is known of the image. */
  readonly tracked?: Partial<Omit<Factory['images'][number], 'enrollment'>>
  readonly source?: Parameters<typeof github>[0] & Parameters<typeof gitlab>[0]
  readonly settings?: Partial<Factory['settings']>
  readonly factory?: Partial<Factory>
}

export const ONE_DAY = { text: '1d', seconds: DAY }

/** The image of these tests. */
export function enrolled({ forge = 'GitHub', image: entry, tracked, source }: Difference) {
  const inputs = INPUTS
  const where = forge === 'GitHub' ? github({ inputs, ...source }) : gitlab({ inputs, ...source })
  return { ...image({ name: 'app', rebuildDelay: ONE_DAY, source: where, ...entry }), ...tracked }
}

const made = new Map<string, Manifests>()

/** Made once for each difference: that is what takes the time. */
function manifestsOf(difference: Difference): Manifests {
  const key = JSON.stringify(difference, (_, value: unknown) => {
    if (value instanceof Map) return [...value]
    return typeof value === 'function' ? String(value) : value
  })
  const before = made.get(key)
  if (before !== undefined) return before
  const factory = exampleFactory({
    settings: { ...SETTINGS, analysis: false, ...difference.settings },
    images: [enrolled(difference)],
    overrides: [{ digest: FOREIGN, reason: 'of something else' }],
    ...difference.factory,
  })
  const manifests = readManifests(synthesize(factory))
  made.set(key, manifests)
  return manifests
}

/** What a factory of that kind does. */
export class RebuildWorld {
  readonly forge: BuildForge
  readonly cluster: Cluster
  /** Whether the cluster's own API, which tells that time passes, is out of reach. */
  isClockDown = false
  readonly #digests = new Map<string, number>()

  constructor(difference: Difference = {}) {
    const { forge = 'GitHub', factory } = difference
    const now = () => START + this.cluster.now
    const isOld = factory?.servers?.githubApi !== undefined
    const dialect = forge === 'GitLab' ? GITLAB_DIALECT : githubDialect(isOld ? 'before 3.21' : 'github.com')
    this.forge = new BuildForge(dialect, now)
    this.cluster = new Cluster(manifestsOf(difference), (request) => this.#serve(request))
    this.cluster.secrets['github-dispatch'] = { token: TOKEN }
    this.cluster.secrets['gitlab-dispatch'] = { token: TOKEN }
  }

  #serve(request: HttpRequest): HttpAnswer {
    if (!isClock(request)) return this.forge.serve(request)
    if (this.isClockDown) throw new NoAnswer(false)
    return { status: 401, body: { kind: 'Status' } }
  }

  /** Where the image is built. */
  get place(): string {
    const { vars } = this.cluster.stage(rebuildStageName('app'))
    return vars.find(({ name }) => name === 'workflow' || name === 'project')?.value ?? ''
  }

  /** Starts a build as a person would, or a push. */
  build(build: Parameters<BuildForge['start']>[1] = {}) {
    return this.forge.start(this.place, build)
  }

  /** A good build that is over, so long ago. */
  builtBefore(seconds: number) {
    const startedAt = START + this.cluster.now - seconds
    return this.build({ isDispatched: false, title: 'a commit', startedAt, endsAt: startedAt + 300, visibleAt: 0 })
  }

  /** A base image has a new digest, which is promoted to where Kargo would promote it by itself. */
  change(base: TrackedBase = NODE, digest = this.#nextDigest(base)): Freight {
    const freight: Freight = {
      name: createHash('sha1').update(`${base.name} ${digest}`).digest('hex'),
      warehouse: base.name,
      image: { repoURL: `${base.registry}/${base.repository}`, tag: base.tag, digest },
      metadata: new Map(),
    }
    this.cluster.addFreight(freight)
    const soak = soakStageName(base.name)
    this.cluster.promote(soak, freight, '', () => {
      for (const { name, soakSeconds, isAutomatic } of this.cluster.stagesAfter(soak))
        if (isAutomatic) this.cluster.at(this.cluster.now + soakSeconds, () => this.cluster.promote(name, freight))
    })
    return freight
  }

  /** The image itself is published, which is promoted to where Kargo would promote it by itself. */
  publish(digest: string): Freight {
    const freight: Freight = {
      name: createHash('sha1').update(digest).digest('hex'),
      warehouse: 'app',
      image: { repoURL: 'ghcr.io/craigedmunds/app', tag: '1.0.0', digest },
      metadata: new Map(),
    }
    this.cluster.addFreight(freight)
    for (const { name, isAutomatic } of this.cluster.stagesAfter(soakStageName('app')))
      if (isAutomatic) this.cluster.promote(name, freight)
    return freight
  }

  #nextDigest(base: TrackedBase): string {
    const count = (this.#digests.get(base.name) ?? 0) + 1
    this.#digests.set(base.name, count)
    return `sha256:${base === PYTHON ? 'b' : 'a'}${String(count).padStart(63, '0')}`
  }

  /** Promotes by hand, as a person who logged in. */
  byHand(freight: Freight, actor = 'admin', image = 'app'): Promotion {
    return this.cluster.promote(rebuildStageName(image), freight, actor)
  }

  /** Lets a digest through. */
  override(digest: string): void {
    const before = this.cluster.configMaps.get('rebuild-overrides')
    this.cluster.configMaps.set('rebuild-overrides', { ...before, [digest.slice('sha256:'.length)]: 'urgent' })
  }

  /** The Promotions of the rebuild Stages, oldest first. */
  get rebuilds(): Promotion[] {
    return this.cluster.promotions.filter(({ stage }) => stage.name.startsWith('rebuild-trigger-'))
  }

  /** How the rebuilds ended, with what they say. */
  get outcomes(): string[] {
    return this.rebuilds.map(({ phase, message }) => (message === '' ? phase : `${phase}: ${message}`))
  }

  /** What a step of the last rebuild kept. */
  outputOf(step: string): unknown {
    return JSON.parse(this.rebuilds.at(-1)?.state ?? '{}')[`rebuild::${step}`]
  }

  /** What the forge was asked for, with the seconds of each. */
  asked(kind: Question['kind']): number[] {
    return this.cluster.requests.filter((request) => !isClock(request) && kindOf(request) === kind).map(({ at }) => at)
  }

  /** How often the forge was asked for what. */
  get counts(): Readonly<Record<Question['kind'], number>> {
    return { list: this.asked('list').length, dispatch: this.asked('dispatch').length, one: this.asked('one').length }
  }

  /** When the cluster was asked for the time. */
  get ticks(): number[] {
    return this.cluster.requests.filter(isClock).map(({ at }) => at)
  }
}

function isClock({ url }: HttpRequest): boolean {
  return url === 'https://kubernetes.default.svc/livez'
}

function kindOf({ method, url }: HttpRequest): Question['kind'] {
  if (method === 'POST') return 'dispatch'
  return /\/(?:runs|pipelines)\/\d+\?/.test(url) ? 'one' : 'list'
}
