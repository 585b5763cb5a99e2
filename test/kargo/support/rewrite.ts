/** All that the suite changes in what was generated, and why. Everything else is applied as it is. */
import type { KubeObject } from './cluster.ts'
import type { ImageSpec } from './factory.ts'

/** What the changes depend on. */
export interface Rewriting {
  /** Address that waiting Promotions read the clock at; null: the cluster's own, as generated. */
  readonly clock: string | null
  readonly images: readonly ImageSpec[]
}

interface Var {
  readonly name: string
  readonly value: string
}

/** The objects with these changes, each in Stages that rebuild an image and nowhere else. */
export function rewritten(objects: readonly KubeObject[], rewriting: Rewriting): KubeObject[] {
  return objects.map((object) => {
    const image = rewriting.images.find(({ name }) => name === object.metadata.labels?.['image-factory.io/image'])
    const isRebuild = object.kind === 'Stage' && object.metadata.name.startsWith('rebuild-trigger-')
    if (!isRebuild || image === undefined) return object
    const spec = object.spec as { readonly vars: readonly Var[] }
    return { ...object, spec: { ...spec, vars: rewrittenVars(spec.vars, image, rewriting) } }
  })
}

function rewrittenVars(vars: readonly Var[], image: ImageSpec, { clock }: Rewriting): Var[] {
  // The fake forge can only be addressed as a GitHub Enterprise server is, and of these the product asks no details of
  // runs. Without the variable it does as on github.com.
  const asOnGitHub = vars.filter(({ name }) => name !== 'runDetails' || image.isOnOlderServer === true)
  // A cluster without DNS for its own API server has the clock somewhere else.
  return clock === null ? asOnGitHub : [...asOnGitHub, { name: 'clock', value: clock }]
}
