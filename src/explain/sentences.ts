import type { Override } from '../enrollment/index.js'
import type { ExplainedBase } from './bases.js'
import type { DoItNow } from './do-it-now.js'
import type { Explanation } from './explanation.js'
import { verdict } from './verdict.js'
import { moment } from './words.js'

/** Where the files are that answers come from, as people know them. */
export interface Files {
  readonly images: string
  readonly overrides: string
}

/**
 * An explanation in sentences, one a line, the lines below a title indented. Text of files stands in it as it is: the
 * caller makes it printable.
 */
export function paragraphs(explanation: Explanation, files: Files, now: string): string {
  const { enrollment, bases, doItNow, asOf } = explanation
  const place = `${files.images}:${enrollment.line}`
  const facts =
    asOf === null ? 'there are no state files of it' : `the state files; their newest fact is of ${moment(asOf)}`
  const parts = [
    [`${enrollment.name} (${enrollment.registry}/${enrollment.repository})`, verdict(explanation, now)],
    remarks(explanation, files),
    ['Built:', `  ${built(explanation)}`],
    bases.length === 0 ? [] : ['Base images:', ...bases.flatMap(baseLines)],
    actionLines(doItNow),
    [`From ${place} and ${facts}.`],
  ]
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function remarks(explanation: Explanation, files: Files): string[] {
  const { status, discovery, bases, override } = explanation
  const failed = discovery.status === 'failed'
  const kept = bases.length === 0 ? '' : ' Its base images are those that were found before.'
  const why = discovery.error === null ? '' : ` ${discovery.error}`
  const at = discovery.at === null ? '' : `, ${moment(discovery.at)}`
  const counts =
    'Kargo counts from the good runs of the build; the time of the last build here is what the image itself says.'
  const stuck =
    'It looks at base images every settings.baseInterval (24h unless set). A build that fails is started again as settings.retries says, then only with the next change.'
  return [
    ...(failed ? [`The last discovery failed${at}:${why}${kept}`] : []),
    ...(override === null ? [] : overrideRemarks(override, explanation, files)),
    ...(status === 'due' || status === 'waiting' ? [counts] : []),
    ...(status === 'due' ? [stuck] : []),
  ]
}

/** What an override does not reach, and where one stands that does. */
function overrideRemarks({ line }: Override, { status, reason }: Explanation, { overrides }: Files): string[] {
  const place = `${overrides}:${line}`
  if (status === 'held')
    return [`The override in ${place} does not start it: it shortens waits, and autoRebuild is false.`]
  if (reason !== 'minimumReleaseAge') return [`The override is in ${place}.`]
  const remedy = 'until then Kargo gives the digest to this image only when a person approves it.'
  return [`The override in ${place} passes over rebuildDelay, not over minimumReleaseAge: ${remedy}`]
}

function built({ lastBuilt, version }: Explanation): string {
  if (lastBuilt === null) return version === null ? 'not on record.' : `version ${version}; when is not on record.`
  return `${moment(lastBuilt)}${version === null ? '' : `, version ${version}`}.`
}

const WENT_BACK = 'changed since the last build, then went back'

const CHANGES: Readonly<Record<ExplainedBase['change'], string>> = {
  unknown: 'no digest was looked up yet',
  unchanged: 'unchanged since it has been tracked',
  earlier: 'last changed before the image was enrolled, which rebuilds nothing',
  built: 'the last build has it',
  newer: 'newer than the last build',
}

function baseLines({
  reference,
  digest,
  since,
  previousDigest,
  change,
  isReturned,
  isForeign,
  enrolledImage,
}: ExplainedBase): string[] {
  const ours = enrolledImage === null ? '' : ` (the enrolled image ${enrolledImage})`
  const stands = isReturned && change === 'newer' ? WENT_BACK : CHANGES[change]
  const came = since === null ? '' : ` since ${moment(since)}`
  return [
    `  ${reference}${ours}: ${stands}`,
    ...(digest === null ? [] : [`    ${digest}${came}`]),
    ...(previousDigest === null ? [] : [`    ${previousDigest} before`]),
    ...(isReturned ? ['    It went back to a digest it had before: that alone rebuilds nothing.'] : []),
    ...(isForeign
      ? ['    Only platforms that are not built changed; Kargo does not see that, so it counts all the same.']
      : []),
  ]
}

function actionLines({ build, page, look, promote }: DoItNow): string[] {
  const commands = (title: string, lines: readonly (string | null)[]) => {
    const shown = lines.flatMap((line) => (line === null ? [] : [`  ${line}`]))
    return shown.length === 0 ? [] : [title, ...shown]
  }
  return [
    ...commands('To see what Kargo does about it:', look),
    ...commands(look.length > 0 ? 'To build it now, which settles the change:' : 'To build it now:', [build, page]),
    ...commands('To have Kargo build it now (FREIGHT: the name of the newest one listed):', promote),
  ]
}
