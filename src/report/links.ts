// Where files of a report are seen. Addresses are made here, of servers that the run knows: a report's data brings none.
import { urlPath } from '../forges/forge.js'
import { forgeOf } from '../forges/index.js'
import type { Report, RepositoryRef } from './model.js'

/** A file of the state repository, at the commit that the report is for. */
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

/** Where a problem points, if its file is one of the state repository's. */
export function problemUrl(report: Report, file: string | null, line: number | null): string | null {
  const { imagesFile, outputDir } = report
  const top = imagesFile.includes('/') ? imagesFile.slice(0, imagesFile.lastIndexOf('/') + 1) : ''
  const ours = [imagesFile, `${top}overrides.yaml`]
  const folders = [`${outputDir}/`, `${top}images/`, `${top}base-images/`]
  if (file === null || !(ours.includes(file) || folders.some((folder) => file.startsWith(folder)))) return null
  return stateFileUrl(report, file, line)
}

/** Half a character has no address, and `..` is somebody else's. */
function isPath(text: string): boolean {
  return text !== '' && !/\p{Cs}|(?:^|\/)\.{1,2}(?:\/|$)/u.test(text)
}

/** Whole lines of a file are named by `#L`, by both forges. */
function anchor(line: number | null): string {
  return line === null || line === 0 ? '' : `#L${line}`
}
