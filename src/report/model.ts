// What a report is: one schema, which `report-from` reads with and the types are inferred from.
import * as z from 'zod'
import { PROBLEM_CODES } from '../enrollment/problem-codes.js'
import type { Provider } from '../forges/index.js'
import { type ResourceChange, resourceKey } from '../manifests/resources.js'
import { GATE_KINDS } from './gates/decisions.js'

const MAX_ITEMS = 50_000

const text = z.string().max(20_000)
const manifest = z.string().max(1_000_000)
const number = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const list = <T extends z.ZodType>(item: T) => z.array(item).max(MAX_ITEMS).readonly()
const record = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).readonly()
const change = z.enum(['added', 'removed', 'modified'])
const use = z.enum(['added', 'removed', 'unchanged'])

/** A repository that is read, at the branch that is named; null: its default branch. */
const repository = record({ provider: z.enum(['github', 'gitlab']), repo: text, branch: text.nullable() })

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

/** A key that has another value; null: it is not written, and the default holds. */
const valueChange = record({ key: text, before: text.nullable(), after: text.nullable() })

const override = record({
  base: text,
  digest: text,
  reason: text,
  expires: text,
  /** Until when it held before; absent for one that is new. */
  expiredBefore: text.exactOptional(),
  /** File and line: `overrides.yaml:3`. */
  place: text,
})

/** A change that lets something else run, lets more through, or takes somebody out of the loop. */
const gateChange = record({
  kind: z.enum(GATE_KINDS),
  /** null: a setting of the whole factory. */
  image: text.nullable(),
  key: text,
  /** Values with their defaults written out; null: there is nothing. */
  before: text.nullable(),
  after: text.nullable(),
  /** What follows, without a full stop. */
  meaning: text,
})

const imageChange = record({
  name: text,
  kind: z.enum(['enrolled', 'changed', 'disabled', 'enabled', 'removed']),
  /** One entry a changed key: `rebuildDelay 24h → 7d`. */
  details: list(valueChange),
  /** Where it is published, whole and canonical, when the registry's host is another one from now on. */
  published: record({ before: text, after: text }).exactOptional(),
  /** Line of its entry; absent for one that goes. */
  line: number.exactOptional(),
  /** How it is built from now on; absent for one that goes or that we do not build. */
  build: record({
    source: repository,
    dockerfile: text.nullable(),
    /** The workflow or pipeline that builds it; null: nothing does. */
    file: text.nullable(),
    /** Canonical references of the base images whose changes rebuild it. */
    bases: list(text),
    rebuildDelay: text,
    autoRebuild: z.boolean(),
  }).exactOptional(),
  /** Where it is promoted to from now on, in that order; the flat `updates` are an environment without a name. */
  environments: list(record({ name: text.nullable(), auto: z.boolean() })).exactOptional(),
})

/** A rebuild that nothing held back before. */
const dueRebuild = record({
  image: text,
  /** The base image that changed. */
  base: text,
  /** When the rebuild is due, ISO 8601: perhaps long ago. */
  at: text,
})

/** What a run that commits has to say about the rebuild of one image. */
const rebuild = record({
  image: text,
  /**
   * started: in this run. running: before it. claimed: another run is about to start it. queued: the next run starts it.
   * paused: it failed or was refused, and is tried again at `until`. unknown: its start was not answered. unbuildable:
   * nothing says what to start.
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
  /** null: it is not decided yet. */
  reason: z.enum(['base', 'override', 'manual']).nullable(),
  /** Canonical references of the base images that it is rebuilt for. */
  bases: list(text),
  /** The page of its run. */
  run: text.nullable(),
  /** ISO 8601. */
  until: text.nullable(),
  /** The image that it waits for. */
  waitsFor: text.nullable(),
  /** The forge's words, or the key that it waits by. */
  message: text.nullable(),
})

/** One place of one image that pulls a base image; line 0 where it is not known. */
const baseUse = record({
  image: text,
  file: text,
  line: number,
  kind: text,
  /** Where the file lies; absent where that is not known, or nothing about the base image changes. */
  source: repository.exactOptional(),
  /** An image that now pulls another base has an added use there and a removed one at its old base. */
  change: use,
})

const baseRow = record({
  name: text,
  /** Canonical reference: docker.io/library/node:22-bookworm-slim. */
  reference: text,
  change: use,
  /** The enrolled image that it is; absent where it is none of ours. */
  enrolledImage: text.exactOptional(),
  uses: list(baseUse),
})

/** Why each changed object changes: its `resourceKey` and `images.yaml:14 rebuildDelay`. */
const causes = list(z.tuple([text, text]).readonly())

