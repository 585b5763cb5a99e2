import { posix } from 'node:path'
import type { Construct } from 'constructs'
import type { Environment, Update } from '../../enrollment/images-file.js'
import type { Provider } from '../../forges/index.js'
import { groupBy } from '../../text/index.js'
import { type Expression, expression } from '../constructs/expression.js'
import { printGoDuration } from '../constructs/kube-object.js'
import { Stage } from '../constructs/stage.js'
import { type PromotionStep, RETRY_LIMITS } from '../constructs/steps.js'
import { shardOf } from '../factory.js'
import { repositoryUrl } from '../forges/index.js'
import { analyzeStageName, ENVIRONMENT_LABEL, promoteStageName, warehouseName } from '../names.js'
import type { PublishedImage } from './analyze-stage.js'

/**
 * Suffixes that distinguish the branches changed by one Stage in the names of steps: `commit`, `commit2` … Expressions
 * refer to these names, so all are written out here.
 */
// biome-ignore format: a list
const ORDINAL_SUFFIXES = [
  '', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16',
] as const
type OrdinalSuffix = (typeof ORDINAL_SUFFIXES)[number]

/** A branch that a Stage changes, with its suffix. */
interface TargetBranch {
  readonly suffix: OrdinalSuffix
  readonly provider: Provider
  readonly repoURL: string
  readonly branch: string
}

/** Clones the branch. Its name is a literal: from an expression, Kargo would turn a branch 1.10 into a number. */
function cloneStep({ suffix, repoURL, branch }: TargetBranch): PromotionStep {
  // A temporary outage of a git server must not end a Promotion: Kargo does not promote the same Freight again by
  // itself.
  return {
    uses: 'git-clone',
    as: `clone${suffix}`,
    retry: RETRY_LIMITS.git,
    config: { repoURL, checkout: [{ branch, path: folderOf(suffix) }] },
  }
}

/**
 * Changes one file of the clone.
 *
 * @param index number of earlier updates in the same clone.
 */
function updateStep(update: Update, suffix: OrdinalSuffix, index: number, promoted: PublishedImage): PromotionStep {
  const as = `set${suffix}${index === 0 ? '' : `-${index + 1}`}`
  if (update.type === 'yaml-update') {
    const updates = [{ key: update.key ?? '', value: YAML_VALUES[update.value] }]
    return { uses: 'yaml-update', as, config: { path: inFolder(suffix, update.path), updates } }
  }
  // An image that always has the same tag: only the digest distinguishes its builds.
  const hasOneTag = promoted.image.enrollment.tags.strategy === 'Digest'
  const images = [{ image: promoted.repoURL, ...(hasOneTag ? { digest: DIGEST } : { tag: TAG }) }]
  const path = inFolder(suffix, kustomizationFolder(update.path))
  return { uses: 'kustomize-set-image', as, config: { path, images } }
}

/** Commits what was changed, if anything was. */
function commitStep({ suffix }: TargetBranch): PromotionStep {
  return { uses: 'git-commit', as: `commit${suffix}`, config: { path: folderOf(suffix), message: COMMIT_MESSAGE } }
}

/** Pushes to the branch itself; without a commit that is a successful no-op. */
function pushStep({ suffix, branch }: TargetBranch): PromotionStep {
  const config = { path: folderOf(suffix), targetBranch: branch }
  return { uses: 'git-push', as: `push${suffix}`, retry: RETRY_LIMITS.git, config }
}

/**
 * Pushes to a new branch of the Promotion and opens a pull request, if there is a commit. Every condition starts with
 * `success()`: without it, a step runs after a failed one, and a Promotion that is lost waits for the rest.
 */
