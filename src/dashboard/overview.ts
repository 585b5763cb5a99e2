import type { Override, Settings } from '../enrollment/index.js'
import { type Explanation, explanationJson } from '../explain/index.js'
import { buildOf } from '../rebuild/index.js'
import type { Records } from '../state/index.js'
import { digestOf, momentOf, type StateRecord } from '../state/record.js'
import { by, groupBy } from '../text/index.js'
import { isDataMap } from '../yaml/data.js'
import { type Concern, concernsOf } from './concerns.js'

/**
 * Where an image stands: what `explain` calls its status, but "up to date" is told apart by what it rests on. fresh: it
 * is proven to be built on the current digest of each base. unproven: nothing but times says so.
 */
export type Standing = Exclude<Explanation['status'], 'up-to-date'> | 'fresh' | 'unproven'

/** Every standing, the most urgent first: the order in which people are shown them. */
export const STANDINGS = [
  'failed',
  'building',
  'due',
  'behind',
  'held',
  'waiting',
  'unknown',
  'unproven',
  'fresh',
  'never',
] as const satisfies readonly Standing[]

/** An enrolled image: all that `explain --json` says, and how it looks from outside. */
export interface OverviewImage extends ReturnType<typeof explanationJson> {
  readonly standing: Standing
  /** What needs a person, the worst first. */
  readonly concerns: readonly Concern[]
  /** Where it is built from; null: elsewhere, it is only watched. */
  readonly source: { readonly provider: 'github' | 'gitlab'; readonly repo: string } | null
  /** 1-based line of its entry in images.yaml. */
  readonly line: number
  /** Whether a person may have it built now: it is enabled, it is known what to start, and no build of it is on its way. */
  readonly isStartable: boolean
}

/** A base image, and who is built on it. */
export interface OverviewBase {
  readonly name: string
  /** `docker.io/library/node:22` */
  readonly ref: string
  readonly digest: string | null
  /** Since when its tag has the digest, ISO 8601. */
  readonly since: string | null
  /** Its digests as they were seen, newest first, at most ten. */
  readonly changes: readonly { readonly at: string; readonly digest: string }[]
  /** The enrolled image that it is. */
  readonly enrolledImage: string | null
  /** Names of the images that are built on it, sorted. */
  readonly users: readonly string[]
}

/** An override that holds. */
export interface OverviewOverride extends Omit<Override, 'line'> {
  /** Names of the images that it concerns now, sorted. */
  readonly images: readonly string[]
}

/** The whole factory at one moment; what `factory.json` holds. Keys are stable: new ones may come, none goes. */
export interface Overview {
  readonly version: 1
  /** OWNER/REPO of the state; null where that is not known. */
  readonly repository: string | null
  /** When it was looked at, ISO 8601: decides between due and waiting. */
  readonly at: string
  /** The newest fact of the state files, ISO 8601; null: there is none. */
  readonly asOf: string | null
  readonly engine: Settings['engine']
  /** How many images stand where; every standing has its number. */
  readonly totals: Readonly<Record<Standing, number>>
  /** Sorted by name. */
  readonly images: readonly OverviewImage[]
  /** Those that an image is built on, sorted by name. */
  readonly bases: readonly OverviewBase[]
  readonly overrides: readonly OverviewOverride[]
}

/** What a factory is seen from. */
export interface OverviewInput {
  readonly explanations: readonly Explanation[]
  readonly records: Records
  readonly overrides: readonly Override[]
  readonly settings: Pick<Settings, 'engine'>
  readonly repository: string | null
  /** ISO 8601. */
  readonly now: string
  /** References of bases that a registry says are not there, as far as this run has asked. */
  readonly missingBases: ReadonlySet<string>
}

/** The factory as a person wants to see it. Pure: the same input gives the same factory. */
export function overviewOf(input: OverviewInput): Overview {
  const { explanations, overrides, settings, repository, now } = input
  const images = explanations.map((one) => imageOf(one, input)).sort(by(({ name }) => name))
  const moments = explanations.flatMap(({ asOf }) => asOf ?? []).sort()
  const totals = Object.fromEntries(
    STANDINGS.map((standing) => [standing, images.filter((image) => image.standing === standing).length]),
  ) as Record<Standing, number>
  return {
    version: 1,
    repository,
    at: now,
    asOf: moments.at(-1) ?? null,
    engine: settings.engine,
    totals,
    images,
    bases: basesOf(explanations, input.records),
    overrides: overrides.map(({ line: _, ...one }) => {
      const concerned = images.filter(({ override }) => override?.digest === one.digest)
      return { ...one, images: concerned.map(({ name }) => name) }
    }),
  }
}

function imageOf(explanation: Explanation, { records, missingBases, now }: OverviewInput): OverviewImage {
  const { enrollment, status } = explanation
  const { source, line, enabled } = enrollment
  const isBuildable = enabled && buildOf(enrollment, records.images.get(enrollment.name)) !== null
  return {
    ...explanationJson(explanation, now),
    standing: standingOf(explanation),
    concerns: status === 'never' ? [] : concernsOf(explanation, { missingBases, now }),
    source: source === null ? null : { provider: source.provider, repo: source.repo },
    line,
    isStartable: isBuildable && status !== 'building',
  }
}

function standingOf({ status, reason }: Explanation): Standing {
  if (status !== 'up-to-date') return status
  return reason === 'proven' ? 'fresh' : 'unproven'
}

function basesOf(explanations: readonly Explanation[], { bases: records }: OverviewInput['records']): OverviewBase[] {
  const uses = explanations.flatMap(({ enrollment, bases }) => bases.map((base) => ({ image: enrollment.name, base })))
  const byName = groupBy(uses, ({ base }) => base.name)
  const all = [...byName].map(([name, [first, ...others]]): OverviewBase => {
    const { reference: ref, digest, since, enrolledImage } = first.base
    const users = [first, ...others].map(({ image }) => image).sort()
    return { name, ref, digest, since, changes: changesOf(records.get(name)), enrolledImage, users }
  })
  return all.sort(by(({ name }) => name))
}

/** State files may have been edited: what is no change is left out. */
function changesOf(record: StateRecord | undefined): OverviewBase['changes'] {
  const history = Array.isArray(record?.updateHistory) ? record.updateHistory : []
  const changes = history.flatMap((entry) => {
    if (!isDataMap(entry)) return []
    const [at, digest] = [momentOf(entry, 'observedAt'), digestOf(entry, 'digest')]
    return at === null || digest === null ? [] : [{ at, digest }]
  })
  return changes
    .sort(by(({ at }) => at))
    .reverse()
    .slice(0, MAX_CHANGES)
}

const MAX_CHANGES = 10
