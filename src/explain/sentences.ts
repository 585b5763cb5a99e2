import type { Override } from '../enrollment/index.js'
import type { Turn } from '../policy/index.js'
import type { Rebuild } from '../state/index.js'
import { count, moment } from '../text/index.js'
import type { ExplainedBase, Explanation, UnscheduledReason } from './explanation.js'
import { relative } from './times.js'

const MAX_SHOWN = 5

const REASONS: Readonly<Record<Rebuild['reason'], string>> = {
  base: 'a base image changed',
  override: 'an override names a base image that changed',
  manual: 'started on request or by hand',
}

/** The recorded rebuilds, one per line below a title; empty if there are none. */
function rebuildLines({ rebuilds }: Explanation): string[] {
  if (rebuilds.length === 0) return []
  const lines = rebuilds.slice(0, MAX_SHOWN).map(({ at, reason, result, attempts, run, evidence }) => {
    const tries = attempts > 1 ? ` after ${attempts} builds` : ''
    const shows = evidence === null ? '' : `, then ${evidence === 'unknown' ? 'nothing proven' : evidence}`
    return `  ${moment(at)}: ${result}${tries}${shows}; ${REASONS[reason]}${run?.url == null ? '' : `; ${run.url}`}`
  })
  return ['Rebuilds:', ...lines]
}

/** A sentence about the recorded rebuilds; null: none is relevant now. */
function rebuildVerdict({ status, reason, rebuilds, nextTry }: Explanation, now: string): string | null {
  const [last] = rebuilds
  if (last === undefined || (status !== 'building' && status !== 'failed')) return null
  const { at, started, attempts, run, message, bases } = last
  const place = run?.url == null ? '' : ` (${run.url})`
  const references = bases.flatMap(({ reference }) => reference ?? [])
  const why = references.length === 0 ? '' : ` for ${references.join(', ')}`
  if (reason === 'started') return `Being built${why} since ${moment(started ?? at)}${place}.`
  if (reason === 'intended') return `About to be built${why}: decided ${moment(at)}, not confirmed as started yet.`
  const then =
    nextTry === null
      ? 'It is not retried until a base image changes or someone starts it.'
      : `The next attempt is after ${moment(nextTry)} (${relative(nextTry, now)}).`
  const words = message === null ? '' : `: ${message.replace(/\.$/, '')}`
  if (reason === 'start-refused') return `Failed: its build could not be started${words}. ${then}`
  return `Failed: ${count(attempts, 'build')}${why} failed, the last${place}${words}. ${then}`
}

/** The files that answers are based on, as shown to people. */
interface Files {
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
  const source =
    asOf === null
      ? `${place}; there are no state files yet`
      : `${place} and the state files; data as of ${moment(asOf)}`
  const parts = [
    [`${enrollment.name} (${enrollment.registry}/${enrollment.repository})`, verdict(explanation, now)],
    remarks(explanation, files),
    ['Built:', `  ${built(explanation)}`],
    rebuildLines(explanation),
    bases.length === 0 ? [] : ['Base images:', ...bases.flatMap(baseLines)],
    claimLines(explanation),
    actionLines(doItNow),
    [`From ${source}.`],
  ]
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function remarks(explanation: Explanation, files: Files): string[] {
  const { status, outlook, discovery, bases, override } = explanation
  const failed = discovery.status === 'failed'
  const kept = bases.length === 0 ? '' : ' Its last known base images are kept.'
  const why = discovery.error === null ? '' : ` ${discovery.error}`
  const at = discovery.at === null ? '' : `, ${moment(discovery.at)}`
  const counts =
    "The time of the last build comes from the image itself; Kargo counts from the workflow's or pipeline's successful runs."
  const isChange = outlook.kind === 'scheduled' && outlook.cause === 'change'
  const looks = isChange ? 'Kargo checks base images every settings.baseInterval (24h by default). ' : ''
  if (explanation.engine === 'actions') {
    return [
      ...(failed ? [`The last discovery failed${at}:${why}${kept}`] : []),
      ...(override === null ? [] : overrideRemarks(override, explanation, files)),
      ...(status === 'due' ? ["The action's next commit run starts its build."] : []),
    ]
  }
  const stuck = `${looks}A failed build is retried as often as settings.retries allows, then not until the next change.`
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
    return [`The override in ${place} does not start it: an override skips rebuildDelay, and autoRebuild is false.`]
  if (reason !== 'minimumReleaseAge') return [`The override is in ${place}.`]
  const passes = `The override in ${place} skips rebuildDelay, but not minimumReleaseAge`
  if (outlook.kind === 'scheduled' && outlook.cause === 'before-enrollment') return [`${passes}.`]
  return [`${passes}: until then, the digest reaches this image only if someone approves it in Kargo.`]
}

function built({ lastBuilt, version }: Explanation): string {
  if (lastBuilt === null) return version === null ? 'not recorded.' : `version ${version}; the time is not recorded.`
  return `${moment(lastBuilt)}${version === null ? '' : `, version ${version}`}.`
}

const WENT_BACK = 'changed since the last build, then went back'

const CHANGES: Readonly<Record<ExplainedBase['change'], string>> = {
  unknown: 'no digest was looked up yet',
  unchanged: 'unchanged since tracking began',
  earlier: 'last changed before the image was enrolled, which triggers no rebuild',
  built: 'included in the last build',
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
          `    ${evidence.digest} is what it was built on, according to its ${evidence.source}`,
          ...(evidence.isPinned ? ['    Its Dockerfile pins that digest: a rebuild pulls the same one.'] : []),
        ]),
    ...(isReturned ? ['    It went back to an earlier digest, which triggers no rebuild.'] : []),
    ...(isForeign
      ? ['    Only platforms that are not built changed; Kargo cannot see that, so it counts as a change.']
      : []),
  ]
}

