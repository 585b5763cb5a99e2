import type { BuildChoice, FollowedBuilds } from '../build-definition/index.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import type { Problem } from '../enrollment/problem.js'
import {
  type Discovery,
  type DiscoveryInput,
  discoverImage,
  type ImageDiscovery,
  linkedRequests,
} from './image-bases.js'
import { namedAlone, requestsBesideNamed } from './named-bases.js'
import { type RunIdentity, titledRuns, titleRequests } from './run-identity.js'
import { sharedBuilds } from './shared-builds.js'
import {
  buildFileRequest,
  type FileAnswers,
  type FileFailure,
  type FileRequest,
  requestKey,
  type SourceReader,
} from './source-file.js'
import {
  chooseImageBuilds,
  Definitions,
  definedBuild,
  followImage,
  readWorkflowAnswer,
  type WorkflowReading,
  wantedRequests,
} from './workflow-build.js'
import { checkWorkflow, type WorkflowProblem } from './workflow-checks.js'

/** Discoveries by image name (only enabled images with a source have one), with everything to report. */
export interface Discovered {
  readonly images: ReadonlyMap<string, Discovery>
  readonly problems: readonly Problem[]
  /** Problems in the workflows that rebuilds will dispatch. */
  readonly workflowProblems: readonly WorkflowProblem[]
  /**
   * Which runs are an image's builds, by image name (enabled images with a source). null: that depends on its workflow,
   * which was not read.
   */
  readonly runs: ReadonlyMap<string, RunIdentity | null>
  /** Why an image's source files cannot be read, by image name. */
  readonly failures: ReadonlyMap<string, FileFailure>
  /** The files that were read, by `requestKey`, with the branch of each; null when unknown. */
  readonly files: ReadonlyMap<string, string | null>
}

/**
 * Finds the base images of every enabled image that is built from a source: reads Dockerfiles and workflows, then the
 * bake and compose files those name, then the Dockerfiles those build on. Each round sends the requests of all images
 * together; empty rounds are skipped.
 *
 * @param images the enrolled images.
 * @param reader where files come from.
 * @param imagesFile name of the enrollment file, for problems.
 * @param isKnown whether there is a state file of an image: its base images are kept when discovery fails.
 */
export async function discover(
  images: readonly EnrolledImage[],
  reader: SourceReader,
  imagesFile: string,
  isKnown: (image: string) => boolean,
): Promise<Discovered> {
  const built = images.filter(({ enabled, source }) => enabled && source !== null)
  const inputs = built.flatMap((image) => {
    const dockerfile = dockerfileRequest(image)
    return dockerfile === null ? [] : [{ image, dockerfile, workflow: workflowOf(image), isNew: !isKnown(image.name) }]
  })
  const around = built.flatMap((image) => [workflowOf(image) ?? [], requestsBesideNamed(image)].flat())
  const first = await readRound(reader, [...inputs.map(({ dockerfile }) => dockerfile), ...around])
  const readings = readWorkflows(built, first)
  const branchOf = branchReader(first)
  const shared = sharedBuilds(images, branchOf)
  const followed = await followAll(inputs, { reader, readings, first, branchOf, also: titleRequests(shared) })
  const choices = new Map(inputs.map(({ image }) => [image.name, choiceOf(image, followed)] as const))
  const builds = new Map([...choices].map(([name, choice]) => [name, definedBuild(choice)] as const))
  const linked = inputs.flatMap((one) => linkedRequests(one, builds.get(one.image.name)))
  const answers = new Map([...followed.answers, ...(await readRound(reader, linked))])
  const { isComplete } = reader
  const found = built.map((image) => {
    const dockerfile = dockerfileRequest(image)
    if (dockerfile === null) return namedAlone(image, first, { branch: branchOf(image), isComplete, imagesFile })
    return discoverImage(
      { image, dockerfile, workflow: workflowOf(image), isNew: !isKnown(image.name) },
      builds.get(image.name),
      answers,
      imagesFile,
    )
  })
  const titled = await titledRuns(shared, { readings, answers, branchOf, isComplete }, imagesFile)
  const checked = built.flatMap((image) => workflowProblemsOf(image, { readings, followed, choices, imagesFile }))
  const all = built.map((image): [string, RunIdentity] => [image.name, { kind: 'all' }])
  return {
    images: new Map(found.map(({ name, discovery }) => [name, discovery])),
    problems: failedFirst(found).flatMap(({ problems }) => problems),
    workflowProblems: [...checked, ...titled.problems],
    runs: new Map([...all, ...titled.runs]),
    failures: new Map(found.flatMap(({ name, failure }) => (failure === undefined ? [] : [[name, failure]]))),
    files: new Map([...answers].flatMap(([key, one]) => (one.kind === 'found' ? [[key, one.branch]] : []))),
  }
}

