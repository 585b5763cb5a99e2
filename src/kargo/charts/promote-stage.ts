import type { Construct } from 'constructs'
import type { Environment } from '../../enrollment/images-file.js'
import { groupBy } from '../../text/index.js'
import { Stage } from '../constructs/stage.js'
import type { PromotionStep } from '../constructs/steps.js'
import { shardOf } from '../factory.js'
import { repositoryUrl } from '../forges/index.js'
import { analyzeStageName, ENVIRONMENT_LABEL, promoteStageName, warehouseName } from '../names.js'
import type { PublishedImage } from './analyze-stage.js'
import {
  cloneStep,
  commitStep,
  mergedStep,
  ORDINAL_SUFFIXES,
  pullRequestSteps,
  pushStep,
  updateStep,
} from './promotion-steps.js'

/** One Stage per environment: analyze → first → second …, each after the image has soaked in the previous one. */
export function addPromoteStages(scope: Construct, promoted: PublishedImage): void {
  const { name, environments } = promoted.image.enrollment
  let upstream = analyzeStageName(name)
  for (const environment of environments) {
    addPromoteStage(scope, promoted, { environment, upstream })
    upstream = promoteStageName(name, environment.name)
  }
}

function addPromoteStage(
  scope: Construct,
  promoted: PublishedImage,
  { environment, upstream }: { readonly environment: Environment; readonly upstream: string },
): void {
  const { factory, image, repoURL } = promoted
  const { name } = image.enrollment
  const [first, ...others] = stepsOf(promoted, environment)
  // Every environment changes something; an empty one would be missing as an upstream of the next, and is reported
  // there.
  if (first === undefined) return
  new Stage(scope, {
    name: promoteStageName(name, environment.name),
    labels: { [ENVIRONMENT_LABEL]: environment.name },
    autoPromotion: environment.auto,
    shard: shardOf(image, factory),
    vars: { image: repoURL },
    requestedFreight: [
      { warehouse: warehouseName(name), from: { stages: [upstream], soakSeconds: environment.soak.seconds } },
    ],
    steps: [first, ...others],
  })
}

/** The updates by repository and branch, in the order they are written. */
function branchesOf({ updates }: Environment) {
  return [...groupBy(updates, ({ provider, repo, branch }) => JSON.stringify([provider, repo, branch])).values()]
}

/** The message for an environment that changes more branches than one Stage can; null if it does not. */
export function branchesFault(environment: Environment): string | null {
  const { length } = branchesOf(environment)
  if (length <= ORDINAL_SUFFIXES.length) return null
  const much = `changes ${length} branches, and one Stage can change ${ORDINAL_SUFFIXES.length}`
  return `the environment ${environment.name} ${much}; make several environments of it`
}

/**
 * All changes come before any push, so that a failing change leaves no half-finished promotion. All pull requests are
 * opened before waiting for the first.
 */
function stepsOf({ factory, image, repoURL }: PublishedImage, environment: Environment): PromotionStep[] {
  const hasOneTag = image.enrollment.tags.strategy === 'Digest'
  const branches = branchesOf(environment).flatMap((updates, index) => {
    const suffix = ORDINAL_SUFFIXES[index]
    const [{ provider, repo, branch }] = updates
    const url = `${repositoryUrl({ provider, repo }, factory)}.git`
    return suffix === undefined ? [] : [{ suffix, provider, repoURL: url, branch, updates }]
  })
  const changes = branches.flatMap(({ updates, ...target }) => [
    cloneStep(target),
    ...updates.map((update, index) => updateStep({ update, suffix: target.suffix, index, image: repoURL, hasOneTag })),
    commitStep(target),
  ])
  if (!environment.pullRequest) return [...changes, ...branches.map(pushStep)]
  return [...changes, ...branches.flatMap(pullRequestSteps), ...branches.map(mergedStep)]
}
