import { type ActionBuild, actionReader } from './build-actions.js'
import { DEFAULT_CONTEXT, folderOfRepository, isRemote, type NamedDockerfile } from './paths.js'
import { environmentOf, type Variables } from './scope.js'
import type { BakeStep, DockerfileStep, StepInputs, StepPlace } from './steps.js'
import { type BuildValue, isKnown, known, unknown } from './value.js'
import { type Checkout, repositoryPath } from './workspace.js'

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
export function located(build: ActionBuild, { checkouts }: StepSurroundings) {
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