/** The branch of an image's source; if none is named, the one its files were read from. */
function branchReader(answers: FileAnswers): (image: EnrolledImage) => string | null {
  return (image) => {
    const named = image.source?.branch ?? null
    if (named !== null) return named
    for (const request of [dockerfileRequest(image), workflowOf(image), ...requestsBesideNamed(image)]) {
      const answer = request === null ? undefined : answers.get(requestKey(request))
      if (answer?.kind === 'found') return answer.branch
    }
    return null
  }
}

async function readRound(reader: SourceReader, requests: readonly FileRequest[]): Promise<FileAnswers> {
  return requests.length === 0 ? new Map() : reader.read(requests)
}

function dockerfileRequest({ source }: EnrolledImage): FileRequest | null {
  if (source === null || source.dockerfile === null) return null
  return { provider: source.provider, repo: source.repo, branch: source.branch, path: source.dockerfile }
}

function workflowOf({ source }: EnrolledImage): FileRequest | null {
  return source !== null && 'workflow' in source ? buildFileRequest(source) : null
}

/** Workflows by image name; images that share a workflow share its reading. */
function readWorkflows(images: readonly EnrolledImage[], answers: FileAnswers): Map<string, WorkflowReading> {
  const byRequest = new Map<string, WorkflowReading>()
  const readings = new Map<string, WorkflowReading>()
  for (const image of images) {
    const request = workflowOf(image)
    if (request === null) continue
    const key = requestKey(request)
    const reading = byRequest.get(key) ?? readWorkflowAnswer(request, answers.get(key))
    byRequest.set(key, reading)
    readings.set(image.name, reading)
  }
  return readings
}

/** More rounds than reusable workflows and actions can nest, plus those for bake and compose files. */
const MAX_ROUNDS = 16

/**
 * Follows the workflows of all images in rounds: each requests the files that the previous one named.
 *
 * @returns the builds by image name, missing for an image whose workflow could not be read; and all answers.
 */
async function followAll(
  inputs: readonly DiscoveryInput[],
  about: {
    readonly reader: SourceReader
    readonly readings: ReadonlyMap<string, WorkflowReading>
    readonly first: FileAnswers
    readonly branchOf: (image: EnrolledImage) => string | null
    /** Additional requests for the first round. */
    readonly also: readonly FileRequest[]
  },
) {
  const answers = new Map(about.first)
  const definitions = new Definitions()
  const builds = new Map<string, FollowedBuilds>()
  let open = inputs.map(({ image }) => image)
  let wanted = about.also.filter((request) => !answers.has(requestKey(request)))
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const waiting: EnrolledImage[] = []
    for (const image of open) {
      const reading = about.readings.get(image.name)
      const { source } = image
      if (source === null || !('workflow' in source) || reading === undefined) continue
      const followed = followImage(source, reading, { answers, definitions, branch: about.branchOf(image) })
      if (followed === null) continue
      builds.set(image.name, followed)
      const requests = wantedRequests(followed, source, answers)
      if (requests.length > 0) waiting.push(image)
      wanted.push(...requests)
    }
    if (wanted.length === 0) break
    for (const [key, answer] of await about.reader.read(wanted)) answers.set(key, answer)
    open = waiting
    wanted = []
  }
  return { builds, answers }
}

function choiceOf(
  image: EnrolledImage,
  { builds, answers }: Awaited<ReturnType<typeof followAll>>,
): BuildChoice | null {
  const { source } = image
  const followed = builds.get(image.name)
  if (source === null || !('workflow' in source) || followed === undefined) return null
  return chooseImageBuilds(image, source, { followed, answers })
}

function workflowProblemsOf(
  image: EnrolledImage,
  {
    readings,
    followed,
    choices,
    imagesFile,
  }: {
    readonly readings: ReadonlyMap<string, WorkflowReading>
    readonly followed: Awaited<ReturnType<typeof followAll>>
    readonly choices: ReadonlyMap<string, BuildChoice | null>
    readonly imagesFile: string
  },
): WorkflowProblem[] {
  const { source } = image
  const reading = readings.get(image.name)
  if (source === null || !('workflow' in source) || reading === undefined) return []
  const from = {
    reading,
    followed: followed.builds.get(image.name) ?? null,
    choice: choices.get(image.name) ?? null,
  }
  return checkWorkflow(image, source, from, imagesFile)
}

/** Failures come first: they are what people must see. */
function failedFirst(found: readonly ImageDiscovery[]): ImageDiscovery[] {
  const isFailed = ({ discovery }: ImageDiscovery) => discovery.kind === 'failed'
  return [...found.filter(isFailed), ...found.filter((one) => !isFailed(one))]
}
