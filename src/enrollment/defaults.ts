import { DEFAULT_PROVIDER, PROVIDERS } from '../forges/index.js'
import { type Data, type DataMap, isDataMap, mergeData, type Position } from '../yaml/data.js'
import { type Problem, problem } from './problem.js'
import { analysisOver } from './promotion.js'
import { DEFAULT_STRATEGY } from './schema/entry.js'
import { providersWith } from './schema/source.js'

/**
 * Merges an entry over the defaults, map by map and key by key; a list or a scalar replaces the default. An alternative
 * key of the entry suppresses the default as well: its `environments` that for `updates`, its `repoURL` that for
 * `registry`. Defaults for a source do not create one: an entry without a source is an external image.
 *
 * @param defaults canonical.
 * @param own the entry, canonical.
 */
export function withDefaults(own: DataMap, defaults: DataMap): DataMap {
  if (Object.keys(defaults).length === 0) return own
  const below = applicable(own, defaults)
  const merged = mergeData(below, own)
  if (!isDataMap(merged)) return own
  if (below.analysis === undefined || own.analysis === undefined) return merged
  return Object.assign(Object.create(null), merged, { analysis: analysisOver(below.analysis, own.analysis) })
}

/** Alternative keys: key of the entry → the default keys it replaces. */
const REPLACES: Readonly<Record<string, readonly string[]>> = {
  repoURL: ['registry', 'repository'],
  registry: ['repoURL'],
  repository: ['repoURL'],
  updates: ['environments'],
  environments: ['updates'],
}

function applicable(own: DataMap, { namespace: _, ...defaults }: DataMap): DataMap {
  const without = new Set(Object.keys(own).flatMap((key) => (Object.hasOwn(REPLACES, key) ? REPLACES[key] : []) ?? []))
  if (own.source === undefined) for (const key of ['source', 'bases']) without.add(key)
  const ownTags = isDataMap(own.tags) ? own.tags : {}
  if (ownTags.strategy !== undefined) without.add('imageSelectionStrategy')
  if (ownTags.allow !== undefined) without.add('allowTags')
  const kept = Object.entries(defaults).filter(([key]) => !without.has(key))
  return Object.fromEntries(kept.map(([key, value]) => [key, applicablePart(key, value, own)]))
}

function applicablePart(key: string, value: Data, own: DataMap): Data {
  if (!isDataMap(value)) return value
  if (key === 'source') return sourceDefaults(value, own.source)
  return key === 'tags' ? tagDefaults(value, own) : value
}

/** A default workflow for GitHub sources does not apply to a source on GitLab. */
function sourceDefaults(defaults: DataMap, own: Data | undefined): DataMap {
  const said = (isDataMap(own) ? own.provider : undefined) ?? defaults.provider
  const provider = PROVIDERS.find((one) => one === said) ?? DEFAULT_PROVIDER
  const isForeign = (key: string) => {
    const providers = providersWith(key)
    return providers.length > 0 && !providers.includes(provider)
  }
  return Object.fromEntries(Object.entries(defaults).filter(([key]) => !isForeign(key)))
}

/** A version constraint belongs to its strategy, and `allowTags` is an alias of `tags.allow`. */
function tagDefaults({ strategy, constraint, allow, ...others }: DataMap, own: DataMap): DataMap {
  const ownTags = isDataMap(own.tags) ? own.tags : {}
  const chosen = own.imageSelectionStrategy ?? ownTags.strategy
  const isOther = chosen !== undefined && chosen !== (strategy ?? DEFAULT_STRATEGY)
  return {
    ...others,
    ...(strategy === undefined || own.imageSelectionStrategy !== undefined ? {} : { strategy }),
    ...(constraint === undefined || isOther ? {} : { constraint }),
    ...(allow === undefined || own.allowTags !== undefined ? {} : { allow }),
  }
}

/** Known keys without effect: each is reported once, however many entries have it. */
export class UnusedKeys {
  readonly #places = new Map<string, Map<string, Position>>()

  add(key: string, at: Position): void {
    const places = this.#places.get(key) ?? new Map<string, Position>()
    // A key in the defaults is in every entry, at one position.
    places.set(`${at.line}:${at.column}`, at)
    this.#places.set(key, places)
  }

  /** One notice per key, at its first position. */
  problems(file: string): Problem[] {
    return [...this.#places].flatMap(([key, places]) => {
      const [first] = [...places.values()].sort((a, b) => a.line - b.line || a.column - b.column)
      if (first === undefined) return []
      const others = places.size === 1 ? '' : ` (here and in ${places.size - 1} more places)`
      const about = { file, ...first, remedy: 'Remove it, or leave it for the tool that reads it.' }
      return [problem('key-unused', `${key} is known but has no effect${others}.`, about)]
    })
  }
}
