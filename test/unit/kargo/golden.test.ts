import { describe, expect, test } from 'vitest'
import { type Factory, GENERATED_HEADER, synthesize } from '../../../src/kargo/index.js'
import type { TrackedBase } from '../../../src/state/model.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { exampleFactory, external, github, image, NODE, PYTHON, SETTINGS, textOf } from './fixtures.js'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`
const day = { text: '1d', seconds: 86_400 }

const scenarios: Record<string, { factory: Factory; files: string[] }> = {
  example: {
    factory: exampleFactory(),
    files: [
      'base-node-22-bookworm-slim.k8s.yaml',
      'base-python-3.12-slim.k8s.yaml',
      'image-backstage.k8s.yaml',
      'image-factory.k8s.yaml',
    ],
  },
  'several-images-share-a-base': {
    factory: exampleFactory({
      images: [image({ name: 'web' }, [NODE.name]), image({ name: 'api' }, [PYTHON.name, NODE.name])],
      bases: [PYTHON, { ...NODE, baselineDigest: digest }],
    }),
    files: [
      'base-node-22-bookworm-slim.k8s.yaml',
      'base-python-3.12-slim.k8s.yaml',
      'image-api.k8s.yaml',
      'image-factory.k8s.yaml',
      'image-web.k8s.yaml',
    ],
  },
  'external-image': {
    factory: exampleFactory({
      images: [external({ tags: { strategy: 'Lexical', constraint: null, allow: ['^17\\.[0-9]+$', '^1e3$'] } })],
    }),
    files: ['image-factory.k8s.yaml', 'image-postgres.k8s.yaml'],
  },
  disabled: {
    factory: exampleFactory({ images: [image({ enabled: false })] }),
    files: ['image-factory.k8s.yaml'],
  },
  policy: {
    factory: exampleFactory({
      settings: {
        namespace: 'images',
        githubTokenSecret: 'dispatch-app',
        pollInterval: { text: '90s', seconds: 90 },
      },
      images: [
        image({
          autoRebuild: false,
          minimumReleaseAge: { text: '1d12h', seconds: 129_600 },
          rebuildDelay: day,
          source: github({ branch: null, builds: 'dispatched', workflow: 'build & push.yml', repo: 'acme/back.stage' }),
          tags: { strategy: 'SemVer', constraint: '^1.2', allow: [] },
        }),
      ],
      branches: new Map([['backstage', 'release/2']]),
      github: { apiUrl: 'https://github.example.com/api/v3' },
    }),
    files: [
      'base-node-22-bookworm-slim.k8s.yaml',
      'base-python-3.12-slim.k8s.yaml',
      'image-backstage.k8s.yaml',
      'image-factory.k8s.yaml',
    ],
  },
  'long-names': {
    factory: exampleFactory({
      images: [image({ name: `${'long-'.repeat(12)}app` }, ['b'.repeat(63)])],
      bases: [{ ...NODE, name: 'b'.repeat(63) }],
    }),
    files: [`base-${'b'.repeat(63)}.k8s.yaml`, 'image-factory.k8s.yaml', `image-${'long-'.repeat(12)}app.k8s.yaml`],
  },
}

describe.each(Object.entries(scenarios))('%s', (name, { factory, files }) => {
  test('gives these files, sorted by path', () => {
    expect(synthesize(factory).map(({ path }) => path)).toEqual(files)
  })

  test.each(files)('%s is as accepted before', async (path) => {
    const text = textOf(synthesize(factory), path)
    expect(text.split('\n')[0]).toBe(GENERATED_HEADER)
    await expect(text).toMatchFileSnapshot(`../../golden/kargo/${name}/${path}`)
  })
})

test('an image without workflow, without bases or built on GitLab has no rebuild Stage', () => {
  const gitlab = {
    provider: 'gitlab',
    repo: 'acme/app',
    branch: null,
    dockerfile: 'Dockerfile',
    pipeline: null,
    job: null,
    inputs: new Map(),
  } as const
  const rebuilds = (images: Factory['images']) =>
    textOf(synthesize(exampleFactory({ images })), 'image-backstage.k8s.yaml').includes('rebuild-trigger')
  expect(rebuilds([image()])).toBe(true)
  expect(rebuilds([image({ source: github({ workflow: null }) })])).toBe(false)
  expect(rebuilds([image({}, [])])).toBe(false)
  expect(rebuilds([image({ source: gitlab })])).toBe(false)
})

test.each([
  ['SemVer', { strategy: 'SemVer', constraint: null, allow: [] }, { imageSelectionStrategy: 'SemVer' }],
  [
    'SemVer with a constraint',
    { strategy: 'SemVer', constraint: '>=1.0.0 <2', allow: ['^v'] },
    { imageSelectionStrategy: 'SemVer', constraint: '>=1.0.0 <2', allowTagsRegexes: ['^v'] },
  ],
  [
    'NewestBuild',
    { strategy: 'NewestBuild', constraint: 'ignored', allow: ['.'] },
    { imageSelectionStrategy: 'NewestBuild', allowTagsRegexes: ['.'] },
  ],
  [
    'Lexical',
    { strategy: 'Lexical', constraint: null, allow: ['^2024-'] },
    { imageSelectionStrategy: 'Lexical', allowTagsRegexes: ['^2024-'] },
  ],
  [
    'Digest',
    { strategy: 'Digest', constraint: 'latest', allow: ['ignored'] },
    { imageSelectionStrategy: 'Digest', constraint: 'latest' },
  ],
] as const)('tags are selected by %s', (_, tags, subscription) => {
  const files = synthesize(exampleFactory({ images: [external({ tags })] }))
  const [warehouse] = readObjects(textOf(files, 'image-postgres.k8s.yaml'))
  const defaults = { repoURL: 'docker.io/library/postgres', strictSemvers: true, discoveryLimit: 20 }
  expect(warehouse?.spec).toMatchObject({
    interval: '5m0s',
    subscriptions: [{ image: { ...defaults, ...subscription } }],
  })
})

test('a base that only disabled images use is not watched', () => {
  const bases: TrackedBase[] = [NODE, PYTHON]
  const images = [image({ name: 'on' }, [NODE.name]), image({ name: 'off', enabled: false }, [PYTHON.name])]
  const paths = synthesize({ settings: SETTINGS, images, bases }).map(({ path }) => path)
  expect(paths).toEqual(['base-node-22-bookworm-slim.k8s.yaml', 'image-factory.k8s.yaml', 'image-on.k8s.yaml'])
})
