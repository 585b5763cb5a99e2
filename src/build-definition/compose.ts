import type { Data } from '../enrollment/yaml-data.js'
import { interpolate } from './compose-variables.js'
import { type DataMap, isMap, listOf, mapOf, ownValue, readPlaced, scalarText, type Unreadable } from './data.js'
import { type Fields, given, mergeFields, NO_FIELDS, sizeOf, targetOf } from './fields.js'
import { type BuildFile, splitPlatforms } from './targets.js'
import { Budget, type BuildValue, FROM_ENVIRONMENT, isKnown, known, unknown } from './value.js'

const MOST_COPIES = 1_000_000

type Environment = ReadonlyMap<string, BuildValue>

/**
 * Reads compose.yaml: every service with a `build`, as bake and `docker compose build` read it (docs.docker.com,
 * "Compose Build Specification"). Merge keys and `extends` within the file are followed. The group `default` holds
 * them all.
 *
 * @param file the file's name, for messages.
 * @param environment variables of the step that builds.
 */
export function readCompose(
  text: string,
  file = 'compose.yaml',
  environment: Environment = new Map(),
): { readonly ok: true; readonly definition: BuildFile } | Unreadable {
  const read = composeFields(text, file, environment)
  if (!read.ok) return read
  const targets = new Map([...read.services].map(([name, fields]) => [name, targetOf(name, fields)]))
  return { ok: true, definition: { targets, groups: new Map([['default', [...targets.keys()]]]) } }
}

/** What the services of compose.yaml that are built say, by their names as targets of bake: without dots. */
export function composeFields(
  text: string,
  file: string,
  environment: Environment,
): { readonly ok: true; readonly services: ReadonlyMap<string, Fields> } | Unreadable {
  const read = readPlaced(text, file)
  if (!read.ok) return read
  const services = ownValue(withMerged(read.file.read(read.file.data, [])), 'services')
  const all = new Map(Object.entries(withMerged(services ?? null)).map(([name, data]) => [name, withMerged(data)]))
  const found = new Map<string, Fields>()
  const copies = new Budget(MOST_COPIES)
  for (const name of all.keys()) {
    const chain = chainOf(name, all)
    if (!chain.services.some((service) => hasBuild(service))) continue
    let fields: Fields = chain.elsewhere === null ? NO_FIELDS : leftOut(chain.elsewhere)
    for (const service of chain.services) {
      const own = fieldsOf(ownValue(service, 'build') ?? null, environment)
      if (!copies.spend(sizeOf(fields) + sizeOf(own))) {
        return { ok: false, message: 'the services extend more than anybody writes.', line: null }
      }
      fields = mergeFields(fields, own)
    }
    found.set(name.replaceAll('.', '_'), fields)
  }
  return { ok: true, services: found }
}

function hasBuild(service: DataMap): boolean {
  const build = ownValue(service, 'build')
  return build !== undefined && build !== null
}

function leftOut(written: string): Fields {
  return { ...NO_FIELDS, unclear: [{ key: 'extends', written }] }
}

/** The services a service extends, the farthest first, then itself; and what it extends in another file. */
function chainOf(
  name: string,
  all: ReadonlyMap<string, DataMap>,
): { readonly services: readonly DataMap[]; readonly elsewhere: string | null } {
  const names = new Set<string>()
  let next: string | null = name
  let elsewhere: string | null = null
  while (next !== null && !names.has(next)) {
    const service = all.get(next)
    if (service === undefined) break
    names.add(next)
    const base: Data | undefined = ownValue(service, 'extends')
    const from: Data | undefined = isMap(base) ? ownValue(base, 'file') : undefined
    if (from !== undefined) elsewhere = scalarText(from)
    next = from !== undefined || names.size > 64 ? null : scalarText(isMap(base) ? ownValue(base, 'service') : base)
  }
  const services = [...names].reverse().map((each) => all.get(each) ?? {})
  return { services, elsewhere }
}

/** A map with what its merge key (`<<`) brings, which its own keys replace. */
function withMerged(data: Data): DataMap {
  const map = mapOf(data)
  const merge = ownValue(map, '<<')
  if (merge === undefined) return map
  const below = [...(Array.isArray(merge) ? merge : [merge])].reverse().map(withMerged)
  const merged: Record<string, Data> = Object.assign(Object.create(null), ...below.slice(0, 1000), map)
  delete merged['<<']
  return merged
}

function fieldsOf(build: Data, environment: Environment): Fields {
  const fill = (written: string) => interpolate(written, environment)
  if (typeof build === 'string') return { ...NO_FIELDS, context: fill(build) }
  const body = withMerged(build)
  const text = (key: string) => {
    const data = ownValue(body, key)
    if (data === undefined || data === null) return null
    const written = scalarText(data)
    return written === null ? unknown('a list or map') : fill(written)
  }
  const bake = withMerged(ownValue(body, 'x-bake') ?? null)
  const platforms = [
    ...platformsOf(ownValue(body, 'platforms'), fill),
    ...platformsOf(ownValue(bake, 'platforms'), fill),
  ]
  const contexts = pairsOf(ownValue(body, 'additional_contexts'), environment)
  return {
    ...given('context', text('context')),
    ...given('dockerfile', text('dockerfile')),
    ...given('inline', text('dockerfile_inline')),
    ...given('target', text('target')),
    ...given('platforms', platforms.length > 0 ? platforms : null),
    args: pairsOf(ownValue(body, 'args'), environment),
    contexts: new Map([...pairsOf(ownValue(bake, 'contexts'), environment), ...contexts]),
    unclear: [],
  }
}

function platformsOf(data: Data | undefined, fill: (written: string) => BuildValue): BuildValue[] {
  const items = typeof data === 'string' ? data.split(/\s+/) : listOf(data)
  return items.flatMap((item) => splitPlatforms(fill(scalarText(item) ?? '')))
}

/** A map, or a list of `NAME=VALUE`. A name without value takes it from the environment of the build. */
function pairsOf(data: Data | undefined, environment: Environment): ReadonlyMap<string, BuildValue> {
  const values = new Map<string, BuildValue>()
  const unset = (name: string) => environment.get(name) ?? FROM_ENVIRONMENT
  for (const item of listOf(data)) {
    const written = scalarText(item) ?? ''
    const whole = interpolate(written, environment)
    const line = isKnown(whole) ? whole.text : written
    const equals = line.indexOf('=')
    const name = equals < 0 ? line : line.slice(0, equals)
    const rest = line.slice(equals + 1)
    if (name === '') continue
    if (name.includes('$')) {
      values.set(name, unknown(written))
      continue
    }
    values.set(
      name,
      equals < 0 ? unset(name) : isKnown(whole) ? { ...whole, text: rest } : interpolate(rest, environment),
    )
  }
  for (const [name, value] of Object.entries(withMerged(isMap(data) ? data : null))) {
    const written = scalarText(value) ?? ''
    values.set(name, value === null ? unset(name) : written === '' ? known('') : interpolate(written, environment))
  }
  return values
}
