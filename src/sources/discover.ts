import { findBaseImages } from '../dockerfile/index.js'
import type { Enrollment } from '../enrollment/enrollment.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { type ImageReference, parseReference } from '../reference/index.js'
import { type FileRequest, requestKey, type SourceReader } from './source-file.js'

/** One place in a Dockerfile that pulls a base image. */
export interface BaseUse {
  readonly reference: ImageReference
  readonly kind: 'from' | 'copy' | 'mount' | 'onbuild'
  readonly stage: string
  readonly line: number
  /** Pulled for the target that is built. */
  readonly reachable: boolean
  /** Part of what runs, not only of what builds. */
  readonly runtime: boolean
  readonly platform: string | null
}

/** What discovery found out about one image. */
export type Discovery =
  | {
      readonly kind: 'found'
      /** The Dockerfile inside its repository, and the branch it was read from (null: not known). */
      readonly file: string
      readonly branch: string | null
      readonly uses: readonly BaseUse[]
    }
  | { readonly kind: 'failed'; readonly message: string; readonly remedy: string | null }

/** Discoveries by image name (only enabled images with a source have one), and what to tell about them. */
export interface Discovered {
  readonly images: ReadonlyMap<string, Discovery>
  readonly problems: readonly Problem[]
}

/**
 * Finds the base images of every enabled image that is built from a source.
 *
 * @param images the enrolled images.
 * @param reader where Dockerfiles come from; asked once, for all images together.
 * @param imagesFile name of the enrolment file, for the problems.
 */
export async function discover(
  images: readonly Enrollment[],
  reader: SourceReader,
  imagesFile: string,
): Promise<Discovered> {
  const asked = images.flatMap((image) => {
    const request = image.enabled ? requestOf(image) : null
    return request === null ? [] : [{ image, request }]
  })
  const answers = await reader.read(asked.map(({ request }) => request))
  const found = new Map<string, Discovery>()
  const problems: Problem[] = []
  for (const { image, request } of asked) {
    const answer = answers.get(requestKey(request))
    const discovery =
      answer?.kind === 'found'
        ? readDockerfile(image, request, answer, problems)
        : { kind: 'failed' as const, message: answer?.message ?? 'no answer.', remedy: answer?.remedy ?? null }
    found.set(image.name, discovery)
    if (discovery.kind === 'failed') problems.push(failure(image, discovery, imagesFile))
  }
  return { images: found, problems }
}

function requestOf(image: Enrollment): FileRequest | null {
  const { source } = image
  if (source === null) return null
  return { provider: source.provider, repo: source.repo, branch: source.branch, path: source.dockerfile }
}

function readDockerfile(
  image: Enrollment,
  request: FileRequest,
  answer: { readonly text: string; readonly branch: string | null },
  problems: Problem[],
): Discovery {
  const { args, target, platforms, contexts } = image.build
  const result = findBaseImages(answer.text, { args, target, platforms, contexts })
  const place = `${request.repo}/${request.path}`
  if (!result.ok) {
    const remedy = 'Correct the Dockerfile, or what `build` says about it.'
    return { kind: 'failed', message: `${place}:${result.error.line}: ${result.error.message}`, remedy }
  }
  for (const found of result.problems) {
    const message = `${image.name}: ${place}:${found.line}: ${found.message}`
    problems.push(problem('warning', message, { image: image.name }))
  }
  const uses = result.images.flatMap((use) => {
    const parsed = parseReference(use.ref)
    if (!parsed.ok) return []
    const { kind, stage, line, reachable, runtime, platform } = use
    return [{ reference: parsed.reference, kind, stage, line, reachable, runtime, platform }]
  })
  return { kind: 'found', file: request.path, branch: answer.branch, uses }
}

function failure(image: Enrollment, discovery: { message: string; remedy: string | null }, file: string): Problem {
  const message = `${image.name}: its base images could not be found out, what was known of them stays: ${discovery.message}`
  const line = image.lineOf('source.dockerfile') ?? image.line
  const column = line === image.line ? image.column : null
  return problem('warning', message, { file, line, column, remedy: discovery.remedy, image: image.name })
}
