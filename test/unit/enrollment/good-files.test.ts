import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type EnrolledImage, parseImagesFile } from '../../../src/enrollment/index.js'
import { APP, INDENTED_APP, SOURCE } from './examples.js'

function read(text: string): readonly EnrolledImage[] {
  const { enrolled, problems } = parseImagesFile(text, 'images.yaml')
  expect(problems.filter((one) => one.severity === 'error')).toEqual([])
  return enrolled?.images ?? []
}

describe('the reference images.yaml', () => {
  const text = readFileSync(new URL('../../fixtures/reference-state/images.yaml', import.meta.url), 'utf8')
  const images = read(text)

  it.each([
    ['backstage', 'craigedmunds/backstage', 'argocd-eda', 'backstage/app/packages/backend/Dockerfile', 'backstage.yml'],
    [
      'code-server-dev',
      'craigedmunds/code-server-dev',
      'argocd-eda',
      'platform/kustomize/seed/supporting-applications/code-server/Dockerfile',
      'code-server-dev.yml',
    ],
    [
      'e2e-test-runner',
      'craigedmunds/e2e-test-runner',
      'argocd-eda',
      'apps/e2e-test-runner/Dockerfile',
      'e2e-runner.yml',
    ],
    [
      'metrics-service',
      'craigedmunds/market-making/metrics-service',
      'market-making',
      'metrics-service/Dockerfile',
      'metrics-service.yml',
    ],
    ['uv', 'craigedmunds/uv', 'argocd-eda', 'apps/uv/Dockerfile', 'uv.yml'],
  ])('%s', (name, repository, repo, dockerfile, workflow) => {
    expect(images.find((image) => image.name === name)).toMatchObject({
      enabled: true,
      registry: 'ghcr.io',
      repository,
      source: { provider: 'github', repo: `craigedmunds/${repo}`, branch: 'main', dockerfile, workflow, builds: 'any' },
      rebuildDelay: { text: '7d', seconds: 604_800 },
      minimumReleaseAge: { seconds: 0 },
      autoRebuild: true,
      rebuildOn: 'all',
      build: { target: null, platforms: null },
      tags: { strategy: 'SemVer', constraint: null, allow: [] },
    })
  })

  it('has five, sorted, each with the lines of its keys', () => {
    expect(images.map((image) => [image.name, image.line, image.lineOf('source.workflow')])).toEqual([
      ['backstage', 6, 15],
      ['code-server-dev', 56, 64],
      ['e2e-test-runner', 44, 52],
      ['metrics-service', 68, 76],
      ['uv', 22, 30],
    ])
  })

  it('is read without a word', () => {
    expect(parseImagesFile(text, 'images.yaml').problems).toEqual([])
  })

  it('promotes one of them, by its flat updates', () => {
    expect(images.map(({ name, environments }) => [name, environments.map((one) => one.name)])).toEqual([
      ['backstage', []],
      ['code-server-dev', []],
      ['e2e-test-runner', []],
      ['metrics-service', ['1']],
      ['uv', []],
    ])
  })
})

describe('strings stay strings', () => {
  it.each(['on', 'no', 'yes', 'y', '1e3', '0777', '0o17', '0x1F', '2024-01-01', '1.10', '.inf', '1_000', '12:30:45'])(
    'an input %s',
    (value) => {
      const [image] = read(
        `${SOURCE}    inputs:\n      value: ${value}\n      ${value}x: a\n`.replace(/ {6}[^a-z].*\n$/, ''),
      )
      expect(image?.source?.inputs.get('value')).toBe(value)
    },
  )

  it.each([
    ['true', 'true'],
    ['False', 'false'],
    ['"null"', 'null'],
    ["''", ''],
    ['"~"', '~'],
    ['!!str 5', '5'],
    ['"a\\r\\nb"', 'a\r\nb'],
    ['|\n        two\n        lines', 'two\nlines\n'],
  ])('an input %s', (written, value) => {
    const [image] = read(`${SOURCE}    inputs:\n      value: ${written}\n`)
    expect(image?.source?.inputs.get('value')).toBe(value)
  })

  it.each(['123', '1e3', '0777', 'on', 'null-1', '2024-01-01'])('the name %s', (name) => {
    expect(read(`- name: ${name}\n  registry: ghcr.io\n  repository: org/app\n`)[0]?.name).toBe(name)
  })

  it('a target 1.10, a branch 2024', () => {
    const [image] = read(`${SOURCE}    branch: 2024\n  build: {target: 1.10, args: {PYTHON: 3.10}}\n`)
    expect(image).toMatchObject({ source: { branch: '2024' }, build: { target: '1.10' } })
    expect(image?.build.args.get('PYTHON')).toBe('3.10')
  })
})

