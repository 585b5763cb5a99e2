import { describe, expect, it } from 'vitest'
import type { Candidate } from '../../../src/rebuild/candidates.js'
import type { Decision } from '../../../src/rebuild/decide.js'
import { rebuildRows } from '../../../src/report/rebuild-rows.js'
import type { Rebuild, TrackedImage } from '../../../src/state/index.js'

const RUN = { id: '7', url: 'https://github.com/acme/web/actions/runs/7' }
const NODE = { name: 'node', reference: 'docker.io/library/node:22', from: null, to: null }

const rebuild = (more: Partial<Rebuild> = {}): Rebuild => ({
  ...{ at: '2026-01-01T00:00:00.000Z', reason: 'base', bases: [NODE], published: null, claim: null, run: null },
  ...{ result: 'intended', attempts: 0, started: null, ended: null, message: null, evidence: null, ...more },
})
const image = (name: string) => ({ enrollment: { name }, bases: [] }) as unknown as TrackedImage
const decision = (parts: Partial<Decision>): Decision => ({
  ...{
    records: new Map(),
    starts: [],
    candidates: [],
    putOff: [],
    ended: [],
    claims: [],
    taken: new Set(),
    problems: [],
  },
  ...parts,
})
const ofCandidate = (candidate: object) =>
  rebuildRows(decision({ candidates: [{ image: image('web'), candidate: candidate as Candidate }] }), [])

describe('what a run has to say about rebuilds', () => {
  it('nothing, where nothing happens', () => {
    expect(rebuildRows(decision({}), [])).toEqual([])
    expect(ofCandidate({ kind: 'withdrawn', rebuild: rebuild() })).toEqual([])
  })

  it.each<[string, object, object]>([
    ['startable', { rebuild: rebuild() }, { status: 'queued', reason: 'base', bases: [NODE.reference] }],
    ['open', { rebuild: rebuild({ run: RUN }) }, { status: 'running', run: RUN.url }],
    ['claimed', { rebuild: rebuild() }, { status: 'claimed' }],
    ['failed', { rebuild: rebuild({ message: 'x' }) }, { status: 'failed', message: 'x' }],
    ['paused', { rebuild: rebuild(), until: 'T' }, { status: 'paused', until: 'T' }],
    [
      'waiting',
      { until: 'T', limit: 'rebuildDelay', bases: [{ reference: 'r' }] },
      { status: 'waiting', reason: null, until: 'T', message: 'rebuildDelay', bases: ['r'] },
    ],
    ['unbuildable', { bases: [] }, { status: 'unbuildable', reason: null, run: null }],
  ])('a candidate that is %s', (kind, more, row) => {
    expect(ofCandidate({ kind, ...more })).toMatchObject([{ image: 'web', ...row }])
  })

  it.each<[string, Partial<Rebuild>, string]>([
    ['started', { result: 'started', run: RUN }, 'started'],
    ['refused', { result: 'refused' }, 'refused'],
    ['limited', { result: 'intended', claim: null }, 'queued'],
    ['not answered', { result: 'intended', claim: { at: 'T', by: null } }, 'unknown'],
  ])('a start that was %s', (_, more, status) => {
    expect(rebuildRows(decision({}), [{ name: 'web', rebuild: rebuild(more) }])).toMatchObject([{ status }])
  })

  it.each([
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['canceled', 'failed'],
    ['lost', 'failed'],
  ] as const)('a build that has %s', (result, status) => {
    const ended = [{ name: 'web', rebuild: rebuild({ result }) }]
    expect(rebuildRows(decision({ ended }), [])).toMatchObject([{ status }])
  })

  it('why it was put off: for the limit, or for another image', () => {
    const startable = { kind: 'startable', rebuild: rebuild() } as never
    const putOff = [
      { image: image('web'), candidate: startable, reason: { image: 'api' } },
      { image: image('cli'), candidate: startable, reason: 'limit' as const },
    ]
    expect(rebuildRows(decision({ putOff }), [])).toMatchObject([
      { image: 'cli', status: 'queued', message: 'maxRebuildsPerRun', waitsFor: null },
      { image: 'web', status: 'queued', message: null, waitsFor: 'api' },
    ])
  })

  it('one row for each image, of what came last: an end, what follows, what was started', () => {
    const failed = rebuild({ result: 'failed' })
    const parts = {
      ended: [{ name: 'web', rebuild: failed }],
      candidates: [{ image: image('web'), candidate: { kind: 'paused', rebuild: failed, until: 'T' } as Candidate }],
    }
    expect(rebuildRows(decision(parts), [])).toMatchObject([{ status: 'paused' }])
    const outcomes = [{ name: 'web', rebuild: rebuild({ result: 'started' }) }]
    expect(rebuildRows(decision(parts), outcomes)).toMatchObject([{ status: 'started' }])
  })
})
