import type { Override, Settings } from '../enrollment/index.js'
import { type Explanation, explanationJson } from '../explain/index.js'
import type { Provider } from '../forges/index.js'
import { buildOf } from '../rebuild/index.js'
import type { Records } from '../state/index.js'
import { digestOf, momentOf, type StateRecord } from '../state/record.js'
import { by, groupBy } from '../text/index.js'
import { isDataMap } from '../yaml/data.js'
import { type Concern, concernsOf } from './concerns.js'

/**
 * Standing of an image: its status in `explain`, with "up to date" split by evidence. fresh: proven to be built on the
 * current digest of each base. unproven: only timestamps suggest it.
 */
export type Standing = Exclude<Explanation['status'], 'up-to-date'> | 'fresh' | 'unproven'

/** Every standing, the most urgent first, which is the order of display. */
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

/** An enrolled image: the output of `explain --json`, and its standing. */
export interface OverviewImage extends ReturnType<typeof explanationJson> {
  readonly standing: Standing
  /** What needs attention, the worst first. */
  readonly concerns: readonly Concern[]
  /** Its source; null: it is built by others and only watched. */
  readonly source: { readonly provider: Provider; readonly repo: string } | null
  /** 1-based line of its entry in images.yaml. */
  readonly line: number
  /** Whether a person may start its build now: it is enabled, its workflow is known, and no build is in progress. */
  readonly isStartable: boolean
}

/** A base image, and the images built on it. */
export interface OverviewBase {
  readonly name: string
  /** `docker.io/library/node:22` */
  readonly ref: string
  readonly digest: string | null
  /** When its tag got the digest, ISO 8601. */
  readonly since: string | null
  /** Its observed digests, newest first, at most ten. */
  readonly changes: readonly { readonly at: string; readonly digest: string }[]
  /** Name of the enrolled image that it is; null: none. */
  readonly enrolledImage: string | null
  /** Names of the images built on it, sorted. */
  readonly users: readonly string[]
}

/** The whole factory at one moment; the content of `factory.json`. Keys are stable: they may be added, not removed. */
export interface Overview {
  readonly version: 1
  /** OWNER/REPO of the state; null where unknown. */
  readonly repository: string | null
  /** Time of the overview, ISO 8601: decides between due and waiting. */
  readonly at: string
  /** The latest timestamp in the state files, ISO 8601; null: there is none. */
  readonly asOf: string | null
  readonly engine: Settings['engine']
  /** Number of images per standing, zeros included. */
  readonly totals: Readonly<Record<Standing, number>>
  /** Sorted by name. */
  readonly images: readonly OverviewImage[]
  /** The bases of all images, sorted by name. */
  readonly bases: readonly OverviewBase[]
  /** Each with the names of the images that it currently affects, sorted. */
  readonly overrides: readonly (Omit<Override, 'line'> & { readonly images: readonly string[] })[]
}

interface OverviewInput {
  readonly explanations: readonly Explanation[]
  readonly records: Records
  readonly overrides: readonly Override[]
  readonly settings: Pick<Settings, 'engine'>
  readonly repository: string | null
  /** ISO 8601. */
  readonly now: string
  /** References of bases that a registry reports as missing, among those requested in this run. */
  readonly missingBases: ReadonlySet<string>
}

/** Builds the overview. Pure: the same input gives the same overview. */
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
    concerns: status === 'never' ? [] : concernsOf(explanation, missingBases, now),
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

/** State files may have been edited: entries that are not changes are skipped. */
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

/** One or two words for each standing, and what it means. */
export const STANDING_WORDS: Readonly<Record<Standing, { readonly word: string; readonly meaning: string }>> = {
  failed: { word: 'Failed', meaning: 'The last rebuild failed.' },
  building: { word: 'Being built', meaning: 'A build is in progress.' },
  due: { word: 'Due', meaning: 'A base image changed, and the rebuild is ready to start.' },
  behind: { word: 'Behind', meaning: 'Built on an older digest of a base image, and not rebuilt automatically.' },
  held: { word: 'Held', meaning: 'A base image changed, and autoRebuild is false.' },
  waiting: { word: 'Waiting', meaning: 'A base image changed; its delay has not passed yet.' },
  unknown: { word: 'Unknown', meaning: 'Base images or their digests are not known yet.' },
  unproven: {
    word: 'Not proven',
    meaning: 'Up to date, judging by build times; there is no evidence of what it was built on.',
  },
  fresh: { word: 'Fresh', meaning: 'Proven to be built on the current digest of each of its base images.' },
  never: { word: 'Never rebuilt', meaning: 'External, disabled, or without a base image that can be watched.' },
}
