/** What state files learn of the bases that published images were really built on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectRegistries } from '../../../src/registry/index.js'
import { evidenceIn, evidenceRecord, provenBase } from '../../../src/state/evidence.js'
import { lookUp, type MergedState, type StateRecord, writtenState } from '../../../src/state/index.js'
import { judgeBase } from '../../../src/state/judge.js'
import { json } from '../../support/bad-server.js'
import { DUMP, EvidenceRegistry } from '../../support/evidence-registry.js'
import { filesFrom, link, recordIn } from './world.js'

const NOW = '2026-12-01T08:00:00.000Z'
const LATER = '2026-12-02T08:00:00.000Z'

let pushed: EvidenceRegistry
beforeEach(async () => {
  pushed = await EvidenceRegistry.start()
})
afterEach(() => pushed.registry.stop())

const IMAGES = () =>
  DUMP.images
    .map(
      ({ name }) =>
        `- {name: ${name}, registry: '${pushed.registry.host}', repository: acme/${name}, source: {repo: org/${name}, branch: main}}\n`,
    )
    .join('')
const SOURCES = () =>
  Object.fromEntries(
    DUMP.images.map(({ name, dockerfile }) => [name, dockerfile.replaceAll(DUMP.registry, pushed.registry.host)]),
  )

/** One run that looks into the registry; gives the state and how often it was asked. */
async function refresh(before: ReadonlyMap<string, string>, now: string, images = IMAGES()) {
  const files = filesFrom(before)
  const linked = await link(images, SOURCES(), files)
  pushed.registry.requests.length = 0
  const seen = await lookUp(
    { linked, before: files, imagesFile: 'images.yaml' },
    connectRegistries({ credentials: async () => null }),
  )
  expect(seen.problems).toEqual([])
  const writing = { before: files, now, writes: true, observed: seen.observed, overridden: new Set<string>() }
  return { state: writtenState(linked, writing), requests: [...pushed.registry.requests] }
}

function verdicts(state: MergedState, name: string) {
  const record = recordIn(state.files, `images/${name}.yaml`)
  const { want } = DUMP.images.find((image) => image.name === name) ?? { want: {} }
  return Object.fromEntries(
    Object.keys(want).map((base) => {
      const tracked = state.bases.find(({ repository, tag }) => `${repository}:${tag}` === base)
      const digest = provenBase(record, tracked?.name ?? '')?.digest
      const version = (['v1', 'v2'] as const).find((one) => pushed.digestOf(base, one) === digest)
      return [base, version ?? 'unknown']
    }),
  )
}

