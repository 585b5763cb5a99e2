import type { Turn } from '../policy/index.js'
import type { ExplainedBase } from './bases.js'
import type { Explanation, Reason } from './explanation.js'
import { moment, relative } from './words.js'

/** Why an image is rebuilt, or why not yet: one or two sentences. */
export function verdict(explanation: Explanation, now: string): string {
  const { outlook, reason } = explanation
  if (outlook.kind === 'scheduled') return scheduled(explanation, outlook, now)
  if (outlook.kind === 'held') {
    const { base } = outlook
    return `Held: ${changed(base)}, and autoRebuild is false: nothing is rebuilt until a person does it.`
  }
  return STANDING[reason as keyof typeof STANDING](explanation)
}

function scheduled(
  { enrollment, reason, lastBuilt, override }: Explanation,
  { base, at }: Turn<ExplainedBase>,
  now: string,
): string {
  const { minimumReleaseAge, rebuildDelay } = enrollment
  const until = `Waiting until ${moment(at)} (${relative(at, now)}): ${changed(base)}`
  const built = lastBuilt === null ? null : `the last build (${moment(lastBuilt)})`
  if (reason === 'rebuildDelay')
    return `${until}, and rebuildDelay leaves ${rebuildDelay.text} between ${built} and the next.`
  if (reason === 'minimumReleaseAge') {
    return `${until}, and minimumReleaseAge is ${minimumReleaseAge.text} from then on. Another new digest starts it anew.`
  }
  if (reason === 'stagger') {
    return `${until}, and its turn comes then: settings.stagger spreads the rebuilds of images that share a base image.`
  }
  const since = `Due since ${moment(at)} (${relative(at, now)}): ${changed(base, at)}`
  if (override === null)
    return `${since}, which ${built === null ? 'no build on record has' : `${built} does not have`}.`
  return `${since}, and an override that holds until ${moment(override.expires)} passes over rebuildDelay: ${override.reason}`
}

/** @param said a moment that the sentence has said already. */
function changed({ reference, updated, isReturned }: ExplainedBase, said: string | null = null): string {
  const at = updated === null ? null : new Date(updated).toISOString()
  const seen = at === null || at === said ? '' : ` since ${moment(at)}`
  if (!isReturned) return `${reference} has a new digest${seen}`
  return `${reference} had a new digest${seen} (and has gone back to an older one)`
}

type Standing = (explanation: Explanation) => string

/** What is said where nothing is scheduled. */
const STANDING: Readonly<Record<Exclude<Reason, 'change' | 'override' | 'autoRebuild' | Waiting>, Standing>> = {
  unchanged: () => 'Up to date: no base image has changed since the image was enrolled.',
  built: ({ lastBuilt }) => {
    const when = lastBuilt === null ? '' : ` (${moment(lastBuilt)})`
    return `Up to date: the last build${when} came after the last change of its base images.`
  },
  'not-looked-up': () => {
    return 'Not known: no digest of its base images was looked up yet. A run that commits does that, unless refresh is off; Kargo looks for itself.'
  },
  'not-discovered': () => {
    return 'Not known: no run has read its Dockerfile yet. The next run that commits does.'
  },
  'discovery-failed': () => {
    return 'Not known: its base images could not be found out, and none are known from before.'
  },
  external: () => 'Never rebuilt: it has no source. It is built elsewhere, and only watched.',
  disabled: () => 'Never rebuilt: enabled is false. Its state is kept, and it has no manifests.',
  'no-workflow': () => 'Never rebuilt: it has no source.workflow, so nobody knows what to start.',
  'no-bases': () => 'Never rebuilt: it is built on no image that can be watched.',
}

type Waiting = 'rebuildDelay' | 'minimumReleaseAge' | 'stagger'
