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

/** The objects with these changes, each where it is needed and nowhere else. */
export function rewritten(objects: readonly KubeObject[], rewriting: Rewriting): KubeObject[] {
  return objects.map((object) => {
    if (object.kind === 'AnalysisTemplate') return byPlainHttp(object)
    const vars = (object.spec as { readonly vars?: readonly Var[] } | undefined)?.vars
    const isRebuild = object.metadata.name.startsWith('rebuild-trigger-')
    const waits = isRebuild || vars?.some(({ name }) => name === 'noticeAfter') === true
    if (object.kind !== 'Stage' || vars === undefined || !waits) return object
    const image = rewriting.images.find(({ name }) => name === object.metadata.labels?.['image-factory.io/image'])
    return { ...object, spec: { ...(object.spec as object), vars: rewrittenVars(vars, image, rewriting) } }
  })
}

/** The fake forge has no certificate that a check of a Dockerfile would accept. */
function byPlainHttp(template: KubeObject): KubeObject {
  const only = (protocol: string) => `{"name":"GIT_ALLOW_PROTOCOL","value":"${protocol}"}`
  return JSON.parse(JSON.stringify(template).replace(only('https'), only('http'))) as KubeObject
}

function rewrittenVars(vars: readonly Var[], image: ImageSpec | undefined, { clock }: Rewriting): Var[] {
  // The fake forge can only be addressed as a GitHub Enterprise server is, and of these the product asks no details of
  // runs. Without the variable it does as on github.com.
  const asOnGitHub = vars.filter(({ name }) => name !== 'runDetails' || image?.isOnOlderServer === true)
  // A cluster without DNS for its own API server has the clock somewhere else.
  return clock === null ? asOnGitHub : [...asOnGitHub, { name: 'clock', value: clock }]
}
