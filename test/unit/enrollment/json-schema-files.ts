import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { APP, INDENTED_APP, SOURCE } from './examples.js'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

/** Files without an error: title and text. */
export const GOOD_FILES: readonly (readonly [title: string, text: string])[] = [
  ['the example', read('examples/state-repo/images.yaml')],
  ['the reference', read('test/fixtures/reference-state/images.yaml')],
  ['the smallest', APP],
  ['a map', `images:\n${INDENTED_APP}`],
  ['empty settings and defaults', `settings:\ndefaults:\nimages:\n${INDENTED_APP}`],
  ['a name alone, switched off', '- {name: app, enabled: false}\n'],
  ['a registry alone, switched off', '- {name: app, enabled: false, registry: ghcr.io}\n'],
  ['numbers for text', '- {name: 17, registry: ghcr.io, repository: 17, description: 1.5}\n'],
  ['no delay', `${APP}  rebuildDelay: 0\n  minimumReleaseAge: 0\n`],
  ['a range that YAML takes for a number', `${APP}  tags: {constraint: 1.10}\n`],
  ['another number', `${APP}  tags: {constraint: 17, allow: [17]}\n`],
  ['a tag to follow', `${APP}  tags: {strategy: Digest, constraint: 22}\n`],
  ['a tag to follow, in short', `${APP}  imageSelectionStrategy: Digest\n  tags: {constraint: latest}\n`],
  [
    'a strategy that overrules',
    `${APP}  imageSelectionStrategy: Lexical\n  tags: {strategy: SemVer, constraint: "!"}\n`,
  ],
  ['versions and switches as inputs', `${SOURCE}    inputs: {version: 1.10, dry: false, n: 3}\n`],
  ['versions as arguments', `${APP}  build: {target: 1.10, args: {PYTHON: 3.10, DEBUG: true}}\n`],
  ['a branch that is a number', `${SOURCE}    branch: 2024\n`],
  ['GitLab', `${APP}  source: {provider: gitlab, repo: g/sub/app, pipeline: .gitlab-ci.yml, job: build}\n`],
  ['an external image', '- {name: pg, repoURL: docker.io/library/postgres, allowTags: "^16"}\n'],
  ['a registry with a port', '- {name: app, registry: "localhost:5000", repository: app}\n'],
  [
    'below enrollment',
    '- name: app\n  enrollment: {registry: ghcr.io, repository: org/app, source: {repo: org/app}}\n',
  ],
  ['image and namespace', '- {name: app, registry: ghcr.io, image: app, namespace: org, quarantine: 48}\n'],
  ['a full name', '- {name: app, full_name: ghcr.io/org/app, quarantine: none}\n'],
  ['a Dockerfile in the entry', `${APP}  dockerfile: a/Dockerfile\n  source: {repo: org/app}\n`],
  ['quarantine in words', `${APP}  quarantine: false\n`],
  [
    'keys of other tools',
    `${APP}  local: {dir: .}\n  tag: latest\n  promote: false\n  tagging: {}\n  latest_stable_tags: [1]\n`,
  ],
  ['no analysis', `settings: {analysis: false}\nimages:\n${INDENTED_APP}    analysis: false\n`],
  [
    'analysis in parts',
    `${APP}  analysis: {dockerfile: false, content: HIGH, vulnerabilities: {severity: LOW, ignoreUnfixed: false}, templates: [smoke]}\n`,
  ],
  ['updates', `${APP}  updates:\n    - {repo: org/deploy, path: apps/web, type: kustomize-set-image}\n`],
  [
    'environments',
    `${APP}  environments:\n    - name: staging\n      soak: 1d\n      pullRequest: true\n      updates: [{provider: gitlab, repo: g/h/i, path: v.yaml, type: yaml-update, key: a.b, value: image}]\n`,
  ],
  ['a registry for all', 'defaults: {registry: ghcr.io}\nimages:\n- {name: app, repository: org/app}\n'],
  [
    'a repository for all sources',
    `defaults: {source: {repo: org/mono, workflow: b.yml}}\nimages:\n${INDENTED_APP}    source: {dockerfile: a/Dockerfile}\n`,
  ],
  [
    'GitLab for all sources',
    `defaults: {source: {provider: gitlab}}\nimages:\n${INDENTED_APP}    source: {repo: a/b/c, job: build}\n`,
  ],
  ['named bases', `${SOURCE}  bases: [node, "ghcr.io:443/org/base:1.2", GHCR.io/x, 22, "localhost:5000/a__b/c:v1"]\n`],
  ['named bases beside a Dockerfile', `${SOURCE}    dockerfile: Dockerfile\n  bases: ["a:1"]\n`],
  ['no named base', `${SOURCE}  bases: []\n`],
  [
    'named bases for all',
    `defaults: {bases: ["a:1"]}\nimages:\n${INDENTED_APP}    source: {repo: o/r}\n    bases: []\n`,
  ],
  ['no retry, in quotes', `settings: {retries: "0"}\nimages:\n${INDENTED_APP}`],
  ['all switched off', 'defaults: {enabled: false}\nimages: [{name: app}]\n'],
  [
    'all settings',
    `settings:
  namespace: kf
  secrets: {github: a, gitlab: b, registry: c, source: d}
  retries: 0
  retryPause: 10s
  baseInterval: 5m
  pollInterval: 10s
  stagger: 0
  stateWorkflow: {repo: org/state, workflow: synth.yml, ref: main}
  webhookReceivers: [{type: github, secret: s}, {type: artifactory, secret: s, name: art, virtualRepoName: docker}]
  analysis: {enabled: true, image: "registry.example.com/trivy:0.70.0"}
  shard: eu
  allowedRegistries: [ghcr.io/org, docker.io, "localhost:5000"]
  backstage: catalog
images:
${INDENTED_APP}`,
  ],
]

