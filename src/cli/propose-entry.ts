import { checkDispatch } from '../build-definition/index.js'
import { type Problem, problem, Refusal, refuse } from '../enrollment/index.js'
import { FORGES, type Forge, type Provider } from '../forges/index.js'
import { parseReference } from '../reference/index.js'
import type { Repository } from '../registry/index.js'
import type { Env } from '../run-options.js'
import type { Data, DataMap } from '../yaml/data.js'
import { type LocalClone, type RemoteRepository, repositoryOf } from './checkout.js'
import {
  chooseBuild,
  type Detected,
  type DetectedBuild,
  type GivenBuild,
  NOTHING_DETECTED,
  readWorkflowBuilds,
} from './choose-build.js'
import { nameAndValue } from './options.js'

export interface EnrollOptions {
  readonly name?: string
  readonly image?: string
  readonly registry?: string
  readonly repository?: string
  readonly sourceProvider?: Provider
  readonly repo?: string
  readonly branch?: string
  readonly dockerfile?: string
  readonly workflow?: string
  readonly pipeline?: string
  readonly job?: string
  /** NAME=VALUE */
  readonly input: readonly string[]
  /** Image references. */
  readonly base: readonly string[]
  readonly target?: string
  readonly rebuildDelay?: string
  readonly autoRebuild?: 'true' | 'false'
  readonly disabled?: boolean
  readonly dryRun?: boolean
}

/** An entry, and the reason for each part of it that no option sets. */
export interface Proposal {
  readonly entry: DataMap
  /** Path of the key (`source.repo`) → why. */
  readonly why: ReadonlyMap<string, string>
  /** What to know before the entry is merged. */
  readonly warnings: readonly Problem[]
}

interface ProposalInput {
  readonly options: EnrollOptions
  readonly checkout: LocalClone | null
  /** `defaults` of the file that the entry goes to. */
  readonly defaults: DataMap
  readonly env: Env
}

/**
 * Builds an entry from options and, where they are missing, from the checkout.
 *
 * @throws Refusal with everything that neither provides, and the options that set it.
 */
export function proposeEntry(input: ProposalInput): Proposal {
  const { options, checkout, env } = input
  const given = imageOption(options)
  const address = checkout?.remote ?? null
  const remote = address === null ? null : repositoryOf(address, env)
  const { found, warnings } = detectBuild(input, remote, given)
  const published = given ?? splitImage(found.image?.value)
  const repository = options.repository ?? published?.repository
  const name = options.name ?? nameFrom(repository)
  const faults = [
    ...repositoryFaults(input, remote),
    ...found.faults,
    ...(found.faults.length === 0 ? entryFaults(input, repository, name) : []),
  ]
  if (faults.length > 0) throw new Refusal(faults)
  const { source, why } = sourceOf(input, remote, found)
  const entry = {
    name,
    registry: options.registry ?? published?.registry,
    repository,
    enabled: options.disabled === true ? false : undefined,
    source,
    bases: options.base.length === 0 ? undefined : [...options.base],
    build: options.target === undefined ? undefined : { target: options.target },
    rebuildDelay: options.rebuildDelay,
    autoRebuild: options.autoRebuild === undefined ? undefined : options.autoRebuild === 'true',
  }
  const reasons = {
    name: options.name === undefined ? 'the last part of the repository' : undefined,
    registry: registryReason(options) ?? (options.registry === undefined ? found.image?.why : undefined),
    repository: options.repository === undefined ? found.image?.why : undefined,
    ...why,
  }
  return { entry: filled(entry), why: new Map(Object.entries(filled(reasons))), warnings }
}

/** `--image`, parsed like Docker does. */
function imageOption({ image, registry, repository }: EnrollOptions): Repository | null {
  if (image === undefined) return null
  if (registry !== undefined || repository !== undefined) {
    throw refuse('option-invalid', '--image already sets registry and repository.', {
      remedy: 'Leave out --registry and --repository.',
    })
  }
  const parsed = parseReference(image)
  if (!parsed.ok) throw refuse('option-invalid', `--image: ${parsed.message}.`)
  const { tag, digest, ...place } = parsed.reference
  if (tag === null && digest === null) return place
  throw refuse(
    'option-invalid',
    '--image names a tag or digest; all that is published under the repository is enrolled.',
    {
      remedy: `Write --image ${place.registry}/${place.repository}.`,
    },
  )
}

function registryReason({ image }: EnrollOptions): string | null {
  const parsed = image === undefined ? null : parseReference(image)
  const isAssumed = parsed?.ok && parsed.reference.registry === 'docker.io' && !image?.includes('docker.io/')
  return isAssumed === true ? 'no registry given: docker.io is assumed' : null
}

function splitImage(image: string | undefined): Repository | null {
  const parsed = image === undefined ? null : parseReference(image)
  return parsed?.ok ? { registry: parsed.reference.registry, repository: parsed.reference.repository } : null
}

function repositoryFaults({ options, checkout }: ProposalInput, remote: RemoteRepository | null): Problem[] {
  if (checkout === null || options.repo !== undefined) return []
  if (remote === null) {
    const why = checkout.remote === null ? 'has no remote' : 'has a remote that names no repository on a server'
    return [problem('build-unclear', `the checkout ${why}.`, { remedy: 'Set its repository with --repo.' })]
  }
  if (remote.provider !== null || options.sourceProvider !== undefined) return []
  const or = (of: (forge: Forge) => string) => FORGES.map(of).join(' or ')
  const message = `the checkout comes from ${remote.host}, which may be ${or(({ name }) => name)}.`
  const remedy = `Write ${or(({ provider }) => `--source-provider ${provider}`)}.`
  return [problem('build-unclear', message, { remedy })]
}