describe('what an entry may leave out or write in another way', () => {
  it.each([
    ['the organisation in the registry', '- {name: app, registry: ghcr.io/org, repository: app}', 'ghcr.io', 'org/app'],
    ['a port', '- {name: app, registry: "localhost:5000", repository: app}', 'localhost:5000', 'app'],
    ['a repoURL', '- {name: app, repoURL: docker.io/library/postgres}', 'docker.io', 'library/postgres'],
    ['a host in capitals', '- {name: app, registry: GHCR.io, repository: org/app}', 'ghcr.io', 'org/app'],
    ['a name alone, switched off', '- {name: app, enabled: false}', '', ''],
  ])('%s', (_, text, registry, repository) => {
    expect(read(text)[0]).toMatchObject({ registry, repository })
  })

  it.each([
    ['./Dockerfile', 'Dockerfile'],
    ['docker//web/./Dockerfile', 'docker/web/Dockerfile'],
    ['Dockerfile.prod', 'Dockerfile.prod'],
  ])('the path %s is %s', (written, path) => {
    expect(read(`${SOURCE}    dockerfile: ${written}\n`)[0]?.source?.dockerfile).toBe(path)
  })

  it('a provider: GitHub; a Dockerfile: Dockerfile; a branch: the default branch', () => {
    expect(read(SOURCE)[0]?.source).toMatchObject({ provider: 'github', dockerfile: 'Dockerfile', branch: null })
  })

  it('a source: an external image, tracked only', () => {
    const text = '- {name: pg, repoURL: docker.io/library/postgres, allowTags: "^16", imageSelectionStrategy: Lexical}'
    expect(read(text)[0]).toMatchObject({ source: null, tags: { strategy: 'Lexical', allow: ['^16'] } })
  })

  it('a source of GitLab', () => {
    const text = `${APP}  source: {provider: gitlab, repo: g/sub/app, pipeline: .gitlab-ci.yml, job: build}\n`
    const { enrolled } = parseImagesFile(text, 'f')
    expect(enrolled?.images[0]?.source).toMatchObject({ provider: 'gitlab', repo: 'g/sub/app', job: 'build' })
  })

  it('two entries of one repository, told apart by their tags', () => {
    expect(read(`${APP}- {name: old, repoURL: ghcr.io/org/app, tags: {constraint: ^1}}\n`)).toHaveLength(2)
  })

  it('CRLF and a byte order mark', () => {
    expect(read(`\ufeff${SOURCE}`.replaceAll('\n', '\r\n'))[0]).toMatchObject({ line: 1, source: { repo: 'org/app' } })
  })
})

