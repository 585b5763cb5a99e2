import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BaseFacts, PublishedFacts } from '../../../src/state/index.js'
import { observeBase, observeImage } from '../../../src/state/observe.js'
import type { StateRecord } from '../../../src/state/record.js'
import { entry, LATER, messages, NOW, recordIn, run } from './world.js'

const [A, B, C] = ['a', 'b', 'c'].map((one) => `sha256:${one.repeat(64)}`) as [string, string, string]
const AMD = ['linux/amd64']
const look = { now: NOW, wanted: AMD }
const facts = (digest: string, platforms: Record<string, string> | null = null): BaseFacts => ({
  digest,
  platforms: platforms === null ? null : new Map(Object.entries(platforms)),
})

describe('a base image', () => {
  it('begins with its baseline, which never changes and rebuilds nothing', () => {
    const first = observeBase(undefined, facts(A), look)
    expect(first).toMatchObject({ event: 'first', record: { baselineDigest: A, currentDigest: A } })
    expect(first.record).not.toHaveProperty('lastUpdated')
    const second = observeBase(first.record, facts(B), { ...look, now: LATER })
    expect(second).toEqual({
      event: 'updated',
      record: {
        baselineDigest: A,
        currentDigest: B,
        previousDigest: A,
        lastChecked: LATER,
        lastUpdated: LATER,
        metadata: {},
        updateHistory: [{ digest: B, previousDigest: A, observedAt: LATER }],
      },
    })
  })

  it('that goes back to what it was is no update', () => {
    const { record } = observeBase({ baselineDigest: A, currentDigest: A }, facts(B), look)
    const back = observeBase(record, facts(A), { ...look, now: LATER })
    expect(back).toMatchObject({
      event: 'returned',
      record: {
        currentDigest: A,
        previousDigest: B,
        lastUpdated: NOW,
        updateHistory: [{ digest: A, returned: true }, {}],
      },
    })
  })

  it.each<[string, Record<string, string>, Record<string, string>, readonly string[], boolean]>([
    ['another platform', { 'linux/amd64': A, 'linux/s390x': A }, { 'linux/amd64': A, 'linux/s390x': B }, AMD, true],
    ['a platform that came', { 'linux/amd64': A }, { 'linux/amd64': A, 'linux/arm64/v8': B }, AMD, true],
    ['ours', { 'linux/amd64': A }, { 'linux/amd64': B }, AMD, false],
    ['a variant of ours', { 'linux/arm64/v8': A }, { 'linux/arm64/v8': B }, ['linux/arm64'], false],
    [
      'another variant',
      { 'linux/arm/v7': A, 'linux/arm/v6': A },
      { 'linux/arm/v7': A, 'linux/arm/v6': B },
      ['linux/arm'],
      true,
    ],
    ['ours, which was not there before', { 'linux/s390x': A }, { 'linux/s390x': A, 'linux/amd64': B }, AMD, false],
    ['another platform, where ours is in neither', { 'linux/s390x': A }, { 'linux/s390x': B }, AMD, false],
    ['no index any more', { 'linux/amd64': A }, {}, AMD, false],
  ])('a change of %s', (_, before, after, wanted, foreign) => {
    const first = observeBase(undefined, facts(A, before), { now: NOW, wanted })
    const { record, event } = observeBase(first.record, facts(B, after), { now: LATER, wanted })
    expect(event).toBe('updated')
    // Kargo sees the index alone and rebuilds: the mark is for people.
    expect(record).toMatchObject({ lastUpdated: LATER })
    expect(record.updateHistory).toEqual([
      { digest: B, previousDigest: A, observedAt: LATER, ...(foreign ? { otherPlatformsOnly: true } : {}) },
    ])
  })

  it('of which the platforms were not learnt keeps none of another digest', () => {
    const first = observeBase({ metadata: { note: 'mine' } }, facts(A, { 'linux/amd64': A }), look)
    const second = observeBase(first.record, facts(B), look)
    expect(second.record.metadata).toEqual({ note: 'mine' })
    const third = observeBase(second.record, facts(C, { 'linux/amd64': A }), look)
    expect(third.record).toMatchObject({ metadata: { note: 'mine', platforms: { 'linux/amd64': A } } })
    expect(JSON.stringify(third.record.updateHistory)).not.toContain('otherPlatformsOnly')
  })

  it('keeps the last ten changes', () => {
    let record: StateRecord | undefined
    for (let n = 0; n < 15; n += 1) {
      record = observeBase(record, facts(`sha256:${n.toString(16).repeat(64)}`), look).record
    }
    expect(record?.updateHistory).toHaveLength(10)
    expect(record?.updateHistory).toMatchObject({ 0: { digest: `sha256:${'e'.repeat(64)}` } })
  })

  it('looked at twice is written once', () => {
    const digests = fc.array(fc.constantFrom(A, B, C), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(digests, (seen) => {
        let record: StateRecord | undefined
        for (const digest of seen) {
          record = observeBase(record, facts(digest), look).record
          expect(observeBase(record, facts(digest), { ...look, now: LATER })).toEqual({ record, event: 'same' })
        }
      }),
    )
  })
})

