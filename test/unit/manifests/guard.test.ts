import { describe, expect, it } from 'vitest'
import { compareManifests, guardDeletions, isDestructive, parseDeletionLimit } from '../../../src/manifests/index.js'
import { factoryOf, generated, madeFile, object, onDisk } from './examples.js'

/** A comparison in which `gone` of `total` objects go. */
function deleting(gone: number, total: number) {
  const objects = Array.from({ length: total }, (_, n) => object('ConfigMap', `c${n}`))
  return compareManifests(new Map([['f', generated(...objects)]]), [madeFile('f', ...objects.slice(gone))])
}

describe('a limit as written', () => {
  it.each([
    ['25%', { kind: 'percent', percent: 25 }],
    [' 0% ', { kind: 'percent', percent: 0 }],
    ['100%', { kind: 'percent', percent: 100 }],
    ['0', { kind: 'count', count: 0 }],
    ['40', { kind: 'count', count: 40 }],
  ])('%j', (text, limit) => {
    expect(parseDeletionLimit(text)).toEqual(limit)
  })

  it.each(['', '%', '-1', '101%', '1.5', '1e3', '10 %', 'all', '0x1', '99999999'])('%j is none', (text) => {
    expect(parseDeletionLimit(text)).toBeNull()
  })
})

describe('how much may go', () => {
  it.each([
    ['ten always', '0', 10, 10, true],
    ['ten of many', '0%', 10, 1000, true],
    ['eleven', '0', 11, 1000, false],
    ['eleven, asked for', '11', 11, 1000, true],
    ['a quarter', '25%', 25, 100, true],
    ['more than a quarter', '25%', 26, 100, false],
    ['rounded down', '25%', 26, 103, false],
    ['a quarter of few is less than ten', '25%', 10, 12, true],
    ['eleven of twelve', '25%', 11, 12, false],
    ['everything, asked for', '100%', 100, 100, true],
    ['nothing', '0', 0, 100, true],
  ])('%s', (_, limit, gone, total, allowed) => {
    const problems = guardDeletions(
      deleting(gone, total),
      parseDeletionLimit(limit) ?? { kind: 'count', count: -1 },
      'dist',
    )
    expect(problems.length === 0).toBe(allowed)
  })

  it('says how many, and what to do if it is meant', () => {
    expect(guardDeletions(deleting(30, 100), { kind: 'percent', percent: 25 }, 'dist')).toMatchObject([
      {
        severity: 'error',
        message: 'this run would delete 30 of 100 resources; 25 are allowed.',
        remedy: expect.stringMatching(/^If that is intended, run once with max-deletions: 30\b/),
      },
    ])
  })
})

describe('Namespace and Project', () => {
  it('never go, whatever the limit', () => {
    const compared = compareManifests(onDisk(factoryOf(['app'])), factoryOf(['app'], 'namespace: other'))
    const problems = guardDeletions(compared, { kind: 'percent', percent: 100 }, 'state/dist')
    expect(problems.map((one) => [one.message, one.file]).sort()).toEqual([
      [
        'this run would delete the Namespace image-factory, and with it all Freight.',
        'state/dist/image-factory.k8s.yaml',
      ],
      [
        'this run would delete the Project image-factory, and with it all Freight.',
        'state/dist/image-factory.k8s.yaml',
      ],
    ])
  })

  it('may change and move', () => {
    const before = new Map([['f', generated(object('Namespace', 'n', '1', ''))]])
    const compared = compareManifests(before, [madeFile('g', object('Namespace', 'n', '2', ''))])
    expect(guardDeletions(compared, { kind: 'count', count: 0 }, 'dist')).toEqual([])
  })

  it('are not lost with a copy of their file', () => {
    const files = factoryOf(['app'])
    const before = onDisk(files)
    before.set('copy.k8s.yaml', before.get('image-factory.k8s.yaml') ?? '')
    const compared = compareManifests(before, files)
    expect([...compared.files]).toEqual([['copy.k8s.yaml', null]])
    expect(guardDeletions(compared, { kind: 'count', count: 0 }, 'dist')).toEqual([])
  })
})

describe('what loses history', () => {
  it.each([
    ['Namespace', true],
    ['Project', true],
    ['Warehouse', true],
    ['Stage', true],
    ['ConfigMap', false],
    ['AnalysisTemplate', false],
  ])('%s', (kind, destructive) => {
    const removed = compareManifests(new Map([['f', generated(object(kind, 'x'))]]), [])
    const added = compareManifests(new Map(), [madeFile('f', object(kind, 'x'))])
    expect(removed.changes.map(isDestructive)).toEqual([destructive])
    expect(added.changes.map(isDestructive)).toEqual([false])
  })
})
