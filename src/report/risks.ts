// Changes that a reviewer must not overlook: where builds run, where images go, with whose credentials.
import type { ImageChange, Report, ValueChange } from './model.js'
import { code } from './text.js'

/** One dangerous change, as a line of markdown. */
export interface Risk {
  /** The image, or null where it is a setting of the whole factory. */
  readonly image: string | null
  readonly line: string
}

const DISPATCH: ReadonlySet<string> = new Set([
  'source.provider',
  'source.repo',
  'source.branch',
  'source.workflow',
  'source.pipeline',
  'source.job',
])
/** The flat `updates` and those of an environment. */
const PROMOTION_TARGET = /^(?:environments\..+\.)?updates\[\d+\]\.(?:provider|repo|branch)$/
const CHECK = /^analysis(?:\.(?:enabled|dockerfile|content|vulnerabilities)(?:\.enabled)?)?$/

/** The dangerous changes of a report: images in their order, then settings. */
export function risksOf({ images, settings }: Pick<Report, 'images' | 'settings'>): Risk[] {
  const ofSettings = settings.flatMap((change): Risk[] => {
    const meaning = settingRisk(change)
    return meaning === null ? [] : [{ image: null, line: `${meaning}: ${describe(change, 'settings.')}` }]
  })
  return [...images.flatMap(imageRisks), ...ofSettings]
}

function imageRisks(image: ImageChange): Risk[] {
  // A new image has nothing to compare with, and a removed one does nothing any more.
  if (image.kind === 'enrolled' || image.kind === 'removed') return []
  const name = code(image.name, 80)
  const { published } = image
  const moved =
    published === undefined
      ? []
      : [`${name} is published to another registry: ${code(published.before, 240)} → ${code(published.after, 240)}`]
  const others = image.details.flatMap((change) => {
    const meaning = imageRisk(change)
    return meaning === null ? [] : [`${name} ${meaning}: ${describe(change)}`]
  })
  return [...moved, ...others].map((line) => ({ image: image.name, line }))
}

/** What a dangerous change of an image's key means; null where it is none. */
function imageRisk({ key, before, after }: ValueChange): string | null {
  if (key === 'autoRebuild') {
    return before === 'false' && after !== 'false' ? 'is rebuilt automatically from now on' : null
  }
  if (DISPATCH.has(key))
    return isElsewhere({ key, before, after }) ? 'rebuilds are dispatched elsewhere, with the token' : null
  if (PROMOTION_TARGET.test(key)) return after === null ? null : 'is promoted elsewhere, with the credentials for it'
  if (CHECK.test(key)) return isOff({ key, before, after }) ? 'is checked no longer, or for less' : null
  return null
}

/** A key that was not written had a default: of a provider GitHub, of a branch whatever the repository's is. */
function isElsewhere({ key, before, after }: ValueChange): boolean {
  if (key === 'source.provider') return (before ?? 'github') !== (after ?? 'github')
  return key === 'source.branch' || (before !== null && after !== null)
}

function isOff({ before, after }: ValueChange): boolean {
  return after === 'false' && before !== 'false'
}

/** What a dangerous change of a setting means; null where it is none. */
function settingRisk(change: ValueChange): string | null {
  const { key } = change
  if (key === 'namespace') return 'everything is made anew in another namespace, without its Freight'
  if (key.startsWith('secrets.') || /^webhookReceivers\..*\.secret$/.test(key)) return 'other credentials are used'
  if (key.startsWith('stateWorkflow.')) return 'Kargo dispatches another workflow, with the token'
  if (key === 'analysis.enabled') return isOff(change) ? 'no image is checked any more' : null
  if (key === 'analysis.image') return 'the checks run another image'
  return key === 'allowedRegistries' ? 'images may come from other registries' : null
}

/** `rebuildDelay 24h → 7d` */
function describe({ key, before, after }: ValueChange, prefix = ''): string {
  const [old, now] = [before, after].map((value) => (value === null ? '*default*' : code(value, 160)))
  return `${code(prefix + key, 80)} ${old} → ${now}`
}
