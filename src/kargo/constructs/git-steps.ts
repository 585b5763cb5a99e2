import type { Update } from '../../enrollment/images-file.js'
import type { Text } from './expression.js'

/** Where a Git repository is kept, which Kargo cannot tell by its address alone. */
export type GitProvider = Update['provider']

/** Clones a repository into the Promotion's work folder. */
export interface GitCloneStep {
  readonly uses: 'git-clone'
  readonly config: {
    readonly repoURL: Text
    readonly checkout: readonly { readonly branch: Text; readonly path: string }[]
  }
}

/** Sets an image in the kustomization of a folder. */
export interface KustomizeSetImageStep {
  readonly uses: 'kustomize-set-image'
  readonly config: {
    /** The folder, not the file. */
    readonly path: string
    readonly images: readonly ({ readonly image: string } & ({ readonly tag: Text } | { readonly digest: Text }))[]
  }
}

/** Writes values into a YAML file; the keys must be there. */
export interface YamlUpdateStep {
  readonly uses: 'yaml-update'
  readonly config: {
    readonly path: string
    readonly updates: readonly { readonly key: string; readonly value: Text }[]
  }
}

/** Commits whatever changed. Where nothing did, its status is `Skipped`, which is no failure. */
export interface GitCommitStep {
  readonly uses: 'git-commit'
  readonly config: { readonly path: string; readonly message: Text }
}

/** Pushes to a branch, or to a new one of the Promotion's own, which is its output `branch`. */
export interface GitPushStep {
  readonly uses: 'git-push'
  readonly config:
    | { readonly path: string; readonly targetBranch: Text }
    | { readonly path: string; readonly generateTargetBranch: true }
}

/** Opens a pull request (merge request), or takes the one there is; its number is the output `pr.id`. */
export interface GitOpenPrStep {
  readonly uses: 'git-open-pr'
  readonly config: {
    readonly repoURL: Text
    readonly provider: GitProvider
    readonly sourceBranch: Text
    readonly targetBranch: Text
    readonly title: Text
    readonly description: Text
  }
}

/** Waits until a pull request is merged; one that is closed otherwise fails the Promotion. */
export interface GitWaitForPrStep {
  readonly uses: 'git-wait-for-pr'
  readonly config: {
    readonly repoURL: Text
    readonly provider: GitProvider
    readonly prNumber: Text
    /** As Go prints it. */
    readonly pollInterval: string
  }
}

export type GitStep =
  | GitCloneStep
  | KustomizeSetImageStep
  | YamlUpdateStep
  | GitCommitStep
  | GitPushStep
  | GitOpenPrStep
  | GitWaitForPrStep
