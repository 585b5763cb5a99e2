// Files of source repositories that a problem's text names.
import type { EnrolledImage } from '../enrollment/images-file.js'
import type { Problem, SourcePlace } from '../enrollment/problem.js'
import { forgeOf } from '../forges/index.js'
import { type Discovered, requestKey } from '../sources/index.js'
import { bareWords } from './markdown.js'

/**
 * Adds links for the places that problems name: only for files that were read for the image, whatever text a Dockerfile
 * or workflow put into the message.
 */
export function withPlaces(
  problems: readonly Problem[],
  images: readonly EnrolledImage[],
  { files }: Pick<Discovered, 'files'>,
): Problem[] {
  const byName = new Map(images.map((image) => [image.name, image]))
  return problems.map((one) => {
    const source = byName.get(one.image ?? '')?.source ?? null
    if (source === null) return one
    const words = [one.message, one.remedy ?? ''].flatMap(bareWords)
    const places = [...new Set(words)].flatMap((word) => placeOf(word, source, files) ?? [])
    return places.length === 0 ? one : { ...one, places }
  })
}

type Source = NonNullable<EnrolledImage['source']>

/** `Dockerfile:3`, `acme/web/Dockerfile:3`, `.github/workflows/build.yml`, and the workflow's file name alone. */
function placeOf(text: string, source: Source, files: Discovered['files']): SourcePlace | null {
  const [, file = '', digits] = /^(.+?)(?::(\d{1,9}))?$/s.exec(text) ?? []
  const { provider, repo, branch } = source
  const forge = forgeOf(source)
  const named = file.startsWith(`${repo}/`) ? file.slice(repo.length + 1) : file
  const path = named === forge.buildOf(source) ? (forge.buildFile(source) ?? named) : named
  const key = requestKey({ provider, repo, branch, path })
  if (!files.has(key)) return null
  const at = { provider, repo, branch: files.get(key) ?? branch }
  return { text, source: at, path, line: digits === undefined ? null : Number(digits) }
}
