// The effect of a report, in one to three sentences that need no knowledge of the manifests: which images are added,
// removed, or built or deployed in another way, and what happens after the merge. Pure: from the report to text.
import { count } from '../text/index.js'
import { movedSentences } from './effect-of-bases.js'
import { changedSentences } from './effect-of-changes.js'
import { joiningSentences, leavingSentences, switchedSentences } from './effect-of-entries.js'
import { dueSentences } from './effect-of-merging.js'
import { settingsSentences } from './effect-of-settings.js'
import { rebuildSentences } from './rebuilds.js'
import { shortReference } from './references.js'
import { code, listed, type Span, strong } from './spans.js'
import type { View } from './view.js'

/**
 * The sentences, in order.
 *
 * @param withRest whether to say that nothing changes if nothing does.
 */
export function effectOf(view: View, withRest = true): Span[][] {
  const { report } = view
  const said = [
    ...creation(view),
    ...changedSentences(report),
    ...joiningSentences(report),
    ...leavingSentences(view),
    ...switchedSentences(view),
    ...movedSentences(report),
    ...settingsSentences(report),
  ]
  if (said.length === 0 && view.errors.length > 0) return []
  const rebuilds = rebuildSentences(report)
  const isAtRest = said.length === 0 && rebuilds.length === 0
  const all = isAtRest && withRest ? [resting(view)] : said
  return [...all, ...dueSentences(report, said.length > 0), ...rebuilds, ...staleSentences(view)]
}

const MAX_STALE = 5

/** Outdated images after a run that commits, whether a rebuild is pending or not: `explain` shows which. */
function staleSentences({ report: { mode, stale } }: View): Span[][] {
  if (mode !== 'commit' || stale.length === 0) return []
  const shown = stale.map(({ image, base }): Span[] => [code(image), ' (', code(shortReference(base)), ')'])
  const what = stale.length === 1 ? 'image is on an old base image' : 'images are on an old base image'
  return [[strong(`${stale.length} ${what}`), ': ', ...listed(shown, { max: MAX_STALE }), '.']]
}

/** If the pull request adds the file, there is nothing to compare with. */
function creation({ report }: View): Span[][] {
  if (report.baseDrift?.kind !== 'first') return []
  return [[strong('This pull request creates ', code(report.imagesFile), '.')]]
}

/** The sentence if no image, base image or setting changes. */
function resting({ report, resources }: View): Span[] {
  const { mode, totals, stateFiles } = report
  const checked = ` ${count(totals.images, 'image')}, ${count(totals.bases, 'base image')} checked`
  if (resources.length > 0) {
    if (mode === 'check') return [strong('Generated files are out of date.'), `${checked}.`]
    return [strong('The Kargo manifests change, though no image, base image or setting does.')]
  }
  const updated = stateFiles.length === 0 ? '' : `, ${count(stateFiles.length, 'state file')} updated`
  return [strong(stateFiles.length === 0 ? 'Nothing changes.' : 'No manifest changes.'), `${checked}${updated}.`]
}
