import { posix } from 'node:path'
import { contextDockerfile, joinPaths, type NamedDockerfile } from '../paths.js'
import {
  type BuildInputs,
  type BuildValue,
  type EnvironmentLookup,
  FROM_ENVIRONMENT,
  isKnown,
  known,
  splitPair,
  type Unclear,
  unknown,
  writtenText,
} from '../value.js'
import type { DockerfileStep, StepInputs } from './steps.js'

/** The build of a step, in its action's terms. */
export interface ActionBuild extends Pick<DockerfileStep, 'inputs' | 'publishes' | 'tags'> {
  readonly dockerfile: NamedDockerfile
}

/**
 * Readers for actions that build one Dockerfile, each written from the action's action.yml; the first pattern that
 * matches `uses` counts.
 */
const READERS: readonly (readonly [RegExp, typeof buildPush])[] = [
  [/^docker\/build-push-action@v1(?:\.|$)/, buildPushV1],
  [/^(?:docker|depot|useblacksmith|warpbuilds|namespacelabs|redhat-actions)\/build-push-action@/, buildPush],
  [/^docker\/github-builder\/\.github\/workflows\/build\.yml@/, githubBuilder],
  [/^redhat-actions\/buildah-build@/, buildah],
  [/^(?:int128|aevea|inextensodigital)\/(?:kaniko-action|action-kaniko)@/, kaniko],
  [/^mr-smithers-excellent\/docker-build-push@/, dockerBuildPush],
  [/^elgohr\/publish-docker-github-action@/, publishDocker],
  [/^macbre\/push-to-ghcr@/, pushToGhcr],
]

/** The reader for an action, null if it is not known to build a single Dockerfile. */
export function actionReader(uses: string): typeof buildPush | null {
  const name = uses.slice(0, 200).toLowerCase()
  return READERS.find(([pattern]) => pattern.test(name))?.[1] ?? null
}

const DEFAULT_FILE = known('Dockerfile')
const WORKSPACE_ROOT = known('.')

/** docker/build-push-action, versions 2 and later. */
function buildPush(inputs: StepInputs, environment: EnvironmentLookup, repo: string): ActionBuild {
  const outputs = inputs.list('outputs', 'lines')
  const names = outputs.flatMap((value) => (isKnown(value) ? (OUTPUT_NAME.exec(value.text)?.[1] ?? []) : []))
  const sends = outputs.some((value) => !isKnown(value) || /push=true|type=registry/.test(value.text))
  return {
    dockerfile: contextDockerfile(inputs.text('context'), inputs.text('file'), repo),
    inputs: dockerInputs(inputs, environment),
    publishes: sends || inputs.isOn('push'),
    tags: [...inputs.list('tags', 'commas'), ...names.map(known)],
  }
}

/** The name in `type=image,name=ghcr.io/org/app,push-by-digest=true`. */
const OUTPUT_NAME = /(?:^|,)"?name=([^",]{1,255})/

/** docker/github-builder builds from a fetched repository: `context` is a folder in it (its build.yml). */
function githubBuilder(inputs: StepInputs, environment: EnvironmentLookup): ActionBuild {
  const folder = inputs.text('context') ?? WORKSPACE_ROOT
  return {
    dockerfile: { in: 'repository', path: joinPaths(folder, inputs.text('file') ?? DEFAULT_FILE) },
    inputs: dockerInputs(inputs, environment),
    publishes: inputs.isOn('push'),
    tags: metadataTags(inputs, 'meta-images', 'meta-flavor'),
  }
}

function dockerInputs(inputs: StepInputs, environment: EnvironmentLookup): BuildInputs {
  const { args, unclear } = buildPairs('build-args', inputs.list('build-args', 'lines'), environment)
  const contexts = buildPairs('build-contexts', inputs.list('build-contexts', 'lines'), () => null)
  return {
    args,
    target: inputs.text('target'),
    platforms: inputs.list('platforms', 'commas'),
    contexts: contexts.args,
    unclear: [...unclear, ...contexts.unclear],
  }
}

/** docker/build-push-action version 1, with different inputs. */
function buildPushV1(inputs: StepInputs, environment: EnvironmentLookup): ActionBuild {
  const folder = inputs.text('path') ?? WORKSPACE_ROOT
  const args = buildPairs('build_args', inputs.list('build_args', 'commas'), environment)
  return {
    dockerfile: { in: 'workspace', path: inputs.text('dockerfile') ?? joinPaths(folder, DEFAULT_FILE) },
    inputs: { ...NO_INPUTS, ...args, target: inputs.text('target') },
    publishes: !inputs.has('push') || inputs.isOn('push'),
    tags: imageNames([inputs.text('registry'), inputs.text('repository')]),
  }
}

