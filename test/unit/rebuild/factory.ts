import { type Override, parseImagesFile } from '../../../src/enrollment/index.js'
import type { Circumstances } from '../../../src/rebuild/candidates.js'
import { awaitedBuilds, decideRebuilds, followRebuilds, type Request, startBuilds } from '../../../src/rebuild/index.js'
import type { CountedRuns, RunsClient } from '../../../src/rebuild/runs.js'
import { type StateRecord, type TrackedImage, updateRebuild } from '../../../src/state/index.js'

export const HOUR = 3_600_000

const hash = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`
const iso = (ms: number) => new Date(ms).toISOString()

/** A run at the forge. Times are in milliseconds. */
export interface FakeRun {
  readonly id: string
  readonly image: string
  readonly startedAt: number
  readonly endsAt: number
  readonly isGood: boolean
  readonly isOurs: boolean
}

/** How a run of the factory is cut off. */
export type Cut = 'never' | 'before-commit' | 'after-intent' | 'after-start'

/** A factory whose registry, forge and state are in memory, and whose clock is set by hand. */
export class Factory {
  now = Date.parse('2026-01-01T00:00:00.000Z')
  readonly runs: FakeRun[] = []
  readonly bases = new Map<string, StateRecord>()
  readonly images = new Map<string, StateRecord>()
  readonly tracked: readonly TrackedImage[]
  readonly settings
  overrides: Override[] = []
  /** Requests to the forge. */
  requests = 0
  /** What the next builds come to. */
  isGood = true
  buildTime = HOUR / 2
  #digests = 1
  #run = 0

  /** Each run has a client of its own: it remembers what it was told. */
  client: RunsClient

  /**
   * @param yaml images.yaml.
   * @param bases names of the bases of each image; one that is the name of an image is that image.
   * @param client of another forge than its own, whose builds are to be written into `runs`.
   */
  constructor(yaml: string, bases: Readonly<Record<string, readonly string[]>>, client?: RunsClient) {
    this.client = client ?? this.#ownForge
    const { enrolled, problems } = parseImagesFile(yaml, 'images.yaml')
    if (enrolled === null) throw new Error(JSON.stringify(problems))
    this.settings = enrolled.settings
    this.tracked = enrolled.images.map((enrollment) => {
      return { enrollment, bases: bases[enrollment.name] ?? [], enrolledAt: this.now / 1000, runs: { kind: 'all' } }
    })
    for (const name of new Set(Object.values(bases).flat())) {
      const digest = hash(this.#digests++)
      const enrolledImage = bases[name] === undefined ? {} : { enrolledImage: name }
      const place = { registry: 'ghcr.io', repository: `acme/${name}`, tag: 'latest' }
      this.bases.set(name, { name, ...place, ...enrolledImage, baselineDigest: digest, currentDigest: digest })
    }
    for (const { enrollment, bases: own } of this.tracked) {
      this.images.set(enrollment.name, {
        name: enrollment.name,
        enrolledAt: iso(this.now),
        discoveryStatus: 'success',
        baseImages: [...own],
      })
    }
  }

  /** The tag of a base gets a new digest, and it is seen at once. */
  moveBase(name: string): string {
    const before = this.bases.get(name) ?? {}
    const digest = hash(this.#digests++)
    const change = { previousDigest: before.currentDigest ?? null, currentDigest: digest, lastUpdated: iso(this.now) }
    this.bases.set(name, { ...before, ...change })
    return digest
  }

  override(digest: string): void {
    const expires = iso(this.now + 1000 * 24 * HOUR)
    this.overrides.push({ base: 'x', digest, reason: 'urgent', expires, line: 1 } as Override)
  }

  buildByHand(image: string): void {
    this.#startRun(image, false)
  }

  /** Kargo dispatches a build. */
  buildByKargo(image: string): void {
    this.#startRun(image, true)
  }

  #startRun(image: string, isOurs: boolean): FakeRun {
    const { now, isGood, buildTime, runs } = this
    const run = { id: String(runs.length + 1), image, startedAt: now, endsAt: now + buildTime, isGood, isOurs }
    runs.push(run)
    return run
  }

  readonly #ownForge: RunsClient = {
    start: async ({ source }) => {
      this.requests += 1
      const run = this.#startRun(source.repo.slice('acme/'.length), true)
      return { kind: 'started', run: { id: run.id, url: `https://github.com/acme/x/actions/runs/${run.id}` } }
    },
    find: async ({ source, createdAfter, taken }) => {
      this.requests += 1
      const found = this.runs.find(
        (run) =>
          `acme/${run.image}` === source.repo &&
          run.isOurs &&
          run.startedAt >= Date.parse(createdAfter) &&
          !taken.has(run.id),
      )
      return found === undefined ? null : { id: found.id, url: `https://github.com/acme/x/actions/runs/${found.id}` }
    },
    read: async (_, id) => {
      this.requests += 1
      const run = this.runs.find((one) => one.id === id)
      const url = `https://github.com/acme/x/actions/runs/${id}`
      if (run === undefined) return { status: 'not-found', url, startedAt: null, endedAt: null }
      const startedAt = iso(run.startedAt)
      if (run.endsAt > this.now) return { status: 'running', url, startedAt, endedAt: null }
      return { status: run.isGood ? 'succeeded' : 'failed', url, startedAt, endedAt: iso(run.endsAt) }
    },
    builds: async (source, _: CountedRuns) => {
      this.requests += 1
      const own = this.runs.filter((run) => `acme/${run.image}` === source.repo && run.startedAt <= this.now)
      return own.reverse().map(({ id, startedAt, endsAt, isGood, isOurs }) => {
        const isOver = endsAt <= this.now
        const times = { startedAt: iso(startedAt), endedAt: isOver ? iso(endsAt) : null }
        const url = `https://github.com/acme/x/actions/runs/${id}`
        return {
          id,
          url,
          ...times,
          isDispatched: isOurs,
          status: !isOver ? 'running' : isGood ? 'succeeded' : 'failed',
        }
      })
    },
  }

  /** What builds published since is seen: the images themselves, made as they ended, and those of them that are bases. */
  #lookUp(): void {
    for (const run of this.runs) {
      const record = this.images.get(run.image)
      if (record === undefined || !run.isGood || run.endsAt > this.now) continue
      const digest = `sha256:${run.id.padStart(64, 'f')}`
      const built = Date.parse(String(record.lastBuilt ?? 0))
      if (record.currentDigest === digest || built >= run.endsAt) continue
      this.images.set(run.image, { ...record, currentDigest: digest, lastBuilt: iso(run.endsAt) })
      if (this.bases.has(run.image)) this.moveBase(run.image)
    }
  }

  /** What a run goes by that begins now. */
  circumstances(me: string, request: Request | null = null): Circumstances {
    const { images, bases, settings, overrides } = this
    return { records: { images, bases }, settings, overrides, request, now: iso(this.now), clock: () => this.now, me }
  }

  /**
   * One run of the factory.
   *
   * @param cut where it is killed.
   * @returns names of the images whose builds it started.
   */
  async run(cut: Cut = 'never', request: Request | null = null): Promise<string[]> {
    this.#run += 1
    const me = `run-${this.#run}`
    const enrollments = this.tracked.map(({ enrollment }) => enrollment)
    const followed = await followRebuilds(enrollments, this.images, {
      client: this.client,
      me,
      now: iso(this.now),
      clock: () => this.now,
    })
    for (const [name, record] of followed.records) this.images.set(name, record)
    const before = new Map(this.images)
    this.#lookUp()
    const all = this.circumstances(me, request)
    const awaited = awaitedBuilds(this.tracked, all, before)
    const decision = await decideRebuilds(this.tracked, all, { client: this.client, followed, awaited })
    if (cut === 'before-commit') return []
    for (const [name, record] of decision.records) this.images.set(name, record)
    if (cut === 'after-intent') return []
    const starting = { client: this.client, taken: new Set<string>(), clock: () => this.now }
    const outcomes = await startBuilds(decision.starts, {
      ...starting,
      renew: async (left) => left,
      hide: (text) => text,
    })
    const names = outcomes.map(({ name }) => name)
    if (cut === 'after-start') return names
    for (const { name, rebuild } of outcomes) {
      const { at: _, reason: __, ...change } = rebuild
      this.images.set(name, updateRebuild(this.images.get(name) ?? {}, rebuild, change))
    }
    return names
  }
}
