import { describe, expect, it } from 'vitest'
import { type EnrolledImage, parseImagesFile } from '../../../src/enrollment/index.js'

const SET = 'type: kustomize-set-image'

/** One entry over defaults, both in flow style. */
function over(defaults: string, entry: string): EnrolledImage {
  const address = /repoURL|registry|repository/.test(entry) ? '' : 'repoURL: ghcr.io/org/app, '
  const text = `defaults: {${defaults}}\nimages: [{name: app, ${address}${entry}}]\n`
  const { enrolled, problems } = parseImagesFile(text, 'f')
  expect(problems.filter((one) => one.severity === 'error')).toEqual([])
  const [image] = enrolled?.images ?? []
  if (image === undefined) throw new Error('no image was read')
  return image
}

describe('an entry over the defaults', () => {
  it.each([
    ['rebuildDelay: 2d', '', { rebuildDelay: { text: '2d' } }],
    ['rebuildDelay: 2d', 'rebuildDelay: 0', { rebuildDelay: { text: '0' } }],
    ['autoRebuild: false', '', { autoRebuild: false }],
    ['autoRebuild: false', 'autoRebuild: true', { autoRebuild: true }],
    ['enabled: false', '', { enabled: false }],
    ['enabled: false', 'enabled: true', { enabled: true }],
    [
      'rebuildOn: runtime, minimumReleaseAge: 1d',
      'rebuildOn: all',
      { rebuildOn: 'all', minimumReleaseAge: { text: '1d' } },
    ],
    ['shard: eu', 'shard: us', { shard: 'us' }],
    [
      'build: {target: a, platforms: [linux/amd64, linux/arm64]}',
      'build: {platforms: [linux/s390x]}',
      { build: { target: 'a', platforms: ['linux/s390x'] } },
    ],
    ['registry: ghcr.io', 'repository: org/web', { registry: 'ghcr.io', repository: 'org/web' }],
    ['registry: ghcr.io, repository: org/web', 'repoURL: quay.io/a/b', { registry: 'quay.io', repository: 'a/b' }],
    ['repoURL: quay.io/a/b', 'registry: ghcr.io, repository: org/web', { registry: 'ghcr.io', repository: 'org/web' }],
  ])('%s ← %s', (defaults, entry, expected) => {
    expect(over(defaults, entry)).toMatchObject(expected)
  })

  it.each([
    ['tags: {strategy: Lexical, allow: [a, b]}', 'tags: {allow: [c]}', { strategy: 'Lexical', allow: ['c'] }],
    ['tags: {strategy: Lexical}', 'imageSelectionStrategy: NewestBuild', { strategy: 'NewestBuild' }],
    ['imageSelectionStrategy: Lexical', 'tags: {strategy: NewestBuild}', { strategy: 'NewestBuild' }],
    ['allowTags: a', 'tags: {allow: [b]}', { allow: ['b'] }],
    ['tags: {allow: [a]}', 'allowTags: b', { allow: ['b'] }],
    ['tags: {constraint: ^1}', 'tags: {allow: [a]}', { constraint: '^1', allow: ['a'] }],
    [
      'tags: {strategy: Digest, constraint: latest}',
      'tags: {strategy: SemVer}',
      { strategy: 'SemVer', constraint: null },
    ],
    ['tags: {constraint: ^1}', 'imageSelectionStrategy: Lexical', { strategy: 'Lexical', constraint: null }],
  ])('tags: %s ← %s', (defaults, entry, tags) => {
    expect(over(defaults, entry).tags).toMatchObject(tags)
  })

  it.each([
    ['analysis: {content: false}', 'analysis: false', null],
    ['analysis: {content: false}', 'analysis: true', { content: 'CRITICAL' }],
    ['analysis: false', 'analysis: {content: HIGH}', { content: 'HIGH', dockerfile: 'CRITICAL' }],
    ['analysis: {dockerfile: false, content: LOW}', 'analysis: {content: HIGH}', { dockerfile: null, content: 'HIGH' }],
    [
      'analysis: {vulnerabilities: HIGH}',
      'analysis: {vulnerabilities: {ignoreUnfixed: false}}',
      { vulnerabilities: 'HIGH', ignoreUnfixed: false },
    ],
    [
      'analysis: {vulnerabilities: {severity: HIGH, ignoreUnfixed: false}}',
      'analysis: {vulnerabilities: LOW}',
      { vulnerabilities: 'LOW', ignoreUnfixed: false },
    ],
    ['analysis: {vulnerabilities: {enabled: false}}', 'analysis: {vulnerabilities: HIGH}', { vulnerabilities: 'HIGH' }],
    ['analysis: {content: HIGH}', 'analysis: {content: false}', { content: null }],
    ['analysis: {templates: [a, b]}', 'analysis: {templates: [c]}', { templates: ['c'] }],
    ['analysis: {enabled: false, content: HIGH}', 'analysis: {enabled: true}', { content: 'HIGH' }],
  ])('checks: %s ← %s', (defaults, entry, expected) => {
    const { analysis } = over(defaults, entry)
    if (expected === null) expect(analysis).toBeNull()
    else expect(analysis).toMatchObject(expected)
  })

  const updates = `updates: [{repo: org/d, path: a, ${SET}}]`
  const environments = `environments: [{name: prod, ${updates}}]`
  it.each([
    [updates, '', ['1']],
    [updates, environments, ['prod']],
    [environments, updates, ['1']],
    [environments, 'environments: []', []],
    [updates, 'updates: []', []],
    [updates, 'environments: []', []],
    [environments, `environments: [{name: test, ${updates}}, {name: live, ${updates}}]`, ['test', 'live']],
  ])('promotion: %s ← %s', (defaults, entry, names) => {
    expect(over(defaults, entry).environments.map((one) => one.name)).toEqual(names)
  })

  it.each([
    [
      'source: {branch: dev, inputs: {a: x, b: y}}',
      'source: {repo: o/r, workflow: w.yml, inputs: {b: z}}',
      { branch: 'dev', workflow: 'w.yml' },
    ],
    ['source: {workflow: w.yml}', 'source: {repo: o/r}', { provider: 'github', workflow: 'w.yml' }],
    [
      'source: {workflow: w.yml, builds: dispatched, branch: dev}',
      'source: {provider: gitlab, repo: g/s/r}',
      { provider: 'gitlab', branch: 'dev', job: null },
    ],
    [
      'source: {provider: gitlab, job: build}',
      'source: {provider: github, repo: o/r, workflow: w.yml}',
      { provider: 'github' },
    ],
    ['source: {provider: gitlab, job: build}', 'source: {repo: g/s/r}', { provider: 'gitlab', job: 'build' }],
    ['dockerfile: x/Dockerfile', 'source: {repo: o/r, workflow: w.yml}', { dockerfile: 'x/Dockerfile' }],
  ])('source: %s ← %s', (defaults, entry, source) => {
    expect(over(defaults, entry).source).toMatchObject(source)
  })

  it('is external when it has no source, whatever the defaults say of one', () => {
    expect(over('source: {repo: o/r, workflow: w.yml}', 'description: x').source).toBeNull()
  })
})

describe('defaults that are wrong', () => {
  const said = (text: string) =>
    parseImagesFile(text, 'f').problems.map(({ line, column, message }) => `${line}:${column} ${message}`)

  it('in what a source of the other provider would have, are wrong for it all the same', () => {
    const text =
      'defaults: {source: {workflw: w.yml}}\nimages: [{name: a, repoURL: ghcr.io/a/b, source: {provider: gitlab, repo: g/r}}]\n'
    expect(said(text)).toEqual(['1:21 unknown key "workflw".'])
  })

  it('in both ways to promote, are told once', () => {
    const update = `{repo: org/d, path: a, ${SET}}`
    const text = `defaults:\n  updates: [${update}]\n  environments: [{name: prod, updates: [${update}]}]\nimages:\n  - {name: a, repoURL: ghcr.io/a/a}\n  - {name: b, repoURL: ghcr.io/a/b}\n`
    expect(said(text)).toEqual(['2:12 both updates and environments are given.'])
  })
})