const anything = fc.constantFrom<unknown>(
  null,
  true,
  false,
  0,
  17,
  1.5,
  -1,
  '',
  'x',
  '1.10',
  [],
  {},
  ['a'],
  { a: 1 },
  '${{ x }}',
)
/** Mostly good, sometimes something else. */
const value = (...good: readonly unknown[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: anything })
const map = (keys: Readonly<Record<string, fc.Arbitrary<unknown>>>, ...required: readonly string[]) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record(keys, { requiredKeys: [...required] }) },
    { weight: 1, arbitrary: fc.record(keys, { requiredKeys: [] }) },
  )
const orElse = (arbitrary: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 10, arbitrary }, { weight: 1, arbitrary: anything })

const durations = value('7d', '0', 0, '1d12h', '90s', 7, '7 days', '-1d', '1h1h1h1h1h1h')
const switches = value(true, false)
const labels = value('web', 'a-b', 17, 'A', 'a_b', 'a'.repeat(64), '-a')
const branches = value('main', 'release/1.0', 2024, 'a..b', 'a.lock', 'x/', 'HEAD')
const paths = value('Dockerfile', './a/b', 'a b', '../x', '/x', '.git/x', 'a/', 'C:/x')
const githubRepos = value('acme/web', 'acme/.github', 'acme', 'https://github.com/acme/web')
const gitlabRepos = value('g/sub/app', 'g/app', 'app', 'g/../app')
const common = { branch: branches, dockerfile: paths, inputs: value({}, { a: '1', b: 2, c: true }, { 'a b': '1' }) }
const source = fc.oneof(
  map(
    {
      provider: fc.constant('github'),
      repo: githubRepos,
      workflow: value('build.yml', 'a/b.yml'),
      builds: value('any'),
      ...common,
    },
    'repo',
  ),
  map(
    { provider: fc.constant('gitlab'), repo: gitlabRepos, pipeline: paths, job: value('build'), ...common },
    'repo',
    'provider',
  ),
  map(
    { provider: value('github', 'gitlab', 'gitea'), repo: githubRepos, workflow: value('b.yml'), job: value('b') },
    'repo',
  ),
)
const strategies = value('SemVer', 'NewestBuild', 'Lexical', 'Digest', 'semver')
const tags = map({
  strategy: strategies,
  constraint: value('^1.2.0', '>=1 <3', 1, 'latest', 'a b'),
  allow: value(['^v'], ['a', 'b'], 'x'),
})
const update = map(
  {
    provider: value('github', 'gitlab'),
    repo: fc.oneof(githubRepos, gitlabRepos),
    branch: branches,
    path: paths,
    type: value('kustomize-set-image', 'yaml-update', 'helm'),
    key: value('image.tag'),
    value: value('tag', 'image'),
  },
  'repo',
  'path',
  'type',
)
const updates = fc.array(update, { maxLength: 2 })
const environments = fc.array(
  map(
    { name: labels, auto: switches, soak: durations, pullRequest: switches, updates: orElse(updates) },
    'name',
    'updates',
  ),
  { maxLength: 2 },
)
const check = value(true, false, 'HIGH', 'high', { severity: 'LOW' }, { enabled: false }, { sev: 'LOW' })
const analysis = fc.oneof(
  switches,
  map({
    enabled: switches,
    dockerfile: check,
    content: check,
    vulnerabilities: check,
    templates: value([], ['smoke'], ['S']),
  }),
)