describe('when an image was built', () => {
  const BUILT = '2026-02-01T00:00:00.000Z'
  const NEWER = '2026-02-20T00:00:00.000Z'
  const known: StateRecord = { currentVersion: '1.0.0', currentDigest: A, lastBuilt: BUILT }
  const ENDED = '2026-02-25T00:00:00.000Z'
  const rebuilt = (published: string, result: string): StateRecord => ({
    ...known,
    rebuilds: [{ at: NEWER, reason: 'base', bases: [], published, result, attempts: 1, started: NEWER, ended: ENDED }],
  })
  const said = (digest: string, created: string | null): PublishedFacts => ({
    digest,
    version: '1.1.0',
    created,
    evidence: null,
  })

  it.each<[string, StateRecord | undefined, PublishedFacts, string | null]>([
    ['is what it says', undefined, said(A, BUILT), BUILT],
    ['is what the new one says', known, said(B, NEWER), NEWER],
    ['stays where nothing was asked', known, said(A, null), BUILT],
    ['is our first sight of what says 1970', known, said(B, '1970-01-01T00:00:00.000Z'), NOW],
    ['is our first sight of what says the time of an old commit', known, said(B, '2026-01-15T00:00:00.000Z'), NOW],
    ['is our first sight of what says the future', known, said(B, LATER), NOW],
    ['is our first sight of what says nothing', known, said(B, null), NOW],
    ['is the end of our build of what says 1970', rebuilt(A, 'succeeded'), said(B, '1970-01-01T00:00:00.000Z'), ENDED],
    ['is our first sight of it, where our build failed', rebuilt(A, 'failed'), said(B, null), NOW],
    ['is our first sight of it, where our build published another', rebuilt(C, 'succeeded'), said(B, null), NOW],
    ['is not known of the first that says nothing', undefined, said(A, null), null],
  ])('%s', (_, before, seen, lastBuilt) => {
    const record = observeImage(before, seen, NOW)
    expect(record).toMatchObject({ currentVersion: '1.1.0', currentDigest: seen.digest, lastBuilt })
    expect(observeImage(record, { ...seen, created: null }, LATER)).toEqual(record)
  })
})