function detectBuild(
  { options, checkout }: ProposalInput,
  remote: RemoteRepository | null,
  image: Repository | null,
): { readonly found: DetectedBuild; readonly warnings: readonly Problem[] } {
  if (checkout === null) return { found: NOTHING_DETECTED, warnings: [] }
  const isGitHub = (options.sourceProvider ?? remote?.provider ?? 'github') === 'github'
  const repo = options.repo ?? remote?.repo ?? null
  const workflows = isGitHub ? checkout.workflows : []
  const read = workflows.flatMap((file) => readWorkflowBuilds(file, repo, checkout.read) ?? [])
  const wanted = image ?? (options.registry && options.repository ? `${options.registry}/${options.repository}` : null)
  const given: GivenBuild = {
    dockerfile: options.dockerfile ?? null,
    workflow: options.workflow ?? null,
    image: wanted === null || typeof wanted === 'string' ? wanted : `${wanted.registry}/${wanted.repository}`,
  }
  // A checkout does not show how an image is built whose base images have to be named.
  const isNamed = options.base.length > 0 && options.dockerfile === undefined
  const builds = read.flatMap((one) => one.builds)
  const found = isNamed ? NOTHING_DETECTED : chooseBuild(given, checkout, builds)
  const workflow = options.workflow ?? found.workflow?.value
  const facts = read.find(({ facts: { file } }) => file === workflow)?.facts
  const inputs = new Map(options.input.map((text) => nameAndValue('--input', text)))
  const warnings = (facts === undefined ? [] : checkDispatch(facts, inputs)).map(({ code, message, remedy }) =>
    problem(code, message, { remedy }),
  )
  return { found, warnings }
}

function entryFaults(
  { options, checkout }: ProposalInput,
  repository: string | undefined,
  name: string | null,
): Problem[] {
  if (repository === undefined && options.disabled !== true) {
    const message =
      checkout === null
        ? 'it is unclear where the image is published.'
        : 'the workflows of the checkout do not show where the image is published.'
    return [problem('build-unclear', message, { remedy: 'Write it, for example --image ghcr.io/acme/web.' })]
  }
  if (name !== null) return []
  return [problem('build-unclear', 'there is nothing to derive a name from.', { remedy: 'Set one with --name.' })]
}

/** The last part of a repository as a valid Kubernetes name; null if no character of it is valid. */
function nameFrom(repository: string | undefined): string | null {
  const last = repository?.split('/').at(-1) ?? ''
  const name = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-|-$/g, '')
  return name === '' ? null : name
}

function sourceOf(
  input: ProposalInput,
  remote: RemoteRepository | null,
  found: DetectedBuild,
): { readonly source: DataMap | undefined; readonly why: Readonly<Record<string, string | undefined>> } {
  const { options } = input
  const branch = options.branch === undefined ? branchOf(input) : null
  const inputs =
    options.input.length === 0
      ? undefined
      : Object.fromEntries(options.input.map((text) => nameAndValue('--input', text)))
  const source = filled({
    provider: options.sourceProvider ?? (options.repo === undefined ? remote?.provider : undefined) ?? undefined,
    repo: options.repo ?? remote?.repo,
    branch: options.branch ?? branch?.value,
    dockerfile: options.dockerfile ?? found.dockerfile?.value,
    workflow: options.workflow ?? found.workflow?.value,
    pipeline: options.pipeline,
    job: options.job,
    inputs,
  })
  const reasons = {
    'source.provider': 'the remote of the checkout',
    'source.repo': 'the remote of the checkout',
    'source.branch': branch?.why,
    'source.dockerfile': found.dockerfile?.why,
    'source.workflow': found.workflow?.why,
  }
  const isSaid: Readonly<Record<string, boolean>> = {
    'source.provider': options.sourceProvider !== undefined || source.provider === undefined,
    'source.repo': options.repo !== undefined || remote === null,
    'source.dockerfile': options.dockerfile !== undefined,
    'source.workflow': options.workflow !== undefined,
  }
  const why = Object.fromEntries(Object.entries(reasons).filter(([key]) => isSaid[key] !== true))
  return { source: Object.keys(source).length === 0 ? undefined : source, why }
}

/** The checked-out branch, if the entry would otherwise be read from another one. */
function branchOf({ checkout, defaults }: ProposalInput): Detected | null {
  if (checkout === null || checkout.branch === null) return null
  const { branch, defaultBranch } = checkout
  const source = defaults.source
  const inherited = typeof source === 'object' && source !== null && 'branch' in source ? source.branch : undefined
  if (inherited !== undefined) {
    return inherited === branch ? null : { value: branch, why: 'what is checked out; the defaults name another' }
  }
  if (branch === defaultBranch) return null
  // The clone does not record its remote's default branch: it is nearly always one of these two.
  if (defaultBranch === null && (branch === 'main' || branch === 'master')) return null
  const other = defaultBranch === null ? 'a default branch' : defaultBranch
  return { value: branch, why: `what is checked out, and not ${other}` }
}

function filled<T extends Data>(data: Readonly<Record<string, T | null | undefined>>): Record<string, T> {
  const entries = Object.entries(data).flatMap(([key, value]): [string, T][] =>
    value === undefined || value === null ? [] : [[key, value]],
  )
  return Object.fromEntries(entries)
}
