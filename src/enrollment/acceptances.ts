import type { EnrolledImage } from './images-file.js'
import { type Problem, problem } from './problem.js'
import type { WarningCode } from './problem-codes.js'

function reasonsOf(images: readonly EnrolledImage[]): ReadonlyMap<string, string> {
  // The first reason for a code wins.
  const all = images.flatMap(({ name, accept }) =>
    accept.map(({ code, reason }) => [keyOf(name, code), reason] as const),
  )
  return new Map(all.reverse())
}

function keyOf(image: string | null, code: string): string {
  return `${image} ${code}`
}

/** Marks warnings that the entry of their image accepts with the reason. Errors stay errors. */
export function withAcceptances(problems: readonly Problem[], images: readonly EnrolledImage[]): Problem[] {
  const reasons = reasonsOf(images)
  return problems.map((one) => {
    const reason = one.severity === 'warning' ? reasons.get(keyOf(one.image, one.code)) : undefined
    return reason === undefined ? one : { ...one, severity: 'accepted' as const, reason }
  })
}

/** These depend on registries and on time: their absence in one run does not mean that they are gone. */
const TRANSIENT_CODES: readonly WarningCode[] = [
  'base-missing',
  'bases-untracked',
  'build-behind',
  'rebuild-starved',
  'tags-unmatched',
]

/**
 * Reports acceptances that match no warning, one notice each.
 *
 * @param problems all of a run.
 * @param isJudged whether everything that the source of an image can show was checked.
 */
export function unusedAcceptances(
  problems: readonly Problem[],
  images: readonly EnrolledImage[],
  { file, isJudged }: { readonly file: string; readonly isJudged: (image: EnrolledImage) => boolean },
): Problem[] {
  const given = new Set(problems.map(({ image, code }) => keyOf(image, code)))
  return images.filter(isJudged).flatMap((image) => {
    const { name, accept, line, lineOf } = image
    const codes = [...new Set(accept.map(({ code }) => code))]
    return codes
      .filter((code) => !given.has(keyOf(name, code)) && !TRANSIENT_CODES.includes(code))
      .map((code) => {
        const at = { file, line: lineOf(`accept.${code}`) ?? lineOf('accept') ?? line, image: name }
        const message = `${name}: there is nothing left to accept: no warning has the code ${code}.`
        return problem('accept-unused', message, { ...at, remedy: 'Remove the acceptance.' })
      })
  })
}
