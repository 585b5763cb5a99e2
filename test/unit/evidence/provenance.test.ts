import { describe, expect, it } from 'vitest'
import { parsePackageUrl, readProvenance } from '../../../src/evidence/index.js'
import { formatReference } from '../../../src/reference/image-reference.js'

const hex = (digit: string) => digit.repeat(64)
const SUBJECT = `sha256:${hex('5')}`

describe('the package URL of an image', () => {
  it.each([
    ['pkg:docker/ruby@3.4?platform=linux%2Famd64', 'docker.io/library/ruby:3.4'],
    ['pkg:docker/library/ruby@3.4', 'docker.io/library/ruby:3.4'],
    ['pkg:docker/acme/app@1', 'docker.io/acme/app:1'],
    ['pkg:docker/ghcr.io/acme/app@1?platform=linux%2Farm64%2Fv8', 'ghcr.io/acme/app:1'],
    ['pkg:docker/127.0.0.1:15078/library/ruby@3.4', '127.0.0.1:15078/library/ruby:3.4'],
    ['pkg:docker/localhost%3A5000/app@1', 'localhost:5000/app:1'],
    [`pkg:docker/ruby@3.4?digest=sha256:${hex('a')}`, `docker.io/library/ruby:3.4@sha256:${hex('a')}`],
    [`pkg:docker/ruby?digest=sha256%3A${hex('a')}`, `docker.io/library/ruby@sha256:${hex('a')}`],
    [`pkg:docker/ruby@sha256:${hex('a')}`, `docker.io/library/ruby@sha256:${hex('a')}`],
    ['pkg:docker/ruby', 'docker.io/library/ruby'],
  ])('%s', (text, reference) => {
    const found = parsePackageUrl(text)
    expect(found && formatReference(found)).toBe(reference)
  })

  it.each([
    ['another package', 'pkg:npm/ruby@3.4'],
    ['a repository', 'https://github.com/acme/app.git#main'],
    ['no name', 'pkg:docker/'],
    ['a name that is none', 'pkg:docker/Ruby%20on%20Rails@1'],
    ['a tag that is none', 'pkg:docker/ruby@-1'],
    ['half a character', 'pkg:docker/ruby@%e0%a4'],
    ['a digest that is none', 'pkg:docker/ruby@3.4?digest=sha256:00'],
    ['more than anybody writes', `pkg:docker/ruby@3.4?x=${'x'.repeat(3000)}`],
  ])('%s is none', (_, text) => {
    expect(parsePackageUrl(text)).toBeNull()
  })
})

const material = (uri: string, sha256 = hex('a')) => ({ uri, digest: { sha256 } })
const about = [{ name: '_', digest: { sha256: hex('5') } }]
const first = (materials: unknown, more: object = {}) =>
  JSON.stringify({
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: about,
    predicate: { materials },
    ...more,
  })
const second = (resolvedDependencies: unknown, more: object = {}) =>
  JSON.stringify({
    predicateType: 'https://slsa.dev/provenance/v1',
    subject: about,
    predicate: { buildDefinition: { resolvedDependencies } },
    ...more,
  })
const bases = (text: string) =>
  readProvenance(text, SUBJECT)?.bases.map(({ identity, digest, isPinned }) => [identity, digest.slice(7, 9), isPinned])

describe('a statement of provenance', () => {
  const args = { source: 'ghcr.io/acme/frontend:2', 'attest:sbom': 'generator=ghcr.io/acme/lister:1,x=y' }
  const request = { frontend: 'gateway.v0', args }
  it.each([
    ['v0.2', (all: unknown) => first(all, { predicate: { materials: all, invocation: { parameters: request } } })],
    [
      'v1',
      (all: unknown) => {
        const buildDefinition = { resolvedDependencies: all, externalParameters: { request } }
        return second(all, { predicate: { buildDefinition } })
      },
    ],
  ])('%s names what builds too, and no image is built on that', (_, write) => {
    const tools = [
      'docker/dockerfile@1',
      'docker/buildkit-syft-scanner@stable-1',
      'ghcr.io/acme/frontend@2',
      'ghcr.io/acme/lister@1',
    ]
    const text = write([...tools, 'alpine@3.22', 'docker/compose@2'].map((name) => material(`pkg:docker/${name}`)))
    expect(bases(text)).toEqual([
      ['docker.io/docker/compose:2', 'aa', false],
      ['docker.io/library/alpine:3.22', 'aa', false],
    ])
  })

  it.each([
    ['v0.2', first],
    ['v1', second],
  ])('%s names every base once, with its digest', (_, write) => {
    const text = write([
      material('pkg:docker/rust@1.89?platform=linux%2Famd64', hex('b')),
      material('pkg:docker/alpine@3.22?platform=linux%2Famd64'),
      material('pkg:docker/alpine@3.22?platform=linux%2Farm64'),
      material(`pkg:docker/redis@8?digest=sha256:${hex('c')}`, hex('c')),
      { uri: 'https://github.com/acme/app.git#refs/heads/main', digest: { sha1: 'd'.repeat(40) } },
      material('pkg:npm/left-pad@1'),
    ])
    expect(bases(text)).toEqual([
      ['docker.io/library/alpine:3.22', 'aa', false],
      ['docker.io/library/redis:8', 'cc', true],
      ['docker.io/library/rust:1.89', 'bb', false],
    ])
    expect(readProvenance(text, SUBJECT)?.revision).toBe('d'.repeat(40))
  })

  it('says that a base was pinned only where every stage pinned it', () => {
    const pinned = `pkg:docker/redis@8?digest=sha256:${hex('c')}`
    expect(bases(second([material(pinned, hex('c')), material('pkg:docker/redis@8', hex('c'))]))).toEqual([
      ['docker.io/library/redis:8', 'cc', false],
    ])
  })

  it('may name no base: a build from scratch', () => {
    expect(bases(second([]))).toEqual([])
    expect(readProvenance(second([]), SUBJECT)?.revision).toBeNull()
  })

  it.each([
    ['no JSON', '{'],
    ['no map', '[]'],
    ['of another kind', first([], { predicateType: 'https://spdx.dev/Document' })],
    ['of a version that is not known', second([], { predicateType: 'https://slsa.dev/provenance/v2' })],
    ['about another image', first([], { subject: [{ digest: { sha256: hex('6') } }] })],
    ['about nothing', first([], { subject: [] })],
    ['about a text', first([], { subject: 'x' })],
    ['without dependencies', second(undefined)],
    ['with dependencies that are no list', second({ 0: material('pkg:docker/ruby@3.4') })],
    ['of v1 in the form of v0.2', first([], { predicateType: 'https://slsa.dev/provenance/v1' })],
    ['that gives a base no digest', first([{ uri: 'pkg:docker/ruby@3.4', digest: {} }])],
    ['that gives a base a digest that is none', first([material('pkg:docker/ruby@3.4', 'AA')])],
    ['that gives one tag two digests', first([material('pkg:docker/a@1'), material('pkg:docker/a@1', hex('b'))])],
    ['longer than any', second(Array.from({ length: 10_001 }, () => material('pkg:docker/a@1')))],
    ['with keys of a prototype', '{"__proto__": {"predicateType": "https://slsa.dev/provenance/v1"}}'],
  ])('%s is no evidence', (_, text) => {
    expect(readProvenance(text, SUBJECT)).toBeNull()
  })
})
