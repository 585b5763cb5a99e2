import { ApiObject, Chart } from 'cdk8s'
import type { Construct } from 'constructs'
import type { ResourceId } from '../manifest-file.js'
import { type DraftObject, finish, type JsonObject } from './json.js'

/** What every kind has. */
export interface ObjectProps {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** What a kind says of itself. */
interface Kind {
  readonly apiVersion: string
  readonly kind: string
  /** Cluster-scoped objects carry no namespace. */
  readonly clusterScoped?: true
  /** All but apiVersion, kind and metadata, in the order it is printed. */
  readonly body: DraftObject
}

/** A Kubernetes object that keeps the order of its keys, and knows which of its texts are literals. */
export abstract class KubeObject extends ApiObject {
  /** Literal texts, keys included, that Kargo would evaluate: there must be none. */
  readonly evaluatedLiterals: readonly string[]
  readonly id: ResourceId
  readonly #manifest: JsonObject

  protected constructor(scope: Construct, props: ObjectProps, kind: Kind) {
    // The construct's own id names nothing in the output: objects that share a name are told apart by a later check.
    super(scope, String(scope.node.children.length), {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: { name: props.name },
    })
    const { namespace, labels: chartLabels } = Chart.of(scope)
    this.id = {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      namespace: kind.clusterScoped ? '' : (namespace ?? ''),
      name: props.name,
    }
    const labels = { ...chartLabels, ...props.labels }
    const { manifest, evaluatedLiterals } = finish({
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: {
        name: props.name,
        namespace: kind.clusterScoped ? undefined : namespace,
        labels: unlessEmpty(labels),
        annotations: unlessEmpty(props.annotations ?? {}),
      },
      ...kind.body,
    })
    this.#manifest = manifest
    this.evaluatedLiterals = evaluatedLiterals
  }

  /** cdk8s sorts keys by the alphabet; people read a Stage in the order that Kargo's documentation has. */
  override toJson(): JsonObject {
    return this.#manifest
  }
}

function unlessEmpty(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  return Object.keys(map).length === 0 ? undefined : map
}
