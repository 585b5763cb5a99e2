// Builds the report of a run: the new state compared with the previous one.
import type { EnrolledImage, ImagesFile, Settings } from '../enrollment/images-file.js'
import type { Problem } from '../enrollment/problem.js'
import { FLAT } from '../enrollment/promotion.js'
import { forgeOf } from '../forges/index.js'
import type { Factory, ManifestFile } from '../kargo/index.js'
import type { ResourceChange } from '../manifests/index.js'
import { formatReference } from '../reference/index.js'
import { fromTop, type MergedState, type StateFiles, type StateFolder, textsOf } from '../state/index.js'
import { by, compareText, groupBy } from '../text/index.js'
import { causesOf } from './causes.js'
import { gatesOf } from './gates/index.js'
import {
  type BaseDrift,
  type BaseRow,
  type BaseUseRow,
  type ImageChange,
  isChanged,
  type Report,
  type RepositoryRef,
  type ValueChange,
} from './model.js'
import type { staleImages } from './problems.js'

/** The images that pull each base, and where; without a location if it comes from the state files. */
type PlacedUse = Omit<BaseUseRow, 'change'> & { readonly base: string }

/** What a run is compared with. */
interface PriorState {
  /** Entries as written, by image name. */
  readonly entries: ReadonlyMap<string, unknown>
  /** Canonical references, by base image name. */
  readonly bases: ReadonlyMap<string, string>
  readonly uses: readonly PlacedUse[]
  /** State files, by path. */
  readonly texts: ReadonlyMap<string, string>
  /** null: unknown. */
  readonly settings: Settings | null
}

export const NOTHING_BEFORE: PriorState = {
  entries: new Map(),
  bases: new Map(),
  uses: [],
  texts: new Map(),
  settings: null,
}

/** The state files of the last commit. */
export function committedState(files: StateFiles): PriorState {
  const uses = [...files.images].flatMap(([image, record]) =>
    textsOf(record, 'baseImages').map((base) => ({ base, image, file: '', line: 0, kind: 'from' })),
  )
  return {
    entries: new Map([...files.images].map(([name, record]) => [name, record.enrollment])),
    bases: new Map([...files.bases].map(([name, record]) => [name, recordedReference(name, record)])),
    uses,
    texts: files.texts,
    settings: null,
  }
}

/** The result of another images.yaml (that of the base branch) for the same Dockerfiles. */
export function synthesizedState(enrolled: ImagesFile, state: MergedState): PriorState {
  return {
    entries: new Map(enrolled.images.map(({ name, written }) => [name, written])),
    bases: new Map(state.bases.map((base) => [base.name, formatReference({ ...base, digest: null })])),
    uses: usesIn(state),
    texts: state.files,
    settings: enrolled.settings,
  }
}

/** Locations in Dockerfiles that were read; otherwise (after a failed lookup) the known uses. */
function usesIn({ images, uses }: Pick<MergedState, 'images' | 'uses'>): PlacedUse[] {
  const placed = new Set(uses.map((use) => `${use.image} ${use.base}`))
  const known = images.flatMap(({ enrollment, bases }) =>
    bases
      .filter((base) => !placed.has(`${enrollment.name} ${base}`))
      .map((base) => ({
        base,
        image: enrollment.name,
        file: enrollment.source?.dockerfile ?? '',
        line: 0,
        kind: 'from',
      })),
  )
  return [...uses, ...known]
}

function recordedReference(name: string, record: Readonly<Record<string, unknown>>): string {
  const { registry, repository, tag, fullImage } = record
  const isWhole = typeof registry === 'string' && typeof repository === 'string' && typeof tag === 'string'
  if (isWhole) return formatReference({ registry, repository, tag, digest: null })
  return typeof fullImage === 'string' ? fullImage : name
}

export interface ReportInput {
  readonly mode: Report['mode']
  readonly folder: Omit<StateFolder, 'root'>
  readonly enrolled: ImagesFile
  readonly before: PriorState
  readonly state: MergedState
  readonly images: readonly ImageChange[]
  readonly settings: readonly ValueChange[]
  readonly overrides: Report['overrides']
  readonly changes: readonly ResourceChange[]
  readonly factory: Factory
  readonly manifests: readonly ManifestFile[]
  readonly baseDrift: BaseDrift | null
  readonly problems: readonly Problem[]
  readonly stale: ReturnType<typeof staleImages>
  readonly due: Report['due']
}

/** The report of a completed run; the caller adds commit and run. */
export function buildReport(input: ReportInput): Report {
  const { mode, enrolled, before, state, settings, overrides, changes, baseDrift, problems, due } = input
  const bases = baseRows(state, before)
  const images = withBuilds(input.images, state)
  const places = placesOf(input.folder)
  const causes = causesOf({
    changes,
    factory: input.factory,
    manifests: input.manifests,
    entries: before.entries,
    settingsBefore: before.settings,
    images,
    bases,
    settings,
  })
  const gates = gatesOf({ images, settings }, enrolled, before.entries)
  const totals = { images: enrolled.images.length, bases: state.bases.length, stale: input.stale.length }
  const files = stateFiles(before, state, input.folder.path)
  const stale = input.stale.map(({ enrollment, base }) => ({ image: enrollment.name, base: base.reference }))
  const about = { mode, ...places, problems, changes, stateFiles: files, settings, gates, overrides, images, bases }
  return { ...about, totals, causes, due, stale, rebuilds: [], baseDrift, commit: null, run: null }
}

