/** Whether objects in the cluster are what was applied: Argo CD would see any difference as drift, and sync for ever. */
import type { KubeObject } from './cluster.ts'

/** Every field of ours that is another one there, and every field of a spec that is only there. */
export function differences(ours: readonly KubeObject[], live: readonly KubeObject[]): string[] {
  return ours.flatMap((object) => {
    const name = `${object.kind} ${object.metadata.name}`
    const there = live.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name)
    if (there === undefined) return [`${name} is not there`]
    const { metadata, status: _status, ...body } = there
    const { metadata: ourMetadata, ...ourBody } = object
    return [
      ...compare(name, ourBody, object.kind === 'Namespace' ? { ...body, spec: undefined } : body),
      ...missing(`${name} labels`, ourMetadata.labels, metadata.labels),
      ...missing(`${name} annotations`, ourMetadata.annotations, metadata.annotations),
    ]
  })
}

type Texts = Readonly<Record<string, string>>

/** Labels and annotations that others add are theirs. */
function missing(where: string, ours: Texts = {}, live: Texts = {}): string[] {
  const changed = Object.keys(ours).filter((key) => ours[key] !== live[key])
  return changed.map((key) => `${where}.${key}: ${ours[key]} is ${live[key]}`)
}

function compare(where: string, ours: unknown, live: unknown): string[] {
  if (Array.isArray(ours) && Array.isArray(live) && ours.length === live.length)
    return ours.flatMap((one, index) => compare(`${where}[${index}]`, one, live[index]))
  if (isMap(ours) && isMap(live)) {
    const keys = [...new Set([...Object.keys(ours), ...Object.keys(live)])].sort()
    return keys.flatMap((key) => compare(`${where}.${key}`, ours[key], live[key]))
  }
  return ours === live ? [] : [`${where}: ${JSON.stringify(ours)} is ${JSON.stringify(live)}`]
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
