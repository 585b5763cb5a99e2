import { RE2JS } from 're2js'
import { needText } from './bake-texts.js'
import { Fault, type HclValue, mustFit } from './bake-value.js'

const NAMES: ReadonlySet<string> = new Set(['regex', 'regexall', 'regex_replace'])

/** Patterns that somebody wrote are short; RE2 takes time for each sign of them at each letter of the text. */
const MAX_PATTERN_LENGTH = 500

/** Whether a function of the library looks for a pattern. */
export function isRegexFunction(name: string): boolean {
  return NAMES.has(name)
}

/**
 * Calls a function with a pattern. Bake is written in Go, whose patterns are RE2.
 *
 * @param spend takes what looking for it costs.
 * @throws {Fault} where bake refuses the call.
 */
export function callRegex(name: string, args: readonly HclValue[], spend: (cost: number) => void): HclValue {
  const [first, second, third] = args
  if (name === 'regex_replace') return replaced(matches(needText(second), needText(first), spend), needText(third))
  const found = matches(needText(first), needText(second), spend)
  if (name === 'regexall') return found.all.map(({ value }) => value)
  const [match] = found.all
  if (match === undefined) throw new Fault('the pattern is not found')
  return match.value
}

interface Match {
  readonly start: number
  readonly end: number
  /** The text of each group, 0 is all of it. */
  readonly groups: readonly (string | null)[]
  /** What regex gives: the text, or its groups as a list or by their names. */
  readonly value: HclValue
}

interface Matches {
  readonly text: string
  readonly all: readonly Match[]
  readonly names: Readonly<Record<string, number>>
}

function matches(pattern: string, text: string, spend: (cost: number) => void): Matches {
  if (pattern.length > MAX_PATTERN_LENGTH) mustFit(Number.POSITIVE_INFINITY)
  spend(1_000 + (pattern.length * text.length) / 4)
  const compiled = compile(pattern)
  const names = compiled.namedGroups()
  const matcher = compiled.matcher(text)
  const all: Match[] = []
  while (matcher.find()) {
    const groups = Array.from({ length: compiled.groupCount() + 1 }, (_, index) => matcher.group(index) ?? null)
    spend(groups.length)
    all.push({ start: matcher.start(), end: matcher.end(), groups, value: matchValue(groups, names) })
  }
  return { text, all, names }
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch {
    throw new Fault('the pattern is none')
  }
}

function matchValue(groups: Match['groups'], names: Matches['names']): HclValue {
  const named = Object.entries(names)
  if (named.length > 0) return new Map(named.map(([name, index]) => [name, groups[index] ?? null]))
  return groups.length === 1 ? (groups[0] ?? null) : groups.slice(1)
}

/** `$1`, `${1}` and `${name}` are groups, as in Go's Regexp.Expand; one that is not there is nothing. */
function replaced({ text, all, names }: Matches, by: string): string {
  const texts: string[] = []
  let [at, size] = [0, 0]
  const marks = by.split('$').length - 1
  for (const { start, end, groups } of all) {
    mustFit(size + by.length + marks * (end - start))
    const inserted = by.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (sign, bare?: string, braced?: string) => {
      const name = bare ?? braced
      if (name === undefined) return sign.slice(1)
      const index = /^\d+$/.test(name) ? Number(name) : Object.hasOwn(names, name) ? (names[name] ?? -1) : -1
      return groups[index] ?? ''
    })
    size += inserted.length
    texts.push(text.slice(at, start), inserted)
    at = end
  }
  texts.push(text.slice(at))
  return texts.join('')
}
