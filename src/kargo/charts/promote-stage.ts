import type { Construct } from 'constructs'
import type { Environment, Update } from '../../enrollment/images-file.js'
import type { TrackedImage } from '../../state/model.js'
import { Stage } from '../constructs/stage.js'
import type { Step } from '../constructs/steps.js'
import type { Factory } from '../factory.js'
import { repositoryUrl } from '../forges/index.js'
import { analyzeStageName, ENVIRONMENT_LABEL, promoteStageName, warehouseName } from '../names.js'
import { cloneStep, commitStep, mergedStep, NTH, pullRequestSteps, pushStep, updateStep } from './promotion-steps.js'

export interface PromotedImage {
  readonly factory: Factory
  readonly image: TrackedImage
  /** As the image's Warehouse has it, byte for byte. */
  readonly repoURL: string
}

/** One Stage an environment: analyze → first → second …, each once the one before has held the image for its soak. */
export function addPromoteStages(scope: Construct, promoted: PromotedImage): void {
  const { name, environments } = promoted.image.enrollment
  let upstream = analyzeStageName(name)
  for (const environment of environments) {
    addPromoteStage(scope, promoted, { environment, upstream })
    upstream = promoteStageName(name, environment.name)
  }
}

interface Place {
  readonly environment: Environment
  readonly upstream: string
}

function addPromoteStage(scope: Construct, promoted: PromotedImage, { environment, upstream }: Place): void {
  const { factory, image, repoURL } = promoted
  const { name, shard } = image.enrollment
  const branches = branchesOf(environment)
  const [first, ...others] = stepsOf(promoted, environment, branches)
  // Every environment changes something; one that did not would be missed by what comes after it, and said there.
  if (first === undefined) return
  new Stage(scope, {
    name: promoteStageName(name, environment.name),
    labels: { [ENVIRONMENT_LABEL]: environment.name },
    autoPromotion: environment.auto,
    shard: shard ?? factory.settings.shard,
    vars: { image: repoURL },
    requestedFreight: [
      { warehouse: warehouseName(name), from: { stages: [upstream], soakSeconds: environment.soak.seconds } },
    ],
    steps: [first, ...others],
  })
}

/** A branch of a repository, and all that changes in it. */
interface Branch {
  readonly provider: Update['provider']
  readonly repo: string
  readonly branch: string
  readonly updates: readonly Update[]
}

/** The updates by repository and branch, in the order they are written. */
function branchesOf({ updates }: Environment): Branch[] {
  const branches = new Map<string, Branch>()
  for (const update of updates) {
    const { provider, repo, branch } = update
    const key = JSON.stringify([provider, repo, branch])
    const known = branches.get(key) ?? { provider, repo, branch, updates: [] }
    branches.set(key, { ...known, updates: [...known.updates, update] })
  }
  return [...branches.values()]
}

/** What is wrong with an environment that changes more branches than one Stage can; null where it does not. */
export function branchesFault(environment: Environment): string | null {
  const { length } = branchesOf(environment)
  if (length <= NTH.length) return null
  const much = `the environment ${environment.name} changes ${length} branches, and one Stage can change ${NTH.length}`
  return `${much}; make several environments of it`
}

/**
 * First everything is changed, then everything is delivered: what cannot be changed leaves no half of a promotion. All
 * pull requests are open before the first is waited for.
 */
function stepsOf(
  { factory, image, repoURL }: PromotedImage,
  { pullRequest }: Environment,
  branches: readonly Branch[],
): Step[] {
  const hasOneTag = image.enrollment.tags.strategy === 'Digest'
  const targets = branches.flatMap(({ provider, branch, ...rest }, index) => {
    const nth = NTH[index]
    const url = `${repositoryUrl({ provider, repo: rest.repo }, factory)}.git`
    return nth === undefined ? [] : [{ nth, provider, repoURL: url, branch, updates: rest.updates }]
  })
  const changes = targets.flatMap((target) => [
    cloneStep(target),
    ...target.updates.map((update, index) => updateStep({ update, nth: target.nth, index, image: repoURL, hasOneTag })),
    commitStep(target),
  ])
  if (!pullRequest) return [...changes, ...targets.map(pushStep)]
  return [...changes, ...targets.flatMap(pullRequestSteps), ...targets.map(mergedStep)]
}
