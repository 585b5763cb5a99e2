import type { Update } from '../../enrollment/images-file.js'
import type { Text } from './expression.js'

/** The kind of a Git server, which Kargo cannot always derive from its URL. */
export type GitProvider = Update['provider']

/** Steps on clones of Git repositories in the Promotion's working directory. */
export type GitStep =
  | {
      readonly uses: 'git-clone'
      readonly config: {
        readonly repoURL: Text
        readonly checkout: readonly { readonly branch: Text; readonly path: string }[]
      }
    }
  /** Sets an image in the kustomization of a folder. */
  | {
      readonly uses: 'kustomize-set-image'
      readonly config: {
        /** The folder, not the file. */
        readonly path: string
        readonly images: readonly ({ readonly image: string } & ({ readonly tag: Text } | { readonly digest: Text }))[]
      }
    }
  /** Writes values into a YAML file; the keys must exist. */
  | {
      readonly uses: 'yaml-update'
      readonly config: {
        readonly path: string
        readonly updates: readonly { readonly key: string; readonly value: Text }[]
      }
    }
  /** Commits all changes. Without changes its status is `Skipped`, which is not a failure. */
  | {
      readonly uses: 'git-commit'
      readonly config: { readonly path: string; readonly message: Text }
    }
  /** Pushes to a branch, or to a new one for the Promotion, which is its output `branch`. */
  | {
      readonly uses: 'git-push'
      readonly config: { readonly path: string } & (
        | { readonly targetBranch: Text }
        | { readonly generateTargetBranch: true }
      )
    }
  /** Opens a pull request (merge request), or reuses the existing one; its number is the output `pr.id`. */
  | {
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
  /** Waits until a pull request is merged; closing it without a merge fails the Promotion. */
  | {
      readonly uses: 'git-wait-for-pr'
      readonly config: {
        readonly repoURL: Text
        readonly provider: GitProvider
        readonly prNumber: Text
        /** Go duration. */
        readonly pollInterval: string
      }
    }
