import { oneLine, type ResolvedBuild, writtenSetting } from '../build-definition/index.js'
import type { BaseImageUse } from '../dockerfile/index.js'
import { formatReference, parseReference } from '../reference/index.js'
import type { PossibleBases } from './possible-bases.js'
import { marksIn, withWildcards } from './unknown-marks.js'
import { untrackable } from './untrackable.js'

/** An image that is pulled and cannot be tracked, because nobody can tell which it is. */
export interface UnnamedBase {
  /** Where it is pulled and why it is not known, one line without full stop. */
  readonly text: string
  readonly remedy: string
  /** The tracked images that it may be (`docker.io/library/node:*`), `*` for anything; null: none. */
  readonly mayBe: string | null
}

interface About {
  readonly settled: ResolvedBuild
  readonly possible: PossibleBases
}

/** The images that are pulled and cannot be tracked, each once. */
export function unnamedBases(file: string, about: About): UnnamedBase[] {
  const unknown = about.possible.unnamed.map((use) => ({ ...unknownBase(file, use, about), ref: use.ref }))
  const others = about.possible.uses.flatMap((use) => {
    const base = use.reachable ? untrackableBase(file, use) : null
    return base === null ? [] : [{ ...base, ref: use.ref }]
  })
  const byReference = new Map([...unknown, ...others].reverse().map((one) => [one.ref, one]))
  return [...byReference.values()].reverse().map(({ text, remedy, mayBe }) => ({ text, remedy, mayBe }))
}

/** An image whose name an unknown value is part of. */
function unknownBase(file: string, use: BaseImageUse, { settled, possible }: About): UnnamedBase {
  const mayBe = mayBeOf(use.ref)
  const parts = [...new Set(marksIn(use.ref))].flatMap((index) => possible.marked.get(index) ?? [])
  const reasons = parts.map(({ key, name }) => {
    const own = settled.assumed.find((one) => one.key === key && one.name === name)?.subject
    if (key === 'contexts') return own ?? `build context ${oneLine(name)} is not known`
    return own === undefined
      ? `ARG ${oneLine(name)} has no value that names an image, and what the build passes is not known`
      : `${own}, and the Dockerfile has no default that names an image`
  })
  const settings = parts.map(({ key, name }) => {
    return writtenSetting(key, new Map([[name, key === 'contexts' ? 'docker-image://…' : '…']]))
  })
  const shown = mayBe === '*' ? 'an image' : oneLine(mayBe)
  return {
    text: `${file}:${use.line} pulls ${shown} that is not known: ${reasons.join(', ') || 'its name is not known'}`,
    remedy: `Write ${[...settings, BY_HAND].join(' or ')} in images.yaml.`,
    mayBe,
  }
}

const BY_HAND = '`bases: […]` with the image'

/** An image that has a name, which is no name of an image that can be tracked. */
function untrackableBase(file: string, use: BaseImageUse): UnnamedBase | null {
  const parsed = parseReference(use.ref)
  const why = parsed.ok ? untrackable(parsed.reference) : null
  if (why === null) return null
  const settings = use.assumed.slice(0, 1).map((name) => writtenSetting('args', new Map([[name, '…']])))
  const context = use.assumed.length > 0 ? [] : [writtenSetting('contexts', new Map([[use.ref, 'docker-image://…']]))]
  return {
    text: `${file}:${use.line} pulls ${oneLine(use.ref)}, ${why.reason}`,
    remedy: `Write ${[...settings, ...context, BY_HAND].join(' or ')} in images.yaml.`,
    mayBe: why.mayBe,
  }
}

/** A marked reference with `*` for what is not known; only `*` where no part of it tells anything. */
function mayBeOf(ref: string): string {
  const text = withWildcards(ref)
  const parsed = parseReference(ref)
  const name = parsed.ok ? formatReference({ ...parsed.reference, tag: null, digest: null }) : ref
  if (!withWildcards(name).includes('*')) return text
  // `docker.io/library/` and `:latest` are filled in where the value may bring its own.
  return text
    .replace(/^docker\.io\/(?:library\/)?(?=\*)/, '')
    .replace(/:latest$/, '*')
    .replace('**', '*')
}
