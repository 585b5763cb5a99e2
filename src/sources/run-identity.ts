import { pipelineTitle, type RunTitle, runTitle, shortText } from '../build-definition/index.js'
import type { EnrolledImage, Source } from '../enrollment/images-file.js'
import { problem } from '../enrollment/problem.js'
import { type Forge, forgeOf } from '../forges/index.js'
import { groupBy } from '../text/index.js'
import type { SharedBuild, StartedImage } from './shared-builds.js'
import { buildFileRequest, type FileAnswers, type FileRequest, requestKey } from './source-file.js'
import type { WorkflowReading } from './workflow-build.js'
import type { WorkflowProblem } from './workflow-checks.js'

/**
 * Which runs of its workflow (or pipelines of its branch) are builds of an image.
 *
 * `all`: every run, because they build no other image or build all of them. `title`: runs with exactly this title.
 * `own`: only runs that we start for it, because nothing distinguishes the others.
 */
export type RunIdentity =
  | { readonly kind: 'all' }
  | { readonly kind: 'title'; readonly title: string }
  | { readonly kind: 'own' }

/** The title of an image's runs; unreadable: the file that defines it could not be read, and why. */
type RunTitleResult = RunTitle | { readonly kind: 'unreadable'; readonly reason: string }

/**
 * Distinguishes the runs of images that share a build. A title counts only if no image with other inputs has it.
 *
 * @param titles title of each image's runs; null if the workflow was not read.
 * @param imagesFile name of the enrollment file, for problems.
 * @returns the runs by image; null: the workflow was not read, so the last known value is kept.
 */
function distinguishRuns(shared: SharedBuild, titles: ReadonlyMap<string, RunTitleResult | null>, imagesFile: string) {
  const titleOf = ({ image }: StartedImage) => titles.get(image.name) ?? null
  const byTitle = groupBy(shared.images, (one) => textOf(titleOf(one)))
  const runs = new Map<string, RunIdentity | null>()
  const problems: WorkflowProblem[] = []
  for (const one of shared.images) {
    const title = titleOf(one)
    if (title === null) {
      runs.set(one.image.name, null)
      continue
    }
    const mixed = title.kind === 'title' ? (byTitle.get(title.title) ?? []) : shared.images
    const rivals = mixed.filter(({ key }) => key !== one.key)
    const isOnly = title.kind === 'title' && rivals.length === 0
    runs.set(one.image.name, isOnly ? title : { kind: 'own' })
    if (!isOnly) problems.push(mixedRuns(one, { title, rivals, distinguishing: shared.distinguishing }, imagesFile))
  }
  return { runs, problems }
}

function textOf(title: RunTitleResult | null): string | null {
  return title?.kind === 'title' ? title.title : null
}

const MAX_NAMES = 3