const policy = {
  rebuildDelay: durations,
  minimumReleaseAge: durations,
  autoRebuild: switches,
  rebuildOn: value('all', 'runtime', 'none'),
  rebuildOnEnrollment: value('true', 'false', 'once'),
}
const others = {
  enabled: switches,
  source: orElse(source),
  build: orElse(
    map({
      enabled: switches,
      args: value({ A: 1, B: 'x', C: true }, { 'a-b': 1 }),
      target: value('runtime', 1.5),
      platforms: value(['linux/amd64'], ['linux'], []),
      contexts: value({ base: 'docker-image://x' }),
    }),
  ),
  bases: value([], ['node:22'], ['a:1', 'b'], ['a', 'a:latest'], ['$A'], ['scratch'], ['org/app'], [17], 'a:1'),
  ...policy,
  tags: orElse(tags),
  allowTags: value('^v', 17),
  imageSelectionStrategy: strategies,
  analysis: orElse(analysis),
  updates: orElse(updates),
  environments: orElse(environments),
  shard: labels,
  description: value('words', 17, true),
  local: anything,
}
const registries = value(
  'ghcr.io',
  'ghcr.io/acme',
  'localhost:5000',
  'GHCR.io',
  'ghcr',
  'https://ghcr.io',
  'ghcr.io/',
  'a--b.io',
)
// 1.5 could be a host by its letters; an editor need not take it for one.
const registryTexts = registries.filter((one) => typeof one !== 'number')
const repositories = value('org/app', 'app', 17, 'Org/App', 'org/app:1', 'a--b', 'a__b', '/app')
const addresses = value('docker.io/library/postgres', 'postgres', 'ghcr.io/a--b/c', 'GHCR.io/a')
/** Few of the many keys at a time: an entry with all of them is wrong for sure. */
const few = (keys: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc
    .subarray(Object.keys(keys), { maxLength: 4 })
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((key) => [key, keys[key]!]))))

const placed = fc.oneof(
  { weight: 5, arbitrary: map({ registry: registryTexts, repository: repositories }, 'registry', 'repository') },
  { weight: 2, arbitrary: fc.record({ repoURL: addresses }) },
  { weight: 1, arbitrary: map({ registry: registryTexts, repository: repositories, repoURL: addresses }) },
)

/** An entry of good and of bad values. */
export const entries: fc.Arbitrary<unknown> = fc
  .tuple(map({ name: labels }, 'name'), placed, few(others), few({ colour: anything, ...others }))
  .map(([name, address, some, more]) => ({
    ...name,
    ...address,
    ...some,
    ...(Math.abs(JSON.stringify(more).length) % 3 === 0 ? more : {}),
  }))

const settings = few({
  namespace: labels,
  secrets: map({ github: labels, registry: labels }),
  retries: value(0, 1, '0', '1', 2, '01', '1.0'),
  retryPause: value('1h', '10s', '9s', '0', 0, '5s5s'),
  baseInterval: value('24h', '5m', '300s', '4m', '299s', '0', 0, '4m59s', '7d'),
  pollInterval: value('15m', '10s', '9s', '0', 0, '5s5s'),
  stagger: durations,
  stateWorkflow: map({ repo: githubRepos, workflow: value('a.yml'), ref: branches }, 'repo', 'workflow'),
  shard: labels,
  analysis: switches,
})
const defaults = few({ registry: registryTexts, repository: repositories, repoURL: addresses, ...others })

/** A file in its map form. */
export const files: fc.Arbitrary<unknown> = fc.record(
  { settings, defaults, images: fc.array(entries, { maxLength: 2 }) },
  { requiredKeys: ['images'] },
)
