import { code, type Expression, expression, filled } from '../constructs/expression.js'
import type { PromotionStep } from '../constructs/steps.js'
import { CREATED_AT, IS_OWN_FREIGHT, ORIGIN, REPOSITORIES } from './waits.js'

/**
 * A Promotion that a person created has an actor, except one made with an API token of Kargo (kargo#6201); if nothing
 * is automatic, every Promotion is manual.
 */
const IS_BY_HAND = expression('ctx.meta.promotion.actor != "" || vars.autoRebuild == "false"')

/** A digest seen before the image was enrolled counts as seen at 0, like the baseline digest. */
const FIRST_SEEN_AT = expression('seen < int(vars.enrolledAt ?? 0) ? 0 : seen')

const SEEN = expression('int(freightMetadata(ctx.targetFreight.name)?.observedAt ?? 0)')

/** This exact image is provably outdated. Newer published images have not been checked yet. */
const IS_STALE = expression('i.Digest == vars.staleImage')

/** Any build since then covers it, so that it is rebuilt once, whatever the result. */
const ENROLLED_AT = expression('int(vars.enrolledAt ?? 0)')

/**
 * What changed, and when: a build that began at that time or later covers it. For a manual Promotion that is its
 * creation time. `since` is 0 if nothing is to be rebuilt.
 */
export function findUpdate({ takesImages }: { readonly takesImages: boolean }): PromotionStep {
  const step = { uses: 'compose-output', as: 'update' } as const
  if (takesImages) return { ...step, config: ofImageOrBase() }
  const image = code`imageFrom(${REPOSITORIES}[${ORIGIN}], warehouse(${ORIGIN}))`
  return {
    ...step,
    config: {
      base: filled`let i = ${image}; i.RepoURL + ":" + i.Tag`,
      digest: filled`${image}.Digest`,
      manual: filled`${IS_BY_HAND}`,
      since: filled`let seen = ${SEEN}; ${IS_BY_HAND} ? ${CREATED_AT} : ${FIRST_SEEN_AT}`,
    },
  }
}

/** Like `findUpdate` if the Freight may be the image itself: then Stage vars name the outdated base. */
function ofImageOrBase(): Readonly<Record<string, Expression>> {
  const image = code`let i = imageFrom(${REPOSITORIES}[${ORIGIN}] ?? vars.ownImage, warehouse(${ORIGIN}))`
  return {
    base: filled`${image}; ${IS_OWN_FREIGHT} ? vars.builtOn : i.RepoURL + ":" + i.Tag`,
    digest: filled`${image}; ${IS_OWN_FREIGHT} ? (vars.baseDigest ?? "") : i.Digest`,
    manual: filled`${IS_BY_HAND}`,
    since: filled`${image}; let seen = ${SEEN}; ${IS_BY_HAND} ? ${CREATED_AT} : ${IS_OWN_FREIGHT} ? (${IS_STALE} ? ${ENROLLED_AT} : 0) : (${FIRST_SEEN_AT})`,
  }
}
