import { isKoConfig, WRITE_BUILD } from '../build-definition/index.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { forgeOf } from '../forges/index.js'
import { distinctBy } from '../text/index.js'
import { type AssumptionWarning, inGeneral } from './assumptions.js'
import { type BasesResult, type BaseUse, type BuiltFile, dockerfileBases, unitedUses } from './bases.js'
import { KO_REMEDY, koUses, namedUses, remedyWithoutDockerfile } from './named-bases.js'
import { type FileAnswers, type FileFailure, type FileRequest, requestKey } from './source-file.js'
import type { UnnamedBase } from './unnamed-bases.js'
import type { DefinedBuild } from './workflow-build.js'

/** The result of discovery for one image. */
export type Discovery =
  | {
      readonly kind: 'found'
      /** Path of the Dockerfile in its repository; null: none is read, all base images are named. */
      readonly file: string | null
      /** The branch that was read; null: unknown. */
      readonly branch: string | null
      readonly uses: readonly BaseUse[]
      /** Assumptions about the build, in words. */
      readonly assumed: readonly string[]
      /**
       * Patterns of the tracked images that the unidentified ones may be (`docker.io/library/node:*`): matching last
       * known bases are kept.
       */
      readonly mayBe: readonly string[]
    }
  | {
      readonly kind: 'failed'
      readonly message: string
      readonly remedy: string | null
      /** The base images that images.yaml names, which are known in any case. */
      readonly named: readonly BaseUse[]
    }

/** An image whose Dockerfile is read. */
export interface DiscoveryInput {
  readonly image: EnrolledImage
  readonly dockerfile: FileRequest
  /** null: no workflow is enrolled. */
  readonly workflow: FileRequest | null
  /** It has no state yet: there is nothing to keep when discovery fails. */
  readonly isNew: boolean
}

/** An image's discovery, and the problems to report. */
export interface ImageDiscovery {
  readonly name: string
  readonly discovery: Discovery
  readonly problems: readonly Problem[]
  /** Why its files cannot be read; absent when they can, or when their content is invalid. */
  readonly failure?: FileFailure
}

/** Requests for the Dockerfiles that an image's build depends on. */
export function linkedRequests({ dockerfile }: DiscoveryInput, build: DefinedBuild | undefined): FileRequest[] {
  return (build?.linked ?? []).flatMap((one) =>
    one.dockerfile === null || one.dockerfile === dockerfile.path ? [] : [{ ...dockerfile, path: one.dockerfile }],
  )
}

/**
 * The base images of one image: from every way its Dockerfile is built, and from the builds it depends on.
 *
 * @param build from the image's build definition; undefined if there is none.
 * @param answers all files requested so far.
 */
export function discoverImage(
  input: DiscoveryInput,
  build: DefinedBuild | undefined,
  answers: FileAnswers,
  imagesFile: string,
): ImageDiscovery {
  const { image, dockerfile } = input
  const answer = answers.get(requestKey(dockerfile))
  const builder = input.workflow === null ? undefined : answers.get(requestKey(input.workflow))
  const workflow = builder?.kind === 'found' ? builder.text : ''
  if (answer?.kind !== 'found') {
    const remedy = answer === undefined ? null : remedyWithoutDockerfile(answer, workflow)
    const failure = answer === undefined ? {} : { failure: answer.reason }
    return { ...failed(input, answer?.message ?? 'no answer.', remedy, imagesFile), ...failure }
  }
  const missing = build === undefined ? null : missingLink(input, build, answers)
  if (missing !== null) {
    return failed(input, missing, 'Correct the build definition, or write build.contexts in images.yaml.', imagesFile)
  }
  const files = [
    ...ownFiles(dockerfile.path, answer.text, build),
    ...(build === undefined ? [] : linkedFiles(input, build, answers)),
  ]
  const read = files.map((file) => ({
    ...file,
    result: isKoConfig(file.file) ? koUses(file, workflow) : dockerfileBases(file, explicitFor(image, file)),
  }))
  const good = read.flatMap(({ result, ...file }) => {
    if (!result.ok) return []
    const assumed = file.isImage ? result.assumed : result.assumed.map((one) => ({ ...one, remedy: LINKED_REMEDY }))
    return [{ ...file, ...result, assumed }]
  })
  const refused = read.flatMap(({ result, file }) =>
    result.ok ? [] : [{ text: `${dockerfile.repo}/${file}:${result.line}: ${result.message}`, isKo: isKoConfig(file) }],
  )
  const [first] = refused
  if (first !== undefined && !good.some(({ isImage }) => isImage)) {
    const remedy = first.isKo ? 'Correct it.' : 'Correct the Dockerfile, or what `build` says about it.'
    return failed(input, first.text, remedy, imagesFile)
  }
  const refusals = refused.map(({ text }) => inGeneral(`one way it is built is refused: ${text.replace(/\.$/, '')}`))
  return foundImage(input, { build, files: good, refusals, branch: answer.branch, imagesFile })
}

