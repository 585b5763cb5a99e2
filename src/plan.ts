/** What a run would do, and the report about it. */
import {
  type EnrolledImage,
  type ImagesFile,
  OVERRIDES_FILE,
  type Override,
  type Problem,
  recordedSettings,
  type Settings,
  unusedAcceptances,
  withAcceptances,
} from './enrollment/index.js'
import { FACTORY_FILE, type Factory, type ManifestFile } from './kargo/index.js'
import type { Comparison, OutputFolder } from './manifests/index.js'
import type { Decision } from './rebuild/index.js'
import {
  buildRefusalReport,
  buildReport,
  committedState,
  dueRebuilds,
  imageChanges,
  leakedSecretProblems,
  type Report,
  type ReportInput,
  settingsChanges,
  sourceProblems,
  staleImages,
  staleProblems,
  starvationProblems,
  withPlaces,
  workflowProblems,
} from './report/index.js'
import type { RunOptions } from './run-options.js'
import type { Discovered } from './sources/index.js'
import {
  type BaseAnswers,
  fromTop,
  type MergedState,
  NO_ANSWERS,
  type StateFiles,
  type StateFolder,
} from './state/index.js'
import { groupBy } from './text/index.js'

/** What a run would do to the state folder. */
export interface Plan {
  readonly report: Report
  /** There are errors: nothing may be written or committed. */
  readonly refused: boolean
  /** Every generated file that should exist, by path relative to the state folder. */
  readonly files: ReadonlyMap<string, string>
  /** What differs on disk, by the same paths: the new text, or null for a deleted file. */
  readonly changes: ReadonlyMap<string, string | null>
  /** What to do about rebuilds; null: this run starts none. */
  readonly rebuilds: Decision | null
  /** Answers of registries about base images in this run. */
  readonly answers: BaseAnswers
  /** Settings of the whole factory in images.yaml; null: the file is invalid. */
  readonly settings: Settings | null
}

export interface Loaded {
  readonly images: string
  /** Text of overrides.yaml; null where there is none. */
  readonly overrides: string | null
  readonly state: StateFiles
  readonly output: OutputFolder
}

/** Result of the steps up to the guard, or what stopped them. */
export type PlanDraft =
  | {
      readonly kind: 'drafted'
      readonly loaded: Loaded
      readonly enrolled: ImagesFile
      readonly overrides: readonly Override[]
      readonly discovered: Discovered
      readonly state: MergedState
      readonly rebuilds: Decision | null
      readonly answers: BaseAnswers
      readonly factory: Factory
      readonly manifests: readonly ManifestFile[]
      readonly comparison: Comparison
      readonly problems: readonly Problem[]
    }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

/** What the report compares a draft with. */
export interface ReportBaseline
  extends Pick<ReportInput, 'before' | 'settings' | 'changes' | 'baseDrift' | 'problems'> {
  /** When the existing overrides expire, by their digest. */
  readonly overridden: ReadonlyMap<string, string>
}

function refusedPlan(report: Report): Plan {
  const nothing = { files: new Map(), changes: new Map(), rebuilds: null, answers: NO_ANSWERS, settings: null }
  return { report, refused: true, ...nothing }
}

/** The plan of a draft, reported against the last commit unless another baseline is given. */
export function planOf(draft: PlanDraft, run: RunOptions, folder: StateFolder, baseline?: ReportBaseline): Plan {
  const { mode } = run
  if (draft.kind === 'refused') return refusedPlan(buildRefusalReport(mode, folder, draft.problems))
  const { loaded, enrolled, state, discovered, factory, manifests } = draft
  const shown = shownFiles(folder)
  const { before, overridden, ...against } = baseline ?? committedBaseline(draft)
  const images = imageChanges(enrolled.images, before.entries)
  const files = filesOf(draft, folder)
  const stale = staleImages(state)
  const found = [
    ...leakedSecretProblems(files.changes, run.secrets, folder),
    ...sourceProblems(draft.problems, discovered, images, run),
    ...against.problems,
    ...starvationProblems(state, loaded.state, shown.imagesFile),
    // A pull request neither causes nor fixes stale images.
    ...(mode === 'preview' ? [] : staleProblems(stale, shown.imagesFile)),
    ...workflowProblems(discovered.workflowProblems, images, run),
  ]
  const accepted = withAcceptances([...found, ...unused(found, draft, run, shown.imagesFile)], enrolled.images)
  const problems = withPlaces(accepted, enrolled.images, discovered)
  const due = dueRebuilds({
    state,
    changes: images,
    usedBefore: usesByImage(before.uses),
    overrides: draft.overrides,
    overriddenBefore: new Set(overridden.keys()),
    staggerSeconds: enrolled.settings.stagger.seconds,
  })
  const made = { factory, manifests, enrolled, state, images, stale, due, problems }
  const overrides = overrideRows(
    draft.overrides,
    shown.overridesFile,
    against.baseDrift?.kind === 'known' ? overridden : null,
  )
  const report = buildReport({ ...against, ...made, before, mode, folder, overrides })
  const refused = problems.some((one) => one.severity === 'error')
  const { rebuilds, answers } = draft
  return { report, refused, rebuilds, answers, settings: enrolled.settings, ...files }
}

