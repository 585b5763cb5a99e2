import { expect, it } from 'vitest'
import { starvationProblems } from '../../../src/report/index.js'
import { image, NODE } from '../kargo/fixtures.js'
import { filesFrom } from '../state/world.js'

const day = (n: number) => `2026-01-${String(n).padStart(2, '0')}T08:00:00.000Z`

function input(age: { text: string; seconds: number }, days: readonly number[], key = 'updatedAt') {
  const history = days.map((n) => `  - {digest: x, ${key}: '${day(n)}'}\n`).join('')
  const text = `name: ${NODE.name}\nupdateHistory:\n${history || '  []\n'}`
  const state = { images: [image({ minimumReleaseAge: age, lineOf: () => 7 }, [NODE.name])], bases: [NODE] }
  return starvationProblems(state, filesFrom(new Map([[`base-images/${NODE.name}.yaml`, text]])), 'images.yaml')
}

const WEEK = { text: '7d', seconds: 604_800 }

it('warns at its line when the base image usually changes sooner than it may get old', () => {
  expect(input(WEEK, [1, 4, 7, 9])).toMatchObject([
    {
      severity: 'warning',
      file: 'images.yaml',
      line: 7,
      image: 'backstage',
      message: expect.stringContaining('changes every 3d'),
    },
  ])
})

it.each([
  ['it changes seldom', WEEK, [1, 9, 20, 29], 'updatedAt'],
  ['one change came soon and the others did not', WEEK, [1, 2, 12, 24], 'updatedAt'],
  ['too little is known', WEEK, [1, 2], 'updatedAt'],
  ['nothing is known', WEEK, [], 'updatedAt'],
  ['there is no minimum age', { text: '0', seconds: 0 }, [1, 2, 3, 4], 'updatedAt'],
])('says nothing when %s', (_, age, days, key) => {
  expect(input(age, days, key)).toEqual([])
})

it('reads the times of a history under whatever name', () => {
  expect(input(WEEK, [1, 2, 3], 'timestamp')).toHaveLength(1)
})
