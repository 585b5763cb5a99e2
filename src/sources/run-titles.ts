import { pipelineTitle, readPipeline, runTitle } from '../build-definition/index.js'
import type { EnrolledImage, GitLabSource } from '../enrollment/images-file.js'
import type { Answers } from './bake-files.js'
import { type FoundTitle, pipelineFile, type TitledRuns, tellRunsApart } from './run-identity.js'
import type { SharedBuild } from './shared-builds.js'
import { type FileRequest, requestKey } from './source-file.js'
import type { WorkflowReading } from './workflow-build.js'

/** The files that name the pipelines of images that share them; workflows are read in any case. */
export function pipelineRequests(shared: readonly SharedBuild[]): FileRequest[] {
  return shared.flatMap(({ images }) =>
    images.flatMap(({ source }) => (source.provider === 'gitlab' ? [pipelineRequest(source)] : [])),
  )
}

function pipelineRequest(source: GitLabSource): FileRequest {
  return { provider: 'gitlab', repo: source.repo, branch: source.branch, path: pipelineFile(source) }
}

/** What titles are read from. */
export interface TitleSources {
  /** Workflows by image name. */
  readonly readings: ReadonlyMap<string, WorkflowReading>
  /** With the pipeline files asked for. */
  readonly answers: Answers
  readonly branchOf: (image: EnrolledImage) => string | null
  /** Whether a file that is not found is not there. */
  readonly isComplete: boolean
}

/**
 * Which runs are the builds of images that share them.
 *
 * @param imagesFile name of the enrolment file, for the problems.
 */
export async function titledRuns(
  shared: readonly SharedBuild[],
  from: TitleSources,
  imagesFile: string,
): Promise<TitledRuns> {
  const parts: TitledRuns[] = []
  for (const one of shared) parts.push(tellRunsApart(one, await titlesOf(one, from), imagesFile))
  return {
    runs: new Map(parts.flatMap(({ runs }) => [...runs])),
    problems: parts.flatMap(({ problems }) => problems),
  }
}

/** What the runs of images that share a build would be called, by image; null where the file was not read. */
async function titlesOf(shared: SharedBuild, from: TitleSources): Promise<Map<string, FoundTitle | null>> {
  const titles = new Map<string, FoundTitle | null>()
  for (const { image, source } of shared.images) {
    const title = source.provider === 'gitlab' ? pipelineTitleOf(source, from) : await workflowTitleOf(image, from)
    titles.set(image.name, title)
  }
  return titles
}

/** Of a workflow that cannot be read, or cannot be dispatched, that is all there is to say. */
async function workflowTitleOf(image: EnrolledImage, { readings, branchOf }: TitleSources): Promise<FoundTitle | null> {
  const reading = readings.get(image.name)
  if (image.source === null || reading?.kind !== 'read' || reading.facts.dispatch === null) return null
  const { repo, inputs } = image.source
  return runTitle(reading.facts, { repo, branch: branchOf(image), inputs })
}

function pipelineTitleOf(source: GitLabSource, { answers, isComplete }: TitleSources): FoundTitle | null {
  const answer = answers.get(requestKey(pipelineRequest(source)))
  if (answer?.kind === 'found') {
    const read = readPipeline(answer.text, pipelineFile(source))
    if (read.ok) return pipelineTitle(read.pipeline, source.inputs)
    return { kind: 'unreadable', reason: read.message.replace(/\.$/, '') }
  }
  // The project may have its pipeline elsewhere, which only its settings say.
  return answer?.reason === 'file' && isComplete ? { kind: 'unreadable', reason: 'there is no such file' } : null
}
