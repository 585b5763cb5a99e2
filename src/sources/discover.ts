import type { Enrollment } from '../enrollment/enrollment.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { type BaseUse, type BuiltFile, basesOf, inlineBuilds } from './bases.js'
import { checkFarEnd, type FarEndProblem } from './far-end.js'
import type { RunIdentity } from './run-identity.js'
import { pipelineRequests, titledRuns } from './run-titles.js'
import { sharedBuilds } from './shared-builds.js'
import { type FileAnswer, type FileRequest, requestKey, type SourceReader } from './source-file.js'
import {
  type Answers,
  type BuildStepChoice,
  chooseStep,
  type DefinedBuild,
  definedBuild,
  readWorkflowAnswer,
  type WorkflowReading,
  workflowRequest,
} from './workflow-build.js'

/** What discovery found out about one image. */
export type Discovery =
  | {
      readonly kind: 'found'
      /** The Dockerfile inside its repository, and the branch it was read from (null: not known). */
      readonly file: string
      readonly branch: string | null
      readonly uses: readonly BaseUse[]
      /** What had to be assumed about the build, in words. */
      readonly assumed: readonly string[]
    }
  | { readonly kind: 'failed'; readonly message: string; readonly remedy: string | null }

/** Discoveries by image name (only enabled images with a source have one), and what to tell about them. */
export interface Discovered {
  readonly images: ReadonlyMap<string, Discovery>
  readonly problems: readonly Problem[]
  /** What is wrong where the rebuilds will be dispatched. */
  readonly farEnd: readonly FarEndProblem[]
  /**
   * Which runs are an image's builds, by image name (the enabled ones with a source). null: its workflow has to tell
   * them, and was not read.
   */
  readonly runs: ReadonlyMap<string, RunIdentity | null>
}

interface Asked {
  readonly image: Enrollment
  readonly dockerfile: FileRequest
}

/**
 * Finds the base images of every enabled image that is built from a source: reads Dockerfiles and workflows, then the
 * bake and compose files those name, then the Dockerfiles those are built on. Each round is asked for all images
 * together, and a round that has nothing to ask is none.
 *
 * @param images the enrolled images.
 * @param reader where files come from.
 * @param imagesFile name of the enrolment file, for the problems.
 */
export async function discover(
  images: readonly Enrollment[],
  reader: SourceReader,
  imagesFile: string,
): Promise<Discovered> {
  const asked = images.flatMap((image) => {
    const dockerfile = image.enabled ? dockerfileRequest(image) : null
    return dockerfile === null ? [] : [{ image, dockerfile }]
  })
  const workflows = asked.flatMap(({ image }) => workflowOf(image) ?? [])
  const first = await readRound(reader, [...asked.map(({ dockerfile }) => dockerfile), ...workflows])
  const readings = readWorkflows(asked, first)
  const choices = chooseSteps(asked, readings)
  const branchOf = branchReader(first)
  const shared = sharedBuilds(images, branchOf)
  const bakeFiles = [...choices.values()].flatMap((one) => (one.kind === 'bake' ? one.files : []))
  const second = await readRound(reader, [...bakeFiles, ...pipelineRequests(shared)])
  const builds = definedBuilds(asked, choices, second)
  const linked = asked.flatMap((one) => linkedRequests(one, builds.get(one.image.name)))
  const third = await readRound(reader, linked)
  const answers = new Map([...first, ...second, ...third])
  const found = asked.map((one) => discoverOne(one, builds.get(one.image.name), answers, imagesFile))
  const { isComplete } = reader
  const titled = await titledRuns(shared, { readings, answers: second, branchOf, isComplete }, imagesFile)
  const atFarEnd = asked.flatMap(({ image }) => farEndOf(image, readings, { isComplete, imagesFile }))
  const all = asked.map(({ image }): [string, RunIdentity] => [image.name, { kind: 'all' }])
  return {
    images: new Map(found.map(({ name, discovery }) => [name, discovery])),
    problems: failedFirst(found).flatMap(({ problems }) => problems),
    farEnd: [...atFarEnd, ...titled.problems],
    runs: new Map([...all, ...titled.runs]),
  }
}

