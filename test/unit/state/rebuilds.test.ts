import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { builtTime } from '../../../src/state/judge.js'
import { type Rebuild, rebuildsOf, updateRebuild, withRebuild } from '../../../src/state/rebuilds.js'
import { imageText } from '../../../src/state/state-file.js'
import { entry, recordIn, run as runState } from './world.js'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const intended: Rebuild = {
  at: '2026-01-02T03:04:05.000Z',
  reason: 'base',
  bases: [{ name: 'node-22', reference: 'docker.io/library/node:22', from: digest('a'), to: digest('b') }],
  published: digest('e'),
  claim: { at: '2026-01-02T03:04:06.000Z', by: 'https://github.com/acme/state/actions/runs/1/attempts/1#0a1b2c3d' },
  run: null,
  result: 'intended',
  attempts: 0,
  started: null,
  ended: null,
  message: null,
  evidence: null,
}
const run = { id: '123', url: 'https://github.com/acme/api/actions/runs/123' }

describe('the record of rebuilds', () => {
  it('is read from a state file as it was written', () => {
    const started = updateRebuild(withRebuild({ name: 'api' }, intended), intended, {
      run,
      claim: null,
      result: 'started',
      attempts: 1,
      started: '2026-01-02T03:04:07.000Z',
    })
    const ended = '2026-01-02T03:14:07.000Z'
    const done = updateRebuild(started, intended, {
      result: 'failed',
      ended,
      message: 'exit\ncode 1',
      evidence: 'behind',
    })
    const read = rebuildsOf(parse(imageText(done)))
    expect(read).toEqual([
      {
        ...intended,
        run,
        claim: null,
        started: '2026-01-02T03:04:07.000Z',
        ended,
        result: 'failed',
        attempts: 1,
        message: expect.stringMatching(/^exit.+code 1$/),
        evidence: 'behind',
      },
    ])
  })

  it('keeps the last ten, newest first, and the same one once', () => {
    const days = Array.from({ length: 12 }, (_, day) => `2026-01-${String(day + 10)}T00:00:00.000Z`)
    let record = {}
    for (const at of [...days, ...days]) record = withRebuild(record, { ...intended, at })
    expect(rebuildsOf(record).map(({ at }) => at)).toEqual(days.toReversed().slice(0, 10))
  })

  it('changes nothing where there is no such rebuild', () => {
    const record = withRebuild({}, intended)
    expect(updateRebuild(record, { at: intended.at, reason: 'manual' }, { result: 'lost' })).toBe(record)
  })

  it.each([undefined, null, 'x', {}, [null, 1, 'x', [], { at: 'now', reason: 'base', result: 'started' }]])(
    'reads nothing from %j',
    (rebuilds) => {
      expect(rebuildsOf(rebuilds === undefined ? {} : { rebuilds })).toEqual([])
    },
  )

  it('takes no run, digest or address that is none', () => {
    const bases = [{ name: 'a', ref: 1, from: 'x', to: digest('c') }, 'b', {}]
    const at = intended.at
    const one = { at, reason: 'manual', result: 'started', attempts: -1, evidence: 'good', bases }
    const rebuilds = [{ ...one, run: { id: '1', url: 'javascript:x' } }]
    expect(rebuildsOf({ rebuilds })).toEqual([
      {
        ...{ at, reason: 'manual', result: 'started', attempts: 0, evidence: null, message: null },
        ...{ published: null, claim: null, started: null, ended: null },
        bases: [{ name: 'a', reference: null, from: null, to: digest('c') }],
        run: { id: '1', url: null },
      },
    ])
    expect(rebuildsOf({ rebuilds: [{ ...one, run: { id: '../1' } }] })[0]?.run).toBeNull()
  })

  it('is kept through every run, in the archive and when the image comes back', async () => {
    const sources = { api: 'FROM node:22\n' }
    const first = await runState(entry('api'), sources)
    const path = 'images/api.yaml'
    const text = imageText(
      withRebuild(recordIn(first.files, path), { ...intended, run, result: 'started', attempts: 1 }),
    )
    const files = new Map([...first.files, [path, text]])
    const again = await runState(entry('api'), sources, files)
    expect(again.files.get(path)).toBe(text)
    const gone = await runState(entry('web'), { web: 'FROM node:22\n' }, again.files)
    expect(gone.files.get('_archive/images/api.yaml')).toBe(text)
    const back = await runState(entry('api'), sources, gone.files)
    expect(rebuildsOf(back.records.images.get('api'))).toEqual(rebuildsOf(parse(text)))
  })
})

describe('when an image was built', () => {
  const [started, ended] = ['2026-01-02T03:04:07.000Z', '2026-01-02T03:14:07.000Z']
  const rebuild: Rebuild = { ...intended, claim: null, run, result: 'succeeded', attempts: 1, started, ended }

  // A build pulls its base images long before the time that the image has of itself.
  it.each([
    ['the image is from the recorded build', '2026-01-02T03:13:00.000Z', rebuild, started],
    ['it is from a later one', '2026-01-02T03:15:00.000Z', rebuild, '2026-01-02T03:15:00.000Z'],
    ['it is not from a build: a reproducible one', '2025-01-01T00:00:00.000Z', rebuild, started],
    [
      'the recorded build failed',
      '2026-01-02T03:13:00.000Z',
      { ...rebuild, result: 'failed' as const },
      '2026-01-02T03:13:00.000Z',
    ],
  ])('%s', (_, lastBuilt, recorded, expected) => {
    const built = builtTime(withRebuild({ name: 'api', lastBuilt }, recorded))
    expect(new Date(built ?? 0).toISOString()).toBe(expected)
  })
})
