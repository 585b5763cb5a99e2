import { familiarReference, parseReference } from '../reference/index.js'
import { type BuildInputs, type BuildValue, isKnown, nonEmpty, shortText, type Unclear } from './value.js'
import type { Unreadable } from './yaml-file.js'

/** A build defined in a bake or compose file. */
export interface BuildTarget {
  readonly name: string
  /** null: bake's working directory. */
  readonly context: BuildValue | null
  /** Relative to the context; null: `Dockerfile`. */
  readonly dockerfile: BuildValue | null
  /** The text of an inline Dockerfile, which replaces the file. */
  readonly inline: BuildValue | null
  /** Names given to the image. */
  readonly tags: readonly BuildValue[]
  readonly inputs: BuildInputs
}

/** The builds defined in bake or compose files. */
export interface BuildFile {
  /** By name, in file order. */
  readonly targets: ReadonlyMap<string, BuildTarget>
  /** Names of targets and groups that are built together. */
  readonly groups: ReadonlyMap<string, readonly string[]>
}

/** A definition, or the first unusable file. */
export type DefinitionReading =
  | { readonly ok: true; readonly definition: BuildFile }
  | (Unreadable & { readonly file: string | null })

const LINK = /^(?:target|service):(.+)$/s

/**
 * The targets that a target builds on through named contexts (`target:base`, compose: `service:base`), transitively,
 * each once: their bases are pulled too. An error for a cycle and for a name that does not exist, as in BuildKit.
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
    if (target === undefined) return `the target ${shortText(next)} does not exist.`
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
      wrong = `the targets are built on each other: ${shortText([...cycle, next].join(' → '))}.`
    } else if (!done.has(next)) wrong = enter(next)
  }
  return wrong === null ? { ok: true, targets: found } : { ok: false, message: wrong }
}

function linksOf(target: BuildTarget): string[] {
  return [...target.inputs.contexts.values()].flatMap((value) => {
    const link = isKnown(value) ? LINK.exec(value.text)?.[1] : undefined
    return link === undefined ? [] : [link.replaceAll('.', '_')]
  })
}

/**
 * The targets for names of targets and groups, with nested groups, each once, in order. A group takes precedence over a
 * target with its name, which it may contain itself (buildx, `bake/bake.go` group).
 *
 * @param names the requested names, dots as underscores, with the wildcards `*`, `?` and `[…]`; empty: `default` if it
 * exists (bake's rule), else every target.
 */
export function selectTargets({ targets, groups }: BuildFile, names: readonly string[]): BuildTarget[] {
  const hasDefault = groups.has('default') || targets.has('default')
  const every = [...new Set([...groups.keys(), ...targets.keys()])]
  const matching = (name: string) => {
    const plain = name.replaceAll('.', '_')
    return /[*?[]/.test(name) ? every.filter((one) => matchesName(name, one)) : [targets.has(name) ? name : plain]
  }
  const asked = names.length > 0 ? names.flatMap(matching) : hasDefault ? ['default'] : [...targets.keys()]
  const found = new Map<string, BuildTarget>()
  const seen = new Set<string>()
  const open = new Set<string>()
  const way: { readonly name: string; readonly members: readonly string[]; next: number }[] = [
    { name: '', members: asked, next: 0 },
  ]
  for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
    const name = last.members[last.next]
    last.next += 1
    if (name === undefined) {
      open.delete(way.pop()?.name ?? '')
      continue
    }
    const group = groups.get(name)
    if (group !== undefined && !seen.has(name)) {
      seen.add(name)
      open.add(name)
      way.push({ name, members: group, next: 0 })
    } else if (group === undefined || open.has(name)) {
      const target = targets.get(name)
      if (target !== undefined) found.set(name, target)
    }
  }
  return [...found.values()]
}

/** Splits a value with several platforms, `linux/amd64,linux/arm64`. */
export function splitPlatforms(value: BuildValue): BuildValue[] {
  if (!isKnown(value)) return [value]
  return value.text
    .split(',')
    .map((text) => ({ ...value, text: text.trim() }))
    .filter(({ text }) => text !== '')
}

