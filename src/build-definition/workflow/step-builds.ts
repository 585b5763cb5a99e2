import type { Data } from '../../yaml/data.js'
import {
  contextDockerfile,
  DEFAULT_CONTEXT,
  folderOfRepository,
  insideWorkspace,
  isRemote,
  joinPaths,
  type NamedDockerfile,
  plainPath,
  repositoryPath,
  type WorkspaceCheckout,
} from '../paths.js'
import type { BakeCommand, CommandBuild, ComposeCommand, ScriptBuild } from '../script/index.js'
import { type BuildValue, isKnown, known, splitPair, unknown, writtenText } from '../value.js'
import { mapOf, valueAt } from '../yaml-file.js'
import { type ActionBuild, actionReader } from './build-actions.js'
import { environmentOf, type Variables } from './scope.js'
import type { BakeStep, DockerfileStep, StepInputs, StepPlace } from './steps.js'
import { remoteReference, type Walk } from './walk.js'

/** Matches scripts that may call a build tool, or change the environment of later steps. */
const SCRIPT =
  /\b(?:docker|podman|buildah|nerdctl|buildctl|kaniko|executor|img|depot|earthly|bake|make|ko|task|just|goreleaser|skaffold|pack|nix|jib\w*|gradlew?|mvnw?|npm|pnpm|yarn|bazel|invoke|tox|nox)\b|\.sh\b|GITHUB_ENV/

/** Matches names of actions that are not read but probably build. */
const SUSPICIOUS =
  /(?:docker|container|image|build-(?:and-)?push|kaniko|buildah|podman|\bko\b|goreleaser|builder|earthly|nixpacks|devcontainer)/i

/** Actions with docker or image in their names that build nothing. */
const HARMLESS =
  /^(?:docker\/(?:setup-|login-|metadata-|scout-|build-push-action\/)|aquasecurity\/|anchore\/|actions\/|sigstore\/|imjasonh\/setup-crane|hadolint\/|snyk\/|redhat-actions\/(?:podman-login|push-to-registry|buildah-login)|crazy-max\/ghaction-(?:docker-(?:meta|status)|container-scan|setup-)|azure\/(?:docker-)?login|azure\/container-scan|google-github-actions\/|aws-actions\/|snok\/container-retention|dataaxiom\/|peter-evans\/dockerhub|christian-korneck\/|jlumbroso\/|tonistiigi\/|bobheadxi\/|reproducible-containers\/buildkit-cache|satackey\/|dlandon\/|ko-build\/setup-ko|imjasonh\/setup-ko)/i

/** Whether a job may build, so that its steps are worth following. */
export function mayBuild(steps: readonly Data[]): boolean {
  return steps.some((data) => {
    const step = mapOf(data)
    const [uses, run] = [valueAt(step, 'uses'), valueAt(step, 'run')]
    if (typeof run === 'string') return SCRIPT.test(run)
    return typeof uses === 'string' && (isFollowed(uses) || isSuspicious(uses))
  })
}

/** Whether an action is read or followed. */
export function isFollowed(uses: string): boolean {
  return /^[.$]\//.test(uses) || actionReader(uses) !== null || isBake(uses) || remoteReference(uses, '') !== null
}

const BAKE =
  /^(?:(?:docker|depot|useblacksmith|warpbuilds|namespacelabs)\/bake-action|docker\/github-builder\/\.github\/workflows\/bake\.yml)@/i

/** docker/bake-action and actions with the same inputs. */
export function isBake(uses: string): boolean {
  return BAKE.test(uses.slice(0, 100))
}

/** Whether an unread action may build, judged by its name. */
export function isSuspicious(uses: string): boolean {
  const name = uses.slice(0, 200)
  return SUSPICIOUS.test(name) && !HARMLESS.test(name)
}

/** Whether a script is worth reading. */
export function isRelevantScript(run: Data | undefined): run is string {
  return typeof run === 'string' && SCRIPT.test(run)
}

/** State that the steps of a job change for later steps. */
export interface JobState {
  /** Variables of the workflow and job, and those written to GITHUB_ENV. */
  variables: Variables
  checkouts: readonly WorkspaceCheckout[]
  /** Image names from each docker/metadata-action step. */
  metadata: readonly (readonly BuildValue[])[]
  /** Texts of bake definitions from docker/metadata-action. */
  generated: readonly string[]
}

/** The state before any step. */
export function newJob(variables: Variables): JobState {
  return { variables, checkouts: [], metadata: [], generated: [] }
}

