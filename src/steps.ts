/** The steps of the pipeline, one function each: what goes in and out on disk, what is said about it, what is refused. */
import { catalogFiles, catalogFolderFault, recordsOf } from './backstage/index.js'
import {
  type Enrolment,
  OVERRIDES_FILE,
  type Override,
  type Problem,
  parseEnrolment,
  parseOverrides,
  problem,
  Refusal,
  refuse,
} from './enrollment/index.js'
import { type ManifestFile, synthesize } from './kargo/index.js'
import {
  type Comparison,
  compareManifests,
  type DeletionLimit,
  guardDeletions,
  type OutputFolder,
  readOutput,
  refuseForeignFiles,
} from './manifests/index.js'
import type { RegistryClient } from './registry/index.js'
import { type ImageChange, type OverrideRow, type Report, withoutValues } from './report/index.js'
import { type Discovered, discover, type SourceReader } from './sources/index.js'
import {
  FOLDERS,
  fromTop,
  type LinkedState,
  linkState,
  lookUp as lookUpDigests,
  type MergedState,
  NOTHING_OBSERVED,
  type Observations,
  readOptional,
  readState,
  type StateFiles,
  writtenState,
} from './state/index.js'

/** The folder with images.yaml, the state and the manifests. */
export interface StateFolder {
  /** Absolute path on disk. */
  readonly root: string
  /** The same folder from the repository's top, `.` or a path: how people know its files. */
  readonly path: string
  readonly imagesFile: string
  readonly outputDir: string
}

/** What a run shall do, whoever asked for it. */
export interface Job {
  readonly mode: Report['mode']
  readonly read: SourceReader
  readonly maxDeletions: DeletionLimit
  /** Where Kargo dispatches GitHub workflows. */
  readonly apiUrl: string
  /** The GitLab where Kargo starts pipelines. */
  readonly gitlabUrl: string
  /** OWNER/REPO of the state repository: a source that names no repository is there; null where it is not known. */
  readonly here: string | null
  /** Asks registries, those in private networks where they are named; null: this run looks up nothing. */
  readonly registries: ((allowedRegistries: readonly string[]) => RegistryClient) | null
  /** Tokens of this run: they must get into nothing that is written. */
  readonly secrets: readonly string[]
  /** ISO 8601: the time of what is found out in this run. */
  readonly now: string
  /** Runs one named step, telling people about it. */
  readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>
  /** What a step came to, in a few words. */
  readonly say: (text: string) => void
}

/** What lies in the state folder. */
export interface Loaded {
  readonly images: string
  /** Text of overrides.yaml; null where there is none. */
  readonly overrides: string | null
  readonly state: StateFiles
  readonly output: OutputFolder
}

export function load(folder: StateFolder, job: Job): Loaded {
  refuseOverlap(folder)
  const images = readOptional(folder.root, folder.imagesFile)
  if (images === null) {
    const file = fromTop(folder.path, folder.imagesFile)
    const remedy = 'Create it, or say where it is with state-path and images-file (--state, --images).'
    throw refuse(`there is no ${file}.`, { file, remedy })
  }
  const state = readState(folder.root)
  const output = readOutput(folder.root, folder.outputDir)
  job.say(`${state.texts.size} state files, ${output.generated.size} manifest files.`)
  return { images, overrides: readOptional(folder.root, OVERRIDES_FILE), state, output }
}

/** Two kinds of files in one folder would be taken for each other, and moved or deleted. */
function refuseOverlap({ imagesFile, outputDir }: StateFolder): void {
  const taken = new Set(Object.values(FOLDERS).map((folder) => folder.split('/')[0]))
  for (const [what, path] of Object.entries({
    'output-dir (--output)': outputDir,
    'images-file (--images)': imagesFile,
  })) {
    if (!taken.has(path.split('/')[0] ?? '')) continue
    throw refuse(`${what} is ${path}, and the state is kept there.`, { remedy: 'Name a place of its own.' })
  }
}

export function validate(text: string, folder: StateFolder, problems: Problem[], job: Job): Enrolment {
  const result = parseEnrolment(text, fromTop(folder.path, folder.imagesFile), { here: job.here })
  if (result.enrolment === null) throw new Refusal(result.problems)
  problems.push(...result.problems)
  job.say(`${result.enrolment.images.length} images are enrolled.`)
  return result.enrolment
}

