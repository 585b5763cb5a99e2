import type { EnrolledImage, Settings } from './images-file.js'
import { type Problem, problem } from './problem.js'
import type { PlaceOf } from './uniqueness.js'

/** Problems of images that require Kargo in a factory without a cluster. */
export function engineProblems(
  images: readonly EnrolledImage[],
  engine: Settings['engine'],
  file: string,
  placeOf: PlaceOf,
): Problem[] {
  if (engine === 'kargo') return []
  return images.flatMap((image) => {
    const say = (key: string, what: string, remedy: string) =>
      problem('engine-unsuitable', `${image.name}: ${what} needs Kargo, and settings.engine is actions.`, {
        file,
        ...placeOf(image, key),
        remedy,
        image: image.name,
      })
    const promoted =
      image.environments.length === 0 ? null : image.written.updates === undefined ? 'environments' : 'updates'
    const isChecked = image.analysis !== null && image.lineOf('analysis') !== null
    return [
      ...(promoted === null
        ? []
        : [say(promoted, `${promoted} (promotion)`, `Remove ${promoted}, or write \`engine: kargo\`.`)]),
      ...(isChecked ? [say('analysis', 'analysis', 'Write `analysis: false`, or `engine: kargo`.')] : []),
    ]
  })
}
