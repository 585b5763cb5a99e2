/**
 * Separates what a pull request causes from what the next commit on its base branch brings regardless: changed
 * Dockerfiles, outdated generated files. Both versions of images.yaml run through the same pipeline with the same
 * answers from the sources; the pull request causes the difference between the two results.
 */

import {
  DEFAULT_SETTINGS,
  type Problem,
  parseImagesFile,
  placeOfProblem,
  problem,
  type Settings,
} from './enrollment/index.js'
import { changesBetween } from './manifests/index.js'
import { draftPlan } from './pipeline.js'
import { committedBaseline, type DraftedPlan, type Loaded, type Plan, planOf, type ReportBaseline } from './plan.js'
import { type BaseDrift, isChanged, NOTHING_BEFORE, settingsChanges, synthesizedState } from './report/index.js'
import type { RunOptions } from './run-options.js'
import { type FileAnswer, requestKey, type SourceReader } from './sources/index.js'
import { fromTop, readOptional, type StateFolder } from './state/index.js'
import { formatNumber } from './text/index.js'

/** The state of the base branch, or why it is not available. */
export type BaseState =
  | { readonly kind: 'found'; readonly folder: StateFolder }
  | { readonly kind: 'unknown'; readonly reason: string }

/**
 * The plan of a pull request's state, reported against what its base would generate.
 *
 * @param readBase reads the base; called only if the pull request's own state can be planned.
 */
export async function makePreview(
  run: RunOptions,
  folder: StateFolder,
  readBase: () => Promise<BaseState>,
): Promise<Plan> {
  const options = { ...run, read: remembered(run.read), writes: false }
  const draft = await draftPlan(options, folder)
  if (draft.kind === 'refused') return planOf(draft, run, folder)
  return run.step('Compare with the base branch', async () => {
    const baseline = await baselineOf(draft, { ...options, ...QUIET }, await readBase())
    return withoutKnownWarnings(planOf(draft, run, folder, baseline))
  })
}

/** Leaves out warnings that the base branch has as well: the pull request does not cause them. */
function withoutKnownWarnings(plan: Plan): Plan {
  const { baseDrift: drift } = plan.report
  if (drift?.kind !== 'known') return plan
  const known = new Set(drift.warnings.map(identityOf))
  const isKnown = (one: Problem) => one.severity === 'warning' && known.has(identityOf(one))
  const problems = plan.report.problems.filter((one) => !isKnown(one))
  // The pull request's version of the warning: line numbers move.
  const warnings = plan.report.problems.filter(isKnown)
  return { ...plan, report: { ...plan.report, problems, baseDrift: { ...drift, warnings } } }
}

function identityOf({ file, image, message }: Problem): string {
  return JSON.stringify([file, image, message])
}

/** The base is planned silently: its log would repeat that of the pull request. */
const QUIET: Pick<RunOptions, 'step' | 'log'> = { step: (_, work) => work(), log: () => undefined }

async function baselineOf(head: DraftedPlan, run: RunOptions, base: BaseState): Promise<ReportBaseline> {
  if (base.kind === 'unknown') return withoutBase(head, base.reason, run)
  const { folder } = base
  const text = readOptional(folder.root, folder.imagesFile)
  if (text === null) return firstBaseline(head)
  const draft = await draftPlan(run, folder)
  const { settings: found } = parseImagesFile(text, fromTop(folder.path, folder.imagesFile))
  if (draft.kind === 'drafted' && draft.loaded.output.generated.size === 0) {
    return withoutBase(head, 'nothing is generated there yet', run, found)
  }
  if (draft.kind === 'refused') {
    const [first] = draft.problems
    const what = first === undefined ? '' : `: ${placed(first)}${first.message.replace(/\.$/, '')}`
    const reason = `it has errors itself${what}`
    return withoutBase(head, reason, run, found)
  }
  const { report } = planOf(draft, run, folder)
  const { images, bases, changes, causes } = report
  const warnings = report.problems.filter((one) => one.severity === 'warning')
  const baseDrift: BaseDrift = {
    kind: 'known',
    images,
    bases: bases.filter(isChanged),
    changes,
    causes,
    stateFiles: report.stateFiles.length,
    warnings,
  }
  return {
    before: synthesizedState(draft.enrolled, draft.state),
    overridden: new Map(draft.overrides.map(({ digest, expires }) => [digest, expires])),
    settings: settingsChanges(draft.enrolled.settings, head.enrolled.settings),
    changes: changesBetween(draft.manifests, head.manifests),
    baseDrift,
    problems: manualChanges(head, draft.loaded.output, fromTop(folder.path, folder.outputDir)),
  }
}

function placed(one: Problem): string {
  const place = placeOfProblem(one)
  return place === '' ? '' : `${place} `
}

/** A pull request that adds the first images.yaml: everything is its own change. */
function firstBaseline(head: DraftedPlan): ReportBaseline {
  const changes = changesBetween([], head.manifests)
  const settings = settingsChanges(DEFAULT_SETTINGS, head.enrolled.settings)
  return {
    before: NOTHING_BEFORE,
    overridden: new Map(),
    settings,
    changes,
    baseDrift: { kind: 'first' },
    problems: [],
  }
}

/**
 * Where nothing is known of the base except perhaps its settings: they are read whatever else is wrong with its file,
 * otherwise those recorded by the last commit count.
 */
function withoutBase(
  head: DraftedPlan,
  reason: string,
  run: RunOptions,
  found: Settings | null = null,
): ReportBaseline {
  run.log(`Could not compare with the base branch (${reason}): changes already there are counted too.`)
  const committed = committedBaseline(head)
  if (found === null) {
    const settings = committed.before.settings === null ? 'unknown' : 'recorded'
    return { ...committed, baseDrift: { kind: 'unknown', reason, settings } }
  }
  const before = { ...committed.before, settings: found }
  const settings = settingsChanges(found, head.enrolled.settings)
  return { ...committed, before, settings, baseDrift: { kind: 'unknown', reason, settings: 'known' } }
}

/** Manifests that match neither the base branch nor what is generated: manual edits, which the next commit reverts. */
function manualChanges({ loaded, manifests }: DraftedPlan, base: Loaded['output'], outputDir: string): Problem[] {
  const wanted = new Map(manifests.map(({ path, text }) => [path, text]))
  const now = loaded.output.generated
  const names = [...new Set([...now.keys(), ...base.generated.keys()])].sort()
  const made = names.filter((name) => now.get(name) !== base.generated.get(name) && now.get(name) !== wanted.get(name))
  const [first] = made
  if (first === undefined) return []
  const file = `${outputDir}/${first}`
  const others = made.length === 1 ? '' : ` and ${formatNumber(made.length - 1)} more`
  const message = `${file}${others} differ from the base branch and from what is generated: the next commit regenerates them.`
  const remedy = 'Change images.yaml instead, and remove the generated files from the pull request.'
  return [problem('manifest-changed', message, { file, remedy })]
}

/** Caches answers, so that no file is requested twice. */
function remembered(reader: SourceReader): SourceReader {
  const known = new Map<string, FileAnswer>()
  return {
    isComplete: reader.isComplete,
    read: async (requests) => {
      const open = requests.filter((request) => !known.has(requestKey(request)))
      if (open.length > 0) for (const [key, answer] of await reader.read(open)) known.set(key, answer)
      return known
    },
  }
}
