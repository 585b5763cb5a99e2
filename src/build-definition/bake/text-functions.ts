import { RE2JS } from 're2js'
import {
  Decimal,
  Fault,
  type HclValue,
  hclText,
  isList,
  mustFit,
  needList,
  numberOf,
  truthOf,
  UNKNOWN,
} from './value.js'

/** Functions by name; `spend` is charged for searches. */
export type Library = Readonly<Record<string, (args: readonly HclValue[], spend: (cost: number) => void) => HclValue>>

/** Functions that produce text. They throw a Fault when bake refuses the call. */
export const TEXT_FUNCTIONS: Library = {
  basename: ([path]) => needText(path).replace(/\/+$/, '').split('/').pop() || (needText(path) === '' ? '.' : '/'),
  chomp: ([text]) => needText(text).replace(/[\r\n]+$/, ''),
  format: ([form, ...args]) => formatted(needText(form), args),
  formatlist: ([form, ...args]) => formattedList(needText(form), args),
  join: ([separator, ...lists]) => joinTexts(needText(separator), lists.flatMap(textsOf)),
  lower: ([text]) => needText(text).toLowerCase(),
  replace: ([text, what, by]) => replaced(needText(text), needText(what), needText(by)),
  sanitize: ([text]) => needText(text).replace(/[^A-Za-z0-9_-]/g, '_'),
  split: ([separator, text]) => needText(text).split(needText(separator)),
  strlen: ([text]) => Decimal.of([...needText(text)].length),
  substr: ([text, offset = null, length = null]) => part(needText(text), offset, length),
  trim: ([text, signs]) => trimmed(needText(text), new Set(needText(signs))),
  trimprefix: ([text, prefix]) => {
    const [whole, start] = [needText(text), needText(prefix)]
    return whole.startsWith(start) ? whole.slice(start.length) : whole
  },
  trimspace: ([text]) => needText(text).trim(),
  trimsuffix: ([text, suffix]) => {
    const [whole, end] = [needText(text), needText(suffix)]
    return whole.endsWith(end) ? whole.slice(0, whole.length - end.length) : whole
  },
  upper: ([text]) => needText(text).toUpperCase(),
}

/**
 * An argument as text: numbers and booleans are converted.
 *
 * @throws {Fault} when it is missing or cannot be converted.
 */
function needText(value: HclValue | undefined): string {
  const text = value === undefined ? null : hclText(value)
  if (text === null) throw new Fault('it is not text')
  return text
}

function textsOf(list: HclValue): string[] {
  return needList(list).map(needText)
}

function joinTexts(separator: string, texts: readonly string[]): string {
  mustFit(texts.reduce((size, text) => size + text.length + separator.length, 0))
  return texts.join(separator)
}

function replaced(text: string, what: string, by: string): string {
  const pieces = text.split(what)
  // With an empty search string, Go inserts the new text around every character.
  return joinTexts(by, what === '' ? ['', ...pieces, ''] : pieces)
}

function trimmed(text: string, signs: ReadonlySet<string>): string {
  const letters = [...text]
  let [from, to] = [0, letters.length]
  while (from < to && signs.has(letters[from] ?? '')) from += 1
  while (to > from && signs.has(letters[to - 1] ?? '')) to -= 1
  return letters.slice(from, to).join('')
}

function part(text: string, offset: HclValue, length: HclValue): string {
  const letters = [...text]
  const [start, count] = [numberOf(offset).toCount(), numberOf(length).toCount()]
  if (start === null || count === null) throw new Fault('substr takes whole numbers')
  const from = start < 0 ? Math.max(0, letters.length + start) : start
  return letters.slice(from, count < 0 ? undefined : from + count).join('')
}

function formattedList(form: string, args: readonly HclValue[]): HclValue {
  const lengths = new Set(args.filter(isList).map((list) => list.length))
  if (lengths.size > 1) throw new Fault('the lists of formatlist differ in length')
  const [length = 1] = lengths
  mustFit(length * form.length)
  return Array.from({ length }, (_, index) =>
    formatted(
      form,
      args.map((arg) => (isList(arg) ? (arg[index] ?? null) : arg)),
    ),
  )
}