export async function lookUp(enrolment: Enrolment, folder: StateFolder, job: Job): Promise<Discovered> {
  const discovered = await discover(enrolment.images, job.read, fromTop(folder.path, folder.imagesFile))
  const failed = [...discovered.images.values()].filter((one) => one.kind === 'failed').length
  job.say(`${discovered.images.size} Dockerfiles looked up, ${failed} of them without success.`)
  return discovered
}

export function link(enrolment: Enrolment, discovered: Discovered, loaded: Loaded, folder: StateFolder): LinkedState {
  const imagesFile = fromTop(folder.path, folder.imagesFile)
  const { images: enrollments, settings } = enrolment
  const { allowedRegistries } = settings
  return linkState({ enrollments, discovered, before: loaded.state, imagesFile, allowedRegistries })
}

export async function observe(
  linked: LinkedState,
  enrolment: Enrolment,
  loaded: Loaded,
  folder: StateFolder,
  problems: Problem[],
  job: Job,
): Promise<Observations> {
  const { registries } = job
  if (registries === null) return NOTHING_OBSERVED
  const imagesFile = fromTop(folder.path, folder.imagesFile)
  const asking = { linked, before: loaded.state, imagesFile }
  const client = registries(enrolment.settings.allowedRegistries)
  const seen = await job.step('Look up digests', () => lookUpDigests(asking, client))
  problems.push(...seen.problems)
  const { bases, images, answered } = seen.asked
  job.say(`${bases} base images and ${images} published images looked up, ${answered} of them answered for.`)
  return seen.observed
}

export function merge(
  linked: LinkedState,
  observed: Observations,
  overrides: readonly Override[],
  loaded: Loaded,
  job: Job,
): MergedState {
  const overridden = new Set(overrides.map(({ digest }) => digest))
  const state = writtenState(linked, { before: loaded.state, now: job.now, observed, overridden })
  job.say(`${state.bases.length} base images are tracked.`)
  return state
}

/** What a run reads and what it leaves, as far as the state goes. */
interface Kept {
  readonly loaded: Loaded
  readonly state: MergedState
}

/**
 * The state with the entity files of Backstage's catalog among its files, as they are and as they shall be; as it is
 * where the catalog is off. Files in the catalog's folder that are not ours stay out of both.
 *
 * @throws Refusal when the folder is somebody else's, or holds a file in our place that is not ours.
 */
export async function withCatalog(
  kept: Kept,
  { settings }: Enrolment,
  overrides: readonly Override[],
  folder: StateFolder,
  job: Job,
): Promise<Kept> {
  const { backstage: path, namespace: name, stagger } = settings
  if (path === null) return kept
  return job.step('Make the catalog', async () => {
    const { loaded, state } = kept
    const present = catalogFolder(path, folder)
    const records = recordsOf(state.files)
    const wanted = catalogFiles({ ...state, folder: path, name, records, overrides, staggerSeconds: stagger.seconds })
    const names = [...wanted.keys()].map((file) => file.slice(path.length + 1))
    refuseForeignFiles(names, present, fromTop(folder.path, path))
    job.say(`${wanted.size} files of the catalog.`)
    const there = [...present.generated].map(([file, text]) => [`${path}/${file}`, text] as const)
    return {
      loaded: { ...loaded, state: { ...loaded.state, texts: new Map([...loaded.state.texts, ...there]) } },
      state: { ...state, files: new Map([...state.files, ...wanted]) },
    }
  })
}

function catalogFolder(path: string, folder: StateFolder): OutputFolder {
  const fault = catalogFolderFault(path, folder.outputDir)
  if (fault === null) return readOutput(folder.root, path)
  const about = { file: fromTop(folder.path, folder.imagesFile), remedy: 'Name another folder, like catalog.' }
  throw refuse(`settings.backstage: ${fault}`, about)
}

