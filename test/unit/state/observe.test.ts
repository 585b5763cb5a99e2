import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BaseFacts, PublishedFacts } from '../../../src/state/index.js'
import { observeBase, observeImage } from '../../../src/state/observe.js'
import { readRecord, type StateRecord } from '../../../src/state/record.js'
import { entry, LATER, messages, NOW, run } from './world.js'

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
  const said = (digest: string, created: string | null): PublishedFacts => ({ digest, version: '1.1.0', created })

  it.each<[string, StateRecord | undefined, PublishedFacts, string | null]>([
    ['is what it says', undefined, said(A, BUILT), BUILT],
    ['is what the new one says', known, said(B, NEWER), NEWER],
    ['stays where nothing was asked', known, said(A, null), BUILT],
    ['is our first sight of what says 1970', known, said(B, '1970-01-01T00:00:00.000Z'), NOW],
    ['is our first sight of what says the time of an old commit', known, said(B, '2026-01-15T00:00:00.000Z'), NOW],
    ['is our first sight of what says the future', known, said(B, LATER), NOW],
    ['is our first sight of what says nothing', known, said(B, null), NOW],
    ['is not known of the first that says nothing', undefined, said(A, null), null],
  ])('%s', (_, before, seen, lastBuilt) => {
    const record = observeImage(before, seen, NOW)
    expect(record).toMatchObject({ currentVersion: '1.1.0', currentDigest: seen.digest, lastBuilt })
    expect(observeImage(record, { ...seen, created: null }, LATER)).toEqual(record)
  })
})

describe('from when on a rebuild is due', () => {
  const UPDATED = '2026-02-10T00:00:00.000Z'
  const update = `baselineDigest: ${A}\ncurrentDigest: ${B}\nlastUpdated: '${UPDATED}'\n`
  const base = `fullImage: a:1\nregistry: docker.io\nrepository: library/a\ntag: '1'\n${update}`

  async function due(more: string, lastBuilt: string | null, overridden: readonly string[] = []) {
    const image = `name: app\nlastBuilt: ${lastBuilt === null ? 'null' : `'${lastBuilt}'`}\n`
    const before = new Map([
      ['base-images/a-1.yaml', base],
      ['images/app.yaml', image],
    ])
    const options = { overridden: new Set(overridden) }
    const { files } = await run(entry('app', more), { app: 'FROM a:1\n' }, before, NOW, [], undefined, options)
    const eligible = readRecord(files.get('base-images/a-1.yaml') ?? '', 'f').record?.rebuildEligibleAt
    return (eligible as Record<string, string | null>).app
  }

  it.each<[string, string, string | null, string | null]>([
    ['the change, where nothing is known of a build', 'rebuildDelay: 7d', null, UPDATED],
    ['the change, where the last build is long ago', 'rebuildDelay: 7d', '2025-01-01T00:00:00Z', UPDATED],
    ['the end of the delay', 'rebuildDelay: 7d', '2026-02-09T00:00:00Z', '2026-02-16T00:00:00.000Z'],
    ['the age of the digest', 'minimumReleaseAge: 3d', '2025-01-01T00:00:00Z', '2026-02-13T00:00:00.000Z'],
    ['never: a build came later', 'rebuildDelay: 7d', '2026-02-10T00:00:01Z', null],
    ['never: nothing is automatic', 'autoRebuild: false', '2025-01-01T00:00:00Z', null],
    ['the change, where the last build is no moment', 'rebuildDelay: 7d', 'yesterday', UPDATED],
  ])('%s', async (_, more, lastBuilt, expected) => {
    expect(await due(more, lastBuilt)).toBe(expected)
  })

  it('an override does away with the delay, and with nothing else; of another digest it does nothing', async () => {
    const built = '2026-02-09T00:00:00Z'
    expect(await due('rebuildDelay: 7d', built, [B])).toBe(UPDATED)
    expect(await due('minimumReleaseAge: 3d', built, [B])).toBe('2026-02-13T00:00:00.000Z')
    expect(await due('autoRebuild: false', built, [B])).toBe(null)
    expect(await due('rebuildDelay: 7d', built, [A])).toBe('2026-02-16T00:00:00.000Z')
  })
})

