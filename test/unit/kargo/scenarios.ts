import type { Factory } from '../../../src/kargo/index.js'
import {
  exampleFactory,
  external,
  github,
  gitlab,
  image,
  NODE,
  NODE_20,
  PYTHON,
  SETTINGS,
  TELLING,
} from './fixtures.js'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`
const other = `sha256:${'fedcba9876543210'.repeat(4)}`
const day = { text: '1d', seconds: 86_400 }

const settings = { ...SETTINGS, analysis: false }

export interface Scenario {
  readonly factory: Factory
  readonly files: readonly string[]
  /** Whether image-factory.k8s.yaml, which hardly differs, has something to show. */
  readonly showsFactory?: true
}

/** Factories that show one thing each; checks are off but in the example, to keep the files short. */
export const scenarios: Record<string, Scenario> = {
  example: {
    factory: exampleFactory(),
    files: ['base-node-22-bookworm-slim', 'base-python-3.12-slim', 'image-backstage', 'image-factory'],
    showsFactory: true,
  },
  'single-base': {
    factory: exampleFactory({ settings, images: [image({}, [NODE.name])] }),
    files: ['base-node-22-bookworm-slim', 'image-backstage', 'image-factory'],
  },
  'several-images-share-a-base': {
    factory: exampleFactory({
      settings,
      images: [image({ name: 'web' }, [NODE.name]), image({ name: 'api' }, [PYTHON.name, NODE.name])],
      bases: [PYTHON, { ...NODE, baselineDigest: digest }],
    }),
    files: ['base-node-22-bookworm-slim', 'base-python-3.12-slim', 'image-api', 'image-factory', 'image-web'],
  },
  'one-workflow-for-several-images': {
    factory: exampleFactory({
      settings: { ...settings, retries: 0 },
      images: [
        {
          ...image({ name: 'api', source: github({ inputs: new Map([['image', 'api']]) }) }, [NODE.name]),
          runs: { kind: 'title', title: 'Build api' },
          enrolledAt: 1_790_000_000,
        },
        { ...image({ name: 'worker', source: github({ inputs: new Map() }) }, [NODE.name]), runs: { kind: 'own' } },
      ],
    }),
    files: ['base-node-22-bookworm-slim', 'image-api', 'image-factory', 'image-worker'],
    showsFactory: true,
  },
  'external-image': {
    factory: exampleFactory({
      settings,
      images: [external({ tags: { strategy: 'Lexical', constraint: null, allow: ['^17\\.[0-9]+$', '^1e3$'] } })],
    }),
    files: ['image-factory', 'image-postgres'],
  },
  disabled: {
    factory: exampleFactory({ settings: { ...TELLING, analysis: false }, images: [image({ enabled: false })] }),
    files: ['image-factory'],
  },
  policy: {
    factory: exampleFactory({
      settings: {
        ...settings,
        namespace: 'images',
        secrets: { ...settings.secrets, github: 'dispatch-app' },
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
      servers: { githubApi: 'https://github.example.com/api/v3' },
    }),
    files: ['base-node-22-bookworm-slim', 'base-python-3.12-slim', 'image-backstage', 'image-factory'],
    showsFactory: true,
  },
  enrollment: {
    factory: exampleFactory({
      settings: { ...settings, stagger: { text: '2h', seconds: 7200 } },
      images: [
        {
          ...image({ name: 'api', rebuildOnEnrollment: true, minimumReleaseAge: day }),
          enrolledAt: 1_790_000_000,
          atEnrollment: { stale: { image: digest, base: PYTHON.name, digest: other, from: 1_790_000_060 } },
        },
        {
          ...image({ name: 'current', rebuildOnEnrollment: true }, [NODE.name]),
          enrolledAt: 1_790_000_000,
          atEnrollment: { stale: null },
        },
        { ...image({ name: 'unread', rebuildOnEnrollment: true }, [NODE.name]), enrolledAt: 1_790_000_000 },
      ],
    }),
    files: [
      'base-node-22-bookworm-slim',
      'base-python-3.12-slim',
      'image-api',
      'image-current',
      'image-factory',
      'image-unread',
    ],
    showsFactory: true,
  },
  gitlab: {
    factory: exampleFactory({
      settings: { ...settings, secrets: { ...settings.secrets, gitlab: 'pipelines' } },
      images: [
        image({ name: 'plain', source: gitlab({ repo: 'acme/plain' }) }, [NODE.name]),
        image(
          {
            name: 'portal',
            source: gitlab({
              repo: 'acme/platform/web.portal',
              branch: 'release/2',
              inputs: new Map([
                ['REASON', '$(baseImage) is now $(baseDigest)'],
                ['BUMP', 'patch'],
              ]),
            }),
          },
          [NODE.name, NODE_20.name],
        ),
      ],
      bases: [NODE, NODE_20],
      servers: { gitlab: 'https://gitlab.example.com/' },
    }),
    files: ['base-node-20', 'base-node-22-bookworm-slim', 'image-factory', 'image-plain', 'image-portal'],
  },
  override: {
    factory: exampleFactory({
      settings,
      images: [],
      overrides: [
        { digest: `sha256:${'f'.repeat(64)}`, reason: 'a: b # c' },
        { digest, reason: 'CVE-2026-1234 is exploited' },
        { digest, reason: 'another reason for the same digest' },
      ],
    }),
    files: ['image-factory'],
    showsFactory: true,
  },
  'all-settings': {
    factory: exampleFactory({
      settings: {
        ...TELLING,
        analysis: false,
        secrets: { ...settings.secrets, github: 'dispatch-app' },
        stagger: { text: '2h', seconds: 7200 },
        shard: 'eu',
        webhookReceivers: [
          { name: 'github', type: 'github', secret: 'github-webhook', virtualRepoName: null },
          { name: 'mirror', type: 'artifactory', secret: 'mirror-webhook', virtualRepoName: 'docker' },
        ],
      },
      images: [
        image({}, [NODE.name]),
        image({
          name: 'docs',
          shard: 'us',
          minimumReleaseAge: day,
          source: github({ dockerfile: './docs/Dockerfile', workflow: 'docs.yml' }),
        }),
        image({ name: 'next', source: github({ branch: 'release/2', workflow: null }) }, []),
        image({ name: 'portal', source: gitlab({ repo: 'acme/web.portal', pipeline: 'ci/build.yml' }) }, [NODE.name]),
      ],
    }),
    files: [
      'base-node-22-bookworm-slim',
      'base-python-3.12-slim',
      'image-backstage',
      'image-docs',
      'image-factory',
      'image-next',
      'image-portal',
      'source-acme-web-portal-8f1612d8',
      'source-craigedmunds-argocd-eda-release-2',
      'source-craigedmunds-argocd-eda',
    ],
    showsFactory: true,
  },
  'long-names': {
    factory: exampleFactory({
      settings,
      images: [image({ name: `${'long-'.repeat(12)}app` }, ['b'.repeat(63)])],
      bases: [{ ...NODE, name: 'b'.repeat(63) }],
    }),
    files: [`base-${'b'.repeat(63)}`, 'image-factory', `image-${'long-'.repeat(12)}app`],
  },
}
