import type { Explanation } from '../explain/index.js'
import { shortReference } from '../report/markdown.js'
import { oneLine } from '../text/index.js'

/** Conditions of an image that need attention, the worst first. */
export const CONCERN_KINDS = [
  'build-failed',
  'start-refused',
  'base-missing',
  'discovery-failed',
  'still-behind',
  'overdue',
] as const

export interface Concern {
  readonly kind: (typeof CONCERN_KINDS)[number]
  /** Identifies this occurrence among others of its kind and image; unchanged while it lasts. */
  readonly key: string
  /** Whether people are notified when it is new: it does not resolve itself. */
  readonly isNews: boolean
  /** What is wrong, one sentence on one line; may contain text from forges and files. */
  readonly text: string
  /** What to do about it, one sentence. */
  readonly next: string
}

/**
 * The concerns about one image, the worst first.
 *
 * @param now ISO 8601.
 */
export function concernsOf(explanation: Explanation, missingBases: ReadonlySet<string>, now: string): Concern[] {
  return [
    ...failedRebuild(explanation),
    ...missing(explanation, missingBases),
    ...failedDiscovery(explanation),
    ...stillBehind(explanation),
    ...overdue(explanation, now),
  ]
}

const MAX_WORDS = 300

function failedRebuild({ status, reason, rebuilds, nextTry }: Explanation): Concern[] {
  const [last] = rebuilds
  if (status !== 'failed' || last === undefined) return []
  const words = last.message === null ? '' : `: ${oneLine(last.message, MAX_WORDS).replace(/\.$/, '')}`
  if (reason === 'start-refused') {
    const next = 'Fix the token, workflow or branch that it names; the next run tries again.'
    return [
      { kind: 'start-refused', key: last.at, isNews: true, text: `Its build could not be started${words}.`, next },
    ]
  }
  // The forge gives no details about a failed run.
  const text = last.result === 'failed' ? `${times(last.attempts)}.` : `${times(last.attempts)}${words}.`
  const next =
    nextTry === null
      ? 'Check the run and fix the build, then start it again: it is not retried until a base image changes.'
      : 'Nothing yet: it is retried automatically.'
  return [{ kind: 'build-failed', key: last.at, isNews: nextTry === null, text, next }]
}

function times(attempts: number): string {
  return attempts > 1 ? `The build failed ${attempts} times` : 'The build failed'
}

function missing({ bases }: Explanation, missingBases: ReadonlySet<string>): Concern[] {
  return bases
    .filter(({ reference }) => missingBases.has(reference))
    .map(({ name, reference }) => ({
      kind: 'base-missing',
      key: name,
      isNews: true,
      text: `Its registry says that ${shortReference(reference)} does not exist: the next build will fail.`,
      next: 'Use a tag that exists in the Dockerfile.',
    }))
}

function failedDiscovery({ discovery, bases }: Explanation): Concern[] {
  if (discovery.status !== 'failed') return []
  const why = discovery.error === null ? '' : `: ${oneLine(discovery.error, MAX_WORDS).replace(/\.$/, '')}`
  const kept = bases.length === 0 ? 'none are known' : 'the last known ones are kept'
  const text = `Discovery of its base images failed, ${kept}${why}.`
  const next = 'Fix the cause, or list the base images under `bases`.'
  return [{ kind: 'discovery-failed', key: '', isNews: true, text, next }]
}

function stillBehind({ status, reason, outlook }: Explanation): Concern[] {
  if (status !== 'behind' || reason !== 'still-behind' || outlook.kind !== 'behind') return []
  const { reference, digest, evidence } = outlook.base
  const about = { kind: 'still-behind' as const, key: digest ?? '', isNews: true }
  if (evidence?.isPinned === true) {
    const text = `It was rebuilt, but its Dockerfile pins ${shortReference(reference)} to an older digest.`
    return [{ ...about, text, next: 'Update the digest there, or remove it.' }]
  }
  const text = `It was rebuilt, but is still on an older digest of ${shortReference(reference)}.`
  return [
    { ...about, text, next: 'Make the build pull its base images: set `pull: true`, and do not reuse old layers.' },
  ]
}

/** Milliseconds after which any schedule should have started a due rebuild. */
const OVERDUE_AFTER = 24 * 60 * 60 * 1000

function overdue({ status, outlook, engine }: Explanation, now: string): Concern[] {
  if (status !== 'due' || outlook.kind !== 'scheduled') return []
  if (Date.parse(now) - Date.parse(outlook.at) < OVERDUE_AFTER) return []
  const { reference } = outlook.base
  const next =
    engine === 'actions'
      ? "Check that the action's scheduled runs still happen, or start it now."
      : 'Check its Stage in Kargo, or start it now.'
  const text = `It has been due for more than a day, since ${shortReference(reference)} changed, and no build has run.`
  return [{ kind: 'overdue', key: outlook.base.digest ?? '', isNews: false, text, next }]
}
