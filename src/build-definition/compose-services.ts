import type { ComposeSettings, Environment } from './compose-model.js'
import { UNREAD } from './compose-model.js'
import {
  type ComposeMap,
  type ComposeNode,
  isComposeList,
  isComposeMap,
  PairList,
  partOf,
  scalarOf,
} from './compose-tree.js'
import { type BuildValue, isKnown } from './value.js'

/** A build without context has the folder of its project, also where another includes it. */
export function withContext(service: ComposeMap, folder: string): ComposeMap {
  const build = partOf(service, 'build')
  if (!isComposeMap(build) || build.has('context') || folder === '') return service
  return new Map([...service, ['build', new Map([...build, ['context', { text: '.' }]])]])
}

/** Variables of the container that have no value are those of where its file is read. */
export function withNamed(service: ComposeMap, environment: Environment): ComposeMap {
  const pairs = partOf(service, 'environment')
  if (!(pairs instanceof PairList)) return service
  const filled = [...pairs].map(([name, value]) => [name, value ?? environment.get(name) ?? null] as const)
  return new Map([...service, ['environment', new PairList(filled)]])
}

/** Bake calls every project so (buildx, `bake/compose.go`); `docker compose` calls it by its folder. */
export function withProject(environment: Environment, reader: ComposeSettings['reader']): Environment {
  const named = environment.get(PROJECT_NAME)
  const isNamed = named !== undefined && (!isKnown(named) || named.text !== '')
  return isNamed || reader === 'compose' ? environment : new Map([...environment, [PROJECT_NAME, { text: 'bake' }]])
}

const PROJECT_NAME = 'COMPOSE_PROJECT_NAME'

/** A text or a list of them; null where one is not known. */
export function textsOf(node: ComposeNode): readonly string[] | null {
  const values = (isComposeList(node) ? node : [node]).map(scalarOf)
  return values.every((value) => value !== null && isKnown(value))
    ? values.flatMap((value) => (isKnown(value) ? [value.text] : []))
    : null
}

export function unread(value: BuildValue | null, place: string): ComposeMap {
  const written = value === null ? 'a list or map' : isKnown(value) ? value.text : value.written
  return new Map([[UNREAD, { unknown: true, written, place }]])
}
