import type { EnrolledImage, Environment, Settings, SourceOn, Update } from '../../../src/enrollment/images-file.js'
import { DEFAULT_SETTINGS } from '../../../src/enrollment/settings.js'
import { completeEntry } from '../../../src/enrollment/variants.js'
import type { Factory } from '../../../src/kargo/index.js'
import type { TrackedBase, TrackedImage } from '../../../src/state/model.js'

/** An entry that says no more than it must, with the defaults of every other key. */
const PLAIN = completeEntry('backstage', {
  registry: 'ghcr.io',
  repository: 'x',
  build: { platforms: ['linux/amd64'] },
})
if (PLAIN === null) throw new Error('the plain entry is no entry')
const { source: _, ...DEFAULTS } = PLAIN

export const SETTINGS: Settings = DEFAULT_SETTINGS

/** Settings of a factory that tells its state repository. */
export const TELLING: Settings = {
  ...SETTINGS,
  stateWorkflow: { repo: 'craigedmunds/image-factory-state', workflow: 'synth.yml', ref: 'main' },
}

export const NODE: TrackedBase = {
  name: 'node-22-bookworm-slim',
  registry: 'docker.io',
  repository: 'library/node',
  tag: '22-bookworm-slim',
  baselineDigest: null,
}

export const NODE_20: TrackedBase = { ...NODE, name: 'node-20', tag: '20' }

export const PYTHON: TrackedBase = {
  name: 'python-3.12-slim',
  registry: 'docker.io',
  repository: 'library/python',
  tag: '3.12-slim',
  baselineDigest: null,
}

/** A GitHub source with what is given, else that of the example. */
export function github(source: Partial<SourceOn<'github'>> = {}): SourceOn<'github'> {
  return {
    provider: 'github',
    repo: 'craigedmunds/argocd-eda',
    branch: 'main',
    dockerfile: 'backstage/app/packages/backend/Dockerfile',
    workflow: 'backstage.yml',
    builds: 'any',
    inputs: new Map(),
    ...source,
  }
}

/** A GitLab source with what is given, else that of kargo/pipeline-more.yaml. */
export function gitlab(source: Partial<SourceOn<'gitlab'>> = {}): SourceOn<'gitlab'> {
  return {
    provider: 'gitlab',
    repo: 'acme/gl-app',
    branch: 'main',
    dockerfile: 'Dockerfile',
    pipeline: null,
    job: null,
    inputs: new Map(),
    ...source,
  }
}

/** An enrolled image with what is given, else that of the example. */
export function image(
  enrollment: Partial<EnrolledImage> = {},
  bases: readonly string[] = [NODE.name, PYTHON.name],
): TrackedImage {
  const name = enrollment.name ?? 'backstage'
  return {
    bases,
    enrolledAt: null,
    runs: { kind: 'all' },
    enrollment: {
      ...DEFAULTS,
      name,
      line: 5,
      column: 3,
      repository: `craigedmunds/${name}`,
      source: github(),
      written: {},
      lineOf: () => null,
      ...enrollment,
    },
  }
}

/** An image that is only tracked. */
export function external(enrollment: Partial<EnrolledImage> = {}): TrackedImage {
  return image(
    { name: 'postgres', registry: 'docker.io', repository: 'library/postgres', source: null, ...enrollment },
    [],
  )
}

/** The change of a kustomization, and that of a value in a YAML file. */
export const KUSTOMIZE: Update = {
  provider: 'github',
  repo: 'acme/deployments',
  branch: 'main',
  path: 'apps',
  type: 'kustomize-set-image',
  key: null,
  value: 'tag',
}
export const YAML: Update = {
  ...KUSTOMIZE,
  type: 'yaml-update',
  path: 'charts/backstage/values.yaml',
  key: 'image.tag',
}

/** An environment that pushes what is given, else one kustomization. */
export function environment(name: string, change: Partial<Environment> = {}): Environment {
  return { name, auto: true, soak: { text: '0', seconds: 0 }, pullRequest: false, updates: [KUSTOMIZE], ...change }
}

/** What kargo/pipeline.yaml shows: backstage, built on node and python. */
export function exampleFactory(change: Partial<Factory> = {}): Factory {
  const inputs = new Map([
    ['reason', '$(baseImage) is now $(baseDigest)'],
    ['version_bump', 'patch'],
  ])
  return {
    settings: SETTINGS,
    images: [image({ source: github({ inputs }) })],
    bases: [NODE, PYTHON],
    imagesFile: 'images.yaml',
    ...change,
  }
}

/** The text of one file of an output. */
export function textOf(files: readonly { readonly path: string; readonly text: string }[], path: string): string {
  const file = files.find((candidate) => candidate.path === path)
  if (file === undefined) throw new Error(`${path} is not among ${files.map((candidate) => candidate.path).join(', ')}`)
  return file.text
}
