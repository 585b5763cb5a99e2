import type { Data } from '../../yaml/data.js'
import {
  type Checkout,
  contextDockerfile,
  DEFAULT_CONTEXT,
  folderOfRepository,
  isRemote,
  type NamedDockerfile,
  repositoryPath,
} from '../paths.js'
import type { BakeCommand, CommandBuild, ComposeCommand, ScriptBuild } from '../script/index.js'
import { type BuildValue, isKnown, joined, known, unknown } from '../value.js'
import { mapOf, ownValue } from '../yaml-file.js'
import { type ActionBuild, actionReader } from './build-actions.js'
import { environmentOf, type Variables } from './scope.js'
import type { BakeStep, DockerfileStep, StepInputs, StepPlace } from './steps.js'
import { remoteReference, type Walk } from './walk.js'

/** A script that may call one of the tools that build, or change the environment of the steps after it. */
const SCRIPT =
  /\b(?:docker|podman|buildah|nerdctl|buildctl|kaniko|executor|img|depot|earthly|bake|make|ko|task|just|goreleaser|skaffold|pack|nix|jib\w*|gradlew?|mvnw?|npm|pnpm|yarn|bazel|invoke|tox|nox)\b|\.sh\b|GITHUB_ENV/

/** Actions that build and are not read, by what they are called. */
const SUSPICIOUS =
  /(?:docker|container|image|build-(?:and-)?push|kaniko|buildah|podman|\bko\b|goreleaser|builder|earthly|nixpacks|devcontainer)/i

/** Actions whose names say docker or image, and which build nothing. */
const HARMLESS =
  /^(?:docker\/(?:setup-|login-|metadata-|scout-|build-push-action\/)|aquasecurity\/|anchore\/|actions\/|sigstore\/|imjasonh\/setup-crane|hadolint\/|snyk\/|redhat-actions\/(?:podman-login|push-to-registry|buildah-login)|crazy-max\/ghaction-(?:docker-(?:meta|status)|container-scan|setup-)|azure\/(?:docker-)?login|azure\/container-scan|google-github-actions\/|aws-actions\/|snok\/container-retention|dataaxiom\/|peter-evans\/dockerhub|christian-korneck\/|jlumbroso\/|tonistiigi\/|bobheadxi\/|reproducible-containers\/buildkit-cache|satackey\/|dlandon\/|ko-build\/setup-ko|imjasonh\/setup-ko)/i

/** Whether a job may build, so that its steps are worth following. */
export function mayBuild(steps: readonly Data[]): boolean {
  return steps.some((data) => {
    const step = mapOf(data)
    const [uses, run] = [ownValue(step, 'uses'), ownValue(step, 'run')]
    if (typeof run === 'string') return SCRIPT.test(run)
    return typeof uses === 'string' && (isFollowed(uses) || isSuspicious(uses))
  })
}

/** Whether an action is read, or followed. */
export function isFollowed(uses: string): boolean {
  return /^[.$]\//.test(uses) || actionReader(uses) !== null || isBake(uses) || remoteReference(uses, '') !== null
}

const BAKE =
  /^(?:(?:docker|depot|useblacksmith|warpbuilds|namespacelabs)\/bake-action|docker\/github-builder\/\.github\/workflows\/bake\.yml)@/i

/** docker/bake-action, and what takes its inputs. */
export function isBake(uses: string): boolean {
  return BAKE.test(uses.slice(0, 100))
}

/** Whether an action that is not read may build, by its name. */
export function isSuspicious(uses: string): boolean {
  const name = uses.slice(0, 200)
  return SUSPICIOUS.test(name) && !HARMLESS.test(name)
}

/** Whether a script is worth reading. */
export function isRelevantScript(run: Data | undefined): run is string {
  return typeof run === 'string' && SCRIPT.test(run)
}

/** What surrounds a step that builds. */
export interface StepSurroundings {
  readonly place: StepPlace
  /** OWNER/REPO that the workflow runs in. */
  readonly repo: string
  readonly checkouts: readonly Checkout[]
  readonly variables: Variables
  /** Names that each docker/metadata-action step before it made. */
  readonly metadata: readonly (readonly BuildValue[])[]
  /** Bake definitions that steps before it wrote. */
  readonly generated: readonly string[]
}

/** A build by an action or a called workflow that builds one Dockerfile. */
export function dockerfileStep(uses: string, inputs: StepInputs, around: StepSurroundings): DockerfileStep | null {
  const reader = actionReader(uses)
  if (reader === null) return null
  const build = reader(inputs, (name) => environmentOf(around.variables).get(name) ?? null, around.repo)
  // A build that pushes by digest has no tags: what names it is the job's only such step.
  const [only] = build.tags.length === 0 && around.metadata.length === 1 ? around.metadata : []
  return { kind: 'build', ...around.place, tool: uses, ...located(build, around), tags: only ?? build.tags }
}

/** A build as an action names it, its Dockerfile as a file of the repository. */
function located(build: ActionBuild, { checkouts }: StepSurroundings) {
  const { dockerfile, ...rest } = build
  const orContainerfile = dockerfile.orContainerfile ?? false
  return { ...rest, dockerfile: fileIn(dockerfile, checkouts), orContainerfile }
}

function fileIn({ in: where, path }: NamedDockerfile, checkouts: readonly Checkout[]): BuildValue | null {
  if (where === 'elsewhere') return null
  return repositoryPath(where === 'repository' ? [] : checkouts, path)
}

