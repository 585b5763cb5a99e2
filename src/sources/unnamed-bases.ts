import { type ResolvedBuild, shortText, writtenSetting } from '../build-definition/index.js'
import type { BaseImageUse } from '../dockerfile/index.js'
import { formatReference, type ImageReference, parseReference } from '../reference/index.js'
import type { MarkedInput, PossibleBases } from './possible-bases.js'
import { marksIn, withWildcards } from './stage-choices.js'

/** An image that is pulled but cannot be tracked, because it cannot be identified. */
export interface UnnamedBase {
  /** Where it is pulled and why it is unknown; one line without a full stop. */
  readonly text: string
  readonly remedy: string
  /** Pattern of the tracked images it may be (`docker.io/library/node:*`), with `*` for anything; null: none. */
  readonly mayBe: string | null
}

/** The images that are pulled and cannot be tracked, each once. */
export function unnamedBases(file: string, resolved: ResolvedBuild, possible: PossibleBases): UnnamedBase[] {
  const unknown = possible.unnamed.map((use) => {
    const parts = [...new Set(marksIn(use.ref))].flatMap((index) => possible.marked.get(index) ?? [])
    return { ...unknownBase(file, use, parts, resolved), ref: use.ref }
  })
  const others = possible.uses.flatMap((use) => {
    const base = use.reachable ? untrackableBase(file, use) : null
    return base === null ? [] : [{ ...base, ref: use.ref }]
  })
  const byReference = new Map([...unknown, ...others].reverse().map((one) => [one.ref, one]))
  return [...byReference.values()].reverse().map(({ text, remedy, mayBe }) => ({ text, remedy, mayBe }))
}

/** An image with unknown values in its name: the inputs that its marks stand for. */
function unknownBase(
  file: string,
  use: BaseImageUse,
  parts: readonly MarkedInput[],
  resolved: ResolvedBuild,
): UnnamedBase {
  const mayBe = mayBeOf(use.ref)
  const reasons = parts.map(({ key, name }) => {
    const own = resolved.assumed.find((one) => one.key === key && one.name === name)?.subject
    if (key === 'contexts') return own ?? `build context ${shortText(name)} is not known`
    return own === undefined
      ? `ARG ${shortText(name)} has no value that names an image, and what the build passes is unknown`
      : `${own}, and the Dockerfile has no default that names an image`
  })
  const settings = parts.map(({ key, name }) => {
    return writtenSetting(key, new Map([[name, key === 'contexts' ? 'docker-image://…' : '…']]))
  })
  const shown = mayBe === '*' ? 'an image' : shortText(mayBe)
  return {
    text: `${file}:${use.line} pulls ${shown} that is not known: ${reasons.join(', ') || 'its name is not known'}`,
    remedy: `Write ${[...settings, BY_HAND].join(' or ')} in images.yaml.`,
    mayBe,
  }
}

const BY_HAND = '`bases: […]` with the image'

/** An image with a name that cannot be tracked. */
function untrackableBase(file: string, use: BaseImageUse): UnnamedBase | null {
  const parsed = parseReference(use.ref)
  const why = parsed.ok ? untrackable(parsed.reference) : null
  if (why === null) return null
  const settings = use.assumed.slice(0, 1).map((name) => writtenSetting('args', new Map([[name, '…']])))
  const context = use.assumed.length > 0 ? [] : [writtenSetting('contexts', new Map([[use.ref, 'docker-image://…']]))]
  return {
    text: `${file}:${use.line} pulls ${shortText(use.ref)}, ${why.reason}`,
    remedy: `Write ${[...settings, ...context, BY_HAND].join(' or ')} in images.yaml.`,
    mayBe: why.mayBe,
  }
}

/** A marked reference with `*` for unknown parts; only `*` if nothing in it is known. */
function mayBeOf(ref: string): string {
  const text = withWildcards(ref)
  const parsed = parseReference(ref)
  const name = parsed.ok ? formatReference({ ...parsed.reference, tag: null, digest: null }) : ref
  if (!withWildcards(name).includes('*')) return text
  // `docker.io/library/` and `:latest` were filled in, but the unknown value may contain its own.
  return text
    .replace(/^docker\.io\/(?:library\/)?(?=\*)/, '')
    .replace(/:latest$/, '*')
    .replace('**', '*')
}

/** Placeholders for a value that the build must pass; no real tag is called that. */
const WORDS =
  /^(?:not-?set|un-?set|undefined|null|none|invalid|place-?holder|change-?me|replace-?me|to-?do|fix-?me|(?:please|must)-.+)$/
/** Placeholders that are not real repository names either: `acme/todo` is an application. */
const NEVER_A_REPOSITORY =
  /^(?:not-?set|change-?me|replace-?me|please-(?:set|use|pass|provide|specify|define|replace)-?.*)$/

/** Non-registry transports of buildah and podman (containers/image, `transports`). */
const TRANSPORTS = /^library\/(?:oci|oci-archive|docker-archive|docker-daemon|containers-storage|dir)$/

const RULES: readonly {
  readonly applies: (reference: ImageReference) => boolean
  /** Why it cannot be tracked. */
  readonly reason: string
  /** Pattern of the tracked images it may stand for, with `*` for anything; null: none. */
  readonly mayBe: (reference: ImageReference) => string | null
}[] = [
  {
    applies: ({ registry, repository }) => registry === 'docker.io' && TRANSPORTS.test(repository),
    reason: 'which is a file on the machine that builds and cannot be tracked',
    mayBe: () => null,
  },
  {
    // On a loopback address, 5000 is the port of the registry that workflows start; other ports could be anything.
    applies: ({ registry }) =>
      /^(?:(?:localhost|host\.docker\.internal)(?::\d+)?|(?:127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\])(?::5000)?)$/i.test(
        registry,
      ),
    reason: 'which is in a registry on the machine that builds and cannot be tracked',
    mayBe: () => null,
  },
  {
    applies: ({ registry, repository }) => {
      const parts = repository.split('/').map(dashed)
      // No official image on Docker Hub has such a name.
      const isOfficial = registry === 'docker.io' && parts[0] === 'library'
      return parts.some((part) => (isOfficial ? WORDS : NEVER_A_REPOSITORY).test(part))
    },
    reason: 'which is a placeholder: what the build passes in its place is unknown',
    mayBe: () => '*',
  },
  {
    applies: ({ tag }) => tag !== null && WORDS.test(dashed(tag)),
    reason: 'whose tag is a placeholder: what the build passes in its place is unknown',
    mayBe: ({ registry, repository }) => `${registry}/${repository}:*`,
  },
]

function dashed(name: string): string {
  return name.toLowerCase().replace(/[_.]+/g, '-')
}

/** Why a reference cannot be tracked, and the pattern of tracked images it may stand for; null: it may be tracked. */
export function untrackable(
  reference: ImageReference,
): { readonly reason: string; readonly mayBe: string | null } | null {
  const rule = RULES.find(({ applies }) => applies(reference))
  return rule === undefined ? null : { reason: rule.reason, mayBe: rule.mayBe(reference) }
}