describe('refresh', () => {
  it('proves of each image what can be proven, once all digests of its bases are known', async () => {
    const first = await refresh(new Map(), NOW)
    pushed.moveBases('v2')
    // Nothing is known of the new digests when the first images were read: they are read again as if new.
    const forgetful = new Map(
      [...first.state.files].map(([path, text]) => [path, text.replace(/^evidence:\n(?: .*\n)*/m, '')] as const),
    )
    const { state } = await refresh(forgetful, LATER)
    for (const { name, want } of DUMP.images) expect([name, verdicts(state, name)]).toEqual([name, want])
  })

  it('never takes an image for fresher than it is where only a part is known', async () => {
    pushed.moveBases('v2')
    const { state } = await refresh(new Map(), NOW)
    for (const { name, want } of DUMP.images) {
      for (const [base, version] of Object.entries(verdicts(state, name))) {
        if (version !== 'unknown') expect([name, base, version]).toEqual([name, base, want[base]])
      }
    }
  })

  it('asks for nothing that it knows, and writes nothing new', async () => {
    const first = await refresh(new Map(), NOW)
    const second = await refresh(first.state.files, LATER)
    // The tags of every image and base, and no content.
    expect(second.requests.filter(({ url }) => url.includes('sha256:'))).toEqual([])
    expect(second.state.files).toEqual(first.state.files)
  })

  it('asks once for what the registry has stored as something else, and calls nothing proven by it', async () => {
    pushed.registry.fail({ only: /acme\/.*\/blobs\//, instead: json({ forged: true }) })
    const first = await refresh(new Map(), NOW)
    const evidence = evidenceIn(recordIn(first.state.files, 'images/single-v1-v1.yaml'))
    expect(evidence).toMatchObject({ source: 'none', bases: [{ digest: null }] })
    const second = await refresh(first.state.files, LATER)
    expect(second.requests.filter(({ url }) => url.includes('sha256:'))).toEqual([])
    expect(second.state.files).toEqual(first.state.files)
  })

  it('asks little of a new image: its index, and of each platform four contents at most', async () => {
    const name = 'multi-v1-v1'
    const entryOf = (one: string) =>
      IMAGES()
        .split('\n')
        .filter((line) => line.includes(`name: ${one},`))
        .join('\n')
    const { state } = await refresh(new Map(), NOW, entryOf('single-v1-v1'))
    const { requests } = await refresh(state.files, LATER, entryOf(name))
    const contents = requests.filter(({ url }) => url.includes(`acme/${name}`) && url.includes('sha256:'))
    expect(contents).toHaveLength(9)
    expect(new Set(contents.map(({ url }) => url)).size).toBe(9)
  })

  it('keeps what it knew where the registry does not answer, and asks again in the next run', async () => {
    pushed.registry.fail({ statuses: Array.from({ length: 2000 }, (_, at) => (at < 0 ? 200 : 500)) })
    const files = filesFrom(new Map())
    const linked = await link(IMAGES(), SOURCES(), files)
    const client = connectRegistries({ credentials: async () => null })
    const { observed } = await lookUp({ linked, before: files, imagesFile: 'images.yaml' }, client)
    expect(observed.images.size).toBe(0)
    pushed.registry.fail({})
    const { state } = await refresh(new Map(), NOW)
    expect(evidenceIn(recordIn(state.files, 'images/single-v1-v1.yaml'))).not.toBeNull()
  })
})

describe('evidence in a state file', () => {
  it('is read by people: what was proven, by what, and since when that is known', async () => {
    const { state } = await refresh(new Map(), NOW)
    const { host } = pushed.registry
    const record = recordIn(state.files, 'images/stages-v1-v1.yaml')
    const bases = state.bases.filter(({ repository }) => repository !== 'library/ruby')
    expect(record.evidence).toEqual({
      image: record.currentDigest,
      source: 'provenance',
      at: NOW,
      bases: bases
        .map(({ name, repository, tag }) => ({
          name,
          ref: `${host}/${repository}:${tag}`,
          digest: pushed.digestOf(`${repository}:${tag}`, 'v1'),
          source: 'provenance',
        }))
        .sort((a, b) => (a.ref < b.ref ? -1 : 1)),
    })
  })

  it.each<[string, StateRecord]>([
    ['of another digest', { currentDigest: `sha256:${'b'.repeat(64)}` }],
    ['of no digest', { currentDigest: null }],
    ['that is no map', { evidence: 'yes' }],
    ['without bases', { evidence: { image: `sha256:${'a'.repeat(64)}` } }],
    [
      'that proves nothing of it',
      {
        evidence: {
          image: `sha256:${'a'.repeat(64)}`,
          bases: [{ name: 'node', ref: 'docker.io/library/node:22', digest: null }],
        },
      },
    ],
    [
      'by a word that is none',
      {
        evidence: {
          image: `sha256:${'a'.repeat(64)}`,
          bases: [
            { name: 'node', ref: 'docker.io/library/node:22', digest: `sha256:${'c'.repeat(64)}`, source: 'hearsay' },
          ],
        },
      },
    ],
    [
      'of another base',
      {
        evidence: {
          image: `sha256:${'a'.repeat(64)}`,
          bases: [
            { name: 'ruby', ref: 'docker.io/library/ruby:3', digest: `sha256:${'c'.repeat(64)}`, source: 'layers' },
          ],
        },
      },
    ],
  ])('%s proves nothing', (_, more) => {
    const good = {
      name: 'node',
      ref: 'docker.io/library/node:22',
      digest: `sha256:${'c'.repeat(64)}`,
      source: 'layers',
    }
    const record = {
      currentDigest: `sha256:${'a'.repeat(64)}`,
      evidence: { image: `sha256:${'a'.repeat(64)}`, bases: [good] },
    }
    expect(provenBase(record, 'node')).toEqual({ digest: good.digest, source: 'layers', isPinned: false })
    expect(provenBase({ ...record, ...more }, 'node')).toBeNull()
  })
})

it('what a label claims is kept and proves nothing', () => {
  const image = `sha256:${'a'.repeat(64)}`
  const evidence = { image, source: 'none' as const, revision: null, bases: [] }
  const claims = { reference: 'docker.io/library/node:22', digest: `sha256:${'b'.repeat(64)}` }
  const record = { currentDigest: image, evidence: evidenceRecord({ ...evidence, claims }, () => null, '2026-01-01') }
  expect(evidenceIn(record)?.claims).toEqual(claims)
  expect(provenBase(record, 'node-22')).toBeNull()
  expect(judgeBase(record, 'node-22', { currentDigest: claims.digest })).toMatchObject({ evidence: null })
})
