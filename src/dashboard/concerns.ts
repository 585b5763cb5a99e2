import type { Explanation } from '../explain/index.js'
import { shortReference } from '../report/references.js'
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

interface ConcernInput {
  readonly missingBases: ReadonlySet<string>
  /** ISO 8601. */
  readonly now: string
}

/** The concerns about one image, the worst first. */
export function concernsOf(explanation: Explanation, input: ConcernInput): Concern[] {
  return [
    ...failedRebuild(explanation),
    ...missing(explanation, input),
    ...failedDiscovery(explanation),
    ...stillBehind(explanation),
    ...overdue(explanation, input),
  ]
}

const MAX_WORDS = 300

function failedRebuild({ status, reason, rebuilds, nextTry }: Explanation): Concern[] {
  const [last] = rebuilds
  if (status !== 'failed' || last === undefined) return []
  const words = last.message === null ? '' : `: ${oneLine(last.message, MAX_WORDS).replace(/\.$/, '')}`
  if (reason === 'start-refused') {
    const next = 'Fix what the forge names (token, workflow, branch); the next run tries again.'
    return [
      { kind: 'start-refused', key: last.at, isNews: true, text: `Its build could not be started${words}.`, next },
    ]
  }
  // The forge gives no details about a failed run.
  const text = last.result === 'failed' ? `${times(last.attempts)}.` : `${times(last.attempts)}${words}.`
  const next =
    nextTry === null
      ? 'Look at the run, fix the build, then start it again: nothing else does until a base image changes.'
      : 'Nothing yet: it is started once more by itself.'
  return [{ kind: 'build-failed', key: last.at, isNews: nextTry === null, text, next }]
}

function times(attempts: number): string {
  return attempts > 1 ? `The build failed ${attempts} times` : 'The build failed'
}

function missing({ bases }: Explanation, { missingBases }: ConcernInput): Concern[] {
  return bases
    .filter(({ reference }) => missingBases.has(reference))
    .map(({ name, reference }) => ({
      kind: 'base-missing',
      key: name,
      isNews: true,
      text: `Its registry says that ${shortReference(reference)} is not there: the next build fails.`,
      next: 'Name a tag that is there in the Dockerfile.',
    }))
}

function failedDiscovery({ discovery, bases }: Explanation): Concern[] {
  if (discovery.status !== 'failed') return []
  const why = discovery.error === null ? '' : `: ${oneLine(discovery.error, MAX_WORDS).replace(/\.$/, '')}`
  const kept = bases.length === 0 ? 'none are known' : 'those known before are kept'
  const text = `Discovery of its base images failed, ${kept}${why}.`
  const next = 'Fix what is named, or list the base images under `bases`.'
  return [{ kind: 'discovery-failed', key: '', isNews: true, text, next }]
}

function stillBehind({ status, reason, outlook }: Explanation): Concern[] {
  if (status !== 'behind' || reason !== 'still-behind' || outlook.kind !== 'behind') return []
  const { reference, digest, evidence } = outlook.base
  const about = { kind: 'still-behind' as const, key: digest ?? '', isNews: true }
  if (evidence?.isPinned === true) {
    const text = `It was rebuilt, and its Dockerfile pins ${shortReference(reference)} to an older digest.`
    return [{ ...about, text, next: 'Write the new digest there, or leave it out.' }]
  }
  const text = `It was rebuilt, and is still built on an older digest of ${shortReference(reference)}.`
  return [{ ...about, text, next: 'Have the build pull its base images, with `pull: true` and no old cache.' }]
}

/** Milliseconds after which any schedule should have started a due rebuild. */
const OVERDUE_AFTER = 24 * 60 * 60 * 1000

function overdue({ status, outlook, engine }: Explanation, { now }: ConcernInput): Concern[] {
  if (status !== 'due' || outlook.kind !== 'scheduled') return []
  if (Date.parse(now) - Date.parse(outlook.at) < OVERDUE_AFTER) return []
  const { reference } = outlook.base
  const next =
    engine === 'actions'
      ? 'Look whether the scheduled runs of the action still take place, or start it now.'
      : 'Look at its Stage in Kargo, or start it now.'
  const text = `It has been due for more than a day, since ${shortReference(reference)} changed, and nothing has built it.`
  return [{ kind: 'overdue', key: outlook.base.digest ?? '', isNews: false, text, next }]
}
