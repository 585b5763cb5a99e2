import { ApiObject, Chart } from 'cdk8s'
import type { Construct } from 'constructs'
import { hasExpressionOpener } from '../../enrollment/grammar.js'
import type { Settings } from '../../enrollment/images-file.js'
import type { Data, DataMap } from '../../yaml/data.js'
import { Expression } from './expression.js'

export interface ObjectProps {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** The identity of a Kubernetes object. */
export interface ResourceId {
  readonly apiVersion: string
  readonly kind: string
  /** Empty for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/** A Kubernetes object that preserves the order of its keys, and knows which of its strings are literals. */
export abstract class KubeObject extends ApiObject {
  /** Literals, keys included, that Kargo would evaluate: there must be none. */
  readonly evaluatedLiterals: readonly string[]
  readonly id: ResourceId
  readonly #manifest: DataMap

  /**
   * @param body everything except apiVersion, kind and metadata, in the order it is printed.
   * @param isClusterScoped these objects have no namespace.
   */
  protected constructor(
    scope: Construct,
    props: ObjectProps,
    apiVersion: string,
    kind: string,
    body: DraftObject,
    isClusterScoped = false,
  ) {
    // The construct id does not appear in the output: a later check finds objects with the same name.
    super(scope, String(scope.node.children.length), { apiVersion, kind, metadata: { name: props.name } })
    const { namespace, labels: chartLabels } = Chart.of(scope)
    this.id = { apiVersion, kind, namespace: isClusterScoped ? '' : (namespace ?? ''), name: props.name }
    const labels = { ...chartLabels, ...props.labels }
    const draft = {
      apiVersion,
      kind,
      metadata: {
        name: props.name,
        namespace: isClusterScoped ? undefined : namespace,
        labels: unlessEmpty(labels),
        annotations: unlessEmpty(props.annotations ?? {}),
      },
      ...body,
    }
    const literals: string[] = []
    this.#manifest = finishObject(draft, literals)
    this.evaluatedLiterals = literals.filter(hasExpressionOpener)
  }

  /** cdk8s sorts keys alphabetically; a Stage is easier to read in the order of Kargo's documentation. */
  override toJson(): DataMap {
    return this.#manifest
  }
}

function unlessEmpty(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  return Object.keys(map).length === 0 ? undefined : map
}

/** A manifest under construction: expressions are distinct from literals, and undefined fields are omitted. */
type Draft = string | number | boolean | Expression | undefined | readonly Draft[] | DraftObject
export interface DraftObject {
  readonly [key: string]: Draft
}

/** @param literals receives every literal, keys included. */
function finishObject(draft: DraftObject, literals: string[]): DataMap {
  const finished: Record<string, Data> = {}
  for (const key of Object.keys(draft)) {
    const value = draft[key]
    if (value === undefined) continue
    literals.push(key)
    finished[key] = finishValue(value, literals)
  }
  return finished
}

function finishValue(draft: Draft, literals: string[]): Data {
  if (typeof draft === 'string') literals.push(draft)
  if (draft instanceof Expression) return draft.text
  if (isList(draft)) return draft.map((item) => finishValue(item, literals))
  return typeof draft === 'object' ? finishObject(draft, literals) : (draft ?? '')
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(draft: Draft): draft is readonly Draft[] {
  return Array.isArray(draft)
}

/** API group and version of every Kargo kind. */
export const KARGO_API = 'kargo.akuity.io/v1alpha1'

/**
 * Formats a duration like Go (`168h0m0s`): Kargo's webhook stores this form, so any other would show as drift.
 *
 * @param seconds whole, not negative.
 */
export function printGoDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = `${seconds % 60}s`
  if (hours > 0) return `${hours}h${minutes}m${rest}`
  return minutes > 0 ? `${minutes}m${rest}` : rest
}

/** The namespace of a Kargo Project: the label lets Kargo adopt it. */
export class Namespace extends KubeObject {
  constructor(scope: Construct, props: ObjectProps) {
    const labels = { 'kargo.akuity.io/project': 'true', ...props.labels }
    super(scope, { ...props, labels }, 'v1', 'Namespace', {}, true)
  }
}

/** A Kargo Project. It has no spec and must have the name of its namespace; its policies are in ProjectConfig. */
export class Project extends KubeObject {
  constructor(scope: Construct, props: ObjectProps) {
    super(scope, props, KARGO_API, 'Project', {}, true)
  }
}

interface ProjectConfigProps extends ObjectProps {
  /** Labels of the Stages with automatic promotion. */
  readonly autoPromotion: Readonly<Record<string, string>>
  /** Senders of push events to Kargo, and their Secrets. */
  readonly webhookReceivers: Settings['webhookReceivers']
}

/** Configuration of a Kargo Project; must have the name of the Project. */
export class ProjectConfig extends KubeObject {
  constructor(scope: Construct, { autoPromotion, webhookReceivers, ...props }: ProjectConfigProps) {
    const spec = {
      promotionPolicies: [{ stageSelector: { matchLabels: autoPromotion }, autoPromotionEnabled: true }],
      webhookReceivers:
        webhookReceivers.length === 0
          ? undefined
          : webhookReceivers.map(({ name, type, secret, virtualRepoName }) => {
              return { name, [type]: { secretRef: { name: secret }, virtualRepoName: virtualRepoName ?? undefined } }
            }),
    }
    super(scope, props, KARGO_API, 'ProjectConfig', { spec })
  }
}

export class ConfigMap extends KubeObject {
  constructor(scope: Construct, { data, ...props }: ObjectProps & { readonly data: Readonly<Record<string, string>> }) {
    super(scope, props, 'v1', 'ConfigMap', { data })
  }
}

/** A service account for Jobs without access to the cluster: it has no role, and its token is not mounted. */
export class ServiceAccount extends KubeObject {
  constructor(scope: Construct, props: ObjectProps) {
    super(scope, props, 'v1', 'ServiceAccount', { automountServiceAccountToken: false })
  }
}