function namesOf(images: readonly StartedImage[]): string {
  const shown = images.slice(0, MAX_NAMES).map(({ image }) => image.name)
  if (images.length > MAX_NAMES) return `${shown.join(', ')} and ${images.length - MAX_NAMES} more`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** @param mixed the title, and the images with other inputs whose runs look the same. */
function mixedRuns(
  { image, source }: StartedImage,
  mixed: {
    readonly title: RunTitleResult
    readonly rivals: readonly StartedImage[]
    readonly distinguishing: readonly string[] | null
  },
  imagesFile: string,
): WorkflowProblem {
  const { title, rivals, distinguishing } = mixed
  const forge = forgeOf(source)
  const file = forge.buildFile(source) ?? ''
  const message =
    `${image.name}: ${file} also builds ${namesOf(rivals)}, with different inputs, and ${whyMixed(title, forge)}. ` +
    `Their ${forge.runs} cannot be told apart: only the ones the factory starts count as builds of ${image.name}.`
  const naming = NAMING[title.kind](forge.runTitleLine(distinguishing ?? ['image']), file)
  const sending = `Send each image an input with its own fixed value, like inputs: {image: ${image.name}}`
  const remedy = distinguishing === null ? `${sending}. ${naming}.` : `${naming}.`
  const line = image.lineOf(forge.buildKey) ?? image.lineOf('source') ?? image.line
  const about = { file: imagesFile, line, image: image.name, remedy }
  return { problem: problem('runs-mixed', message, about), isRefusal: true }
}

function whyMixed(title: RunTitleResult, { runTitle: key }: Forge): string {
  if (title.kind === 'none') return `it has no ${key}`
  if (title.kind === 'unreadable') return `its ${key} cannot be read: ${title.reason}`
  if (title.kind === 'unknown') return `its ${key} ${title.reason}`
  return `its ${key} comes out the same for all of them (${JSON.stringify(shortText(title.title))})`
}

const NAMING: Readonly<Record<RunTitleResult['kind'], (line: string, file: string) => string>> = {
  none: (line, file) => `Add ${line} to ${file}`,
  title: (line, file) => `Write ${line} in ${file}`,
  unknown: (line, file) => `Write ${line} in ${file}`,
  unreadable: (line, file) =>
    `Correct ${file}, or name the project's pipeline file in source.pipeline; write ${line} in it`,
}

/** The files that define run titles of images that share builds. */
export function titleRequests(shared: readonly SharedBuild[]): FileRequest[] {
  return shared.flatMap(({ images }) => images.flatMap(({ source }) => buildFileRequest(source) ?? []))
}

interface TitleSources {
  /** Workflows by image name. */
  readonly readings: ReadonlyMap<string, WorkflowReading>
  /** Must include the pipeline files. */
  readonly answers: FileAnswers
  readonly branchOf: (image: EnrolledImage) => string | null
  /** Whether a file that is not found does not exist. */
  readonly isComplete: boolean
}

/**
 * The identity of runs for images that share builds.
 *
 * @param imagesFile name of the enrollment file, for problems.
 * @returns the runs by image; null: the workflow was not read, so the last known value is kept.
 */
export async function titledRuns(shared: readonly SharedBuild[], from: TitleSources, imagesFile: string) {
  const parts: ReturnType<typeof distinguishRuns>[] = []
  for (const one of shared) parts.push(distinguishRuns(one, await titlesOf(one, from), imagesFile))
  return {
    runs: new Map(parts.flatMap(({ runs }) => [...runs])),
    problems: parts.flatMap(({ problems }) => problems),
  }
}

/** Run title of each image that shares a build; null if the file was not read. */
async function titlesOf(shared: SharedBuild, from: TitleSources): Promise<Map<string, RunTitleResult | null>> {
  const titles = new Map<string, RunTitleResult | null>()
  for (const { image, source } of shared.images) {
    titles.set(image.name, await TITLES[forgeOf(source).language](image, source, from))
  }
  return titles
}

const TITLES: Readonly<Record<Forge['language'], typeof workflowTitleOf>> = {
  workflow: workflowTitleOf,
  pipeline: pipelineTitleOf,
}

/** For a workflow that cannot be read or dispatched, that problem is all there is to report. */
async function workflowTitleOf(
  image: EnrolledImage,
  { repo, inputs }: Source,
  { readings, branchOf }: TitleSources,
): Promise<RunTitleResult | null> {
  const reading = readings.get(image.name)
  if (reading?.kind !== 'read' || reading.facts.dispatch === null) return null
  return runTitle(reading.facts, { repo, branch: branchOf(image), inputs })
}

async function pipelineTitleOf(
  _: EnrolledImage,
  source: Source,
  { answers, isComplete }: TitleSources,
): Promise<RunTitleResult | null> {
  const request = buildFileRequest(source)
  const answer = request === null ? undefined : answers.get(requestKey(request))
  if (request !== null && answer?.kind === 'found') {
    const title = pipelineTitle(answer.text, request.path, source.inputs)
    return 'kind' in title ? title : { kind: 'unreadable', reason: title.message.replace(/\.$/, '') }
  }
  // The project's settings may place its pipeline in another file.
  return answer?.kind === 'failed' && answer.reason === 'file' && isComplete
    ? { kind: 'unreadable', reason: 'there is no such file' }
    : null
}
