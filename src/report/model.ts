// The structure of a report: one schema, for `report-from` and for the inferred types.
import * as z from 'zod'
import { PROBLEM_CODES } from '../enrollment/problem-codes.js'
import { PROVIDERS, type Provider } from '../forges/index.js'
import { type ResourceChange, resourceKey } from '../manifests/compare.js'
import { GATE_KINDS } from './gates/decisions.js'

const MAX_ITEMS = 50_000

const text = z.string().max(20_000)
const manifest = z.string().max(1_000_000)
const number = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const list = <T extends z.ZodType>(item: T) => z.array(item).max(MAX_ITEMS).readonly()
const record = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).readonly()
const change = z.enum(['added', 'removed', 'modified'])
const use = z.enum(['added', 'removed', 'unchanged'])

/** A source repository and branch; null: its default branch. */
const repository = record({ provider: z.enum(PROVIDERS), repo: text, branch: text.nullable() })

const problem = record({
  severity: z.enum(['error', 'warning', 'accepted', 'notice']),
  code: z.enum(PROBLEM_CODES),
  message: text,
  file: text.nullable(),
  line: number.nullable(),
  column: number.nullable(),
  remedy: text.nullable(),
  image: text.nullable(),
  reason: text.exactOptional(),
  places: list(record({ text, source: repository, path: text, line: number.nullable() })).exactOptional(),
})

const resourceChange = record({
  kind: change,
  id: record({ apiVersion: text, kind: text, namespace: text, name: text }),
  file: text,
  before: manifest.nullable(),
  after: manifest.nullable(),
})

/** A changed key; null: not set, so the default applies. */
const valueChange = record({ key: text, before: text.nullable(), after: text.nullable() })

const override = record({
  base: text,
  digest: text,
  reason: text,
  expires: text,
  /** Previous expiry; absent for a new one. */
  expiredBefore: text.exactOptional(),
  /** File and line: `overrides.yaml:3`. */
  place: text,
})

/** A change that runs something else, permits more, or skips a person. */
const gateChange = record({
  kind: z.enum(GATE_KINDS),
  /** null: a setting of the whole factory. */
  image: text.nullable(),
  key: text,
  /** Values with defaults filled in; null: none. */
  before: text.nullable(),
  after: text.nullable(),
  /** The consequence, without a period. */
  meaning: text,
})

const imageChange = record({
  name: text,
  kind: z.enum(['enrolled', 'changed', 'disabled', 'enabled', 'removed']),
  /** One entry per changed key: `rebuildDelay 24h → 7d`. */
  details: list(valueChange),
  /** The full canonical references before and after, if the registry's host changes. */
  published: record({ before: text, after: text }).exactOptional(),
  /** Line of its entry; absent for a removed one. */
  line: number.exactOptional(),
  /** Its new build; absent for a removed or external image. */
  build: record({
    source: repository,
    dockerfile: text.nullable(),
    /** The workflow or pipeline that builds it; null: none. */
    file: text.nullable(),
    /** Canonical references of the base images that cause rebuilds. */
    bases: list(text),
    rebuildDelay: text,
    autoRebuild: z.boolean(),
  }).exactOptional(),
  /** Its new environments, in order; flat `updates` are an environment without a name. */
  environments: list(record({ name: text.nullable(), auto: z.boolean() })).exactOptional(),
})

/** A rebuild that is no longer held back. */
const dueRebuild = record({
  image: text,
  base: text,
  /** When the rebuild is due, ISO 8601; may be in the past. */
  at: text,
})

/** The rebuild of one image, as reported by a run that commits. */
const rebuild = record({
  image: text,
  /**
   * started: in this run. running: before it. claimed: another run is about to start it. queued: the next run starts
   * it. paused: it failed or was refused, and is retried at `until`. unknown: its start got no response. unbuildable:
   * it is unknown what to start.
   */
  status: z.enum([
    'started',
    'running',
    'claimed',
    'queued',
    'waiting',
    'paused',
    'succeeded',
    'failed',
    'refused',
    'unknown',
    'unbuildable',
  ]),
  /** null: not decided yet. */
  reason: z.enum(['base', 'override', 'manual']).nullable(),
  /** Canonical references of the base images that cause the rebuild. */
  bases: list(text),
  /** URL of its run. */
  run: text.nullable(),
  /** ISO 8601. */
  until: text.nullable(),
  /** The image that it waits for. */
  waitsFor: text.nullable(),
  /** The forge's message, or the key that makes it wait. */
  message: text.nullable(),
})

/** A place where an image pulls a base image; line 0 if unknown. */
const baseUse = record({
  image: text,
  file: text,
  line: number,
  kind: text,
  /** Repository of the file; absent if unknown, or if nothing about the base image changes. */
  source: repository.exactOptional(),
  /** An image that now pulls another base has an added use there and a removed one at its old base. */
  change: use,
})

const baseRow = record({
  name: text,
  /** Canonical reference: docker.io/library/node:22-bookworm-slim. */
  reference: text,
  change: use,
  /** The enrolled image that it is; absent if it is not enrolled. */
  enrolledImage: text.exactOptional(),
  uses: list(baseUse),
})