/** redhat-actions/buildah-build; another step pushes the image. */
function buildah(inputs: StepInputs, environment: EnvironmentLookup): ActionBuild {
  const files = ['containerfiles', 'dockerfiles'].map((name) => inputs.list(name, 'plain'))
  const named = files.find((list) => list.length > 0)?.[0]
  const { args, unclear } = buildPairs('build-args', inputs.list('build-args', 'plain'), environment)
  const extra = inputs.list('extra-args', 'plain')
  const target = optionValue(extra, 'target')
  const platforms = ['platforms', 'platform'].map((name) => inputs.list(name, 'commas')).find((list) => list.length > 0)
  const architectures = ['archs', 'arch'].flatMap((name) => inputs.list(name, 'commas'))
  const image = inputs.text('image')
  return {
    dockerfile: {
      in: 'workspace',
      path: named ?? joinPaths(inputs.text('context') ?? WORKSPACE_ROOT, DEFAULT_FILE),
      orContainerfile: named === undefined,
    },
    inputs: {
      ...NO_INPUTS,
      args,
      unclear: [...unclear, ...extra.flatMap((item) => unreadOption('extra-args', item))],
      target,
      platforms: platforms ?? architectures.map(asLinux),
    },
    publishes: null,
    tags: image === null ? inputs.list('tags', 'plain') : [image],
  }
}

/** Kaniko, as run by the actions of int128 and aevea. */
function kaniko(inputs: StepInputs, environment: EnvironmentLookup): ActionBuild {
  const folder = inputs.text('context') ?? inputs.text('path') ?? WORKSPACE_ROOT
  const file = inputs.text('file') ?? inputs.text('build_file') ?? DEFAULT_FILE
  const { args, unclear } = buildPairs('build-args', inputs.list('build-args', 'plain'), environment)
  const extra = inputs.list('extra_args', 'plain')
  const images = imageNames([inputs.text('registry'), inputs.text('image')])
  return {
    // kaniko resolves the file below its context, but some workflows write it relative to the workspace.
    dockerfile: { in: 'workspace', path: isBelow(file, folder) ? file : joinPaths(folder, file) },
    inputs: {
      ...NO_INPUTS,
      args,
      unclear: [...unclear, ...extra.flatMap((item) => unreadOption('extra_args', item))],
      target: inputs.text('target') ?? optionValue(extra, 'target'),
      platforms: inputs.list('platform', 'commas'),
    },
    publishes: !inputs.has('push') || inputs.isOn('push'),
    tags: images.length > 0 ? images : inputs.list('tags', 'commas'),
  }
}

function dockerBuildPush(inputs: StepInputs, environment: EnvironmentLookup): ActionBuild {
  const args = buildPairs('buildArgs', inputs.list('buildargs', 'commas'), environment)
  return {
    dockerfile: { in: 'workspace', path: inputs.text('dockerfile') ?? DEFAULT_FILE },
    inputs: {
      ...NO_INPUTS,
      ...args,
      target: inputs.text('target'),
      platforms: inputs.list('platform', 'commas'),
    },
    publishes: !inputs.has('pushimage') || inputs.isOn('pushimage'),
    tags: imageNames([inputs.text('registry'), inputs.text('image')]),
  }
}

function publishDocker(inputs: StepInputs, environment: EnvironmentLookup): ActionBuild {
  const folder = inputs.text('workdir') ?? WORKSPACE_ROOT
  const args = buildPairs('buildargs', inputs.list('buildargs', 'commas'), environment)
  return {
    dockerfile: { in: 'workspace', path: joinPaths(folder, inputs.text('dockerfile') ?? DEFAULT_FILE) },
    inputs: {
      ...NO_INPUTS,
      ...args,
      target: inputs.text('target'),
      platforms: inputs.list('platforms', 'commas'),
    },
    publishes: !inputs.isOn('no_push'),
    tags: imageNames([inputs.text('registry'), inputs.text('name')]),
  }
}

