import { ApiObject, Chart } from 'cdk8s'
import type { Construct } from 'constructs'
import { type DraftObject, type Finished, finish, type JsonObject } from './json.js'

/** Another object of the same namespace that an object needs. */
export interface Reference {
  readonly kind: string
  readonly name: string
}

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
  /** Objects that must be among the output too: Kargo's admission does not ask. */
  readonly references?: readonly Reference[]
  /** What Kargo or Kubernetes would refuse; sentences without a full stop. */
  readonly faults?: readonly string[]
}

/** RFC 1123 subdomain: the names of most kinds; Kubernetes takes 253 characters of it. */
export const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/
const MAX_NAME_LENGTH = 63

/** A Kubernetes object that keeps the order of its keys, knows what it refers to and what is wrong with it. */
export abstract class KubeObject extends ApiObject {
  readonly references: readonly Reference[]
  readonly #finished: Finished

  protected constructor(scope: Construct, props: ObjectProps, kind: Kind) {
    // The construct's own id names nothing in the output: objects that share a name are told apart by a later check.
    super(scope, String(scope.node.children.length), {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: { name: props.name },
    })
    const { namespace, labels: chartLabels } = Chart.of(scope)
    const labels = { ...chartLabels, ...props.labels }
    const draft: DraftObject = {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: {
        name: props.name,
        namespace: kind.clusterScoped ? undefined : namespace,
        labels: unlessEmpty(labels),
        annotations: unlessEmpty(props.annotations ?? {}),
      },
      ...kind.body,
    }
    this.#finished = finish(draft)
    this.references = kind.references ?? []
    this.node.addValidation({ validate: () => [...metadataFaults(props.name, labels), ...(kind.faults ?? [])] })
  }

  /** cdk8s sorts keys by the alphabet; people read a Stage in the order that Kargo's documentation has. */
  override toJson(): JsonObject {
    return this.#finished.manifest
  }

  /** Literal texts that Kargo would evaluate: there must be none. */
  get evaluatedLiterals(): readonly string[] {
    return this.#finished.evaluatedLiterals
  }
}

function unlessEmpty(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  return Object.keys(map).length === 0 ? undefined : map
}

function metadataFaults(name: string, labels: Readonly<Record<string, string>>): string[] {
  const faults: string[] = []
  if (name.length > MAX_NAME_LENGTH || !SUBDOMAIN.test(name))
    faults.push(`${name} is no Kubernetes name of at most 63 characters`)
  for (const [key, value] of Object.entries(labels))
    if (value.length > MAX_NAME_LENGTH || !LABEL_VALUE.test(value))
      faults.push(`${value} is no value for the label ${key}`)
  return faults
}
