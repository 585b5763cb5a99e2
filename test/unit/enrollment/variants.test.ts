import { describe, expect, it } from 'vitest'
import { type EnrolledImage, parseImagesFile } from '../../../src/enrollment/index.js'
import { APP } from './examples.js'

function read(text: string, here: string | null = null): EnrolledImage {
  const { enrolled, problems } = parseImagesFile(text, 'f', here)
  expect(problems.filter((one) => one.severity === 'error')).toEqual([])
  const [image] = enrolled?.images ?? []
  if (image === undefined) throw new Error('no image was read')
  return image
}

const notices = (text: string) =>
  parseImagesFile(text, 'f', 'acme/state').problems.map(
    ({ severity, line, column, message }) => `${line}:${column} ${severity} ${message}`,
  )

describe('forms of entries that other tools write', () => {
  it.each([
    ['a bare list', '- {name: a, registry: ghcr.io, repository: org/a}', 'ghcr.io/org/a'],
    ['the key images', 'images: [{name: a, registry: ghcr.io, repository: org/a}]', 'ghcr.io/org/a'],
    ['below enrollment', '- {name: a, enrollment: {registry: ghcr.io, repository: org/a}}', 'ghcr.io/org/a'],
    ['partly below enrollment', '- {name: a, registry: ghcr.io, enrollment: {repository: org/a}}', 'ghcr.io/org/a'],
    ['image', '- {name: a, registry: ghcr.io/org, image: app}', 'ghcr.io/org/app'],
    ['image and namespace', '- {name: a, registry: ghcr.io, namespace: org, image: app}', 'ghcr.io/org/app'],
    ['a namespace said twice', '- {name: a, registry: ghcr.io/org, namespace: org, image: app}', 'ghcr.io/org/app'],
    ['full_name', '- {name: a, full_name: ghcr.io/org/app}', 'ghcr.io/org/app'],
    ['full_name beside registry', '- {name: a, registry: ghcr.io, full_name: quay.io/org/app}', 'quay.io/org/app'],
    ['image rather than full_name', '- {name: a, registry: ghcr.io, image: app, full_name: x/y}', 'ghcr.io/app'],
    ['repository rather than image', '- {name: a, registry: ghcr.io, repository: org/a, image: x}', 'ghcr.io/org/a'],
    ['image below enrollment', '- {name: a, enrollment: {registry: ghcr.io/org, image: app}}', 'ghcr.io/org/app'],
    ['a default registry', 'defaults: {registry: ghcr.io/org}\nimages: [{name: a, image: app}]', 'ghcr.io/org/app'],
    [
      'a default registry that ends with the namespace',
      'defaults: {registry: ghcr.io/org}\nimages: [{name: a, namespace: org, image: app}]',
      'ghcr.io/org/app',
    ],
    [
      'a default namespace',
      'defaults: {registry: ghcr.io, namespace: org}\nimages: [{name: a, image: app}]',
      'ghcr.io/org/app',
    ],
    [
      'full_name over a default registry',
      'defaults: {registry: ghcr.io}\nimages: [{name: a, full_name: quay.io/org/app}]',
      'quay.io/org/app',
    ],
    ['Docker Hub without library', '- {name: a, repoURL: docker.io/postgres}', 'docker.io/library/postgres'],
  ])('%s', (_, text, published) => {
    const { registry, repository } = read(text)
    expect(`${registry}/${repository}`).toBe(published)
  })

  it('a Dockerfile at the top of the entry, in the repository that holds the file', () => {
    const text = '- {name: a, registry: ghcr.io/org, image: a, dockerfile: images/a/Dockerfile}'
    expect(read(text, 'acme/state').source).toMatchObject({
      provider: 'github',
      repo: 'acme/state',
      dockerfile: 'images/a/Dockerfile',
    })
  })

  it('a source without repo is in the repository that holds the file; one with a repo is not', () => {
    const text = (source: string) => `${APP}  source: ${source}\n`
    expect(read(text('{dockerfile: a/Dockerfile}'), 'acme/state').source?.repo).toBe('acme/state')
    expect(read(text('{repo: org/app}'), 'acme/state').source?.repo).toBe('org/app')
    const gitlab = parseImagesFile(text('{provider: gitlab}'), 'f', 'acme/state')
    expect(gitlab.problems.map((one) => one.message)).toEqual(['source.repo is missing.'])
  })

  it('a Dockerfile at the top completes a source', () => {
    const text = '- {name: a, registry: ghcr.io/org, image: a, dockerfile: D, source: {repo: o/r, workflow: b.yml}}'
    expect(read(text).source).toMatchObject({ repo: 'o/r', workflow: 'b.yml', dockerfile: 'D' })
  })

  it.each([
    ['48h', 172_800],
    ['7d', 604_800],
    ['48', 172_800],
    ['0', 0],
    ['00', 0],
    ['none', 0],
    ['None', 0],
    ['false', 0],
    ['"false"', 0],
    ['disabled', 0],
  ])('quarantine: %s', (written, seconds) => {
    expect(read(`${APP}  quarantine: ${written}\n`).minimumReleaseAge.seconds).toBe(seconds)
    expect(
      read(`defaults: {quarantine: ${written}}\nimages: [{name: a, repoURL: ghcr.io/a/b}]`).minimumReleaseAge,
    ).toEqual(read(`${APP}  quarantine: ${written}\n`).minimumReleaseAge)
  })

  it.each([
    ['minimumReleaseAge of the entry', '{minimumReleaseAge: 1d, quarantine: 2d}', '{}', '1d'],
    ['quarantine of the entry over a default', '{quarantine: 2d}', '{minimumReleaseAge: 1d}', '2d'],
    ['minimumReleaseAge of the entry over a default', '{minimumReleaseAge: 1d}', '{quarantine: 2d}', '1d'],
  ])('%s counts', (_, own, defaults, text) => {
    const entry = own.replace('{', '{name: a, repoURL: ghcr.io/a/b, ')
    expect(read(`defaults: ${defaults}\nimages: [${entry}]`).minimumReleaseAge.text).toBe(text)
  })

  it('build.enabled: false is an image that is only tracked', () => {
    const image = read(`${APP}  source: {repo: org/app, workflow: a.yml}\n  build: {enabled: false}\n`)
    expect(image).toMatchObject({ enabled: true, source: null })
  })

  it('enabled: false needs a name and no more', () => {
    expect(read('- {name: a, enabled: false}')).toMatchObject({ enabled: false, registry: '', source: null })
    expect(read('- {name: a, enrollment: {enabled: false}}')).toMatchObject({ enabled: false })
  })

  it('an external image', () => {
    const text = '- {name: pg, repoURL: quay.io/org/pg, allowTags: "^16", imageSelectionStrategy: Lexical}'
    expect(read(text)).toMatchObject({ source: null, tags: { strategy: 'Lexical', allow: ['^16'] } })
  })

  it('are told once, at their place', () => {
    const text = `${APP}  quarantine: 2d\n  promote: false\n  tagging: {a: b}\n  latest_stable_tags: [1]\n  tag: "1"\n`
    expect(notices(text)).toEqual([
      '4:3 notice quarantine is read as minimumReleaseAge.',
      '5:3 notice promote is known but has no effect.',
      '6:3 notice tagging is known but has no effect.',
      '7:3 notice latest_stable_tags is known but has no effect.',
      '8:3 notice tag is known but has no effect.',
    ])
  })

  it('give the lines of their keys', () => {
    const image = read('- name: a\n  enrollment:\n    registry: ghcr.io/org\n    image: a\n    quarantine: 1d\n')
    expect(['registry', 'repository', 'minimumReleaseAge', 'tags'].map(image.lineOf)).toEqual([3, 4, 5, null])
  })

  it('hold no key of an object that is not theirs', () => {
    const image = read(`${APP}  build: {args: {constructor: a, toString: b, hasOwnProperty: c}}\n`)
    expect([...image.build.args]).toEqual([
      ['constructor', 'a'],
      ['toString', 'b'],
      ['hasOwnProperty', 'c'],
    ])
  })
})