/** The context of a step that builds; its variables include those of the step. */
export interface JobContext extends Readonly<JobState> {
  readonly place: StepPlace
  /** OWNER/REPO that the workflow runs in. */
  readonly repo: string
}

/** The build of an action or called workflow that builds one Dockerfile. */
export function dockerfileStep(uses: string, inputs: StepInputs, job: JobContext): DockerfileStep | null {
  const reader = actionReader(uses)
  if (reader === null) return null
  const build = reader(inputs, (name) => environmentOf(job.variables).get(name) ?? null, job.repo)
  // A build that pushes by digest has no tags: it is named by the job's docker/metadata-action step, if there is only
  // one.
  const [only] = build.tags.length === 0 && job.metadata.length === 1 ? job.metadata : []
  return { kind: 'build', ...job.place, tool: uses, ...located(build, job), tags: only ?? build.tags }
}

/** A build with its Dockerfile's path in the repository. */
function located(build: ActionBuild, { checkouts }: JobContext) {
  const { dockerfile, ...rest } = build
  const orContainerfile = dockerfile.orContainerfile ?? false
  return { ...rest, dockerfile: fileIn(dockerfile, checkouts), orContainerfile }
}

function fileIn({ in: where, path }: NamedDockerfile, checkouts: readonly WorkspaceCheckout[]): BuildValue | null {
  if (where === 'outside') return null
  return repositoryPath(where === 'repository' ? [] : checkouts, path)
}

/** docker/bake-action and docker/github-builder's bake.yml: their builds are defined in other files. */
export function bakeStep(uses: string, inputs: StepInputs, job: JobContext): BakeStep | { readonly unread: string } {
  const isBuilder = /^docker\/github-builder\//i.test(uses)
  const source = isBuilder ? builderSource(inputs) : inputs.text('source')
  const workdir = inputs.text('workdir')
  const place = definitionPlace(source, workdir, /@v[1-5](?:\.|$)/.test(uses) && !isBuilder, job)
  if ('unread' in place) return place
  return {
    kind: 'bake',
    format: 'bake',
    tool: uses,
    ...job.place,
    ...place,
    project: null,
    files: inputs.list('files', 'commas'),
    targets: isBuilder ? [inputs.text('target') ?? known('default')] : inputs.list('targets', 'commas'),
    set: inputs.list('set', 'plain'),
    args: new Map(),
    environment: new Map([...environmentOf(job.variables), ...variablesOf(inputs.list('vars', 'plain'))]),
    generated: job.generated,
    publishes: inputs.isOn('push') ? true : null,
  }
}

/** docker/github-builder fetches the repository: `context` is a folder in it (its bake.yml). */
function builderSource(inputs: StepInputs): BuildValue {
  const folder = inputs.text('context') ?? known('.')
  return isKnown(folder) ? known(`{{defaultContext}}:${folder.text}`) : folder
}

/**
 * Where bake runs: in `workdir` up to version 5 of the action; since version 6, in a folder given as `source`, or in
 * the repository as fetched by BuildKit (its README).
 */
function definitionPlace(
  source: BuildValue | null,
  workdir: BuildValue | null,
  isLocal: boolean,
  { checkouts, repo }: JobContext,
): Pick<BakeStep, 'folder' | 'isFetched'> | { readonly unread: string } {
  const inWorkspace = (folder: BuildValue) => {
    const path = repositoryPath(checkouts, folder)
    return path === null ? { unread: 'runs outside of the repository' } : { folder: path, isFetched: false }
  }
  if (isLocal || workdir !== null) return inWorkspace(workdir ?? known('.'))
  if (source === null) return { folder: known(''), isFetched: true }
  if (!isKnown(source)) return { folder: source, isFetched: false }
  const fetched = DEFAULT_CONTEXT.exec(source.text)
  if (fetched !== null)
    return { folder: repositoryPath([], known(fetched[1] ?? '')) ?? unknown(source.text), isFetched: true }
  if (!isRemote(source.text)) return inWorkspace(source)
  const folder = folderOfRepository(source.text, repo)
  if (folder === null) return { unread: `bakes what its source ${source.text} defines` }
  return { folder: known(folder), isFetched: true }
}

/** `NAME=VALUE` items, which override the environment; items whose name is unknown are ignored. */
function variablesOf(items: readonly BuildValue[]): ReadonlyMap<string, BuildValue> {
  const values = new Map<string, BuildValue>()
  for (const item of items) {
    const [written, rest] = splitPair(writtenText(item))
    const name = written.trim()
    if (rest === null || name === '' || name.includes('${{')) continue
    values.set(name, isKnown(item) ? known(rest) : unknown(rest, item.place))
  }
  return values
}

