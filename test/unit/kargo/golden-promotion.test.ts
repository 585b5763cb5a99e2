import { describe, expect, test } from 'vitest'
import type { Environment, Settings } from '../../../src/enrollment/images-file.js'
import { type Factory, synthesize } from '../../../src/kargo/index.js'
import { kargoSchemasFolder, loadKargoSchemas, readObjects, WHY_SKIPPED } from '../../support/kargo-schemas.js'
import { environment, exampleFactory, external, image, KUSTOMIZE, SETTINGS, textOf, YAML } from './fixtures.js'

const day = { text: '24h', seconds: 86_400 }
const kustomize = { ...KUSTOMIZE, repo: 'craigedmunds/argocd-eda' }
const yaml = { ...YAML, repo: 'craigedmunds/argocd-eda' }

function promoting(environments: readonly Environment[], settings: Partial<Settings> = {}): Factory {
  return exampleFactory({ settings: { ...SETTINGS, ...settings }, images: [image({ environments })] })
}

/** Every factory here has the one image backstage; its Stages that promote are what a file holds. */
const scenarios: Record<string, Factory> = {
  push: promoting([environment('1', { updates: [kustomize] })]),
  'pull-request': promoting([environment('prod', { pullRequest: true, updates: [kustomize] })]),
  'staging-then-production-by-hand': promoting([
    environment('staging', { updates: [{ ...kustomize, path: 'staging/kustomization.yaml' }] }),
    environment('production', {
      auto: false,
      soak: day,
      pullRequest: true,
      updates: [{ ...kustomize, path: 'production/kustomization.yaml' }],
    }),
  ]),
  'several-files-of-one-repository': promoting([
    environment('1', {
      updates: [
        { ...kustomize, path: 'kustomization.yml' },
        yaml,
        { ...yaml, path: './values//image.yaml', key: 'image', value: 'image' },
        { ...yaml, key: 'image.digest', value: 'digest' },
      ],
    }),
  ]),
  'two-repositories': promoting([
    environment('1', {
      updates: [kustomize, { ...yaml, repo: 'acme/deployments', branch: '1.10' }, { ...yaml, path: 'a.yaml' }],
    }),
  ]),
  'two-repositories-by-pull-request': promoting([
    environment('1', {
      pullRequest: true,
      updates: [kustomize, { ...yaml, provider: 'gitlab', repo: 'acme/platform/deployments', branch: '1.10' }],
    }),
  ]),
  'own-servers-and-shard': {
    ...promoting(
      [environment('1', { updates: [kustomize, { ...kustomize, provider: 'gitlab', repo: 'acme/deployments' }] })],
      { shard: 'eu' },
    ),
    servers: { githubApi: 'https://github.example.com/api/v3', gitlab: 'https://gitlab.example.com/' },
  },
  'one-tag-for-ever': exampleFactory({
    images: [
      image({
        tags: { strategy: 'Digest', constraint: 'latest', allow: [] },
        environments: [environment('1', { updates: [kustomize] })],
      }),
    ],
  }),
}

const stages = (factory: Factory, prefix: string): string =>
  textOf(synthesize(factory), 'image-backstage.k8s.yaml')
    .split(/^---\n/m)
    .filter((object) => object.includes(`\n  name: ${prefix}`))
    .join('---\n')

describe.each(Object.entries(scenarios))('promotion: %s', (name, factory) => {
  test('is as accepted before', async () => {
    await expect(stages(factory, 'promote-')).toMatchFileSnapshot(`../../golden/kargo/promotion/${name}.yaml`)
  })
})

const all = { dockerfile: 'CRITICAL', content: 'CRITICAL', vulnerabilities: 'CRITICAL', ignoreUnfixed: true } as const
const none = { dockerfile: null, content: null, vulnerabilities: null, ignoreUnfixed: true, templates: [] }
const stateWorkflow = { repo: 'acme/state', workflow: 'synth.yml', ref: 'main' }

/** What is different is the Stage that analyzes. */
const analyses: Record<string, Factory> = {
  'all-checks': exampleFactory({ images: [image({ analysis: { ...all, templates: [] } })] }),
  'thresholds-and-own-template': exampleFactory({
    images: [
      image({
        analysis: {
          dockerfile: null,
          content: 'LOW',
          vulnerabilities: 'HIGH',
          ignoreUnfixed: false,
          templates: ['smoke-test', 'scan-image', 'smoke-test'],
        },
      }),
    ],
  }),
  'only-the-dockerfile': exampleFactory({ images: [image({ analysis: { ...none, dockerfile: 'MEDIUM' } })] }),
  'only-an-own-template': exampleFactory({ images: [image({ analysis: { ...none, templates: ['smoke-test'] } })] }),
  'nothing-is-checked': exampleFactory({ images: [image({ analysis: null })] }),
  'no-check-is-on': exampleFactory({ images: [image({ analysis: none })] }),
  'external-image': exampleFactory({ images: [external({ name: 'backstage' })] }),
  'gitlab-source': exampleFactory({
    images: [
      image({
        source: {
          provider: 'gitlab',
          repo: 'acme/platform/backstage',
          branch: 'release/1.10',
          dockerfile: './docker//$(HOME)/Dockerfile',
          pipeline: null,
          job: null,
          inputs: new Map(),
        },
      }),
    ],
  }),
  'state-workflow-and-shard': exampleFactory({
    settings: { ...SETTINGS, stateWorkflow, shard: 'eu' },
    images: [image({ shard: 'us', analysis: null })],
  }),
}

describe.each(Object.entries(analyses))('analysis: %s', (name, factory) => {
  test('is as accepted before', async () => {
    await expect(stages(factory, 'analyze-')).toMatchFileSnapshot(`../../golden/kargo/analysis/${name}.yaml`)
  })
})

test('the checks themselves are as accepted before', async () => {
  const objects = textOf(synthesize(exampleFactory()), 'image-factory.k8s.yaml').split(/^---\n/m)
  const checks = objects.filter((text) => /^kind: (?:AnalysisTemplate|ServiceAccount)$/m.test(text))
  await expect(checks.join('---\n')).toMatchFileSnapshot('../../golden/kargo/analysis/checks.yaml')
})

describe.skipIf(kargoSchemasFolder === null)(`Kargo's schemas${WHY_SKIPPED}`, () => {
  const schemas = kargoSchemasFolder === null ? undefined : loadKargoSchemas(kargoSchemasFolder)

  test.each([...Object.entries(scenarios), ...Object.entries(analyses)])('every object is good: %s', (_, factory) => {
    const objects = synthesize(factory).flatMap(({ text }) => readObjects(text))
    // A kind of Kubernetes itself: the test of the checks above holds it word for word.
    for (const object of objects.filter(({ kind }) => kind !== 'ServiceAccount'))
      expect(schemas?.faultsOf(object), `${object.kind} ${JSON.stringify(object.metadata)}`).toEqual([])
  })
})