const baseDrift = z.discriminatedUnion('kind', [
  record({
    kind: z.literal('known'),
    images: list(imageChange),
    /** Only those about which something changes. */
    bases: list(baseRow),
    changes: list(resourceChange),
    causes,
    /** How many state files are written anew. */
    stateFiles: number,
    /** Warnings that the base branch gives as well; they are not among the report's own. */
    warnings: list(problem),
  }),
  /** There is no images.yaml on the base branch yet. */
  record({ kind: z.literal('first') }),
  /** settings: whether the base's own could be read, or those that the last commit recorded are compared with. */
  record({ kind: z.literal('unknown'), reason: text, settings: z.enum(['known', 'recorded', 'unknown']) }),
])

/** What a report holds, but for which run made it and what that run committed. */
export const reportShape = {
  /** preview: nothing was written; commit: `commit` tells what was; check: compared only. */
  mode: z.enum(['preview', 'commit', 'check']),
  /** images.yaml as people know it, relative to the repository root. */
  imagesFile: text,
  /** Output folder, relative to the repository root. */
  outputDir: text,
  problems: list(problem),
  /** Empty when the run failed before it could tell. */
  changes: list(resourceChange),
  /** State files written, relative to the repository root. */
  stateFiles: list(record({ kind: change, path: text })),
  /** Settings of the whole factory that change; empty where it is not known what they were. */
  settings: list(valueChange),
  /** What is to be reviewed carefully. */
  gates: list(gateChange),
  /** Entries of overrides.yaml that hold now. */
  overrides: list(override),
  images: list(imageChange),
  bases: list(baseRow),
  /** How many are enrolled, tracked, and on an old base image. */
  totals: record({ images: number, bases: number, stale: number }),
  causes,
  /** Rebuilds that may start because of what changes here. */
  due: list(dueRebuild),
  /** Images that are proven to be built on an older digest of a base image: the first such base, canonical. */
  stale: list(record({ image: text, base: text })),
  /** Rebuilds that this run started, follows or waits for, sorted by image. */
  rebuilds: list(rebuild),
  /** null: everything is counted together (commits, checks, the command line). */
  baseDrift: baseDrift.nullable(),
}

export type ValueChange = z.infer<typeof valueChange>
export type GateChange = z.infer<typeof gateChange>
export type OverrideRow = z.infer<typeof override>
/** What happens to one enrolled image. */
export type ImageChange = z.infer<typeof imageChange>
/** A base image and who pulls it where, before and after. */
export type BaseRow = z.infer<typeof baseRow>
export type BaseUseRow = z.infer<typeof baseUse>
/** A repository and the branch of it that is read. */
export type RepositoryRef = z.infer<typeof repository>
export type RebuildRow = z.infer<typeof rebuild>
/** A rebuild that may start once this is merged. */
export type DueRebuild = z.infer<typeof dueRebuild>
/**
 * What the base branch brings with the next commit, whatever becomes of the pull request: Dockerfiles that moved on,
 * generated files that are out of date. Unknown where the base could not be looked at: then it is counted with the
 * rest, and the report says so.
 */
export type BaseDrift = z.infer<typeof baseDrift>

/** Everything a report tells. Data only; no clock. All its texts may come from users: to be escaped where they are shown. */
export interface Report extends z.infer<z.ZodReadonly<z.ZodObject<typeof reportShape>>> {
  readonly commit: { readonly sha: string; readonly branch: string; readonly url: string | null } | null
  /** Where this run is seen: links for the footer, null on the command line. */
  readonly run: {
    readonly url: string
    readonly headSha: string
    readonly repositoryUrl: string
    /** Page of the state repository's files at that commit; absent where they are not in this repository. */
    readonly filesUrl?: string
    /** Where the pull request goes. */
    readonly baseBranch?: string
    /** Version of this action. */
    readonly version?: string
    /** The run was the pull request's own, and nobody else has checked what it says. */
    readonly isUnverified?: boolean
  } | null
  /** Addresses of the servers that sources are on; without them nothing links there. */
  readonly servers?: Readonly<Record<Provider, string>>
}

/** Whether anything would be written: what a pull request causes, and what the next commit brings without it. */
export function changesAnything({ changes, stateFiles, baseDrift: drift }: Report): boolean {
  const later = drift?.kind === 'known' ? drift.changes.length + drift.stateFiles : 0
  return changes.length + stateFiles.length + later > 0
}

/** Every resource that the next commit changes, whoever causes it, each once. */
export function allChanges({ changes, baseDrift: drift }: Report): readonly ResourceChange[] {
  if (drift?.kind !== 'known') return changes
  const caused = new Set(changes.map(({ id }) => resourceKey(id)))
  return [...changes, ...drift.changes.filter(({ id }) => !caused.has(resourceKey(id)))]
}

/** Whether a report is worth a first comment; warnings that the base branch has too are not. */
export function isReportable(report: Report): boolean {
  const { problems, settings, images } = report
  const isWrong = problems.some(({ severity }) => severity === 'error' || severity === 'warning')
  return changesAnything(report) || settings.length + images.length > 0 || isWrong
}

/** Whether anything about this base image changes. */
export function isChanged(base: BaseRow): boolean {
  return base.change !== 'unchanged' || base.uses.some((one) => one.change !== 'unchanged')
}