function foundImage(
  { image, dockerfile, isNew }: DiscoveryInput,
  {
    build,
    files,
    refusals,
    branch,
    imagesFile,
  }: {
    readonly build: DefinedBuild | undefined
    readonly files: readonly (BuiltFile & Extract<BasesResult, { ok: true }>)[]
    readonly refusals: readonly AssumptionWarning[]
    readonly branch: string | null
    readonly imagesFile: string
  },
): ImageDiscovery {
  const uses = [...namedUses(image, imagesFile), ...unitedUses(files)]
  const unnamed = distinct(files.flatMap((one) => one.unnamed))
  const [lost] = unnamed
  if (lost !== undefined && !uses.some((use) => use.reachable)) {
    return failed({ image, isNew }, `${dockerfile.repo}/${lost.text}.`, lost.remedy, imagesFile)
  }
  const isKo = isKoConfig(dockerfile.path)
  const general = (build?.assumed ?? []).map(inGeneral)
  const warnings = distinct([...general, ...refusals, ...files.flatMap((one) => one.assumed)])
    .filter((one) => !one.isRuntimeOnly || image.rebuildOn === 'runtime')
    .map((one) => (isKo ? { ...one, remedy: KO_REMEDY } : one))
  const problems = [
    ...files.flatMap((one) => dockerfileProblems(image, dockerfile.repo, one)),
    ...unnamedProblems(image, unnamed, imagesFile),
    ...assumptionProblems(image, warnings, imagesFile),
    ...(files.some((one) => one.usesDefaults) ? unread(image, build, imagesFile) : []),
    ...withoutBase(image, uses),
  ]
  const discovery = {
    kind: 'found' as const,
    file: dockerfile.path,
    branch,
    uses,
    assumed: warnings.map(({ text }) => text),
    mayBe: unnamed.flatMap(({ mayBe }) => mayBe ?? []),
  }
  return { name: image.name, discovery, problems: distinctBy(problems, (one) => JSON.stringify(one)) }
}

const LINKED_REMEDY =
  'This is about another target that it is built on, which `build` in images.yaml does not reach: write the value itself in the build definition.'

/** Several builds of one Dockerfile cause the same warnings; those of the image's own come first. */
function distinct<Item extends { readonly text: string }>(items: readonly Item[]): Item[] {
  return distinctBy(items, ({ text }) => text)
}

/** `build` from images.yaml, if the file is the image's own. */
function explicitFor({ build, written }: EnrolledImage, { isImage }: BuiltFile): EnrolledImage['build'] | null {
  return isImage && written.build !== undefined ? build : null
}

/** The ways the image's own Dockerfile is built; one with unknown inputs if no definition tells. */
function ownFiles(file: string, text: string, build: DefinedBuild | undefined): BuiltFile[] {
  const builds = build?.builds ?? []
  if (builds.length === 0) return [{ file, text, inputs: null, isImage: true }]
  return builds.map(({ inputs, inline, isPossible }) => ({
    file,
    text: inline ?? text,
    inputs,
    isImage: true,
    isPossible,
  }))
}

