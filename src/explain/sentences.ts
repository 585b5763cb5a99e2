import type { Override } from '../enrollment/index.js'
import type { Turn } from '../policy/index.js'
import type { ExplainedBase } from './bases.js'
import type { DoItNow } from './do-it-now.js'
import type { Explanation, Reason } from './explanation.js'
import { rebuildLines, rebuildVerdict } from './rebuilds.js'
import { moment, relative } from './times.js'

/** The files that answers are based on, as shown to people. */
export interface Files {
  readonly images: string
  readonly overrides: string
}

/**
 * An explanation in sentences, one per line, with lines below a title indented. Text from files is included unchanged:
 * the caller makes it printable.
 */
export function paragraphs(explanation: Explanation, files: Files, now: string): string {
  const { enrollment, bases, doItNow, asOf } = explanation
  const place = `${files.images}:${enrollment.line}`
  const facts = asOf === null ? 'there are no state files of it' : `the state files; data as of ${moment(asOf)}`
  const parts = [
    [`${enrollment.name} (${enrollment.registry}/${enrollment.repository})`, verdict(explanation, now)],
    remarks(explanation, files),
    ['Built:', `  ${built(explanation)}`],
    rebuildLines(explanation),
    bases.length === 0 ? [] : ['Base images:', ...bases.flatMap(baseLines)],
    claimLines(explanation),
    actionLines(doItNow),
    [`From ${place} and ${facts}.`],
  ]
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function remarks(explanation: Explanation, files: Files): string[] {
  const { status, outlook, discovery, bases, override } = explanation
  const failed = discovery.status === 'failed'
  const kept = bases.length === 0 ? '' : ' Its base images are those that were found before.'
  const why = discovery.error === null ? '' : ` ${discovery.error}`
  const at = discovery.at === null ? '' : `, ${moment(discovery.at)}`
  const counts =
    'Kargo counts from the successful runs of the build; the time of the last build here is what the image itself says.'
  const isChange = outlook.kind === 'scheduled' && outlook.cause === 'change'
  const looks = isChange ? 'It looks at base images every settings.baseInterval (24h unless set). ' : ''
  if (explanation.engine === 'actions') {
    return [
      ...(failed ? [`The last discovery failed${at}:${why}${kept}`] : []),
      ...(override === null ? [] : overrideRemarks(override, explanation, files)),
      ...(status === 'due' ? ['The next run of the action that commits starts its build.'] : []),
    ]
  }
  const stuck = `${looks}A build that fails is started again as settings.retries says, then only with the next change.`
  return [
    ...(failed ? [`The last discovery failed${at}:${why}${kept}`] : []),
    ...(override === null ? [] : overrideRemarks(override, explanation, files)),
    ...(status === 'due' || status === 'waiting' ? [counts] : []),
    ...(status === 'due' ? [stuck] : []),
  ]
}

/** Remarks about an override that has no effect, and the location of one that does. */
function overrideRemarks({ line }: Override, { status, reason, outlook }: Explanation, { overrides }: Files): string[] {
  const place = `${overrides}:${line}`
  if (status === 'held')
    return [`The override in ${place} does not start it: it shortens waits, and autoRebuild is false.`]
  if (reason !== 'minimumReleaseAge') return [`The override is in ${place}.`]
  const passes = `The override in ${place} passes over rebuildDelay, not over minimumReleaseAge`
  if (outlook.kind === 'scheduled' && outlook.cause === 'before-enrollment') return [`${passes}.`]
  return [`${passes}: until then Kargo gives the digest to this image only when a person approves it.`]
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
  current: 'the published image is built on it',
  behind: 'the published image is built on an older digest',
}

function baseLines({
  reference,
  digest,
  since,
  previousDigest,
  change,
  evidence,
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
    ...(previousDigest === null || previousDigest === evidence?.digest ? [] : [`    ${previousDigest} before`]),
    ...(evidence === null
      ? []
      : [
          `    ${evidence.digest} is what it was built on, as its ${evidence.source} show${evidence.source === 'layers' ? '' : 's'}`,
          ...(evidence.isPinned ? ['    Its Dockerfile pins that digest: a rebuild pulls no other.'] : []),
        ]),
    ...(isReturned ? ['    It went back to a digest it had before: that alone rebuilds nothing.'] : []),
    ...(isForeign
      ? ['    Only platforms that are not built changed; Kargo does not see that, so it counts all the same.']
      : []),
  ]
}

/** A label contains whatever the workflow wrote into it. */
function claimLines({ claims }: Explanation): string[] {
  if (claims === null) return []
  const digest = claims.digest === null ? '' : `@${claims.digest}`
  return [`The image's label claims ${claims.reference}${digest}; a label proves nothing.`]
}

function actionLines({ build, page, look, promote }: DoItNow): string[] {
  const commands = (title: string, lines: readonly (string | null)[]) => {
    const shown = lines.flatMap((line) => (line === null ? [] : [`  ${line}`]))
    return shown.length === 0 ? [] : [title, ...shown]
  }
  return [
    ...commands('To see what Kargo does about it:', look),
    ...commands(look.length > 0 ? 'To build it now, which covers the change:' : 'To build it now:', [build, page]),
    ...commands('To have Kargo build it now (FREIGHT: the name of the newest one listed):', promote),
  ]
}

/** Why an image is rebuilt, or why not yet: one or two sentences. */
export function verdict(explanation: Explanation, now: string): string {
  const { outlook, reason } = explanation
  const recorded = rebuildVerdict(explanation, now)
  if (recorded !== null) return recorded
  if (outlook.kind === 'scheduled') return scheduled(explanation, outlook, now)
  if (outlook.kind === 'held') {
    return `Held: ${causeOf(outlook)}, and autoRebuild is false: nothing is rebuilt until a person does it.`
  }
  return SENTENCES[reason as UnscheduledReason](explanation)
}

function scheduled(
  { enrollment, reason, lastBuilt, override }: Explanation,
  turn: Turn<ExplainedBase>,
  now: string,
): string {
  const { at } = turn
  const { minimumReleaseAge, rebuildDelay } = enrollment
  const until = `Waiting until ${moment(at)} (${relative(at, now)}): ${causeOf(turn)}`
  const built = lastBuilt === null ? null : `the last build (${moment(lastBuilt)})`
  if (reason === 'rebuildDelay')
    return `${until}, and rebuildDelay leaves ${rebuildDelay.text} between ${built} and the next.`
  if (reason === 'minimumReleaseAge') {
    const from = turn.cause === 'change' ? 'from then on' : `from ${moment(turn.base.since ?? at)} on`
    return `${until}, and minimumReleaseAge is ${minimumReleaseAge.text} ${from}. Another new digest restarts the wait.`
  }
  if (reason === 'stagger') {
    return `${until}, and its turn comes then: settings.stagger spreads the rebuilds of images that share a base image.`
  }
  const since = `Due since ${moment(at)} (${relative(at, now)}): ${causeOf(turn, at)}`
  if (override === null && turn.cause === 'before-enrollment') return `${since}, and rebuildOnEnrollment is true.`
  if (override === null)
    return `${since}, which ${built === null ? 'no build on record has' : `${built} does not have`}.`
  return `${since}, and an override that holds until ${moment(override.expires)} passes over rebuildDelay: ${override.reason}`
}

/** @param said a time that the sentence already contains. */
function causeOf({ cause, base }: Pick<Turn<ExplainedBase>, 'cause' | 'base'>, said: string | null = null): string {
  if (cause === 'change') return changed(base, said)
  return `it was built on an older digest of ${base.reference} before it was enrolled`
}

function changed({ reference, updated, isReturned }: ExplainedBase, said: string | null): string {
  const at = updated === null ? null : new Date(updated).toISOString()
  const seen = at === null || at === said ? '' : ` since ${moment(at)}`
  if (!isReturned) return `${reference} has a new digest${seen}`
  return `${reference} had a new digest${seen} (and has gone back to an older one)`
}

type UnscheduledReason = Exclude<
  Reason,
  | 'intended'
  | 'started'
  | 'build-failed'
  | 'start-refused'
  | 'change'
  | 'override'
  | 'autoRebuild'
  | 'rebuildDelay'
  | 'minimumReleaseAge'
  | 'stagger'
>

function behindOn({ outlook }: Explanation): string {
  return outlook.kind === 'behind' ? outlook.base.reference : 'its base image'
}

/** The sentence about an image that no build can update in its current form; null: a build can. */
function pinnedVerdict({ outlook }: Explanation): string | null {
  if (outlook.kind !== 'behind' || outlook.base.evidence?.isPinned !== true) return null
  return `Behind: its Dockerfile pins ${outlook.base.reference} to an older digest, and no rebuild changes that. Write the new digest there (Renovate and Dependabot do it), or leave it out.`
}

/** Sentences for images without a scheduled rebuild. */
const SENTENCES: Readonly<Record<UnscheduledReason, (explanation: Explanation) => string>> = {
  unchanged: () => 'Up to date as far as times tell: no base image has changed since the image was enrolled.',
  proven: () => 'Up to date: it is built on the current digest of each of its base images.',
  'before-enrollment': (explanation) =>
    pinnedVerdict(explanation) ??
    `Behind: it was built on an older digest of ${behindOn(explanation)} before it was enrolled, which alone rebuilds nothing. Set rebuildOnEnrollment: true, or build it by hand.`,
  'still-behind': (explanation) => {
    const pinned = pinnedVerdict(explanation)
    if (pinned !== null) return pinned
    const { lastBuilt } = explanation
    const when = lastBuilt === null ? '' : ` (${moment(lastBuilt)})`
    return `Behind: the last build${when} came after the last change of ${behindOn(explanation)} and is still on an older digest. Have its build pull its base images (\`pull: true\`), with no cache of layers from before.`
  },
  built: ({ lastBuilt }) => {
    const when = lastBuilt === null ? '' : ` (${moment(lastBuilt)})`
    return `Up to date as far as times tell: the last build${when} came after the last change of its base images.`
  },
  'not-looked-up': () =>
    'Not known: no digest of its base images was looked up yet. A run that commits does that, unless refresh is off; Kargo looks for itself.',
  'not-discovered': () => 'Not known: no run has read its Dockerfile yet. The next run that commits does.',
  'discovery-failed': () => 'Not known: discovery failed, and no base images are known from before.',
  external: () => 'Never rebuilt: it has no source. It is built elsewhere, and only watched.',
  disabled: () => 'Never rebuilt: enabled is false. Its state is kept, and it has no manifests.',
  'no-workflow': () => 'Never rebuilt: it has no source.workflow, so nobody knows what to start.',
  'no-bases': () => 'Never rebuilt: it is built on no image that can be watched.',
}