export function overridesOf(
  text: string | null,
  folder: StateFolder,
  problems: Problem[],
  job: Job,
): readonly Override[] {
  if (text === null) return []
  const read = parseOverrides(text, fromTop(folder.path, OVERRIDES_FILE), job.now)
  note(read.problems, problems)
  if (read.active.length > 0) job.say(`${read.active.length} overrides hold.`)
  return read.active
}

/** The overrides that somebody still waits for; of the others it is said that they have done their work. */
export function inForce(
  overrides: readonly Override[],
  { settled }: MergedState,
  folder: StateFolder,
  problems: Problem[],
): readonly Override[] {
  const file = fromTop(folder.path, OVERRIDES_FILE)
  for (const { base, line } of overrides.filter((one) => settled.has(one.digest))) {
    const message = `the override of ${base} has done its work: every image that is rebuilt for it was built since.`
    problems.push(problem('notice', message, { file, line, remedy: 'Take it out.' }))
  }
  return overrides.filter(({ digest }) => !settled.has(digest))
}

export function overrideRows(overrides: readonly Override[], folder: StateFolder): OverrideRow[] {
  const file = fromTop(folder.path, OVERRIDES_FILE)
  return overrides.map(({ line, ...override }) => ({ ...override, place: `${file}:${line}` }))
}

/** Keeps what people should know; throws when there are errors among it. */
export function note(found: readonly Problem[], problems: Problem[]): void {
  if (found.some((one) => one.severity === 'error')) throw new Refusal(found)
  problems.push(...found)
}

export function manifestsOf(
  enrolment: Enrolment,
  state: MergedState,
  overrides: readonly Override[],
  folder: StateFolder,
  job: Job,
): ManifestFile[] {
  const { images, bases, branches } = state
  const imagesFile = fromTop(folder.path, folder.imagesFile)
  const hosts = { github: { apiUrl: job.apiUrl }, gitlab: { url: job.gitlabUrl } }
  const files = synthesize({ settings: enrolment.settings, images, bases, branches, overrides, ...hosts, imagesFile })
  job.say(`${files.length} manifest files.`)
  return files
}

export function compare(
  output: OutputFolder,
  manifests: readonly ManifestFile[],
  folder: StateFolder,
  job: Job,
): Comparison {
  const paths = manifests.map((file) => file.path)
  refuseForeignFiles(paths, output, fromTop(folder.path, folder.outputDir))
  const comparison = compareManifests(output.generated, manifests)
  job.say(`${comparison.changes.length} resources change.`)
  return comparison
}

/**
 * What is wrong at the far end. Before an entry is merged a dispatch that GitHub would refuse is an error; later, and
 * for entries that stay as they are, a warning: a workflow that changed elsewhere must not stop the whole factory.
 */
export function farEndProblems({ farEnd }: Discovered, images: readonly ImageChange[], job: Job): Problem[] {
  const changed = new Set(images.map(({ name }) => name))
  return farEnd.map(({ problem: found, isRefusal }) => {
    const isError = isRefusal && job.mode === 'preview' && changed.has(found.image ?? '')
    return isError ? { ...found, severity: 'error' as const } : found
  })
}

export function guard(comparison: Comparison, folder: StateFolder, job: Job): Problem[] {
  const forbidden = guardDeletions(comparison, job.maxDeletions, fromTop(folder.path, folder.outputDir))
  if (forbidden.length > 0) job.say('These changes are not allowed.')
  return forbidden
}

/** Shorter ones are part of ordinary words. */
const SHORTEST_SECRET = 16

/** Files that would hold a token of this run: somebody wrote it where everybody can read it, and we spread no copy. */
export function secretProblems(changes: ReadonlyMap<string, string | null>, folder: StateFolder, job: Job): Problem[] {
  const hide = withoutValues(job.secrets.filter((secret) => secret.length >= SHORTEST_SECRET))
  const holding = [...changes].filter(([path, text]) => hide(path) !== path || (text !== null && hide(text) !== text))
  return holding.map(([path]) =>
    problem('error', `${fromTop(folder.path, hide(path))} would hold a token of this run.`, {
      file: fromTop(folder.path, folder.imagesFile),
      remedy: 'Revoke the token, and take it out of images.yaml and of the Dockerfile and workflow of that image.',
    }),
  )
}