/** Why the base images of a build it depends on are unknown, which is not the same as none. */
function missingLink({ dockerfile }: DiscoveryInput, build: DefinedBuild, answers: FileAnswers): string | null {
  for (const { name, dockerfile: path, inline } of build.linked) {
    if (inline !== null) continue
    if (path === null) return `it is built on the target ${name}, whose Dockerfile is not known.`
    const answer = answers.get(requestKey({ ...dockerfile, path }))
    if (answer?.kind !== 'found') return `it is built on the target ${name}: ${answer?.message ?? 'no answer.'}`
  }
  return null
}

function linkedFiles({ dockerfile }: DiscoveryInput, build: DefinedBuild, answers: FileAnswers): BuiltFile[] {
  return build.linked.flatMap(({ name, dockerfile: path, inline, inputs }): BuiltFile[] => {
    if (inline !== null) return [{ file: `target ${name}`, text: inline, inputs, isImage: false }]
    const answer = path === null ? undefined : answers.get(requestKey({ ...dockerfile, path }))
    return path !== null && answer?.kind === 'found' ? [{ file: path, text: answer.text, inputs, isImage: false }] : []
  })
}

/** No base image is a valid but rare result, which must not look like a failed lookup. */
function withoutBase(image: EnrolledImage, uses: readonly BaseUse[]): Problem[] {
  if (uses.some((use) => use.reachable)) return []
  const message = `${image.name} is built on no image (FROM scratch): no base image can make it rebuild.`
  return [problem('base-none', message, { image: image.name })]
}

/** Without a definition of the build, the Dockerfile's defaults are used: worth reporting, and rarely wrong. */
function unread(image: EnrolledImage, build: DefinedBuild | undefined, file: string): Problem[] {
  if (image.source === null || image.written.build !== undefined) return []
  const { name, language, buildKey } = forgeOf(image.source)
  const reason = build?.reason ?? (language === 'pipeline' ? `${name}'s pipeline is not read. ${WRITE_BUILD}` : null)
  if (reason === null) return []
  const line = image.lineOf(buildKey) ?? image.line
  const message = `${image.name}: what the build passes is unknown, the Dockerfile's defaults are assumed: ${reason}`
  return [problem('build-unread', message, { file, line, image: image.name })]
}

function failed(
  { image, isNew }: Pick<DiscoveryInput, 'image' | 'isNew'>,
  reason: string,
  remedy: string | null,
  file: string,
): ImageDiscovery {
  const consequence = isNew
    ? 'discovery failed; nothing is known about its base images yet:'
    : 'discovery failed; the last known base images are kept:'
  const message = `${image.name}: ${consequence} ${reason}`
  const line = image.lineOf('source.dockerfile') ?? image.line
  const column = line === image.line ? image.column : null
  const warning = problem('bases-unknown', message, { file, line, column, remedy, image: image.name })
  const named = namedUses(image, file)
  return { name: image.name, discovery: { kind: 'failed', message: reason, remedy, named }, problems: [warning] }
}

function dockerfileProblems(
  image: EnrolledImage,
  repo: string,
  { file, warnings }: { readonly file: string; readonly warnings: readonly { line: number; message: string }[] },
): Problem[] {
  return warnings.map(({ line, message }) => {
    const text = `${image.name}: ${repo}/${file}:${line}: ${message}`
    return problem('dockerfile-odd', text, { image: image.name })
  })
}

function unnamedProblems(image: EnrolledImage, unnamed: readonly UnnamedBase[], file: string): Problem[] {
  return unnamed.map(({ text, remedy, mayBe }) => {
    const line = image.lineOf('build') ?? image.lineOf('source.dockerfile') ?? image.line
    const kept = mayBe === null ? '' : ' The last known base images that it may be are kept.'
    return problem('base-unknown', `${image.name}: ${text}.${kept}`, { file, line, image: image.name, remedy })
  })
}

function assumptionProblems(image: EnrolledImage, assumed: readonly AssumptionWarning[], file: string): Problem[] {
  return assumed.map(({ text, remedy }) => {
    const line = image.lineOf('build') ?? image.lineOf('source.workflow') ?? image.line
    return problem('base-assumed', `${image.name}: ${text}.`, { file, line, image: image.name, remedy })
  })
}
