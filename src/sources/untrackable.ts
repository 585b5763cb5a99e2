import type { ImageReference } from '../reference/index.js'

/** Words that people write where the build has to pass something else; nobody gives them to a tag. */
const WORDS =
  /^(?:not-?set|un-?set|undefined|null|none|invalid|place-?holder|change-?me|replace-?me|to-?do|fix-?me|(?:please|must)-.+)$/
/** Those that nobody gives to a repository either: `acme/todo` is an application. */
const NEVER_A_REPOSITORY =
  /^(?:not-?set|change-?me|replace-?me|please-(?:set|use|pass|provide|specify|define|replace)-?.*)$/

interface Rule {
  readonly applies: (reference: ImageReference) => boolean
  /** Why it is no image that can be tracked. */
  readonly reason: string
  /** How a tracked image that it may stand for is written, `*` for anything; null: there is none. */
  readonly mayBe: (reference: ImageReference) => string | null
}

/** Where buildah and podman take images from beside registries (containers/image, `transports`). */
const TRANSPORTS = /^library\/(?:oci|oci-archive|docker-archive|docker-daemon|containers-storage|dir)$/

const RULES: readonly Rule[] = [
  {
    applies: ({ registry, repository }) => registry === 'docker.io' && TRANSPORTS.test(repository),
    reason: 'which is a file on the machine that builds and cannot be tracked',
    mayBe: () => null,
  },
  {
    // On a loopback address it is the port of the registry that workflows start; others may be anybody's.
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
      // None of Docker Hub's official images is called by such a word.
      const isOfficial = registry === 'docker.io' && parts[0] === 'library'
      return parts.some((part) => (isOfficial ? WORDS : NEVER_A_REPOSITORY).test(part))
    },
    reason: 'which is a placeholder: what the build passes in its place is not known',
    mayBe: () => '*',
  },
  {
    applies: ({ tag }) => tag !== null && WORDS.test(dashed(tag)),
    reason: 'whose tag is a placeholder: what the build passes in its place is not known',
    mayBe: ({ registry, repository }) => `${registry}/${repository}:*`,
  },
]

function dashed(name: string): string {
  return name.toLowerCase().replace(/[_.]+/g, '-')
}

/** Why a reference cannot be an image to track, and what tracked image it may stand for; null: it may be one. */
export function untrackable(
  reference: ImageReference,
): { readonly reason: string; readonly mayBe: string | null } | null {
  const rule = RULES.find(({ applies }) => applies(reference))
  return rule === undefined ? null : { reason: rule.reason, mayBe: rule.mayBe(reference) }
}
