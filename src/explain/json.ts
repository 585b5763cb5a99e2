import type { ExplainedBase } from './bases.js'
import type { Explanation } from './explanation.js'
import { verdict } from './verdict.js'

/** What `explain --json` prints of an image. Keys are stable: new ones may come, none goes or changes its meaning. */
export type ExplanationJson = ReturnType<typeof explanationJson>

/** An explanation as data. */
export function explanationJson(explanation: Explanation, now: string) {
  const { enrollment, status, reason, outlook, override, bases, discovery } = explanation
  const { name, registry, repository, rebuildDelay, minimumReleaseAge, autoRebuild } = enrollment
  const { at, base } = { at: null, base: null, ...outlook }
  return {
    name,
    image: `${registry}/${repository}`,
    status,
    reason,
    message: verdict(explanation, now),
    eligibleAt: at,
    base: base?.name ?? null,
    override: override === null ? null : { ...override },
    lastBuilt: explanation.lastBuilt,
    version: explanation.version,
    policy: { rebuildDelay: rebuildDelay.text, minimumReleaseAge: minimumReleaseAge.text, autoRebuild },
    discovery,
    bases: bases.map(baseJson),
    doItNow: explanation.doItNow,
    asOf: explanation.asOf,
  }
}

function baseJson({
  name,
  reference,
  digest,
  since,
  previousDigest,
  change,
  isReturned,
  isForeign,
  enrolledImage,
}: ExplainedBase) {
  return {
    name,
    ref: reference,
    digest,
    since,
    previousDigest,
    change,
    returned: isReturned,
    otherPlatformsOnly: isForeign,
    enrolledImage,
  }
}
