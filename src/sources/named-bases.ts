import { callsKo, type DefinitionFile, koBases, koEnvironment, readKoConfig } from '../build-definition/index.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { DEFAULT_DOCKERFILE } from '../enrollment/schema/source.js'
import { parseReference, withDefaultTag } from '../reference/index.js'
import { inGeneral } from './assumptions.js'
import type { BasesResult, BaseUse } from './bases.js'
import {
  buildFileRequest,
  type FailedAnswer,
  type FileAnswers,
  type FileFailure,
  type FileRequest,
  requestKey,
} from './source-file.js'

/**
 * The base images that images.yaml names for an image, each with its line there. They count whatever else is found,
 * also with `rebuildOn: runtime`: an image named by hand is meant to matter.
 *
 * @param imagesFile name of the enrollment file.
 */
export function namedUses(image: EnrolledImage, imagesFile: string): BaseUse[] {
  return image.bases.map((reference, index) => ({
    reference,
    kind: 'named',
    file: imagesFile,
    stage: '',
    line: image.lineOf(`bases.${index}`) ?? image.line,
    reachable: true,
    runtime: true,
    platform: null,
    platforms: image.build.platforms ?? [],
    assumed: false,
  }))
}

/**
 * The files to request when base images are named and no Dockerfile is: they give the default branch, and show whether
 * the repository exists and whether it has a Dockerfile that is not used.
 */
export function requestsBesideNamed({ source }: EnrolledImage): FileRequest[] {
  if (source === null || source.dockerfile !== null) return []
  const { provider, repo, branch } = source
  return [{ provider, repo, branch, path: DEFAULT_DOCKERFILE }, ...[buildFileRequest(source) ?? []].flat()]
}

/**
 * The discovery of an image without a Dockerfile: only the bases that images.yaml names.
 *
 * @param answers to `requestsBesideNamed`.
 * @param about `branch`: the one that was read, null if unknown; `isComplete`: whether a file that is not found does not
 * exist.
 */
export function namedAlone(
  image: EnrolledImage,
  answers: FileAnswers,
  about: { readonly branch: string | null; readonly isComplete: boolean; readonly imagesFile: string },
) {
  const { branch, isComplete, imagesFile } = about
  const discovery = {
    kind: 'found' as const,
    file: null,
    branch,
    uses: namedUses(image, imagesFile),
    assumed: [],
    mayBe: [],
  }
  return { name: image.name, discovery, ...problemsBeside(image, answers, isComplete, imagesFile) }
}

/** Problems with a source that cannot be read, or that has a Dockerfile, which may have been dropped by accident. */
function problemsBeside(
  image: EnrolledImage,
  answers: FileAnswers,
  isComplete: boolean,
  imagesFile: string,
): { readonly problems: readonly Problem[]; readonly failure?: FileFailure } {
  const [dockerfile] = requestsBesideNamed(image)
  const answer = dockerfile === undefined ? undefined : answers.get(requestKey(dockerfile))
  if (dockerfile === undefined || answer === undefined) return { problems: [] }
  const about = { file: imagesFile, image: image.name }
  if (answer.kind === 'found') {
    const message = `${image.name}: ${dockerfile.repo} has a ${DEFAULT_DOCKERFILE}, which is not read because bases is set.`
    const remedy = `If the image is built from it, write dockerfile: ${DEFAULT_DOCKERFILE} in its source.`
    const line = image.lineOf('bases') ?? image.line
    return { problems: [problem('dockerfile-unread', message, { ...about, line, remedy })] }
  }
  if (!isComplete || answer.reason === 'file' || answer.reason === 'content') return { problems: [] }
  const message = `${image.name}: its source could not be checked: ${answer.message}`
  const line = image.lineOf('source.repo') ?? image.lineOf('source') ?? image.line
  const problems = [problem('source-unchecked', message, { ...about, line, remedy: answer.remedy })]
  return { problems, failure: answer.reason }
}

/** Remedy where a default of ours may not be the actual base. */
export const KO_REMEDY = 'If it is built on another image, list that under `bases` and remove `dockerfile`.'

/**
 * The base images of an image that ko builds: its entry names `.ko.yaml` instead of a Dockerfile.
 *
 * @param config ko's configuration.
 * @param workflow text of the workflow that builds it, whose environment takes precedence; empty: there is none.
 */
export function koUses({ file, text }: DefinitionFile, workflow: string): BasesResult {
  const read = readKoConfig(text, file)
  if (!read.ok) return { ok: false, line: read.line ?? 1, message: read.message }
  const { bases, assumed } = koBases(read, koEnvironment(workflow))
  const uses = bases.flatMap(({ ref, line }): BaseUse[] => {
    const parsed = parseReference(ref)
    if (!parsed.ok) return []
    const reference = withDefaultTag(parsed.reference)
    const all = { stage: '', reachable: true, runtime: true, platform: null, platforms: [], assumed: false }
    return [{ reference, kind: 'ko', file, line: line ?? 1, ...all }]
  })
  return { ok: true, uses, assumed: assumed.map(inGeneral), unnamed: [], usesDefaults: false, warnings: [] }
}

/** Remedy for a missing Dockerfile: none is needed if the workflow, given as text, calls ko. */
export function remedyWithoutDockerfile({ reason, remedy }: FailedAnswer, workflow: string): string {
  if (reason !== 'file' || !callsKo(workflow)) return remedy
  return 'If ko builds it, write dockerfile: .ko.yaml in its source, or list its base images under `bases`.'
}
