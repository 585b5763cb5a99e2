import {
  type BakeStep,
  bakeFileNames,
  composeProject,
  composeReferences,
  DEFAULT_COMPOSE_FILES,
  type DefinitionFile,
  type DefinitionResult,
  type FileReference,
  insidePath,
  isKnown,
  namedComposeFiles,
  readBuildFiles,
  shortText,
  WRITE_BUILD,
} from '../build-definition/index.js'
import type { WorkflowSource } from '../enrollment/images-file.js'
import { type FileAnswers, type FileRequest, requestKey } from './source-file.js'

/** The request for a file that a definition names. */
export function requestFor({ repo, ref, path }: FileReference, source: WorkflowSource): FileRequest {
  const branch = repo === null && ref === null ? source.branch : ref
  return { provider: source.provider, repo: repo ?? source.repo, branch, path }
}

/** Reads a repository by path; null: no such file, undefined: not requested yet. */
type Lookup = (path: string) => string | null | undefined

function lookupIn(source: WorkflowSource, answers: FileAnswers): Lookup {
  return (path) => {
    const answer = answers.get(requestKey(requestFor({ repo: null, ref: null, path }, source)))
    return answer === undefined ? undefined : answer.kind === 'found' ? answer.text : null
  }
}

/** The files that a bake or compose step reads, as far as the files read so far name them. */
export function bakeRequests(step: BakeStep, source: WorkflowSource, answers: FileAnswers): FileRequest[] {
  const read = lookupIn(source, answers)
  const paths = [...filesOf(step, read), ...(step.format === 'compose' ? [environmentFile(step)] : [])]
  const { pending } = besideFiles(step, definitionFiles(step, read), read)
  return [...paths, ...pending].map((path) => requestFor({ repo: null, ref: null, path }, source))
}

const BESIDE = 'cwd://'

/**
 * Paths of the files that a step reads, in order. When bake has no checkout and fetches its files, `cwd://` names local
 * files, which are read first (buildx, `bake/bake.go` ParseFiles).
 */
function filesOf(step: BakeStep, read: Lookup): string[] {
  const named = step.files.filter(isKnown).map(({ text }) => text)
  const beside = named.filter((file) => step.isFetched && file.startsWith(BESIDE))
  const ordered = [...named.filter((file) => !beside.includes(file)), ...beside]
  const files =
    step.files.length > 0
      ? ordered
      : step.format === 'bake'
        ? bakeFileNames(step.environment)
        : composeDefaults(step, read)
  return files
    .map((file) => fileIn(step, file.startsWith(BESIDE) ? file.slice(BESIDE.length) : file))
    .filter((path) => path !== null)
}

/** Compose takes the first existing file of each list, unless `COMPOSE_FILE` names others. */
function composeDefaults(step: BakeStep, read: Lookup): readonly string[] {
  const path = environmentFile(step)
  const beside = new Map([[path, read(path) ?? null]])
  const named = namedComposeFiles({ environment: step.environment, folder: folderOf(step), beside })
  if (named !== null) return named
  return DEFAULT_COMPOSE_FILES.flatMap((names) => {
    const there = names.find((name) => typeof read(fileIn(step, name) ?? '') === 'string')
    return there === undefined ? names : [there]
  })
}

function environmentFile(step: BakeStep): string {
  return fileIn(step, '.env') ?? '.env'
}

/** Path of a file that a step names, in its folder; null when it is outside the repository or a URL. */
function fileIn(step: BakeStep, file: string): string | null {
  return file.includes('://') ? null : insidePath(`${folderOf(step)}/${file}`) || null
}

function folderOf({ folder }: BakeStep): string {
  return isKnown(folder) ? folder.text : ''
}

function foldersOf(step: BakeStep) {
  return { folder: folderOf(step), ...(step.project !== null && { project: step.project }) }
}

function definitionFiles(step: BakeStep, read: Lookup): DefinitionFile[] {
  return filesOf(step, read).flatMap((file) => {
    const text = read(file)
    return typeof text === 'string' ? [{ file, text }] : []
  })
}

/** Limit on chains of files that name others. */
const MAX_ROUNDS = 64

/** The files that compose files refer to, and the paths not requested yet. */
function besideFiles(step: BakeStep, files: readonly DefinitionFile[], read: Lookup) {
  // When bake fetches its files, there is no `.env` next to them.
  const beside = new Map<string, string | null>(step.isFetched ? [[environmentFile(step), null]] : [])
  const settings = { environment: step.environment, ...foldersOf(step) }
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const wanted = composeReferences(files, { ...settings, beside, reader: step.format })
    const pending = wanted.filter((path) => read(path) === undefined)
    if (wanted.length === 0 || pending.length > 0) return { beside, pending }
    for (const path of wanted) beside.set(path, read(path) ?? null)
  }
  return { beside, pending: [] }
}

/** What the files of a bake or compose step define. */
export function definitionOf(step: BakeStep, source: WorkflowSource, answers: FileAnswers): DefinitionResult {
  const read = lookupIn(source, answers)
  const where = `${step.file}:${step.line}`
  const files = definitionFiles(step, read)
  const assumed = missingFiles(step, read).map((what) => `${where} ${what}`)
  if (files.length === 0) {
    return {
      ok: false,
      reason: `${assumed[0] ?? `${where} bakes, and none of the files that it reads exists`}. ${WRITE_BUILD}`,
    }
  }
  const { environment, set, args, generated } = step
  const { beside } = besideFiles(step, files, read)
  const settings = { environment, set, ...foldersOf(step), beside }
  const made = generated.map((text) => ({ file: 'metadata.json', text }))
  const found =
    step.format === 'bake'
      ? readBuildFiles([...files, ...made], settings)
      : composeProject(files, { ...settings, args })
  if (found.ok) return { ok: true, definition: found.definition, assumed }
  const place = [found.file ?? files.map(({ file }) => file).join(', '), found.line]
  return { ok: false, reason: `${place.filter((part) => part !== null).join(':')}: ${found.message} ${WRITE_BUILD}` }
}

function missingFiles(step: BakeStep, read: Lookup): string[] {
  const open = [...step.files, step.folder].find((value) => !isKnown(value))
  const unknown = open === undefined || isKnown(open) ? [] : [`bakes ${shortText(open.written)}, which is not known`]
  if (step.files.length === 0) return unknown
  const missing = filesOf(step, read).filter((path) => !path.includes('{{metadata}}') && read(path) === null)
  return [...unknown, ...missing.map((path) => `names ${shortText(path)}, which could not be read`)]
}