export function pullRequestSteps({ suffix, provider, repoURL, branch }: TargetBranch): PromotionStep[] {
  const config = {
    repoURL,
    provider,
    sourceBranch: expression(`\${{ outputs.push${suffix}.branch }}`),
    targetBranch: branch,
    title: TITLE,
    description: DESCRIPTION,
  }
  return [
    {
      uses: 'git-push',
      as: `push${suffix}`,
      if: expression(`\${{ success() && status("commit${suffix}") == "Succeeded" }}`),
      retry: RETRY_LIMITS.git,
      config: { path: folderOf(suffix), generateTargetBranch: true },
    },
    {
      uses: 'git-open-pr',
      as: `pr${suffix}`,
      if: expression(`\${{ success() && status("push${suffix}") == "Succeeded" }}`),
      // A retry finds the pull request that the first attempt opened.
      retry: RETRY_LIMITS.git,
      config,
    },
  ]
}

/** Waits until the pull request is merged, if there is one: there is none if the branch already has the change. */
function mergedStep({ suffix, provider, repoURL }: TargetBranch): PromotionStep {
  return {
    uses: 'git-wait-for-pr',
    as: `merged${suffix}`,
    if: expression(`\${{ success() && status("pr${suffix}") == "Succeeded" }}`),
    retry: RETRY_LIMITS.pullRequest,
    config: {
      repoURL,
      provider,
      prNumber: expression(`\${{ outputs.pr${suffix}.pr.id }}`),
      pollInterval: printGoDuration(60),
    },
  }
}

/** `quote` prevents Kargo from turning tags like 1.10 into numbers. */
const TAG = expression('${{ quote(imageFrom(vars.image).Tag) }}')
const DIGEST = expression('${{ imageFrom(vars.image).Digest }}')
const YAML_VALUES: Readonly<Record<Update['value'], Expression>> = {
  tag: TAG,
  digest: DIGEST,
  image: expression('${{ vars.image }}:${{ imageFrom(vars.image).Tag }}'),
}

const TITLE = expression('Promote ${{ vars.image }} to ${{ imageFrom(vars.image).Tag }}')
const COMMIT_MESSAGE = expression(
  'Promote ${{ vars.image }} to ${{ imageFrom(vars.image).Tag }}\n\nDigest: ${{ imageFrom(vars.image).Digest }}',
)
const DESCRIPTION = expression(
  'Promotes `${{ vars.image }}:${{ imageFrom(vars.image).Tag }}` (`${{ imageFrom(vars.image).Digest }}`) to the Stage `${{ ctx.stage }}`, which continues when this is merged.',
)

function folderOf(suffix: OrdinalSuffix): string {
  return `./repo${suffix}`
}

function inFolder(suffix: OrdinalSuffix, path: string): string {
  return `${folderOf(suffix)}/${posix.normalize(path)}`.replace(/\/\.?$/, '')
}

/** Users name the folder or the file in it; Kargo needs the folder. The three file names are kustomize's own. */
function kustomizationFolder(path: string): string {
  return /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path) ? posix.dirname(path) : path
}

/** One Stage per environment: analyze → first → second …, each after the image has soaked in the previous one. */
export function addPromoteStages(scope: Construct, promoted: PublishedImage): void {
  const { name, environments } = promoted.image.enrollment
  let upstream = analyzeStageName(name)
  for (const environment of environments) {
    addPromoteStage(scope, promoted, environment, upstream)
    upstream = promoteStageName(name, environment.name)
  }
}

function addPromoteStage(scope: Construct, promoted: PublishedImage, environment: Environment, upstream: string): void {
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
function stepsOf(promoted: PublishedImage, environment: Environment): PromotionStep[] {
  const branches = branchesOf(environment).flatMap((updates, index) => {
    const suffix = ORDINAL_SUFFIXES[index]
    const [{ provider, repo, branch }] = updates
    const url = `${repositoryUrl({ provider, repo }, promoted.factory)}.git`
    return suffix === undefined ? [] : [{ suffix, provider, repoURL: url, branch, updates }]
  })
  const changes = branches.flatMap(({ updates, ...target }) => [
    cloneStep(target),
    ...updates.map((update, index) => updateStep(update, target.suffix, index, promoted)),
    commitStep(target),
  ])
  if (!environment.pullRequest) return [...changes, ...branches.map(pushStep)]
  return [...changes, ...branches.flatMap(pullRequestSteps), ...branches.map(mergedStep)]
}