/** Records the build that a script's command makes. */
export function addCommand(build: ScriptBuild, job: JobContext, walk: Walk): void {
  const place = { ...job.place, isConditional: job.place.isConditional || build.isConditional }
  const inner = { ...job, place }
  if (build.kind === 'build') addDockerfile(build, inner, walk)
  else if (build.kind === 'bake') addBake(build, inner, walk)
  else addCompose(build, inner, walk)
}

function addDockerfile(build: CommandBuild, job: JobContext, walk: Walk): void {
  const { tool, folder, inputs, publishes, tags } = build
  const context =
    build.context === null || isRemoteValue(build.context) ? build.context : joinPaths(folder, build.context)
  const file = build.file === null ? null : joinPaths(folder, build.file)
  // Without a context, or with one from stdin, nothing but the command says where the Dockerfile is.
  const dockerfile =
    context === null || (isKnown(context) && context.text === '-')
      ? { in: 'workspace' as const, path: file ?? joinPaths(folder, known('Dockerfile')) }
      : contextDockerfile(context, tool === 'kaniko' ? kanikoFile(context, file) : file, job.repo)
  const orContainerfile = build.file === null && tool !== 'docker' && tool !== 'kaniko' && tool !== 'depot'
  walk.build({
    kind: 'build',
    ...job.place,
    tool,
    ...located({ dockerfile: { ...dockerfile, orContainerfile }, inputs, publishes, tags }, job),
  })
}

/** kaniko looks for a file in its working directory, then in its context (its `cmd/executor`, resolveDockerfilePath). */
function kanikoFile(context: BuildValue, file: BuildValue | null): BuildValue | null {
  if (file === null || !isKnown(file) || !isKnown(context) || file.text.startsWith('/')) return file
  const folder = insideWorkspace(context.text) ?? plainPath(context.text)
  if (folder === '' || plainPath(file.text).startsWith(`${folder}/`)) return file
  return unknown(`${file.text} or ${folder}/${plainPath(file.text)}`)
}

function isRemoteValue(value: BuildValue): boolean {
  return isKnown(value) && isRemote(value.text)
}

function addBake(build: BakeCommand, job: JobContext, walk: Walk): void {
  const { files, targets, set, source, folder, unclear, publishes } = build
  const fetched = source === null || !isKnown(source) ? null : folderOfRepository(source.text, job.repo)
  if (source !== null && fetched === null) {
    const written = writtenText(source)
    walk.skip(job.place, 'docker buildx bake', `bakes what ${written} defines`)
    return
  }
  const place = fetched === null ? repositoryPath(job.checkouts, folder) : known(fetched)
  if (place === null) {
    walk.skip(job.place, 'docker buildx bake', 'runs outside of the repository')
    return
  }
  walk.build({
    kind: 'bake',
    format: 'bake',
    tool: 'docker buildx bake',
    ...job.place,
    folder: place,
    project: null,
    isFetched: fetched !== null,
    files,
    targets: [...targets, ...unclear.map(({ written }) => unknown(written))],
    set,
    args: new Map(),
    environment: new Map([...environmentOf(job.variables), ...build.environment]),
    generated: job.generated,
    publishes,
  })
}

function addCompose(build: ComposeCommand, job: JobContext, walk: Walk): void {
  const { files, services, args, folder, projectFolder, unclear, publishes } = build
  const base = projectFolder === null ? null : repositoryPath(job.checkouts, joinPaths(folder, projectFolder))
  // Files that the command names are relative to its folder, the default ones are in the project's.
  const place = files.length === 0 && base !== null ? base : repositoryPath(job.checkouts, folder)
  if (place === null || (projectFolder !== null && (base === null || !isKnown(base)))) {
    walk.skip(job.place, 'docker compose build', 'runs outside of the repository')
    return
  }
  walk.build({
    kind: 'bake',
    format: 'compose',
    tool: 'docker compose',
    ...job.place,
    folder: place,
    project: base !== null && isKnown(base) ? base.text : null,
    isFetched: false,
    files,
    targets: [...services, ...unclear.map(({ written }) => unknown(written))],
    set: [],
    args,
    environment: new Map([...environmentOf(job.variables), ...build.environment]),
    generated: [],
    publishes,
  })
}