describe('settings and defaults', () => {
  it('settings have defaults of their own', () => {
    expect(parseImagesFile(APP, 'f').enrolled?.settings).toEqual({
      namespace: 'image-factory',
      secrets: {
        github: 'github-dispatch',
        gitlab: 'gitlab-dispatch',
        registry: 'registry-credentials',
        source: 'source-credentials',
      },
      engine: 'kargo',
      maxRebuildsPerRun: 20,
      retries: 1,
      retryPause: { text: '1h', seconds: 3600 },
      baseInterval: { text: '24h', seconds: 86_400 },
      pollInterval: { text: '15m', seconds: 900 },
      stagger: { text: '0', seconds: 0 },
      shard: null,
      stateWorkflow: null,
      webhookReceivers: [],
      allowedRegistries: [],
      analysis: true,
      trivyImage: 'ghcr.io/aquasecurity/trivy:0.70.0',
      dashboard: { issue: false, notify: [] },
      backstage: null,
      backstageKinds: 'custom',
    })
    const text = `settings: {namespace: kf, secrets: {github: gh}, pollInterval: 1m}\nimages:\n${INDENTED_APP}`
    expect(parseImagesFile(text, 'f').enrolled?.settings).toMatchObject({
      namespace: 'kf',
      secrets: { github: 'gh', gitlab: 'gitlab-dispatch' },
      pollInterval: { text: '1m', seconds: 60 },
    })
  })

  it.each([
    ['retries: 0', { retries: 0 }],
    ['retries: 1', { retries: 1 }],
    ['retries: "0"', { retries: 0 }],
    ['engine: actions, retries: 10', { engine: 'actions', retries: 10 }],
    ['maxRebuildsPerRun: 500', { maxRebuildsPerRun: 500 }],
    ['retryPause: 10s', { retryPause: { text: '10s', seconds: 10 } }],
    ['retryPause: 5s5s', { retryPause: { text: '5s5s', seconds: 10 } }],
    ['baseInterval: 5m', { baseInterval: { text: '5m', seconds: 300 } }],
    ['baseInterval: 4m60s', { baseInterval: { text: '4m60s', seconds: 300 } }],
    ['dashboard: {issue: true}', { dashboard: { issue: true, notify: [] } }],
    [
      'dashboard: {issue: true, notify: ["@octo_cat", "@acme/platform.team"]}',
      { dashboard: { issue: true, notify: ['@octo_cat', '@acme/platform.team'] } },
    ],
    ['baseInterval: 7d', { baseInterval: { text: '7d', seconds: 604_800 } }],
  ])('say %s', (written, expected) => {
    expect(parseImagesFile(`settings: {${written}}\nimages:\n${INDENTED_APP}`, 'f').enrolled?.settings).toMatchObject(
      expected,
    )
  })

  const text = [
    'defaults:',
    '  rebuildDelay: 2d',
    '  source: {branch: dev, workflow: build.yml, inputs: {a: "1", b: "2"}}',
    '  build: {platforms: [linux/amd64, linux/arm64], args: {A: x}}',
    'images:',
    '  - {name: plain, registry: ghcr.io, repository: org/plain}',
    '  - name: own',
    '    registry: ghcr.io',
    '    repository: org/own',
    '    rebuildDelay: 0',
    '    source: {repo: org/own, branch: main, inputs: {b: three}}',
    '    build: {platforms: [linux/s390x], args: {B: y}}',
    '',
  ].join('\n')
  const [own, plain] = read(text)

  it('are merged map by map and key by key; lists and values are replaced', () => {
    expect(own).toMatchObject({ rebuildDelay: { seconds: 0 }, source: { branch: 'main', workflow: 'build.yml' } })
    expect([...(own?.source?.inputs ?? [])]).toEqual([
      ['a', '1'],
      ['b', 'three'],
    ])
    expect(own?.build.platforms).toEqual(['linux/s390x'])
    expect([...(own?.build.args ?? [])]).toEqual([
      ['A', 'x'],
      ['B', 'y'],
    ])
  })

  it('of a source make no source', () => {
    expect(plain).toMatchObject({ source: null, rebuildDelay: { seconds: 172_800 } })
  })

  it('are what the entry says: written, and with their lines', () => {
    expect(own?.written).toMatchObject({ rebuildDelay: '0', source: { branch: 'main', workflow: 'build.yml' } })
    expect(own?.written).not.toHaveProperty('name')
    expect([own?.lineOf('rebuildDelay'), own?.lineOf('source.workflow'), own?.lineOf('tags')]).toEqual([10, 3, null])
    expect(own?.lineOf('build.platforms.0')).toBe(12)
  })

  it('without anything in them are none', () => {
    expect(read(`settings:\ndefaults:\nimages:\n${INDENTED_APP}`)).toHaveLength(1)
  })
})

describe('defaults do not say what an entry is', () => {
  it('a registry for all leaves an external image its own address, and a disabled one its name alone', () => {
    const text = `defaults: {registry: ghcr.io, source: {branch: main}}
images:
- {name: pg, repoURL: docker.io/library/postgres}
- {name: old, enabled: false}
- {name: app, repository: org/app, source: {repo: org/app, workflow: app.yml}}
`
    const { enrolled, problems } = parseImagesFile(text, 'images.yaml')
    expect(problems).toEqual([])
    expect(enrolled?.images.map(({ name, registry, source }) => [name, registry, source?.branch])).toEqual([
      ['app', 'ghcr.io', 'main'],
      ['old', '', undefined],
      ['pg', 'docker.io', undefined],
    ])
  })
})