/** The settings of one block of a definition; undefined or missing ones are not set, so that inherited values stay. */
export interface Fields {
  readonly context?: BuildValue
  readonly dockerfile?: BuildValue
  readonly inline?: BuildValue
  readonly target?: BuildValue
  readonly platforms?: readonly BuildValue[]
  readonly args: ReadonlyMap<string, BuildValue>
  readonly contexts: ReadonlyMap<string, BuildValue>
  readonly tags?: readonly BuildValue[]
  /** Arguments that are not passed unless the real build's environment sets them; any other setting overrides them. */
  readonly absent?: ReadonlyMap<string, BuildValue>
  readonly unclear: readonly Unclear[]
}

export const NO_FIELDS: Fields = { args: new Map(), contexts: new Map(), unclear: [] }

/** Merges `above` over `below`: arguments and contexts name by name, the rest key by key. */
export function mergeFields(below: Fields, above: Fields): Fields {
  return {
    ...below,
    ...above,
    args: new Map([...below.args, ...above.args]),
    contexts: new Map([...below.contexts, ...above.contexts]),
    absent: new Map([...(below.absent ?? []), ...(above.absent ?? [])]),
    unclear: [...below.unclear, ...above.unclear],
  }
}

/** Cost of copying in a merge. */
export function sizeOf({ args, contexts, unclear, absent }: Fields): number {
  return args.size + contexts.size + unclear.length + (absent?.size ?? 0)
}

/** The target with these fields; empty settings count as not set. */
export function targetOf(name: string, fields: Fields): BuildTarget {
  const { unclear, platforms = [], tags = [], absent = [] } = fields
  const args = new Map([...absent, ...fields.args])
  const setting = (value: BuildValue | undefined) => (value === undefined ? null : nonEmpty(value))
  const contexts = new Map([...fields.contexts].filter(([key, value]) => isLookedUp(key) && nonEmpty(value) !== null))
  return {
    name,
    context: setting(fields.context),
    dockerfile: setting(fields.dockerfile),
    inline: setting(fields.inline),
    tags,
    inputs: { args, target: setting(fields.target), platforms, contexts, unclear },
  }
}

/**
 * Whether BuildKit looks up a context by this name: it uses the short names of images (`alpine`, `alpine:3.20`), and
 * bake passes names as written (moby/buildkit, `dockerui/namedcontext.go`).
 */
function isLookedUp(key: string): boolean {
  const [name = ''] = key.split('::')
  const parsed = parseReference(name)
  return !parsed.ok || familiarReference(parsed.reference).replace(/:latest$/, '') === name
}

/** An object with the key if there is a value, to be spread into fields. */
export function given<Key extends string, Value>(key: Key, value: Value | null): { [K in Key]?: Value } {
  return value === null ? {} : ({ [key]: value } as { [K in Key]?: Value })
}

/**
 * Whether a target's name matches a pattern: `*` any text, `?` any character, `[a-c]` one of a set, as in Go's
 * path.Match; without wildcards, the pattern is the name.
 */
export function matchesName(pattern: string, name: string): boolean {
  const signs = signsOf(pattern)
  let [at, back, from] = [0, -1, 0]
  for (let letter = 0; letter < name.length; ) {
    const sign = signs[at]
    if (sign === '*') {
      back = at
      from = letter
      at += 1
    } else if (sign !== undefined && fits(sign, name[letter] ?? '')) {
      at += 1
      letter += 1
    } else if (back < 0) return false
    else {
      // Backtrack: the last star takes one more character.
      from += 1
      letter = from
      at = back + 1
    }
  }
  return signs.slice(at).every((sign) => sign === '*')
}

/** Tokens of a pattern: stars, question marks, sets, characters (possibly escaped by a backslash). */
function signsOf(pattern: string): readonly string[] {
  return pattern.match(/\[\^?(?:\\.|[^\]\\])+\]|\\.|[\s\S]/g) ?? []
}

function fits(sign: string, letter: string): boolean {
  if (sign === '?') return true
  if (sign.length === 1) return sign === letter
  if (!sign.startsWith('[')) return sign.slice(1) === letter
  const isNot = sign.startsWith('[^')
  const ranges = sign.slice(isNot ? 2 : 1, -1).match(/(?:\\.|[^\\])(?:-(?:\\.|[^\\]))?/g) ?? []
  const isIn = ranges.some((range) => {
    const [first = '', last = first] = (range.match(/\\.|[^\\]/g) ?? []).filter((_, index) => index !== 1)
    return first.slice(-1) <= letter && letter <= last.slice(-1)
  })
  return isIn !== isNot
}