const VERB = /%(?:%|\[(\d+)\])?([-+0 ]*)(\d{0,2})([a-zA-Z])?/g

/** Verbs of go-cty's `format`: %s, %d, %v, %q, %t and %%; with others the result is unknown. */
function formatted(form: string, args: readonly HclValue[]): HclValue {
  let [next, isKnown, isPlaced] = [0, true, false]
  const texts: string[] = []
  let at = 0
  for (const found of form.matchAll(VERB)) {
    const [all, position, flags = '', width = '', verb = ''] = found
    texts.push(form.slice(at, found.index))
    at = found.index + all.length
    if (all.startsWith('%%')) {
      // The characters after it are plain text.
      at = found.index + 2
      texts.push('%')
      continue
    }
    isPlaced ||= position !== undefined
    if (position !== undefined) next = Number(position) - 1
    const arg = args[next]
    next += 1
    if (arg === undefined) throw new Fault('format has too few values')
    const text = verbText(verb, arg)
    if (text === null || /[+ ]/.test(flags)) isKnown = false
    else texts.push(padded(text, flags, Number(width)))
  }
  texts.push(form.slice(at))
  if (next < args.length && !isPlaced) throw new Fault('format has too many values')
  return isKnown ? joinTexts('', texts) : UNKNOWN
}

function padded(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width)
  return text.padStart(width, flags.includes('0') ? '0' : ' ')
}

function verbText(verb: string, arg: HclValue): string | null {
  if (verb === 's') return needText(arg)
  if (verb === 'v') return hclText(arg)
  if (verb === 't') return String(truthOf(arg))
  if (verb === 'q') return JSON.stringify(needText(arg))
  if (verb !== 'd') return null
  const number = numberOf(arg)
  return number.scale === 0 ? number.toString() : null
}

/** Real patterns are short; RE2's time grows with pattern length times text length. */
const MAX_PATTERN_LENGTH = 500

/** Functions with a regular expression. Bake is written in Go, whose syntax is RE2. */
export const REGEX_FUNCTIONS: Library = {
  regex: ([pattern, text], spend) => {
    const [match] = matches(needText(pattern), needText(text), spend).all
    if (match === undefined) throw new Fault('the pattern is not found')
    return match.value
  },
  regexall: ([pattern, text], spend) => matches(needText(pattern), needText(text), spend).all.map(({ value }) => value),
  regex_replace: ([text, pattern, by], spend) =>
    replacedMatches(matches(needText(pattern), needText(text), spend), needText(by)),
}

/**
 * All matches with the text of their groups, where group 0 is the whole match, and the result of `regex`: the text, or
 * its groups as a list or by name.
 */
function matches(pattern: string, text: string, spend: (cost: number) => void) {
  if (pattern.length > MAX_PATTERN_LENGTH) mustFit(Number.POSITIVE_INFINITY)
  spend(1_000 + (pattern.length * text.length) / 4)
  const compiled = compile(pattern)
  const names: Readonly<Record<string, number>> = compiled.namedGroups()
  const matcher = compiled.matcher(text)
  const all: { start: number; end: number; groups: readonly (string | null)[]; value: HclValue }[] = []
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
    throw new Fault('the pattern is not a valid regular expression')
  }
}

function matchValue(groups: readonly (string | null)[], names: Readonly<Record<string, number>>): HclValue {
  const named = Object.entries(names)
  if (named.length > 0) return new Map(named.map(([name, index]) => [name, groups[index] ?? null]))
  return groups.length === 1 ? (groups[0] ?? null) : groups.slice(1)
}

/** `$1`, `${1}` and `${name}` are groups, as in Go's Regexp.Expand; a missing group is empty. */
function replacedMatches({ text, all, names }: ReturnType<typeof matches>, by: string): string {
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
