import { describe, expect, it } from 'vitest'
import { overviewOf, STANDINGS } from '../../../src/dashboard/index.js'
import { NOW, tenSituations } from '../../support/factories.js'
import { overviewIn } from './overview-in.js'

describe('the factory at a glance', () => {
  it('is the data that factory.json holds', async () => {
    const text = `${JSON.stringify(overviewIn(tenSituations()), null, 2)}\n`
    await expect(text).toMatchFileSnapshot('../../golden/dashboard/factory.json')
  })

  it('tells ten situations apart', () => {
    const { images, totals } = overviewIn(tenSituations())
    const seen = images.map(({ name, standing, concerns }) => [name, standing, ...concerns.map(({ kind }) => kind)])
    expect(seen).toEqual([
      ['behind', 'behind', 'still-behind'],
      ['building', 'building'],
      ['failed', 'failed', 'build-failed'],
      ['fresh', 'fresh'],
      ['held', 'held'],
      ['hurried', 'due', 'overdue'],
      ['postgres', 'never'],
      ['refused', 'failed', 'start-refused'],
      ['unproven', 'unproven'],
      ['unread', 'unknown', 'discovery-failed'],
      ['waiting', 'waiting'],
    ])
    expect(Object.values(totals).reduce((sum, one) => sum + one, 0)).toBe(images.length)
    expect(Object.keys(totals)).toEqual([...STANDINGS])
  })

  it('names the images that an override concerns', () => {
    const { overrides } = overviewIn(tenSituations())
    expect(overrides.map(({ base, images }) => ({ base, images }))).toEqual([
      { base: 'alpine:3.20', images: ['hurried'] },
    ])
  })

  it('says of each user that its base image is not there', () => {
    const { images } = overviewIn(tenSituations(), ['docker.io/library/debian:12'])
    const concerned = images.filter(({ concerns }) => concerns.some(({ kind }) => kind === 'base-missing'))
    expect(concerned.map(({ name }) => name)).toEqual(['unproven'])
  })

  it('has nothing to show where nothing is enrolled', () => {
    const empty = overviewOf({
      explanations: [],
      records: { images: new Map(), bases: new Map() },
      overrides: [],
      settings: { engine: 'kargo' },
      repository: null,
      now: NOW,
      missingBases: new Set(),
    })
    expect(empty).toMatchObject({ images: [], bases: [], asOf: null, engine: 'kargo' })
  })

  it.each([
    ['is tried again by itself: no news', 'attempts: 1', false],
    ['is not tried again: news', 'attempts: 3', true],
  ])('a build that failed %s', (_, attempts, isNews) => {
    const files = tenSituations()
    const failed = (files['images/failed.yaml'] ?? '').replace('attempts: 3', attempts)
    const { images } = overviewIn({ ...files, 'images/failed.yaml': failed })
    expect(images.find(({ name }) => name === 'failed')?.concerns).toMatchObject([{ kind: 'build-failed', isNews }])
  })

  it.each([
    ['2026-03-09T07:59:59.000Z', ['overdue']],
    ['2026-03-09T08:00:01.000Z', []],
  ])('what is due is overdue after a day: since %s', (since, expected) => {
    const files = tenSituations()
    const base = (files['base-images/alpine-3.20.yaml'] ?? '').replaceAll('2026-03-08T01:00:00.000Z', since)
    const { images } = overviewIn({ ...files, 'base-images/alpine-3.20.yaml': base })
    const { concerns } = images.find(({ name }) => name === 'hurried') ?? { concerns: [] }
    expect(concerns.map(({ kind }) => kind)).toEqual(expected)
  })
})