describe('what follows from a change', () => {
  const UPDATED = '2026-02-10T00:00:00.000Z'
  const base = (name: string) =>
    `registry: docker.io\nrepository: library/${name}\ntag: '1'\ncurrentDigest: ${B}\nlastUpdated: '${UPDATED}'\n`
  const SINCE = '2026-02-11T00:00:00Z'
  const BEFORE = '2026-02-09T00:00:00Z'

  async function states(more: string, built: { readonly app: string; readonly web: string }, overridden = A) {
    const before = new Map([
      ['base-images/a-1.yaml', base('a')],
      ['base-images/b-1.yaml', base('b')],
      ...Object.entries(built).map(
        ([name, at]) => [`images/${name}.yaml`, `name: ${name}\nlastBuilt: '${at}'\n`] as const,
      ),
    ])
    const sources = { app: 'FROM a:1\n', web: 'FROM a:1\nCOPY --from=b:1 /x /x\n' }
    const options = { overridden: new Set([overridden]) }
    const state = await run(entry('app') + entry('web', more), sources, before, NOW, [], undefined, options)
    const record = recordIn(state.files, 'base-images/a-1.yaml')
    return { eligible: record?.rebuildEligibleAt, builtSince: [...state.builtSince] }
  }

  it.each([
    ['', SINCE, SINCE, { app: null, web: null }, [B]],
    ['', SINCE, 'yesterday', { app: null, web: UPDATED }, []],
    ['', SINCE, BEFORE, { app: null, web: '2026-02-16T00:00:00.000Z' }, []],
    ['enabled: false', SINCE, BEFORE, { app: null }, [B]],
    ['autoRebuild: false', SINCE, BEFORE, { app: null, web: null }, []],
  ])('with "%s", built %s and %s', async (more, app, web, eligible, builtSince) => {
    expect(await states(more, { app, web })).toEqual({ eligible, builtSince })
  })

  it('an override of the digest does away with the delay', async () => {
    const { eligible } = await states('', { app: SINCE, web: BEFORE }, B)
    expect(eligible).toEqual({ app: null, web: UPDATED })
  })
})

describe('a base file that somebody edited', () => {
  const file = 'base-images/a-1.yaml'
  const base = (more: string) => new Map([[file, `registry: docker.io\nrepository: library/a\ntag: '1'\n${more}`]])
  const FUTURE = `lastUpdated: '2199-01-01T00:00:00Z'\n`

  it.each([
    [`baselineDigest: "\${{ secret('x') }}"\n`, 'baselineDigest is not a digest and counts as unknown.'],
    ['currentDigest: sha256:abc\n', 'currentDigest is not a digest and counts as unknown.'],
    ['lastUpdated: yesterday\n', 'lastUpdated is not a time and counts as unknown.'],
    ['lastUpdated: March 7\n', 'lastUpdated is not a time and counts as unknown.'],
    [FUTURE, 'lastUpdated is in the future: rebuilds are shown as due from then on.'],
    ['updateHistory: {a: b}\n', 'updateHistory is not a list of digest changes; it is kept.'],
    ['updateHistory: [nonsense]\n', 'updateHistory is not a list of digest changes; it is kept.'],
  ])('%j is told, survives, and reaches nothing', async (text, message) => {
    const before = base(text)
    const state = await run(entry('app'), { app: 'FROM a:1\n' }, before)
    expect(messages(state)).toEqual([`warning: ${message}`])
    const [was, is] = [before, state.files].map((files) => recordIn(files, file))
    expect(is).toMatchObject(was ?? {})
    expect(state.bases).toMatchObject([{ name: 'a-1', baselineDigest: null }])
  })

  it('a history that is none survives the next change', async () => {
    const before = base(`baselineDigest: ${A}\ncurrentDigest: ${A}\nupdateHistory: {a: b}\n`)
    const bases = new Map([['a-1', facts(B)]])
    const state = await run(entry('app'), { app: 'FROM a:1\n' }, before, NOW, [], { bases, images: new Map() })
    expect(recordIn(state.files, file).updateHistory).toEqual([
      { digest: B, previousDigest: A, observedAt: NOW },
      { a: 'b' },
    ])
  })

  it('a tag that went back is told', async () => {
    const before = base(`baselineDigest: ${A}\ncurrentDigest: ${B}\n`)
    const bases = new Map([['a-1', facts(A)]])
    const state = await run(entry('app'), { app: 'FROM a:1\n' }, before, NOW, [], { bases, images: new Map() })
    expect(messages(state)).toEqual([
      `warning: docker.io/library/a:1 went back to ${A}, which it had before: nothing is rebuilt for that.`,
    ])
  })
})
