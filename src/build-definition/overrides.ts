import type { Fields } from './fields.js'
import { matchesName } from './match-name.js'
import { splitPlatforms } from './targets.js'
import { type BuildValue, FROM_ENVIRONMENT, isKnown, known, unknown } from './value.js'

interface BakeOverride {
  readonly pattern: string
  readonly key: string
  readonly name: string
  /** `+=`: beside what is there. */
  readonly adds: boolean
  readonly value: BuildValue
}

/**
 * Lays `--set` overrides over what a target says: `PATTERN.KEY[.NAME]=VALUE` for context, dockerfile, target, platform,
 * tags, args and contexts (docs.docker.com, `docker buildx bake --set`; buildx, `bake/bake.go` AddOverrides). Later ones win;
 * platforms given several times add up.
 *
 * @param name the target's.
 * @param environment what a name without value is taken from.
 */
export function overrideFields(
  fields: Fields,
  name: string,
  set: readonly BuildValue[],
  environment: ReadonlyMap<string, BuildValue> = new Map(),
): Fields {
  if (set.length === 0) return fields
  const args = new Map(fields.args)
  const contexts = new Map(fields.contexts)
  const unclear = [...fields.unclear]
  const lists: { platforms?: readonly BuildValue[]; tags?: readonly BuildValue[] } = {}
  const single: { context?: BuildValue; dockerfile?: BuildValue; target?: BuildValue } = {}
  for (const item of set) {
    const override = overrideOf(item)
    if (override === null && mayBearOnBases(item))
      unclear.push({ key: 'set', written: isKnown(item) ? item.text : item.written })
    if (override === null || !matchesName(override.pattern, name)) continue
    const { key, name: of, value, adds } = override
    if ((key === 'args' || key === 'arg') && of !== '') {
      args.set(of, value === FROM_ENVIRONMENT ? (environment.get(of) ?? value) : value)
    } else if (key === 'contexts' && of !== '') contexts.set(of, value)
    else if (LISTS.has(key)) {
      const list = key.startsWith('tag') ? 'tags' : 'platforms'
      const before: readonly BuildValue[] = lists[list] ?? (adds ? (fields[list] ?? []) : [])
      lists[list] = [...before, ...splitPlatforms(value)]
    } else if (key === 'context' || key === 'dockerfile' || key === 'target') single[key] = value
  }
  return { ...fields, ...single, ...lists, args, contexts, unclear }
}

const LISTS: ReadonlySet<string> = new Set(['platform', 'platforms', 'tag', 'tags'])

function overrideOf(item: BuildValue): BakeOverride | null {
  const written = isKnown(item) ? item.text : item.written
  const equals = written.indexOf('=')
  const before = equals < 0 ? written : written.slice(0, equals)
  const left = before.replace(/\+$/, '')
  if (left.includes('${{')) return null
  const [pattern = '', key = '', ...rest] = left.split('.')
  const text = written.slice(equals + 1)
  const value = equals < 0 ? FROM_ENVIRONMENT : isKnown(item) ? known(text) : unknown(text)
  return { pattern, key, name: rest.join('.'), adds: left !== before, value }
}

/** Settings of a target by whether they bear on its base images (docs.docker.com, "Bake file reference"). */
const BESIDE_BASES = /\.(?:cache-from|cache-to|outputs?|tags?|labels?|annotations?|attest|push|load|pull|no-cache)\b/
const OF_BASES = /\.(?:args?|contexts?|dockerfile|target|platforms?|inherits)\b/

/** Whether an override of which only the expression is known may choose another base image than its settings do. */
function mayBearOnBases(item: BuildValue): boolean {
  const written = isKnown(item) ? item.text : item.written
  return !BESIDE_BASES.test(written) || OF_BASES.test(written)
}
