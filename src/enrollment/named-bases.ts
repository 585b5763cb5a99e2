import { formatReference, type ImageReference, identityOf, parseReference, withDefaultTag } from '../reference/index.js'
import { quote } from '../text/index.js'
import type { EntryFault } from './problem.js'
import type { Entry } from './schema/entry.js'

/** The base images that an entry names, in full form, with the tag that a build would pull if none is written. */
export function namedBases({ bases }: Pick<Entry, 'bases'>): ImageReference[] {
  return bases.flatMap((text) => {
    const parsed = parseReference(text)
    return parsed.ok ? [withDefaultTag(parsed.reference)] : []
  })
}

/**
 * What is wrong with the base images that an entry names. References are parsed like those of a FROM in BuildKit; a
 * base in images.yaml must have a tag that can change, so a digest, a variable and `scratch` are errors.
 *
 * @param published where the image itself is published: an image cannot be its own base.
 */
export function namedBaseFaults(
  { bases }: Pick<Entry, 'bases'>,
  published: { readonly registry: string; readonly repository: string },
): EntryFault[] {
  const first = new Map<string, number>()
  return bases.flatMap((text, index): EntryFault[] => {
    const at = { code: 'base-invalid' as const, path: ['bases', index] }
    const reference = checkedReference(text)
    if ('message' in reference) return [{ ...at, ...reference }]
    // Compared regardless of the tag: a rebuild publishes there, and would trigger the next one.
    if (reference.registry.toLowerCase() === published.registry && reference.repository === published.repository) {
      const message = `${quote(text)} is the image itself: each rebuild would start the next one.`
      return [{ ...at, message, remedy: 'Remove it, or name the image it is built on.' }]
    }
    const identity = identityOf(withDefaultTag(reference))
    const earlier = first.get(identity)
    if (earlier === undefined) {
      first.set(identity, index)
      return []
    }
    const message =
      text === identity
        ? `${quote(text)} is what bases[${earlier}] names already.`
        : `${quote(text)} is ${identity}, which bases[${earlier}] names already.`
    return [{ ...at, message, remedy: 'Remove it.' }]
  })
}

type Fault = Pick<EntryFault, 'message' | 'remedy'>

function checkedReference(text: string): ImageReference | Fault {
  if (text.includes('$') || text.includes('{{')) {
    const remedy = 'Write the reference with its value, for example docker.io/library/node:22.'
    return { message: `${quote(text)} contains a variable, which nothing here can fill in.`, remedy }
  }
  const parsed = parseReference(text)
  if (!parsed.ok) {
    const remedy = 'Write REGISTRY/REPOSITORY:TAG, for example docker.io/library/node:22.'
    return { message: `${parsed.message}.`, remedy }
  }
  const { reference } = parsed
  if (formatReference({ ...reference, tag: null, digest: null }) === 'docker.io/library/scratch') {
    return { message: 'scratch is not an image and never changes.', remedy: 'Remove it from bases.' }
  }
  return reference.digest === null ? reference : pinned(text, reference)
}

function pinned(text: string, reference: ImageReference): Fault {
  if (reference.tag === null) {
    const example = formatReference({ ...reference, tag: 'TAG', digest: null })
    const remedy = `Write ${example} with the tag to follow.`
    return { message: `${quote(text)} is a digest without a tag, and a digest never changes.`, remedy }
  }
  const remedy = `Write ${formatReference({ ...reference, digest: null })}.`
  return { message: `${quote(text)} has a digest, and a digest never changes.`, remedy }
}
