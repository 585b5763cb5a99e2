// Links to the files of a report. URLs are built here, on servers that the run knows: none comes from a report's data.
import { urlPath } from '../forges/forge.js'
import { forgeOf } from '../forges/index.js'
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
