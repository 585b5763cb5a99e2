import type { Construct } from 'constructs'
import { type DraftObject, KARGO_API, KubeObject, type ObjectProps, printGoDuration } from './kube-object.js'

/** Which image of a repository Kargo selects; each strategy has only the fields that Kargo uses for it. */
export type ImageSelection =
  /** The highest semantic version, of all or of those that match the constraint. */
  | { readonly strategy: 'SemVer'; readonly constraint: string | null; readonly allowTags: readonly string[] }
  /** The last tag in alphabetical order, or the newest by creation time. */
  | { readonly strategy: 'Lexical' | 'NewestBuild'; readonly allowTags: readonly string[] }
  /** One mutable tag: every new digest counts. */
  | { readonly strategy: 'Digest'; readonly tag: string }

/** Kargo's polling interval for what is built or written here: five minutes. */
export const DEFAULT_INTERVAL_SECONDS = 300

interface WatchProps extends ObjectProps {
  /** Polling interval; {@link DEFAULT_INTERVAL_SECONDS} by default. */
  readonly intervalSeconds?: number
  /** The Kargo controller (shard) that manages it; null: the one without a shard. */
  readonly shard?: string | null
}

export interface WarehouseProps extends WatchProps {
  /** Registry and repository, without scheme, tag or digest; `imageFrom()` compares it byte for byte. */
  readonly repoURL: string
  readonly select: ImageSelection
  /** Number of image references that Kargo keeps; Kargo's default if not set. */
  readonly discoveryLimit?: number
}

/** Kargo's default. */
const DEFAULT_DISCOVERY_LIMIT = 20

/**
 * Watches an image repository and creates Freight. The webhook's defaults are written out to avoid drift in Argo CD.
 */
export class Warehouse extends KubeObject {
  constructor(scope: Construct, props: WarehouseProps) {
    const image = {
      repoURL: props.repoURL,
      imageSelectionStrategy: props.select.strategy,
      ...selection(props.select),
      strictSemvers: true,
      discoveryLimit: props.discoveryLimit ?? DEFAULT_DISCOVERY_LIMIT,
    }
    super(scope, props, KARGO_API, 'Warehouse', { spec: warehouseSpec(props, { image }) })
  }
}

export interface GitWarehouseProps extends WatchProps {
  /** https://HOST/PATH of the repository. */
  readonly repoURL: string
  readonly branch: string
  /** Files or folders relative to the repository's top: only commits that touch them count. At least one. */
  readonly includePaths: readonly string[]
}

/** Watches files on one branch of a git repository; the webhook's defaults are written out. */
export class GitWarehouse extends KubeObject {
  constructor(scope: Construct, props: GitWarehouseProps) {
    const git = {
      repoURL: props.repoURL,
      branch: props.branch,
      commitSelectionStrategy: 'NewestFromBranch',
      strictSemvers: true,
      discoveryLimit: DEFAULT_DISCOVERY_LIMIT,
      includePaths: props.includePaths,
    }
    super(scope, props, KARGO_API, 'Warehouse', { spec: warehouseSpec(props, { git }) })
  }
}

function warehouseSpec(
  { intervalSeconds = DEFAULT_INTERVAL_SECONDS, shard }: WatchProps,
  subscription: DraftObject,
): DraftObject {
  return {
    shard: shard ?? undefined,
    interval: printGoDuration(intervalSeconds),
    freightCreationPolicy: 'Automatic',
    subscriptions: [subscription],
  }
}

function selection(select: ImageSelection) {
  if (select.strategy === 'Digest') return { constraint: select.tag }
  const constraint = select.strategy === 'SemVer' ? (select.constraint ?? undefined) : undefined
  return { constraint, allowTagsRegexes: select.allowTags.length > 0 ? select.allowTags : undefined }
}
