// Links to the files of a report, and to the files of source repositories that a problem's text names. URLs are built
// here, on servers that the run knows: none comes from a report's data.

import type { EnrolledImage, Source } from '../enrollment/images-file.js'
import type { Problem, SourcePlace } from '../enrollment/problem.js'
import { urlPath } from '../forges/forge.js'
import { forgeOf } from '../forges/index.js'
import { type Discovered, requestKey } from '../sources/index.js'
import { bareWords } from './markdown.js'
import type { Report, RepositoryRef } from './model.js'

/** A file of the state repository, at the report's commit. */
export function stateFileUrl({ run }: Report, path: string, line: number | null = null): string | null {
  const files = run?.filesUrl
  return files === undefined || !isPath(path) ? null : `${files}/${urlPath(path)}${anchor(line)}`
}

/** A file of a source repository: a Dockerfile, a workflow. */
export function sourceFileUrl(
  { servers }: Report,
  source: RepositoryRef,
  path: string,
  line: number | null = null,
): string | null {
  if (servers === undefined || ![source.repo, source.branch ?? 'HEAD', path].every(isPath)) return null
  return `${forgeOf(source).filePage(servers[source.provider], source, path)}${anchor(line)}`
}

/** Link to a problem's location, if it is in the state repository. */
export function problemUrl(report: Report, file: string | null, line: number | null): string | null {
  const { imagesFile, outputDir } = report
  const top = imagesFile.includes('/') ? imagesFile.slice(0, imagesFile.lastIndexOf('/') + 1) : ''
  const ours = [imagesFile, `${top}overrides.yaml`]
  const folders = [`${outputDir}/`, `${top}images/`, `${top}base-images/`]
  if (file === null || !(ours.includes(file) || folders.some((folder) => file.startsWith(folder)))) return null
  return stateFileUrl(report, file, line)
}

/** Lone surrogates cannot be encoded, and `..` would lead to another repository. */
function isPath(text: string): boolean {
  return text !== '' && !/\p{Cs}|(?:^|\/)\.{1,2}(?:\/|$)/u.test(text)
}

/** Both forges link to a line with `#L`. */
function anchor(line: number | null): string {
  return line === null || line === 0 ? '' : `#L${line}`
}

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
