import type { Construct } from 'constructs'
import { KARGO_REPO_URL } from '../../enrollment/grammar.js'
import { goDuration } from '../go-duration.js'
import { KARGO_API } from './kargo-api.js'
import { KubeObject, type ObjectProps } from './kube-object.js'

/** Which image of a repository Kargo takes; each strategy has the fields that Kargo heeds under it, and no others. */
export type ImageSelection =
  /** The greatest semantic version, of all or of those in the constraint. */
  | { readonly strategy: 'SemVer'; readonly constraint: string | null; readonly allowTags: readonly string[] }
  /** The last tag in reverse order of the alphabet, or the newest by creation time. */
  | { readonly strategy: 'Lexical' | 'NewestBuild'; readonly allowTags: readonly string[] }
  /** One mutable tag: every new digest counts. */
  | { readonly strategy: 'Digest'; readonly tag: string }

export interface WarehouseProps extends ObjectProps {
  /** How often Kargo asks the registry. */
  readonly intervalSeconds: number
  /** Registry and repository, without scheme, tag or digest; `imageFrom()` compares it byte for byte. */
  readonly repoURL: string
  readonly select: ImageSelection
}

const TAG = /^\w[\w.-]{0,127}$/

/**
 * Watches one image repository and makes Freight of what it finds.
 * The webhook's defaults are spelled out, or Argo CD would see drift.
 */
export class Warehouse extends KubeObject {
  constructor(scope: Construct, props: WarehouseProps) {
    const image = {
      repoURL: props.repoURL,
      imageSelectionStrategy: props.select.strategy,
      ...selection(props.select),
      strictSemvers: true,
      discoveryLimit: 20,
    }
    const spec = {
      interval: goDuration(props.intervalSeconds),
      freightCreationPolicy: 'Automatic',
      subscriptions: [{ image }],
    }
    super(scope, props, { apiVersion: KARGO_API, kind: 'Warehouse', body: { spec }, faults: faults(props) })
  }
}

function selection(select: ImageSelection) {
  if (select.strategy === 'Digest') return { constraint: select.tag }
  const constraint = select.strategy === 'SemVer' ? (select.constraint ?? undefined) : undefined
  return { constraint, allowTagsRegexes: select.allowTags.length > 0 ? select.allowTags : undefined }
}

function faults({ repoURL, select }: WarehouseProps): string[] {
  const found: string[] = []
  if (!KARGO_REPO_URL.test(repoURL)) found.push(`Kargo does not accept ${repoURL} as an image repository`)
  if (select.strategy === 'Digest' && !TAG.test(select.tag))
    found.push(`the strategy Digest needs the tag to watch as its constraint, and "${select.tag}" is none`)
  return found
}