describe('a change is settled', () => {
  const changed = (name: string) =>
    `registry: docker.io\nrepository: library/${name}\ntag: '1'\ncurrentDigest: ${B}\nlastUpdated: '2026-02-10T00:00:00.000Z'\n`
  const built = (name: string, lastBuilt: string) => `name: ${name}\nlastBuilt: '${lastBuilt}'\n`
  const SINCE = '2026-02-11T00:00:00Z'
  const LONG_AGO = '2026-01-01T00:00:00Z'

  async function settled(app: string, web: string, more = '', base = changed('a')) {
    const before = new Map([
      ['base-images/a-1.yaml', base],
      ['base-images/b-1.yaml', changed('b')],
      ['images/app.yaml', built('app', app)],
      ['images/web.yaml', built('web', web)],
    ])
    const sources = { app: 'FROM a:1\n', web: 'FROM a:1\nCOPY --from=b:1 /x /x\n' }
    return [...(await run(entry('app') + entry('web', more), sources, before)).settled]
  }

  it.each<[string, string, string, string, readonly string[]]>([
    ['when all were built since', SINCE, SINCE, '', [B]],
    ['not while one waits', SINCE, LONG_AGO, '', []],
    [
      'not where nothing that is built on another base with that digest is rebuilt automatically',
      SINCE,
      LONG_AGO,
      'autoRebuild: false',
      [],
    ],
    ['whatever one that is switched off was built on', SINCE, LONG_AGO, 'enabled: false', [B]],
  ])('%s', async (_, app, web, more, expected) => {
    expect(await settled(app, web, more)).toEqual(expected)
  })

  it('not where nothing changed', async () => {
    expect(await settled(SINCE, SINCE, 'enabled: false', changed('a').replace(/lastUpdated.*/, ''))).toEqual([])
  })
})

describe('a base file that somebody edited', () => {
  const file = 'base-images/a-1.yaml'
  const base = (more: string) => new Map([[file, `registry: docker.io\nrepository: library/a\ntag: '1'\n${more}`]])
  const FUTURE = `lastUpdated: '2199-01-01T00:00:00Z'\n`

  it.each([
    [`baselineDigest: "\${{ secret('x') }}"\n`, 'baselineDigest is no digest and counts as unknown.'],
    ['currentDigest: sha256:abc\n', 'currentDigest is no digest and counts as unknown.'],
    ['lastUpdated: yesterday\n', 'lastUpdated is no moment and counts as unknown.'],
    ['lastUpdated: March 7\n', 'lastUpdated is no moment and counts as unknown.'],
    [FUTURE, 'lastUpdated is in the future: rebuilds are said to be due from then on.'],
    ['updateHistory: {a: b}\n', 'updateHistory is no list of digest changes; it is kept.'],
    ['updateHistory: [nonsense]\n', 'updateHistory is no list of digest changes; it is kept.'],
  ])('%j is told, survives, and reaches nothing', async (text, message) => {
    const before = base(text)
    const state = await run(entry('app'), { app: 'FROM a:1\n' }, before)
    expect(messages(state)).toEqual([`warning: ${message}`])
    const [was, is] = [before, state.files].map((files) => readRecord(files.get(file) ?? '', file).record ?? {})
    expect(is).toMatchObject(was ?? {})
    expect(state.bases).toMatchObject([{ name: 'a-1', baselineDigest: null }])
  })

  it('a history that is none survives the next change', async () => {
    const before = base(`baselineDigest: ${A}\ncurrentDigest: ${A}\nupdateHistory: {a: b}\n`)
    const bases = new Map([['a-1', facts(B)]])
    const state = await run(entry('app'), { app: 'FROM a:1\n' }, before, NOW, [], { bases, images: new Map() })
    const { record } = readRecord(state.files.get(file) ?? '', file)
    expect(record?.updateHistory).toEqual([{ digest: B, previousDigest: A, observedAt: NOW }, { a: 'b' }])
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