/** docker/bake-action and docker/github-builder's bake.yml: what they build stands in other files. */
export function bakeStep(
  uses: string,
  inputs: StepInputs,
  around: StepSurroundings,
): BakeStep | { readonly unread: string } {
  const isBuilder = /^docker\/github-builder\//i.test(uses)
  const source = isBuilder ? builderSource(inputs) : inputs.text('source')
  const workdir = inputs.text('workdir')
  const place = definitionPlace(source, workdir, /@v[1-5](?:\.|$)/.test(uses) && !isBuilder, around)
  if ('unread' in place) return place
  return {
    kind: 'bake',
    format: 'bake',
    tool: uses,
    ...around.place,
    ...place,
    files: inputs.list('files', 'commas'),
    targets: isBuilder ? [inputs.text('target') ?? known('default')] : inputs.list('targets', 'commas'),
    set: inputs.list('set', 'plain'),
    args: new Map(),
    environment: new Map([...environmentOf(around.variables), ...variablesOf(inputs.list('vars', 'plain'))]),
    generated: around.generated,
    publishes: inputs.isOn('push') ? true : null,
  }
}

/** docker/github-builder fetches: `context` is a folder of the repository (its bake.yml). */
function builderSource(inputs: StepInputs): BuildValue {
  const folder = inputs.text('context') ?? known('.')
  return isKnown(folder) ? known(`{{defaultContext}}:${folder.text}`) : folder
}

/**
 * Where bake runs: in `workdir` until version 5 of the action, in a folder as `source` or in the repository that
 * BuildKit fetches from version 6 on (its README).
 */
function definitionPlace(
  source: BuildValue | null,
  workdir: BuildValue | null,
  isLocal: boolean,
  { checkouts, repo }: StepSurroundings,
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

/** `NAME=VALUE` items, which go before the environment; of others not even the name is known. */
function variablesOf(items: readonly BuildValue[]): ReadonlyMap<string, BuildValue> {
  const values = new Map<string, BuildValue>()
  for (const item of items) {
    const written = isKnown(item) ? item.text : item.written
    const equals = written.indexOf('=')
    const name = written.slice(0, Math.max(equals, 0)).trim()
    const rest = written.slice(equals + 1)
    if (name !== '' && !name.includes('${{')) values.set(name, isKnown(item) ? known(rest) : { ...item, written: rest })
  }
  return values
}

/** Notes the build that a command of a script makes. */
export function addCommand(build: ScriptBuild, around: StepSurroundings, walk: Walk): void {
  const place = { ...around.place, isConditional: around.place.isConditional || build.isConditional }
  const here = { ...around, place }
  if (build.kind === 'build') addDockerfile(build, here, walk)
  else if (build.kind === 'bake') addBake(build, here, walk)
  else addCompose(build, here, walk)
}

function addDockerfile(build: CommandBuild, around: StepSurroundings, walk: Walk): void {
  const { tool, folder, inputs, publishes, tags } = build
  const context = build.context === null || isRemoteValue(build.context) ? build.context : joined(folder, build.context)
  const file = build.file === null ? null : joined(folder, build.file)
  const dockerfile =
    context === null
      ? { in: 'workspace' as const, path: joined(folder, known('Dockerfile')) }
      : contextDockerfile(context, file, around.repo)
  const orContainerfile = build.file === null && tool !== 'docker' && tool !== 'kaniko' && tool !== 'depot'
  walk.build({
    kind: 'build',
    ...around.place,
    tool,
    ...located({ dockerfile: { ...dockerfile, orContainerfile }, inputs, publishes, tags }, around),
  })
}

function isRemoteValue(value: BuildValue): boolean {
  return isKnown(value) && isRemote(value.text)
}

function addBake(build: BakeCommand, around: StepSurroundings, walk: Walk): void {
  const { files, targets, set, source, folder, unclear, publishes } = build
  const fetched = source === null || !isKnown(source) ? null : folderOfRepository(source.text, around.repo)
  if (source !== null && fetched === null) {
    const written = isKnown(source) ? source.text : source.written
    walk.skip(around.place, 'docker buildx bake', `bakes what ${written} defines`)
    return
  }
  const place = fetched === null ? repositoryPath(around.checkouts, folder) : known(fetched)
  if (place === null) {
    walk.skip(around.place, 'docker buildx bake', 'runs outside of the repository')
    return
  }
  walk.build({
    kind: 'bake',
    format: 'bake',
    tool: 'docker buildx bake',
    ...around.place,
    folder: place,
    isFetched: fetched !== null,
    files,
    targets: [...targets, ...unclear.map(({ written }) => unknown(written))],
    set,
    args: new Map(),
    environment: new Map([...environmentOf(around.variables), ...build.environment]),
    generated: around.generated,
    publishes,
  })
}

function addCompose(build: ComposeCommand, around: StepSurroundings, walk: Walk): void {
  const { files, services, args, folder, projectFolder, unclear, publishes } = build
  const place = repositoryPath(around.checkouts, projectFolder === null ? folder : joined(folder, projectFolder))
  if (place === null) {
    walk.skip(around.place, 'docker compose build', 'runs outside of the repository')
    return
  }
  walk.build({
    kind: 'bake',
    format: 'compose',
    tool: 'docker compose',
    ...around.place,
    folder: place,
    isFetched: false,
    files,
    targets: [...services, ...unclear.map(({ written }) => unknown(written))],
    set: [],
    args,
    environment: new Map([...environmentOf(around.variables), ...build.environment]),
    generated: [],
    publishes,
  })
}
