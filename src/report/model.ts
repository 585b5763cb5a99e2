import type { Problem } from '../enrollment/problem.js'
import type { ResourceChange } from '../manifests/model.js'

/** What happens to one enrolled image, as far as a reader cares. */
export interface ImageChange {
  readonly name: string
  readonly kind: 'enrolled' | 'changed' | 'disabled' | 'enabled' | 'removed'
  /** One entry a changed key: `rebuildDelay 24h → 7d`. Data from users: to be escaped. */
  readonly details: readonly ValueChange[]
  /** Where it is published, whole and canonical, when the registry's host is another one from now on. */
  readonly published?: { readonly before: string; readonly after: string }
}

/** A key that says something else; null: it is not written, and the default holds. */
export interface ValueChange {
  readonly key: string
  readonly before: string | null
  readonly after: string | null
}

/** An entry of overrides.yaml that holds now. */
export interface OverrideRow {
  readonly base: string
  readonly digest: string
  readonly reason: string
  readonly expires: string
  /** Where it stands: `overrides.yaml:3`. */
  readonly place: string
}

/**
 * What the base branch brings with the next commit, whatever becomes of the pull request: Dockerfiles that moved on,
 * generated files that are out of date. Unknown where the base could not be looked at: then it is counted with the
 * rest, and the report says so.
 */
export type BaseDrift =
  | {
      readonly kind: 'known'
      readonly images: readonly ImageChange[]
      /** Only those about which something changes. */
      readonly bases: readonly BaseRow[]
      readonly changes: readonly ResourceChange[]
      readonly causes: ReadonlyMap<string, string>
      /** How many state files are written anew. */
      readonly stateFiles: number
      /** How many warnings the base branch gives. */
      readonly warnings: number
    }
  | { readonly kind: 'unknown'; readonly reason: string }

/** A base image and who pulls it where, before and after. */
export interface BaseRow {
  readonly name: string
  /** Canonical reference: docker.io/library/node:22-bookworm-slim. */
  readonly reference: string
  readonly change: 'added' | 'removed' | 'unchanged'
  /** The enrolled image that it is; absent where it is none of ours. */
  readonly enrolledImage?: string
  readonly uses: readonly BaseUse[]
}

/** One place of one image that pulls a base image. */
export interface BaseUse {
  readonly image: string
  readonly file: string
  readonly line: number
  readonly kind: string
  /** An image that now pulls another base has an added use there and a removed one at its old base. */
  readonly change: 'added' | 'removed' | 'unchanged'
}

/** Everything a report tells. Data only; no clock. */
export interface Report {
  /** preview: nothing was written; commit: `commit` tells what was; check: compared only. */
  readonly mode: 'preview' | 'commit' | 'check'
  /** images.yaml as people know it, relative to the repository root. */
  readonly imagesFile: string
  /** Output folder, relative to the repository root. */
  readonly outputDir: string
  /** Errors, warnings, notices in order of file, line. */
  readonly problems: readonly Problem[]
  /** Sorted by the renderer. Empty when the run failed before it could tell. */
  readonly changes: readonly ResourceChange[]
  /** State files written, relative to the repository root, sorted. */
  readonly stateFiles: readonly { readonly kind: 'added' | 'removed' | 'modified'; readonly path: string }[]
  /** Settings of the whole factory that change; empty where nobody knows what they were. */
  readonly settings: readonly ValueChange[]
  readonly overrides: readonly OverrideRow[]
  readonly images: readonly ImageChange[]
  readonly bases: readonly BaseRow[]
  /** How many are enrolled, and tracked. */
  readonly totals: { readonly images: number; readonly bases: number }
  /** Why each changed object changes: key of the change's id (`apiVersion/kind/namespace/name`) → `images.yaml:14 rebuildDelay`. */
  readonly causes: ReadonlyMap<string, string>
  /** null: everything is told together (commits, checks, the command line). */
  readonly baseDrift: BaseDrift | null
  readonly commit: { readonly sha: string; readonly branch: string; readonly url: string | null } | null
  /** Where this run is seen: links for the footer, null on the command line. The marker is given to the renderer. */
  readonly run: {
    readonly url: string
    readonly headSha: string
    readonly repositoryUrl: string
    /** Version of this action. */
    readonly version?: string
    /** The run was the pull request's own, and nobody else has checked what it says. */
    readonly isUnverified?: boolean
  } | null
}