/** The branch of an image's source: where none is named, the one that its files were read from. */
function branchReader(answers: Answers): (image: Enrollment) => string | null {
  return (image) => {
    const named = image.source?.branch ?? null
    if (named !== null) return named
    for (const request of [dockerfileRequest(image), workflowOf(image)]) {
      const answer = request === null ? undefined : answers.get(requestKey(request))
      if (answer?.kind === 'found') return answer.branch
    }
    return null
  }
}

async function readRound(reader: SourceReader, requests: readonly FileRequest[]): Promise<Answers> {
  return requests.length === 0 ? new Map() : reader.read(requests)
}

function dockerfileRequest({ source }: Enrollment): FileRequest | null {
  if (source === null) return null
  return { provider: source.provider, repo: source.repo, branch: source.branch, path: source.dockerfile }
}

function workflowOf({ source }: Enrollment): FileRequest | null {
  return source?.provider === 'github' ? workflowRequest(source) : null
}

/** Workflows by image name; images that share one share its reading. */
function readWorkflows(asked: readonly Asked[], answers: Answers): Map<string, WorkflowReading> {
  const byRequest = new Map<string, WorkflowReading>()
  const readings = new Map<string, WorkflowReading>()
  for (const { image } of asked) {
    const request = workflowOf(image)
    if (request === null) continue
    const key = requestKey(request)
    const reading = byRequest.get(key) ?? readWorkflowAnswer(request, answers.get(key))
    byRequest.set(key, reading)
    readings.set(image.name, reading)
  }
  return readings
}

function chooseSteps(asked: readonly Asked[], readings: ReadonlyMap<string, WorkflowReading>) {
  const choices = new Map<string, BuildStepChoice>()
  for (const { image } of asked) {
    const reading = readings.get(image.name)
    if (image.source?.provider !== 'github' || reading === undefined) continue
    choices.set(image.name, chooseStep(image, image.source, reading))
  }
  return choices
}

function definedBuilds(
  asked: readonly Asked[],
  choices: ReadonlyMap<string, BuildStepChoice>,
  answers: Answers,
): Map<string, DefinedBuild> {
  return new Map(
    asked.map(({ image, dockerfile }) => {
      const choice = choices.get(image.name) ?? { kind: 'none', reason: null }
      return [image.name, definedBuild(choice, dockerfile.path, answers)] as const
    }),
  )
}

function linkedRequests({ dockerfile }: Asked, build: DefinedBuild | undefined): FileRequest[] {
  return (build?.linked ?? []).flatMap((one) =>
    one.dockerfile === null || one.dockerfile === dockerfile.path ? [] : [{ ...dockerfile, path: one.dockerfile }],
  )
}

function farEndOf(
  image: Enrollment,
  readings: ReadonlyMap<string, WorkflowReading>,
  about: { readonly isComplete: boolean; readonly imagesFile: string },
): FarEndProblem[] {
  const reading = readings.get(image.name)
  if (image.source?.provider !== 'github' || reading === undefined) return []
  return checkFarEnd(image, image.source, reading, about)
}

/** What could not be found out is what people must see before all else. */
function failedFirst(found: readonly Found[]): Found[] {
  const isFailed = ({ discovery }: Found) => discovery.kind === 'failed'
  return [...found.filter(isFailed), ...found.filter((one) => !isFailed(one))]
}

interface Found {
  readonly name: string
  readonly discovery: Discovery
  readonly problems: readonly Problem[]
}

