import { type Fields, targetOf } from './fields.js'
import { matchesName } from './match-name.js'
import { type BuildTarget, splitPlatforms } from './targets.js'
import { type BuildValue, FROM_ENVIRONMENT, isKnown, known, unknown } from './value.js'

interface Override {
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
    if (override === null) unclear.push({ key: 'set', written: isKnown(item) ? item.text : item.written })
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

/** A target as `--set` makes it, where nothing inherits from it. */
export function overrideTarget(target: BuildTarget, set: readonly BuildValue[]): BuildTarget {
  const { context, dockerfile, inline, tags, passes } = target
  const fields: Fields = {
    ...(context !== null && { context }),
    ...(dockerfile !== null && { dockerfile }),
    ...(inline !== null && { inline }),
    ...(passes.target !== null && { target: passes.target }),
    platforms: passes.platforms,
    args: passes.args,
    contexts: passes.contexts,
    tags,
    unclear: passes.unclear,
  }
  return targetOf(target.name, overrideFields(fields, target.name, set))
}

function overrideOf(item: BuildValue): Override | null {
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
