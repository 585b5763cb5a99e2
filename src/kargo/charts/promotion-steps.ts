import { posix } from 'node:path'
import type { Update } from '../../enrollment/images-file.js'
import { type Expression, expression } from '../constructs/expression.js'
import type { GitProvider } from '../constructs/git-steps.js'
import { printGoDuration } from '../constructs/kube-object.js'
import { type PromotionStep, RETRY_LIMITS } from '../constructs/steps.js'

/**
 * Suffixes that distinguish the branches changed by one Stage in the names of steps: `commit`, `commit2` … Expressions
 * refer to these names, so all are written out here.
 */
// biome-ignore format: a list
export const ORDINAL_SUFFIXES = [
  '', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16',
] as const
export type OrdinalSuffix = (typeof ORDINAL_SUFFIXES)[number]

/** A branch that a Stage changes, with its suffix. */
export interface TargetBranch {
  readonly suffix: OrdinalSuffix
  readonly provider: GitProvider
  readonly repoURL: string
  readonly branch: string
}

/** Clones the branch. Its name is a literal: from an expression, Kargo would turn a branch 1.10 into a number. */
export function cloneStep({ suffix, repoURL, branch }: TargetBranch): PromotionStep {
  // A temporary outage of a git server must not end a Promotion: Kargo does not promote the same Freight again by
  // itself.
  return {
    uses: 'git-clone',
    as: `clone${suffix}`,
    retry: RETRY_LIMITS.git,
    config: { repoURL, checkout: [{ branch, path: folderOf(suffix) }] },
  }
}

/** An update, its position, and the image it is for. */
export interface Change {
  readonly update: Update
  readonly suffix: OrdinalSuffix
  /** Number of earlier updates in the same clone. */
  readonly index: number
  /** Repository of the image, as written in files. */
  readonly image: string
  /** Whether the image always has the same tag, so that only the digest distinguishes builds. */
  readonly hasOneTag: boolean
}

/** Changes one file of the clone. */
export function updateStep({ update, suffix, index, image, hasOneTag }: Change): PromotionStep {
  const as = `set${suffix}${index === 0 ? '' : `-${index + 1}`}`
  if (update.type === 'yaml-update') {
    const updates = [{ key: update.key ?? '', value: YAML_VALUES[update.value] }]
    return { uses: 'yaml-update', as, config: { path: inFolder(suffix, update.path), updates } }
  }
  const version = hasOneTag ? { digest: DIGEST } : { tag: TAG }
  const path = inFolder(suffix, kustomizationFolder(update.path))
  return { uses: 'kustomize-set-image', as, config: { path, images: [{ image, ...version }] } }
}

/** Commits what was changed, if anything was. */
export function commitStep({ suffix }: TargetBranch): PromotionStep {
  return { uses: 'git-commit', as: `commit${suffix}`, config: { path: folderOf(suffix), message: COMMIT_MESSAGE } }
}

/** Pushes to the branch itself; without a commit that is a successful no-op. */
export function pushStep({ suffix, branch }: TargetBranch): PromotionStep {
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
export function mergedStep({ suffix, provider, repoURL }: TargetBranch): PromotionStep {
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
