import { posix } from 'node:path'
import type { Update } from '../../enrollment/images-file.js'
import { type Expression, expression } from '../constructs/expression.js'
import type { GitProvider } from '../constructs/git-steps.js'
import { RETRY_LIMITS } from '../constructs/retry-limits.js'
import type { Step } from '../constructs/steps.js'
import { goDuration } from '../go-duration.js'

/**
 * What sets the branches that one Stage changes apart, in the names of steps: `commit`, `commit2` … The names stand inside
 * expressions, so they are all written out here.
 */
export const NTH = ['', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16'] as const
export type Nth = (typeof NTH)[number]

/** A branch that a Stage changes, and which of its branches it is. */
export interface Target {
  readonly nth: Nth
  readonly provider: GitProvider
  readonly repoURL: string
  readonly branch: string
}

/** Clones the branch. It is a literal: where an expression gives it, Kargo would make a number of a branch named 1.10. */
export function cloneStep({ nth, repoURL, branch }: Target): Step {
  // A git server that is down for a while must not end a Promotion: Kargo promotes no Freight again by itself.
  return {
    uses: 'git-clone',
    as: `clone${nth}`,
    retry: RETRY_LIMITS.git,
    config: { repoURL, checkout: [{ branch, path: folderOf(nth) }] },
  }
}

/** An update, where it is made, and the image it is made for. */
export interface Change {
  readonly update: Update
  readonly nth: Nth
  /** How many updates of the same clone come before it. */
  readonly index: number
  /** Repository of the image, as files name it. */
  readonly image: string
  /** Whether the image has one tag for ever, so that only its digest tells one build from the next. */
  readonly hasOneTag: boolean
}

/** Changes one file of the clone. */
export function updateStep({ update, nth, index, image, hasOneTag }: Change): Step {
  const as = `set${nth}${index === 0 ? '' : `-${index + 1}`}`
  if (update.type === 'yaml-update') {
    const updates = [{ key: update.key ?? '', value: YAML_VALUES[update.value] }]
    return { uses: 'yaml-update', as, config: { path: inFolder(nth, update.path), updates } }
  }
  const version = hasOneTag ? { digest: DIGEST } : { tag: TAG }
  const path = inFolder(nth, kustomizationFolder(update.path))
  return { uses: 'kustomize-set-image', as, config: { path, images: [{ image, ...version }] } }
}

/** Commits what was changed; nothing, where everything was as it should be. */
export function commitStep({ nth }: Target): Step {
  return { uses: 'git-commit', as: `commit${nth}`, config: { path: folderOf(nth), message: COMMIT_MESSAGE } }
}

/** Pushes to the branch itself. Without a commit that changes nothing and is good. */
export function pushStep({ nth, branch }: Target): Step {
  const config = { path: folderOf(nth), targetBranch: branch }
  return { uses: 'git-push', as: `push${nth}`, retry: RETRY_LIMITS.git, config }
}

/**
 * Pushes to a branch of the Promotion's own and opens a pull request, if there is a commit. Every condition asks for
 * `success()` first: without it, a step runs after one that failed, and a Promotion that is lost waits for the rest.
 */
export function pullRequestSteps({ nth, provider, repoURL, branch }: Target): Step[] {
  const config = {
    repoURL,
    provider,
    sourceBranch: expression(`\${{ outputs.push${nth}.branch }}`),
    targetBranch: branch,
    title: TITLE,
    description: DESCRIPTION,
  }
  return [
    {
      uses: 'git-push',
      as: `push${nth}`,
      if: expression(`\${{ success() && status("commit${nth}") == "Succeeded" }}`),
      retry: RETRY_LIMITS.git,
      config: { path: folderOf(nth), generateTargetBranch: true },
    },
    {
      uses: 'git-open-pr',
      as: `pr${nth}`,
      if: expression(`\${{ success() && status("push${nth}") == "Succeeded" }}`),
      // A second try finds the pull request that the first one opened.
      retry: RETRY_LIMITS.git,
      config,
    },
  ]
}

/** Waits until people merged the pull request, if there is one: there is none when the branch already has the change. */
export function mergedStep({ nth, provider, repoURL }: Target): Step {
  return {
    uses: 'git-wait-for-pr',
    as: `merged${nth}`,
    if: expression(`\${{ success() && status("pr${nth}") == "Succeeded" }}`),
    retry: RETRY_LIMITS.pullRequest,
    config: {
      repoURL,
      provider,
      prNumber: expression(`\${{ outputs.pr${nth}.pr.id }}`),
      pollInterval: goDuration(60),
    },
  }
}

/** `quote`, or Kargo makes numbers of tags like 1.10. */
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
  'Brings `${{ vars.image }}:${{ imageFrom(vars.image).Tag }}` (`${{ imageFrom(vars.image).Digest }}`) into the Stage `${{ ctx.stage }}`, which goes on when this is merged.',
)

/** Where a branch is cloned to. */
function folderOf(nth: Nth): string {
  return `./repo${nth}`
}

function inFolder(nth: Nth, path: string): string {
  return `${folderOf(nth)}/${posix.normalize(path)}`.replace(/\/\.?$/, '')
}

/** People name the folder or the file in it; Kargo wants the folder. The three names are kustomize's own. */
function kustomizationFolder(path: string): string {
  return /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path) ? posix.dirname(path) : path
}
