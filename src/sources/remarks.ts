import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import type { AssumptionInput } from './assumptions.js'
import type { UnnamedBase } from './unnamed-bases.js'

/** What is odd in a Dockerfile, each with its place. */
export function dockerfileProblems(
  image: EnrolledImage,
  repo: string,
  { file, warnings }: { readonly file: string; readonly warnings: readonly { line: number; message: string }[] },
): Problem[] {
  return warnings.map(({ line, message }) => {
    const text = `${image.name}: ${repo}/${file}:${line}: ${message}`
    return problem('warning', text, { image: image.name })
  })
}

/** An assumption of which no more is known than how it reads. */
export function inGeneral(text: string): AssumptionInput {
  return { text, remedy: 'Write what the build passes under `build` in images.yaml.', isRuntimeOnly: false }
}

/** Images that are pulled and cannot be tracked. */
export function unnamedProblems(image: EnrolledImage, unnamed: readonly UnnamedBase[], file: string): Problem[] {
  const line = image.lineOf('build') ?? image.lineOf('source.dockerfile') ?? image.line
  return unnamed.map(({ text, remedy, mayBe }) => {
    const kept = mayBe === null ? '' : ' The last known base images that it may be are kept.'
    return problem('warning', `${image.name}: ${text}.${kept}`, { file, line, image: image.name, remedy })
  })
}

/** What had to be assumed, with what would make it known. */
export function assumptionProblems(image: EnrolledImage, assumed: readonly AssumptionInput[], file: string): Problem[] {
  const line = image.lineOf('build') ?? image.lineOf('source.workflow') ?? image.line
  return assumed.map(({ text, remedy }) =>
    problem('warning', `${image.name}: ${text}.`, { file, line, image: image.name, remedy }),
  )
}