/** Acceptances that match no warning, for images that could be read completely. */
function unused(found: readonly Problem[], { enrolled, discovered }: DraftedPlan, run: RunOptions, file: string) {
  const unread = new Set(found.flatMap(({ code, image }) => (UNREAD.includes(code) ? [image] : [])))
  const isJudged = ({ enabled, source, name }: EnrolledImage) => {
    const isRead = run.read.isComplete && discovered.images.get(name)?.kind === 'found' && !unread.has(name)
    return enabled && (source === null || isRead)
  }
  return unusedAcceptances(found, enrolled.images, { file, isJudged })
}

const UNREAD: readonly Problem['code'][] = ['bases-unknown', 'build-unread', 'source-unchecked', 'source-unread']

/**
 * @param known when the overrides of the base branch expire, by digest: an override that does not last longer than
 *   before needs no new review.
 */
function overrideRows(overrides: readonly Override[], file: string, known: ReadonlyMap<string, string> | null) {
  return overrides.flatMap(({ line, ...one }) => {
    const before = known?.get(one.digest)
    if (before !== undefined && Date.parse(one.expires) <= Date.parse(before)) return []
    return [{ ...one, place: `${file}:${line}`, ...(before === undefined ? {} : { expiredBefore: before }) }]
  })
}

function usesByImage(uses: ReportBaseline['before']['uses']): Map<string, ReadonlySet<string>> {
  const byImage = groupBy(uses, ({ image }) => image)
  return new Map([...byImage].map(([image, own]) => [image, new Set(own.map(({ base }) => base))]))
}

export type DraftedPlan = Extract<PlanDraft, { kind: 'drafted' }>

/** The last commit as the baseline. */
export function committedBaseline({ loaded, enrolled, comparison, overrides }: DraftedPlan): ReportBaseline {
  const text = loaded.output.generated.get(FACTORY_FILE)
  const recorded = text === undefined ? null : recordedSettings(text)
  const before = { ...committedState(loaded.state), settings: recorded }
  const settings = recorded === null ? [] : settingsChanges(recorded, enrolled.settings)
  const overridden = new Map(overrides.map(({ digest, expires }) => [digest, expires]))
  return { before, overridden, settings, changes: comparison.changes, baseDrift: null, problems: [] }
}

function filesOf(
  { loaded, state, manifests, comparison }: DraftedPlan,
  folder: StateFolder,
): Pick<Plan, 'files' | 'changes'> {
  const { texts } = loaded.state
  const inOutput = (path: string) => `${folder.outputDir}/${path}`
  const changes = new Map<string, string | null>()
  for (const [path, text] of state.files) if (texts.get(path) !== text) changes.set(path, text)
  for (const path of texts.keys()) if (!state.files.has(path)) changes.set(path, null)
  for (const [path, text] of comparison.files) changes.set(inOutput(path), text)
  return {
    files: new Map([...state.files, ...manifests.map(({ path, text }) => [inOutput(path), text] as const)]),
    changes,
  }
}

/** Paths of a state folder as shown to people: relative to the top of the repository. */
export function shownFiles({ path, imagesFile, outputDir }: StateFolder): {
  readonly imagesFile: string
  readonly outputDir: string
  readonly overridesFile: string
} {
  return {
    imagesFile: fromTop(path, imagesFile),
    outputDir: fromTop(path, outputDir),
    overridesFile: fromTop(path, OVERRIDES_FILE),
  }
}
