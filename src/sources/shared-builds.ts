import { PLACEHOLDER } from '../build-definition/index.js'
import type { EnrolledImage, Source } from '../enrollment/images-file.js'
import { forgeOf } from '../forges/index.js'
import { groupBy } from '../text/index.js'

/** An image whose builds we start. */
export interface StartedImage {
  readonly image: EnrolledImage
  readonly source: Source
  /** Equal for images started with equal inputs, which one run covers. */
  readonly key: string
}

/** Images that one workflow (or one project's pipelines) builds on one branch, started with different inputs. */
export interface SharedBuild {
  readonly images: readonly StartedImage[]
  /** Inputs whose values distinguish all these images; null: no fixed values do. */
  readonly distinguishing: readonly string[] | null
}

/**
 * The enabled images whose runs must be distinguished: same repository, branch and workflow, different inputs. All
 * pipelines of a GitLab project's branch count as one workflow.
 *
 * @param branchOf branch of a source; null if the default branch's name is unknown, so that it may be any.
 */
export function sharedBuilds(
  images: readonly EnrolledImage[],
  branchOf: (image: EnrolledImage) => string | null,
): readonly SharedBuild[] {
  const started = images.flatMap((image) => startedImage(image) ?? [])
  const places = [...groupBy(started, ({ source }) => placeOf(source)).values()].filter(sendsDifferent)
  return places
    .flatMap((group) => {
      const isUnclear = group.some(({ image }) => branchOf(image) === null)
      return isUnclear ? [group] : [...groupBy(group, ({ image }) => branchOf(image) ?? '').values()]
    })
    .filter(sendsDifferent)
    .map((group) => ({ images: group, distinguishing: distinguishingInputs(group) }))
}

/** The named images and those that share builds with them, whatever their branches turn out to be. */
export function withSharing(images: readonly EnrolledImage[], names: ReadonlySet<string>): readonly EnrolledImage[] {
  const places = new Set(
    images.flatMap((image) => (names.has(image.name) ? (startedImage(image)?.source ?? []) : [])).map(placeOf),
  )
  return images.filter((image) => {
    const started = startedImage(image)
    return names.has(image.name) || (started !== null && places.has(placeOf(started.source)))
  })
}

function startedImage(image: EnrolledImage): StartedImage | null {
  const { source, enabled } = image
  if (!enabled || source === null) return null
  if (forgeOf(source).buildFile(source) === null) return null
  return { image, source, key: JSON.stringify([...source.inputs]) }
}

/** Repository names are case-insensitive; files and branches are not. */
function placeOf(source: Source): string {
  const { hasRunsPerFile, buildFile } = forgeOf(source)
  return JSON.stringify([source.provider, source.repo.toLowerCase(), hasRunsPerFile ? buildFile(source) : null])
}

function sendsDifferent(group: readonly StartedImage[]): boolean {
  const [first, ...others] = group
  return others.some(({ key }) => key !== first?.key)
}

/** A single input that distinguishes them all, else the fewest from the front that do together. */
function distinguishingInputs(group: readonly StartedImage[]): readonly string[] | null {
  const inputs = [...new Map(group.map(({ key, source }) => [key, source.inputs])).values()]
  const names = [...new Set(inputs.flatMap((one) => [...one.keys()]))].sort()
  const fixed = names.filter((name) => inputs.every((one) => !PLACEHOLDER.test(one.get(name) ?? '')))
  const values = (chosen: readonly string[]) =>
    new Set(inputs.map((one) => JSON.stringify(chosen.map((name) => one.get(name) ?? null)))).size
  const alone = fixed.find((name) => values([name]) === inputs.length)
  if (alone !== undefined) return [alone]
  const together: string[] = []
  for (const name of fixed) {
    if (values([...together, name]) > values(together)) together.push(name)
  }
  return values(together) === inputs.length ? together : null
}