/** The cause of each object's change: its `resourceKey` and `images.yaml:14 rebuildDelay`. */
const causes = list(z.tuple([text, text]).readonly())

const baseDrift = z.discriminatedUnion('kind', [
  record({
    kind: z.literal('known'),
    images: list(imageChange),
    /** Only those with changes. */
    bases: list(baseRow),
    changes: list(resourceChange),
    causes,
    /** Number of rewritten state files. */
    stateFiles: number,
    /** Warnings that the base branch has as well, and that the report itself leaves out. */
    warnings: list(problem),
  }),
  /** The base branch has no images.yaml yet. */
  record({ kind: z.literal('first') }),
  /** settings: whether the base's own were readable, or those recorded by the last commit are compared. */
  record({ kind: z.literal('unknown'), reason: text, settings: z.enum(['known', 'recorded', 'unknown']) }),
])

/** The content of a report, except for its run and commit. */
export const reportShape = {
  /** preview: nothing was written; commit: see `commit`; check: only compared. */
  mode: z.enum(['preview', 'commit', 'check']),
  /** Path of images.yaml relative to the repository root. */
  imagesFile: text,
  /** Output folder, relative to the repository root. */
  outputDir: text,
  problems: list(problem),
  /** Empty if the run failed before the comparison. */
  changes: list(resourceChange),
  /** Written state files, relative to the repository root. */
  stateFiles: list(record({ kind: change, path: text })),
  /** Changed settings of the whole factory; empty if the previous ones are unknown. */
  settings: list(valueChange),
  gates: list(gateChange),
  overrides: list(override),
  images: list(imageChange),
  bases: list(baseRow),
  /** Number of enrolled images, tracked bases, and outdated images. */
  totals: record({ images: number, bases: number, stale: number }),
  causes,
  /** Rebuilds that may start because of these changes. */
  due: list(dueRebuild),
  /** Images that are provably built on an older digest of a base image: the first such base, canonical. */
  stale: list(record({ image: text, base: text })),
  /** Rebuilds that this run started, follows or waits for, sorted by image. */
  rebuilds: list(rebuild),
  /** null: no distinction is made (commits, checks, the command line). */
  baseDrift: baseDrift.nullable(),
}

export type ValueChange = z.infer<typeof valueChange>
export type GateChange = z.infer<typeof gateChange>
export type ImageChange = z.infer<typeof imageChange>
/** A base image and its uses, before and after. */
export type BaseRow = z.infer<typeof baseRow>
export type BaseUseRow = z.infer<typeof baseUse>
export type RepositoryRef = z.infer<typeof repository>
export type RebuildRow = z.infer<typeof rebuild>
/**
 * What the base branch gets with its next commit regardless of the pull request: changed Dockerfiles, outdated
 * generated files. Unknown if the base could not be read: then these changes are counted with the rest, and the report
 * says so.
 */
export type BaseDrift = z.infer<typeof baseDrift>

/** A complete report. Only data; no clock. Any string in it may come from users: it is escaped where it is shown. */
export interface Report extends z.infer<z.ZodReadonly<z.ZodObject<typeof reportShape>>> {
  readonly commit: { readonly sha: string; readonly branch: string; readonly url: string | null } | null
  /** The run, for links in the footer; null on the command line. */
  readonly run: {
    readonly url: string
    readonly headSha: string
    readonly repositoryUrl: string
    /** URL of the state repository's files at that commit; absent if they are in another repository. */
    readonly filesUrl?: string
    /** Base branch of the pull request. */
    readonly baseBranch?: string
    readonly version?: string
    /** The report is from the pull request's own run, and was not verified. */
    readonly isUnverified?: boolean
  } | null
  /** Server URLs of the sources; without them nothing is linked there. */
  readonly servers?: Readonly<Record<Provider, string>>
}

/** Whether anything would be written: changes of the pull request, or of the next commit without it. */
export function changesAnything({ changes, stateFiles, baseDrift: drift }: Report): boolean {
  const later = drift?.kind === 'known' ? drift.changes.length + drift.stateFiles : 0
  return changes.length + stateFiles.length + later > 0
}

/** Every resource that the next commit changes, whatever the cause, each once. */
export function allChanges({ changes, baseDrift: drift }: Report): readonly ResourceChange[] {
  if (drift?.kind !== 'known') return changes
  const caused = new Set(changes.map(({ id }) => resourceKey(id)))
  return [...changes, ...drift.changes.filter(({ id }) => !caused.has(resourceKey(id)))]
}

/** Whether a report justifies a first comment; warnings that the base branch has too do not. */
export function isReportable(report: Report): boolean {
  const { problems, settings, images } = report
  const isWrong = problems.some(({ severity }) => severity === 'error' || severity === 'warning')
  return changesAnything(report) || settings.length + images.length > 0 || isWrong
}

/** Whether anything about this base image changes. */
export function isChanged(base: BaseRow): boolean {
  return base.change !== 'unchanged' || base.uses.some((one) => one.change !== 'unchanged')
}
