import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { DEFAULT_DOCKERFILE } from '../enrollment/schema/source.js'
import type { BaseUse } from './bases.js'
import { pipelineFile } from './run-identity.js'
import { type FileAnswer, type FileRequest, requestKey } from './source-file.js'

/**
 * The base images that images.yaml names for an image, each at its line there. They count whatever else is found, and
 * for `rebuildOn: runtime` too: nobody names an image by hand that shall not matter.
 *
 * @param imagesFile name of the enrolment file.
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
 * The files that are looked for where base images are named and no Dockerfile is: they tell the default branch, whether
 * there is such a repository at all, and that it holds a Dockerfile which nobody reads.
 */
export function requestsBesideNamed({ source }: EnrolledImage): FileRequest[] {
  if (source === null || source.dockerfile !== null) return []
  const { provider, repo, branch } = source
  const paths = [DEFAULT_DOCKERFILE, ...(source.provider === 'gitlab' ? [pipelineFile(source)] : [])]
  return paths.map((path) => ({ provider, repo, branch, path }))
}

/** What is known beside the answers. */
interface About {
  /** The branch that the answers are of; null: not known. */
  readonly branch: string | null
  /** Whether a file that is not found is not there. */
  readonly isComplete: boolean
  readonly imagesFile: string
}

/**
 * The discovery of an image without Dockerfile: what images.yaml names is all there is to know.
 *
 * @param answers those to `requestsBesideNamed`.
 */
export function namedAlone(image: EnrolledImage, answers: ReadonlyMap<string, FileAnswer>, about: About) {
  const { branch, imagesFile } = about
  const discovery = {
    kind: 'found' as const,
    file: null,
    branch,
    uses: namedUses(image, imagesFile),
    assumed: [],
    mayBe: [],
  }
  return { name: image.name, discovery, problems: problemsBeside(image, answers, about) }
}

/** A source that cannot be seen, or that holds a Dockerfile: perhaps nobody meant to give that up. */
function problemsBeside(
  image: EnrolledImage,
  answers: ReadonlyMap<string, FileAnswer>,
  { isComplete, imagesFile }: About,
): Problem[] {
  const [dockerfile] = requestsBesideNamed(image)
  const answer = dockerfile === undefined ? undefined : answers.get(requestKey(dockerfile))
  if (dockerfile === undefined || answer === undefined) return []
  const about = { file: imagesFile, image: image.name }
  if (answer.kind === 'found') {
    const message = `${image.name}: ${dockerfile.repo} has a ${DEFAULT_DOCKERFILE}, which is not read because bases is set.`
    const remedy = `If the image is built from it, write dockerfile: ${DEFAULT_DOCKERFILE} in its source.`
    return [problem('notice', message, { ...about, line: image.lineOf('bases') ?? image.line, remedy })]
  }
  if (!isComplete || answer.reason === 'file' || answer.reason === 'content') return []
  const message = `${image.name}: its source could not be checked: ${answer.message}`
  const line = image.lineOf('source.repo') ?? image.lineOf('source') ?? image.line
  return [problem('warning', message, { ...about, line, remedy: answer.remedy })]
}
