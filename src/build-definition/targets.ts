import { type BuildPasses, type BuildValue, FROM_ENVIRONMENT, isKnown, known, oneLine, unknown } from './value.js'

/** A build that a bake or compose file defines. */
export interface BuildTarget {
  readonly name: string
  /** null: the folder bake runs in. */
  readonly context: BuildValue | null
  /** Relative to the context; null: `Dockerfile`. */
  readonly dockerfile: BuildValue | null
  /** The text of a Dockerfile that is written in the definition, which then has no file. */
  readonly inline: BuildValue | null
  readonly passes: BuildPasses
}

/** What a bake or compose file defines. */
export interface BuildFile {
  /** By name, in the order of the file. */
  readonly targets: ReadonlyMap<string, BuildTarget>
  /** Names of targets and groups that build together. */
  readonly groups: ReadonlyMap<string, readonly string[]>
}

const LINK = /^(?:target|service):(.+)$/s

/**
 * The targets a target is built on by its named contexts (`target:base`, compose: `service:base`), all the way down,
 * each once: their bases are pulled as well. BuildKit refuses a cycle, and a name that does not exist.
 */
export function contextTargets(
  { targets }: BuildFile,
  name: string,
): { readonly ok: true; readonly targets: readonly BuildTarget[] } | { readonly ok: false; readonly message: string } {
  const done = new Set<string>()
  const way: { readonly name: string; readonly links: string[] }[] = []
  const open = new Set<string>()
  const found: BuildTarget[] = []
  const enter = (next: string): string | null => {
    const target = targets.get(next)
    if (target === undefined) return `the target ${oneLine(next)} does not exist.`
    if (way.length > 0 && !done.has(next)) found.push(target)
    done.add(next)
    open.add(next)
    way.push({ name: next, links: linksOf(target).reverse() })
    return null
  }
  let wrong = enter(name)
  for (let last = way.at(-1); wrong === null && last !== undefined; last = way.at(-1)) {
    const next = last.links.pop()
    if (next === undefined) open.delete(way.pop()?.name ?? '')
    else if (open.has(next)) {
      const cycle = way.slice(way.findIndex((step) => step.name === next)).map((step) => step.name)
      wrong = `the targets are built on each other: ${oneLine([...cycle, next].join(' → '))}.`
    } else if (!done.has(next)) wrong = enter(next)
  }
  return wrong === null ? { ok: true, targets: found } : { ok: false, message: wrong }
}

function linksOf(target: BuildTarget): string[] {
  return [...target.passes.contexts.values()].flatMap((value) => {
    const link = isKnown(value) ? LINK.exec(value.text)?.[1] : undefined
    return link === undefined ? [] : [link]
  })
}

/**
 * The targets behind names of targets and groups, groups within groups included, each once, in order.
 *
 * @param names what is asked for; none: `default` where there is one (bake's rule), else every target.
 */
export function selectTargets({ targets, groups }: BuildFile, names: readonly string[]): BuildTarget[] {
  const hasDefault = groups.has('default') || targets.has('default')
  const asked = names.length > 0 ? names : hasDefault ? ['default'] : [...targets.keys()]
  const seen = new Set<string>()
  const found: BuildTarget[] = []
  const waiting = [...asked].reverse()
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    const group = groups.get(name)
    const target = targets.get(name)
    // One by one: a call takes no hundred thousand arguments.
    if (group !== undefined) for (let at = group.length - 1; at >= 0; at -= 1) waiting.push(group[at] ?? '')
    else if (target !== undefined) found.push(target)
  }
  return found
}

/**
 * Applies `--set` overrides: `PATTERN.KEY[.NAME]=VALUE` for context, dockerfile, target, platform, args and contexts
 * (docs.docker.com, `docker buildx bake --set`). Later ones win; platforms given several times add up.
 */
export function overrideTarget(target: BuildTarget, set: readonly BuildValue[]): BuildTarget {
  const args = new Map(target.passes.args)
  const contexts = new Map(target.passes.contexts)
  const platforms: BuildValue[] = []
  const unclear = [...target.passes.unclear]
  const single = new Map<string, BuildValue>()
  for (const item of set) {
    const override = overrideOf(item)
    if (override === null) unclear.push({ key: 'set', written: isKnown(item) ? item.text : item.written })
    if (override === null || !matches(override.pattern, target.name)) continue
    const { key, name, value } = override
    if (key === 'args' && name !== '') args.set(name, value)
    else if (key === 'contexts' && name !== '') contexts.set(name, value)
    else if (key === 'platform') platforms.push(...splitPlatforms(value))
    else single.set(key, value)
  }
  return {
    ...target,
    context: single.get('context') ?? target.context,
    dockerfile: single.get('dockerfile') ?? target.dockerfile,
    passes: {
      args,
      contexts,
      unclear,
      target: single.get('target') ?? target.passes.target,
      platforms: platforms.length > 0 ? platforms : target.passes.platforms,
    },
  }
}

interface Override {
  readonly pattern: string
  readonly key: string
  readonly name: string
  readonly value: BuildValue
}

function overrideOf(item: BuildValue): Override | null {
  const written = isKnown(item) ? item.text : item.written
  const equals = written.indexOf('=')
  const left = (equals < 0 ? written : written.slice(0, equals)).replace(/\+$/, '')
  if (left.includes('${{')) return null
  const [pattern = '', key = '', ...rest] = left.split('.')
  const text = written.slice(equals + 1)
  const value = equals < 0 ? FROM_ENVIRONMENT : isKnown(item) ? known(text) : unknown(text)
  return { pattern, key, name: rest.join('.'), value }
}

/** A value of several platforms, `linux/amd64,linux/arm64`. */
export function splitPlatforms(value: BuildValue): BuildValue[] {
  if (!isKnown(value)) return [value]
  return value.text
    .split(',')
    .map((text) => ({ ...value, text: text.trim() }))
    .filter(({ text }) => text !== '')
}

/** `*` stands for any text, as in Go's path.Match; of its other signs names of targets hold none. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...pieces] = pattern.split('*')
  const last = pieces.pop()
  if (last === undefined) return pattern === name
  if (!name.startsWith(first) || !name.endsWith(last) || first.length + last.length > name.length) return false
  let at = first.length
  for (const piece of pieces) {
    const found = name.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return at <= name.length - last.length
}
