// Removes secrets before rendering: values the caller knows, and secret parts of Kubernetes objects.

import type { ResourceChange } from '../manifests/compare.js'
import { withoutEnd } from './difference.js'

const HIDDEN = '***'

/**
 * Formats of tokens and keys: GitHub, GitLab, AWS, Slack, Google, npm, Docker Hub, JSON Web Tokens, private keys.
 * Prefixes as their issuers document them for secret scanners. No pattern can match in two ways, which would make it
 * slow.
 */
const TOKENS = new RegExp(
  [
    /gh[pousr]_[A-Za-z0-9]{20,255}/,
    /github_pat_[A-Za-z0-9_]{20,255}/,
    /gl(?:pat|ptt|dt|rt|cbt|soat)-[A-Za-z0-9_-]{20,255}/,
    /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
    /xox[abeoprs]-[A-Za-z0-9-]{10,255}/,
    /\bAIza[A-Za-z0-9_-]{35}/,
    /npm_[A-Za-z0-9]{36}/,
    /dckr_pat_[A-Za-z0-9_-]{20,255}/,
    /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,1024}\.[A-Za-z0-9_-]{10,1024}\.[A-Za-z0-9_-]{10,1024}/,
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[A-Za-z0-9+/=\s\\-]{0,16384}/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/** Replaces everything that `withoutValues` does, and everything that looks like a token. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const known = withoutValues(secrets)
  return (text) => known(text).replace(TOKENS, HIDDEN)
}

/**
 * Replaces every known secret value, also single lines of it, base64 and percent-encoded; and the remains of one that
 * was truncated at its beginning or end.
 */
export function withoutValues(secrets: readonly string[]): (text: string) => string {
  const values = [...new Set(secrets.flatMap(spellings))].filter((value) => value.trim() !== '')
  if (values.length === 0) return (text) => text
  // Longest first, so that a secret that begins with another one is replaced as a whole.
  values.sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
  return (text) => values.reduce(withoutValue, text)
}

/** A part of this length reveals a secret, and does not occur by chance. */
const PART = 12

function withoutValue(text: string, value: string): string {
  if (value.length < PART + 4) return text.includes(value) ? text.replaceAll(value, HIDDEN) : text
  const [first, last] = [value.slice(0, PART), value.slice(-PART)]
  if (!text.includes(first) && !text.includes(last)) return text
  return withoutEnds(withoutStarts(text.replaceAll(value, HIDDEN), value, first), value, last)
}

function withoutStarts(text: string, value: string, first: string): string {
  const [before = '', ...parts] = text.split(first)
  const rests = parts.map((part) => part.slice(shared(part, value.slice(PART))))
  return [before, ...rests].join(HIDDEN)
}

function withoutEnds(text: string, value: string, last: string): string {
  const parts = text.split(last)
  const after = parts.pop() ?? ''
  const turned = (one: string) => [...one].reverse().join('')
  const head = turned(value.slice(0, -PART))
  const rests = parts.map((part) => part.slice(0, part.length - shared(turned(part.slice(-value.length)), head)))
  return [...rests, after].join(HIDDEN)
}

/** Length of the common prefix of two texts. */
function shared(a: string, b: string): number {
  let count = 0
  while (count < a.length && a[count] === b[count]) count += 1
  return count
}

/** A token in the form that git sends. */
export function basicCredentials(token: string): string {
  return Buffer.from(`x-access-token:${token}`).toString('base64')
}

function spellings(secret: string): string[] {
  const base64 = Buffer.from(secret, 'utf8').toString('base64')
  const percent = [...Buffer.from(secret, 'utf8')]
    .map((byte) => (/[\w.~-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${hex(byte)}`))
    .join('')
  // The lines of a key may be indented in YAML; short lines would match ordinary text.
  const lines = secret.includes('\n') ? secret.split(/\r?\n/).map((line) => line.trim()) : []
  return [
    secret,
    basicCredentials(secret),
    base64.length < 8 ? secret : base64,
    percent,
    ...lines.filter((line) => line.length >= 12),
  ]
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}

/** One line of a masked object: its visible part, and its hidden value. */
interface Entry {
  /** Identifies the same value on the other side. */
  readonly key: string
  readonly shown: string
  readonly hidden: string | null
}

/**
 * Hides the secrets of an object of this kind. Not even a hash is shown, since it would confirm a guess; a hidden value
 * that differs is marked, so that the change is still visible.
 */
export function maskObject(
  kind: string,
  texts: Pick<ResourceChange, 'before' | 'after'>,
): Pick<ResourceChange, 'before' | 'after'> {
  const entries = kind === 'Secret' ? secretEntries : sensitiveEntries
  if (kind !== 'Secret' && !mayHide(texts.before) && !mayHide(texts.after)) return texts
  const [before, after] = [read(texts.before, entries), read(texts.after, entries)]
  return { before: masked(before, after, 'before'), after: masked(after, before, 'after') }
}

function read(text: string | null, entries: (lines: readonly string[]) => Entry[]): Entry[] | null {
  if (text === null) return null
  const seen = new Map<string, number>()
  return entries(withoutEnd(text).split('\n')).map((entry) => {
    const nth = (seen.get(entry.key) ?? 0) + 1
    seen.set(entry.key, nth)
    return { ...entry, key: `${nth} ${entry.key}` }
  })
}

function masked(own: readonly Entry[] | null, other: readonly Entry[] | null, side: string): string | null {
  if (own === null) return null
  const values = new Map(other?.map((entry) => [entry.key, entry.hidden]))
  const show = ({ key, shown, hidden }: Entry) => {
    if (hidden === null) return shown
    const differs = values.has(key) && values.get(key) !== hidden
    return `${shown}${HIDDEN}${differs ? ` (${side})` : ''}`
  }
  return `${own.map(show).join('\n')}\n`
}

/** Of a Secret only identity, type and key names are shown; everything unexpected is hidden. */
function secretEntries(lines: readonly string[]): Entry[] {
  const entries: Entry[] = []
  let [section, indent] = ['', -1]
  for (const line of lines) {
    const [, spaces = '', key = '', rest = ''] = /^( *)([\w./-]{1,253}):(?: (.*))?$/.exec(line) ?? []
    const top = key !== '' && spaces === ''
    if (top) [section, indent] = [key, -1]
    else if (indent === -1) indent = key === '' ? 0 : spaces.length
    const known = top ? TOP.test(line) : section === 'metadata' && /^ +(name|namespace): /.test(line)
    if (known && (top || spaces.length === indent)) entries.push(visible(line))
    else if (top && OPENS.has(key) && rest === '') entries.push(visible(line))
    else if (top || (OPENS.has(section) && key !== '' && spaces.length === indent))
      entries.push({ key: `${section}/${key}`, shown: `${spaces}${key}: `, hidden: rest })
    else extend(entries, line)
  }
  return entries
}

function visible(line: string): Entry {
  return { key: line, shown: line, hidden: null }
}

const TOP = /^(apiVersion|kind|type|immutable): [\w./-]+$/
const OPENS: ReadonlySet<string> = new Set(['metadata', 'data', 'stringData'])

/** A continuation line of a hidden value, never shown. */
function extend(entries: Entry[], line: string): void {
  const last = entries.at(-1)
  if (last === undefined || last.hidden === null) entries.push({ key: '', shown: '', hidden: line })
  else entries[entries.length - 1] = { ...last, hidden: `${last.hidden}\n${line}` }
}

const APPLIED = /^( *kubectl\.kubernetes\.io\/last-applied-configuration:) ?(.*)$/
const SECRET_NAME = /^ *-? *name: ["']?[A-Z0-9_]*(TOKEN|PASSWORD|PASSWD|SECRET|API_KEY|PRIVATE_KEY)["']?$/
const VALUE = /^( *value:) ?(.*)$/

function mayHide(text: string | null): boolean {
  return (
    text !== null &&
    (text.includes('last-applied-configuration:') || /(TOKEN|PASSWORD|PASSWD|SECRET|_KEY)["']?$/m.test(text))
  )
}

/** Values of environment variables named like secrets, and kubectl's copy of the object. */
function sensitiveEntries(lines: readonly string[]): Entry[] {
  const entries: Entry[] = []
  let [hidingBelow, above] = [Number.POSITIVE_INFINITY, '']
  for (const line of lines) {
    const depth = line.search(/\S/)
    if (depth === -1 || depth > hidingBelow) {
      if (hidingBelow === Number.POSITIVE_INFINITY) entries.push(visible(line))
      else extend(entries, line)
      continue
    }
    const found = APPLIED.exec(line) ?? (SECRET_NAME.test(above) ? VALUE.exec(line) : null)
    hidingBelow = found === null ? Number.POSITIVE_INFINITY : depth
    if (found === null) entries.push(visible(line))
    else entries.push({ key: above, shown: `${found[1]} `, hidden: found[2] ?? '' })
    above = line
  }
  return entries
}
