import type { Enrollment } from './enrollment.js'
import { type Problem, problem } from './problem.js'

/**
 * What no two entries may share: the name (every file and Kubernetes object is named by it) and the place where the
 * image is published (each new tag would be analysed twice).
 */
export function uniquenessProblems(images: readonly Enrollment[], file: string): Problem[] {
  return [
    ...repeated(
      images,
      file,
      (image) => image.name,
      (image) => `the name ${image.name}`,
    ),
    ...repeated(
      images.filter((image) => image.registry !== ''),
      file,
      (image) => `${image.registry.toLowerCase()}/${image.repository} ${JSON.stringify(image.tags)}`,
      (image) => `the repository ${image.registry}/${image.repository}`,
    ),
  ]
}

function repeated(
  images: readonly Enrollment[],
  file: string,
  key: (image: Enrollment) => string,
  what: (image: Enrollment) => string,
): Problem[] {
  const first = new Map<string, Enrollment>()
  const problems: Problem[] = []
  for (const image of images) {
    const earlier = first.get(key(image))
    if (earlier === undefined) {
      first.set(key(image), image)
      continue
    }
    const line = image.lineOf('name') ?? image.line
    const message = `${what(image)} is taken by the entry in line ${earlier.line}.`
    problems.push(
      problem('error', message, {
        file,
        line,
        column: image.column,
        remedy: 'Each image is enrolled once.',
        image: image.name,
      }),
    )
  }
  return problems
}