/** The report of a run that stopped before it could compute changes. */
export function buildRefusalReport(
  mode: Report['mode'],
  folder: ReportInput['folder'],
  problems: readonly Problem[],
): Report {
  return {
    mode,
    ...placesOf(folder),
    problems,
    changes: [],
    stateFiles: [],
    settings: [],
    gates: [],
    overrides: [],
    images: [],
    bases: [],
    totals: { images: 0, bases: 0, stale: 0 },
    causes: [],
    due: [],
    stale: [],
    rebuilds: [],
    baseDrift: null,
    commit: null,
    run: null,
  }
}

function placesOf({ path, imagesFile, outputDir }: ReportInput['folder']): Pick<Report, 'imagesFile' | 'outputDir'> {
  return { imagesFile: fromTop(path, imagesFile), outputDir: fromTop(path, outputDir) }
}

function stateFiles(before: PriorState, state: MergedState, top: string): Report['stateFiles'] {
  const changed = [...state.files].flatMap(([path, text]) => {
    const was = before.texts.get(path)
    if (was === text) return []
    return [{ kind: was === undefined ? ('added' as const) : ('modified' as const), path: fromTop(top, path) }]
  })
  const removed = [...before.texts.keys()]
    .filter((path) => !state.files.has(path))
    .map((path) => ({ kind: 'removed' as const, path: fromTop(top, path) }))
  return [...changed, ...removed].sort(by(({ path }) => path))
}

/** The changed images, each with its new build. */
function withBuilds(changes: readonly ImageChange[], state: Pick<MergedState, 'images' | 'bases'>): ImageChange[] {
  const tracked = new Map(state.images.map((image) => [image.enrollment.name, image]))
  const references = new Map(state.bases.map((base) => [base.name, formatReference({ ...base, digest: null })]))
  return changes.map((change) => {
    const image = tracked.get(change.name)
    if (image === undefined) return change
    const bases = image.bases.map((name) => references.get(name) ?? name)
    const { line, environments } = image.enrollment
    const stages = environments.map(({ name, auto }) => ({ name: name === FLAT ? null : name, auto }))
    return { ...change, line, environments: stages, ...buildOf(image.enrollment, bases) }
  })
}

function buildOf(enrollment: EnrolledImage, bases: readonly string[]): Pick<ImageChange, 'build'> {
  const { source: from, rebuildDelay, autoRebuild } = enrollment
  const source = sourceOf(enrollment)
  if (from === null || source === null) return {}
  const file = forgeOf(from).buildFile(from)
  return { build: { source, dockerfile: from.dockerfile, file, bases, rebuildDelay: rebuildDelay.text, autoRebuild } }
}

function sourceOf({ source }: EnrolledImage): RepositoryRef | null {
  return source === null ? null : { provider: source.provider, repo: source.repo, branch: source.branch }
}

/** The current and former base images, with their uses; sorted by name. */
function baseRows(state: Pick<MergedState, 'bases' | 'images' | 'uses'>, before: PriorState): BaseRow[] {
  const { bases } = state
  const was = groupBy(before.uses, ({ base }) => base)
  const used = groupBy(usesIn(state), ({ base }) => base)
  const usesOf = (name: string) => usesBetween(was.get(name) ?? [], used.get(name) ?? [])
  const live = bases.map(({ name, enrolledImage, ...base }): BaseRow => {
    const reference = formatReference({ ...base, digest: null })
    const change = before.bases.has(name) ? 'unchanged' : 'added'
    const link = enrolledImage === undefined ? {} : { enrolledImage }
    return { name, reference, change, ...link, uses: usesOf(name) }
  })
  const tracked = new Set(bases.map((base) => base.name))
  const gone = [...before.bases].filter(([name]) => !tracked.has(name))
  const removed = gone.map(([name, reference]): BaseRow => ({ name, reference, change: 'removed', uses: usesOf(name) }))
  const sources = new Map(state.images.map(({ enrollment }) => [enrollment.name, sourceOf(enrollment)]))
  return [...live, ...removed].map((row) => withSources(row, sources)).sort(by(({ name }) => name))
}

/** Adds the repositories of a base image's uses, if it is shown. */
function withSources(row: BaseRow, sources: ReadonlyMap<string, RepositoryRef | null>): BaseRow {
  if (!isChanged(row)) return row
  const placed = (use: BaseUseRow): BaseUseRow => {
    // A base named manually is in images.yaml.
    const source = use.file === '' || use.kind === 'named' ? null : (sources.get(use.image) ?? null)
    return source === null ? use : { ...use, source }
  }
  return { ...row, uses: row.uses.map(placed) }
}

function usesBetween(past: readonly PlacedUse[], present: readonly PlacedUse[]): BaseUseRow[] {
  const toUse = ({ base: _, ...use }: PlacedUse, change: BaseUseRow['change']) => ({ ...use, change })
  const imagesOf = (uses: readonly PlacedUse[]) => new Set(uses.map(({ image }) => image))
  const [still, before] = [imagesOf(present), imagesOf(past)]
  const uses = [
    ...present.map((use) => toUse(use, before.has(use.image) ? 'unchanged' : 'added')),
    ...past.filter(({ image }) => !still.has(image)).map((use) => toUse(use, 'removed')),
  ]
  return uses.sort((a, b) => compareText(a.image, b.image) || compareText(a.file, b.file) || a.line - b.line)
}
