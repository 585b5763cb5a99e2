import { METADATA_TAG } from './build-actions.js'
import { type Candidate, preferred } from './candidates.js'
import { type BuildValue, isKnown } from './value.js'

/** Whether a build names the image: with one of its tags, with none of them, or not known. */
export function naming({ tags, step }: Candidate, image: string | null): 'names' | 'others' | 'unknown' {
  if (image === null || tags.length === 0) return 'unknown'
  const names = tags.map(repositoryOfTag)
  if (names.includes(repositoryName(image))) return 'names'
  // What bake tags may be said in files that other steps write.
  return step.kind === 'build' && !names.includes(null) ? 'others' : 'unknown'
}

/** REGISTRY/REPOSITORY of a tag, as far as it stands before what only a run can know; null where that is not all of it. */
function repositoryOfTag(tag: BuildValue): string | null {
  const text = isKnown(tag) ? tag.text : (tag.written.split('${{')[0] ?? '')
  if (text === METADATA_TAG) return null
  const match = /^(.+?)(?::[^/]*|@.*)?$/s.exec(text)
  if (!isKnown(tag) && !/:[^/]*$/.test(text)) return null
  return match?.[1] === undefined ? null : repositoryName(match[1])
}

/** A name as it is compared: docker.io is where names without a registry are. */
function repositoryName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(?:index\.)?docker\.io\//, '')
    .replace(/^library\//, '')
}

/** Whether a tag is known to its end. */
export function isWholeTag(text: string): boolean {
  return !text.includes(METADATA_TAG)
}

/**
 * Of the tags that docker/metadata-action makes those without prefix and suffix are the image's, unless `tags.allow`
 * speaks of one.
 */
export function ofFlavor(candidates: readonly Candidate[], allow: readonly string[]): readonly Candidate[] {
  const all = candidates.flatMap(flavorsOf)
  const spoken = all.filter((flavor) => flavor !== '' && allow.some((one) => one.includes(flavor)))
  const meant = spoken.length > 0 ? spoken : ['']
  return preferred(candidates, (one) => {
    const flavors = flavorsOf(one)
    return flavors.length === 0 || flavors.some((flavor) => meant.includes(flavor))
  })
}

/** What stands before and behind the tags that docker/metadata-action makes. */
function flavorsOf({ tags }: Candidate): string[] {
  return tags.filter(isKnown).flatMap(({ text }) => {
    const at = text.indexOf(METADATA_TAG)
    const tag = text.slice(text.lastIndexOf(':', at) + 1)
    return at < 0 ? [] : [tag.replace(METADATA_TAG, '')]
  })
}