function discoverOne(asked: Asked, build: DefinedBuild | undefined, answers: Answers, imagesFile: string): Found {
  const { image, dockerfile } = asked
  const answer = answers.get(requestKey(dockerfile))
  if (answer?.kind !== 'found') {
    return failed(image, answer?.message ?? 'no answer.', answer?.remedy ?? null, imagesFile)
  }
  const missing = build === undefined ? null : missingLink(asked, build, answers)
  if (missing !== null) {
    return failed(image, missing, 'Correct the build definition, or say build.contexts in images.yaml.', imagesFile)
  }
  const files = [
    { file: dockerfile.path, text: build?.inline ?? answer.text, passes: build?.passes ?? null },
    ...(build === undefined ? [] : linkedFiles(asked, build, answers)),
  ]
  const uses: BaseUse[] = []
  const assumed = [...(build?.assumed ?? [])]
  const problems: Problem[] = []
  let usesDefaults = false
  for (const [index, file] of files.entries()) {
    const place = `${dockerfile.repo}/${file.file}`
    const result = basesOf(file, index === 0 || file.isImage ? image.build : null)
    if (!result.ok) {
      const remedy = 'Correct the Dockerfile, or what `build` says about it.'
      return failed(image, `${place}:${result.line}: ${result.message}`, remedy, imagesFile)
    }
    uses.push(...result.uses)
    assumed.push(...result.assumed)
    usesDefaults ||= result.usesDefaults
    for (const { line, message } of result.warnings) {
      problems.push(problem('warning', `${image.name}: ${place}:${line}: ${message}`, { image: image.name }))
    }
  }
  const remarks = [
    ...assumptions(image, assumed, imagesFile),
    ...(usesDefaults ? unread(image, build, imagesFile) : []),
    ...withoutBase(image, uses),
  ]
  const discovery = { kind: 'found' as const, file: dockerfile.path, branch: answer.branch, uses, assumed }
  return { name: image.name, discovery, problems: [...problems, ...remarks] }
}

/** A build it stands on that cannot be read: its base images are not known, which is not the same as none. */
function missingLink({ dockerfile }: Asked, build: DefinedBuild, answers: Answers): string | null {
  for (const { name, dockerfile: path, inline, isImage } of build.linked) {
    if (inline !== null || isImage) continue
    if (path === null) return `it is built on the target ${name}, whose Dockerfile is not known.`
    const answer = answers.get(requestKey({ ...dockerfile, path }))
    if (answer?.kind !== 'found') return `it is built on the target ${name}: ${answer?.message ?? 'no answer.'}`
  }
  return null
}

function linkedFiles({ dockerfile }: Asked, build: DefinedBuild, answers: Answers): BuiltFile[] {
  const read = build.linked.flatMap((one): BuiltFile[] => {
    if (one.dockerfile === null || (one.isImage && one.inline !== null)) return []
    const answer: FileAnswer | undefined = answers.get(requestKey({ ...dockerfile, path: one.dockerfile }))
    return answer?.kind === 'found'
      ? [{ file: one.dockerfile, text: answer.text, passes: one.passes, isImage: one.isImage }]
      : []
  })
  return [...read, ...inlineBuilds(build)]
}

function assumptions(image: Enrollment, assumed: readonly string[], file: string): Problem[] {
  if (assumed.length === 0) return []
  const line = image.lineOf('build') ?? image.lineOf('source.workflow') ?? image.line
  const remedy = 'Say under `build` in images.yaml what the real build passes.'
  return assumed.map((text) => problem('warning', `${image.name}: ${text}.`, { file, line, image: image.name, remedy }))
}

/** None found is an answer, and a rare one: it is told apart from a look-up that failed. */
function withoutBase(image: Enrollment, uses: readonly BaseUse[]): Problem[] {
  if (uses.some((use) => use.reachable)) return []
  const message = `${image.name} is built on no image (FROM scratch): no base image can make it rebuild.`
  return [problem('notice', message, { image: image.name })]
}

/** Where nobody says what the build passes, the Dockerfile's defaults stand: worth knowing, and seldom wrong. */
function unread(image: Enrollment, build: DefinedBuild | undefined, file: string): Problem[] {
  const reason = build?.reason ?? null
  if (reason === null || image.written.build !== undefined) return []
  const line = image.lineOf('source.workflow') ?? image.line
  const message = `${image.name}: what the build passes is not known, the Dockerfile's defaults stand: ${reason}`
  return [problem('notice', message, { file, line, image: image.name })]
}

function failed(image: Enrollment, reason: string, remedy: string | null, file: string): Found {
  const message = `${image.name}: its base images could not be found out, what was known of them stays: ${reason}`
  const line = image.lineOf('source.dockerfile') ?? image.line
  const column = line === image.line ? image.column : null
  const told = problem('warning', message, { file, line, column, remedy, image: image.name })
  return { name: image.name, discovery: { kind: 'failed', message: reason, remedy }, problems: [told] }
}
