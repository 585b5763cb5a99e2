import type { Enrollment } from './enrollment.js'
import { type Problem, problem } from './problem.js'
import type { Position } from './yaml-data.js'

/** Where a key of an image's entry stands. */
export type PlaceOf = (image: Enrollment, key: string) => Position

/**
 * What no two entries may share: the name (every file and Kubernetes object is named by it) and the place where the
 * image is published (each new tag would be analysed twice).
 */
export function uniquenessProblems(images: readonly Enrollment[], file: string, placeOf: PlaceOf): Problem[] {
  const name = repeated(images, (image) => image.name)
  const published = repeated(
    images.filter((image) => image.registry !== ''),
    (image) => `${image.registry}/${image.repository} ${JSON.stringify(image.tags)}`,
  )
  const taken = (what: string, key: string, { image, earlier }: Repetition) =>
    problem('error', `${what} is taken by the entry in line ${earlier.line}.`, {
      file,
      ...placeOf(image, key),
      remedy: 'Each image is enrolled once.',
      image: image.name,
    })
  return [
    ...name.map((one) => taken(`the name ${one.image.name}`, 'name', one)),
    ...published.map((one) => {
      const { registry, repository, written } = one.image
      const key = written.repoURL === undefined ? 'repository' : 'repoURL'
      return taken(`the repository ${registry}/${repository}`, key, one)
    }),
  ]
}

interface Repetition {
  readonly image: Enrollment
  readonly earlier: Enrollment
}

function repeated(images: readonly Enrollment[], key: (image: Enrollment) => string): Repetition[] {
  const first = new Map<string, Enrollment>()
  return images.flatMap((image) => {
    const earlier = first.get(key(image))
    if (earlier === undefined) first.set(key(image), image)
    return earlier === undefined ? [] : [{ image, earlier }]
  })
}
