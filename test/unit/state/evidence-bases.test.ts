/** Which bases of a published image are tracked though its source does not name them. */
import { describe, expect, it } from 'vitest'
import { parseReference } from '../../../src/reference/index.js'
import type { BaseUse, Discovery } from '../../../src/sources/index.js'
import { type EvidencedBase, evidenceBases, type ImageEvidence } from '../../../src/state/evidence.js'
import { enrolled, entry, filesFrom, link } from './world.js'

const DIGEST = `sha256:${'a'.repeat(64)}`
const GO = 'docker.io/library/golang:1.25'
const NODE = 'docker.io/library/node:22'

const ENTRY = '- {name: web, registry: ghcr.io, repository: acme/web, source: {repo: acme/web, branch: main}}\n'

function use(text: string, more: Partial<BaseUse> = {}): BaseUse {
  const parsed = parseReference(text)
  if (!parsed.ok) throw new Error(parsed.message)
  const place = { file: 'Dockerfile', stage: '', line: 1, platform: null, platforms: [] }
  const { reference } = parsed
  return { reference, kind: 'from', ...place, reachable: true, runtime: true, assumed: false, ...more }
}

function found(uses: readonly BaseUse[], more: Partial<Extract<Discovery, { kind: 'found' }>> = {}): Discovery {
  return { kind: 'found', file: 'Dockerfile', branch: 'main', uses, assumed: [], mayBe: [], ...more }
}

const FAILED: Discovery = { kind: 'failed', message: 'it is a template', remedy: null, named: [] }

type Shown = Partial<EvidencedBase> & { readonly reference: string; readonly isFromEvidence?: boolean }

function evidence(bases: readonly Shown[], source: ImageEvidence['source'] = 'provenance'): ImageEvidence {
  const all = bases.map((base) => ({ digest: DIGEST, source, isPinned: false, against: null, ...base }))
  return { image: DIGEST, source, revision: null, claims: null, bases: all }
}

function bases(discovery: Discovery | undefined, shown: ImageEvidence | null, text = ENTRY) {
  const [enrollment] = enrolled(text)
  if (enrollment === undefined) throw new Error('nothing is enrolled')
  const input = {
    enrollment,
    discovery,
    evidence: shown,
    imagesFile: 'images.yaml',
    taken: new Set(['web', 'alpine-3']),
  }
  const { uses, problems } = evidenceBases(input)
  return {
    tracked: uses.map(({ reference, kind }) => `${kind} ${reference.repository}:${reference.tag}`),
    said: problems.map(({ severity, message }) => `${severity}: ${message}`),
  }
}

const GO_TRACKED = { tracked: ['evidence library/golang:1.25'], said: [] }
const NOTHING = { tracked: [], said: [] }

describe('where source could not tell, what the published image was built on is tracked', () => {
  it.each<[string, Discovery]>([
    ['its discovery failed', FAILED],
    ['something was assumed', found([use(NODE)], { assumed: ['the target'] })],
    ['a base is one of several', found([use(NODE, { assumed: true })])],
    ['a base could not be named', found([use(NODE)], { mayBe: ['docker.io/library/*'] })],
    ['nothing is read', found([use(NODE, { kind: 'named' })], { file: null })],
  ])('%s', (_, discovery) => {
    expect(bases(discovery, evidence([{ reference: GO }]))).toEqual(GO_TRACKED)
  })
})

describe('nothing is tracked', () => {
  it.each<[string, Discovery | undefined, ImageEvidence | null, string?]>([
    ['without evidence', FAILED, null],
    ['of what source names', found([use(GO)], { assumed: ['the target'] }), evidence([{ reference: GO }])],
    [
      'of what source names by tag and digest',
      found([use(`${GO}@${DIGEST}`)], { assumed: ['x'] }),
      evidence([{ reference: GO }]),
    ],
    ['of what images.yaml names', { ...FAILED, named: [use(GO, { kind: 'named' })] }, evidence([{ reference: GO }])],
    ['that the build pinned', FAILED, evidence([{ reference: GO, isPinned: true }])],
    ['that has no tag', FAILED, evidence([{ reference: `docker.io/library/golang@${DIGEST}` }])],
    [
      'that layers show: they prove only what is known',
      FAILED,
      evidence([{ reference: GO, source: 'layers' }], 'layers'),
    ],
    ['that is the image itself', FAILED, evidence([{ reference: 'ghcr.io/acme/web:1.0.0' }])],
    ['whose name an enrolled image has', FAILED, evidence([{ reference: 'docker.io/library/alpine:3' }])],
    ['that is no reference', FAILED, evidence([{ reference: 'a b' }])],
    ['of an image that is switched off', undefined, evidence([{ reference: GO }])],
    [
      'of an image that is only tracked',
      undefined,
      evidence([{ reference: GO }]),
      '- {name: web, repoURL: ghcr.io/acme/web, allowTags: "^1$"}\n',
    ],
  ])('%s', (_, discovery, shown, text = ENTRY) => {
    expect(bases(discovery, shown, text)).toEqual(NOTHING)
  })

  it('where source told exactly; a notice says where the two differ', () => {
    const { tracked, said } = bases(found([use(NODE)]), evidence([{ reference: GO }, { reference: NODE }]))
    expect(tracked).toEqual([])
    expect(said).toEqual([
      `notice: web: the published image was built on ${GO}, which Dockerfile does not pull: it has changed since, or the image is built from something else.`,
    ])
  })
})

describe('an image that lost its provenance', () => {
  it('keeps the bases that an earlier one named, and no others', () => {
    const shown = evidence(
      [{ reference: GO, digest: null, source: 'none', isFromEvidence: true }, { reference: NODE }],
      'none',
    )
    expect(bases(FAILED, shown)).toEqual(GO_TRACKED)
  })

  it('has those that its new provenance names, once it has one again', () => {
    const shown = evidence([{ reference: GO, digest: null, source: 'none', isFromEvidence: true }, { reference: NODE }])
    expect(bases(FAILED, shown)).toEqual({ tracked: ['evidence library/node:22'], said: [] })
  })
})

it('tracks no more than twenty, and says so', () => {
  const many = Array.from({ length: 30 }, (_, index) => ({ reference: `docker.io/library/base:${index + 10}` }))
  const { tracked, said } = bases(FAILED, evidence(many))
  expect(tracked).toHaveLength(20)
  expect(said).toEqual([
    expect.stringMatching(/^warning: web: .* names 30 base images .* 20 of them are tracked: not .*, 5 more\.$/),
  ])
})

it('never closes a circle: what a stranger pushed must not stop the factory', async () => {
  const images = `${entry('web')}${entry('api')}${entry('job')}`
  const before = filesFrom(new Map())
  const shown = (name: string) => evidence([{ reference: `ghcr.io/org/${name}:1` }])
  const named = new Map([
    ['web', shown('api')],
    ['api', shown('web')],
    ['job', shown('web')],
  ])
  const { images: linked, problems } = await link(images, {}, before, [], named)
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(linked.map(({ enrollment, bases }) => [enrollment.name, bases])).toEqual([
    ['api', []],
    ['job', ['ghcr.io-org-web-1']],
    ['web', []],
  ])
})
