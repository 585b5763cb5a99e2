/** Kargo's objects, as far as the suite looks at them. */
import type { KubeObject } from './cluster.ts'

export interface Freight extends KubeObject {
  readonly origin: { readonly kind: string; readonly name: string }
  readonly images?: readonly { readonly repoURL: string; readonly tag: string; readonly digest: string }[]
  readonly status?: {
    readonly metadata?: Readonly<Record<string, unknown>>
    /** By Stage. */
    readonly verifiedIn?: Readonly<Record<string, unknown>>
  }
}

export interface Promotion extends KubeObject {
  readonly spec: { readonly stage: string; readonly freight: string }
  readonly status?: {
    readonly phase?: string
    readonly message?: string
    readonly startedAt?: string
    readonly finishedAt?: string
    readonly currentStep?: number
    readonly state?: unknown
  }
}

const ENDED = ['Succeeded', 'Failed', 'Errored', 'Aborted']

export function phaseOf({ status }: Promotion): string {
  return status?.phase ?? 'Pending'
}

export function hasEnded(promotion: Promotion): boolean {
  return ENDED.includes(phaseOf(promotion))
}

/** Bytes that an object takes as compact JSON: about what it takes in etcd. */
export function sizeOf(object: KubeObject): number {
  return Buffer.byteLength(JSON.stringify(object))
}