function pushToGhcr(inputs: StepInputs, environment: EnvironmentLookup): ActionBuild {
  const folder = inputs.text('context') ?? WORKSPACE_ROOT
  const args = buildPairs('build_arg', inputs.list('build_arg', 'plain'), environment)
  const name = inputs.text('image_name')
  return {
    dockerfile: { in: 'workspace', path: inputs.text('dockerfile') ?? joinPaths(folder, DEFAULT_FILE) },
    inputs: { ...NO_INPUTS, ...args },
    publishes: true,
    tags: name === null ? [] : imageNames([inputs.text('repository') ?? known('ghcr.io'), name]),
  }
}

const NO_INPUTS: BuildInputs = { args: new Map(), target: null, platforms: [], contexts: new Map(), unclear: [] }

/**
 * Parses `NAME=VALUE` items. A name alone takes its value from the build's environment (docs.docker.com, `docker build
 * --build-arg`), of which only the workflow's own variables are known. Names are used as written: one with a trailing
 * blank matches nothing in a Dockerfile.
 */
function buildPairs(
  key: string,
  items: readonly BuildValue[],
  environment: EnvironmentLookup,
): Pick<BuildInputs, 'args' | 'unclear'> {
  const args = new Map<string, BuildValue>()
  const unclear: Unclear[] = []
  for (const item of items) {
    const written = writtenText(item)
    const [name, rest] = splitPair(written)
    if (name.includes('${{')) unclear.push(unclearItem(key, item))
    else if (name.startsWith('#') || name.trim() === '') continue
    else if (rest === null) args.set(name, environment(name) ?? unknown(FROM_ENVIRONMENT.written, item.place))
    else args.set(name, isKnown(item) || !rest.includes('${{') ? known(rest) : unknown(rest, item.place))
  }
  return { args, unclear }
}

/** Placeholder for the tag in names from docker/metadata-action: the actual tags are known only during the run. */
export const METADATA_TAG = '{{metadata}}'

/**
 * Names that docker/metadata-action gives an image: its `images` are lines, plain or `name=…,enable=…`, its `flavor`
 * may add a prefix or suffix to every tag (its README).
 */
export function metadataTags(inputs: StepInputs, images: string, flavor: string): BuildValue[] {
  const [prefix, suffix] = ['prefix', 'suffix'].map((key) => flavorOf(inputs.list(flavor, 'plain'), key))
  return inputs.list(images, 'lines').flatMap((line): BuildValue[] => {
    if (!isKnown(line)) return [line]
    const fields = line.text.split(',').map((field) => field.trim())
    const name = fields.find((field) => field.startsWith('name='))?.slice('name='.length) ?? fields[0] ?? ''
    if (fields.includes('enable=false') || name === '') return []
    return [known(`${name.toLowerCase()}:${prefix}${METADATA_TAG}${suffix}`)]
  })
}

function flavorOf(lines: readonly BuildValue[], key: string): string {
  for (const line of lines) {
    const field = isKnown(line) ? line.text.split(',')[0] : undefined
    if (field?.startsWith(`${key}=`)) return field.slice(key.length + 1)
  }
  return ''
}

/** The name that these parts make; none if all of them are missing. */
function imageNames(parts: readonly (BuildValue | null)[]): BuildValue[] {
  const given = parts.filter((part) => part !== null)
  if (given.length === 0) return []
  const text = given.map(writtenText).join('/')
  return [given.every(isKnown) ? known(text.toLowerCase()) : unknown(text)]
}

function isBelow(file: BuildValue, folder: BuildValue): boolean {
  if (!isKnown(file) || !isKnown(folder)) return false
  const plain = posix.normalize(folder.text)
  return plain !== '.' && posix.normalize(file.text).startsWith(`${plain}/`)
}

function asLinux(architecture: BuildValue): BuildValue {
  return isKnown(architecture) ? { ...architecture, text: `linux/${architecture.text}` } : architecture
}

/** The value of `--NAME=VALUE` or `--NAME VALUE` among arguments; null if absent. */
function optionValue(items: readonly BuildValue[], name: string): BuildValue | null {
  for (const [index, item] of items.entries()) {
    const written = writtenText(item)
    if (written.startsWith(`--${name}=`)) {
      const text = written.slice(name.length + 3)
      return isKnown(item) ? known(text) : unknown(text)
    }
    if (written === `--${name}`) return items[index + 1] ?? null
  }
  return null
}

function unreadOption(key: string, item: BuildValue): Unclear[] {
  const matters = !isKnown(item) || /^--(?:build-arg|build-context|from)\b/.test(item.text)
  return matters ? [unclearItem(key, item)] : []
}

function unclearItem(key: string, item: BuildValue): Unclear {
  return { key, written: writtenText(item), ...(item.place !== undefined && { place: item.place }) }
}