/** A label contains whatever the workflow wrote into it. */
function claimLines({ claims }: Explanation): string[] {
  if (claims === null) return []
  const digest = claims.digest === null ? '' : `@${claims.digest}`
  return [`The image's label claims ${claims.reference}${digest}; a label proves nothing.`]
}

function actionLines({ build, page, look, promote }: Explanation['doItNow']): string[] {
  const commands = (title: string, lines: readonly (string | null)[]) => {
    const shown = lines.flatMap((line) => (line === null ? [] : [`  ${line}`]))
    return shown.length === 0 ? [] : [title, ...shown]
  }
  return [
    ...commands('To see what Kargo is doing:', look),
    ...commands(look.length > 0 ? 'To build it now, which covers the change:' : 'To build it now:', [build, page]),
    ...commands('To have Kargo build it now (FREIGHT: the newest name in the list):', promote),
  ]
}

/** Why an image is rebuilt, or why not yet: one or two sentences. */
export function verdict(explanation: Explanation, now: string): string {
  const { outlook } = explanation
  const recorded = rebuildVerdict(explanation, now)
  if (recorded !== null) return recorded
  if (outlook.kind === 'scheduled') return scheduled(explanation, outlook, now)
  if (outlook.kind === 'held') {
    return `Held: ${causeOf(outlook)}, and autoRebuild is false: someone has to start the rebuild.`
  }
  return SENTENCES[outlook.reason](explanation)
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
    return `${until}, and rebuildDelay requires ${rebuildDelay.text} between ${built} and the next.`
  if (reason === 'minimumReleaseAge') {
    const from = turn.cause === 'change' ? '' : `, counted from ${moment(turn.base.since ?? at)}`
    return `${until}, and minimumReleaseAge is ${minimumReleaseAge.text}${from}. Another new digest restarts the wait.`
  }
  if (reason === 'stagger') {
    return `${until}, and settings.stagger spreads out the rebuilds of images that share a base image.`
  }
  const since = `Due since ${moment(at)} (${relative(at, now)}): ${causeOf(turn, at)}`
  if (override === null && turn.cause === 'before-enrollment') return `${since}, and rebuildOnEnrollment is true.`
  if (override === null)
    return `${since}, which ${built === null ? 'no recorded build includes' : `${built} does not include`}.`
  return `${since}, and an override skips rebuildDelay until ${moment(override.expires)}: ${override.reason}`
}

/** @param said a time that the sentence already contains. */
function causeOf({ cause, base }: Pick<Turn<ExplainedBase>, 'cause' | 'base'>, said: string | null = null): string {
  if (cause === 'change') return changed(base, said)
  return `it was built on an older digest of ${base.reference} before it was enrolled`
}

function changed({ reference, updated, isReturned }: ExplainedBase, said: string | null): string {
  const at = updated === null ? null : new Date(updated).toISOString()
  const seen = at === null || at === said ? '' : ` at ${moment(at)}`
  if (!isReturned) return `${reference} got a new digest${seen}`
  return `${reference} got a new digest${seen} (and went back to an older one)`
}

function behindOn({ outlook }: Explanation): string {
  return outlook.kind === 'behind' ? outlook.base.reference : 'its base image'
}

/** The sentence about an image that no build can update in its current form; null: a build can. */
function pinnedVerdict({ outlook }: Explanation): string | null {
  if (outlook.kind !== 'behind' || outlook.base.evidence?.isPinned !== true) return null
  return `Behind: its Dockerfile pins ${outlook.base.reference} to an older digest, and a rebuild does not change that. Update the digest there (Renovate and Dependabot can), or remove it.`
}

/** Sentences for images without a scheduled rebuild. */
const SENTENCES: Readonly<Record<UnscheduledReason, (explanation: Explanation) => string>> = {
  unchanged: () => 'Up to date, judging by build times: no base image has changed since the image was enrolled.',
  proven: () => 'Up to date: it is built on the current digest of each of its base images.',
  'before-enrollment': (explanation) =>
    pinnedVerdict(explanation) ??
    `Behind: it was built on an older digest of ${behindOn(explanation)} before it was enrolled, which alone triggers no rebuild. Set rebuildOnEnrollment: true, or build it by hand.`,
  'still-behind': (explanation) => {
    const pinned = pinnedVerdict(explanation)
    if (pinned !== null) return pinned
    const { lastBuilt } = explanation
    const when = lastBuilt === null ? '' : ` (${moment(lastBuilt)})`
    return `Behind: the last build${when} ran after ${behindOn(explanation)} last changed, and is still on an older digest. Make its build pull its base images (\`pull: true\`), and do not reuse old layers.`
  },
  built: ({ lastBuilt }) => {
    const when = lastBuilt === null ? '' : ` (${moment(lastBuilt)})`
    return `Up to date, judging by build times: the last build${when} ran after its base images last changed.`
  },
  'not-looked-up': ({ engine }) => {
    const kargo = engine === 'kargo' ? '; Kargo does its own lookups' : ''
    return `Unknown: the digests of its base images have not been looked up yet. The next commit run looks them up, unless refresh is off${kargo}.`
  },
  'not-discovered': () => 'Unknown: no run has read its Dockerfile yet. The next commit run will.',
  'discovery-failed': () => 'Unknown: discovery failed, and no earlier base images are known.',
  external: () => 'Never rebuilt: it has no source, so it is only watched.',
  disabled: () => 'Never rebuilt: enabled is false. Its state is kept, but it has no manifests.',
  'no-workflow': () => 'Never rebuilt: it has no source.workflow, so there is no build to start.',
  'no-bases': () => 'Never rebuilt: it has no base image that can be watched.',
}
