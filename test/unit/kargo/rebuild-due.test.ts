// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Kargo evaluates these.
/** When Kargo lets a rebuild through: the age it asks for, and its expression, worked out with what it would put in. */
import { describe, expect, it } from 'vitest'
import { synthesize } from '../../../src/kargo/index.js'
import { DUE, DUE_IN_ITS_TURN } from '../../../src/kargo/tasks/rebuild-steps.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { exampleFactory, image, textOf } from './fixtures.js'

const HOUR = 3600
/** The digest was first seen at 100 h; all times in hours. */
const SEEN = 100

interface Situation {
  readonly now: number
  readonly built: number
  readonly overridden?: boolean
}
const DELAY = 24
const TURN = 10

function worksOut(rule: string, { now, built, overridden = false }: Situation): boolean {
  const values: Readonly<Record<string, number>> = {
    '${{ task.outputs.update.observedAt }}': SEEN * HOUR,
    '${{ int(vars.rebuildDelay) }}': DELAY * HOUR,
    '${{ int(task.outputs.update.observedAt) + int(vars.stagger) }}': (SEEN + TURN) * HOUR,
    'now().Unix()': now * HOUR,
    built: built * HOUR,
  }
  const override = '${{ (configMap("rebuild-overrides") ?? {})[split(task.outputs.update.digest, ":")[1]] != nil }}'
  const filled = Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, String(value)), rule)
  // && binds closer than ||, in expr-lang as anywhere.
  return filled
    .split(' || ')
    .some((either) => either.split(' && ').every((one) => (one === override ? overridden : compares(one))))
}

function compares(text: string): boolean {
  const [, left = '', operator, right = ''] = /^([\d -]+) (<=|>=) ([\d -]+)$/.exec(text) ?? []
  if (operator === undefined) throw new Error(`no comparison of numbers: ${text}`)
  const [a, b] = [left, right].map((side) =>
    side
      .split(' - ')
      .map(Number)
      .reduce((sum, next) => sum - next),
  )
  return operator === '<=' ? Number(a) <= Number(b) : Number(a) >= Number(b)
}

describe('a rebuild is due', () => {
  it.each<[string, Situation, boolean, boolean]>([
    ['not while the delay since the last build runs', { now: 101, built: 90 }, false, false],
    ['not a moment before the delay is over', { now: 113.9, built: 90 }, false, false],
    ['when the delay is over, and its turn has come', { now: 114, built: 90 }, true, true],
    ['not before its turn, though the delay is over', { now: 109, built: 50 }, true, false],
    ['when its turn has come', { now: 110, built: 50 }, true, true],
    ['at once by an override', { now: 101, built: 90, overridden: true }, true, true],
    ['no more when a build came later: nobody waits', { now: 101, built: 100 }, true, true],
  ])('%s', (_, situation, due, dueInItsTurn) => {
    expect(worksOut(DUE, situation)).toBe(due)
    expect(worksOut(DUE_IN_ITS_TURN, situation)).toBe(dueInItsTurn)
  })
})

interface Stage {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly requestedFreight: readonly { readonly sources: { readonly requiredSoakTime?: string } }[] }
}

it.each([
  ['3d', 259_200, '72h0m0s'],
  ['0', 0, undefined],
])('a digest must be %s old before Kargo gives it to the rebuild', (text, seconds, soak) => {
  const factory = exampleFactory({ images: [image({ minimumReleaseAge: { text, seconds } })] })
  const stages = readObjects(textOf(synthesize(factory), 'image-backstage.k8s.yaml')) as unknown as readonly Stage[]
  const rebuild = stages.find(({ metadata }) => metadata.name === 'rebuild-trigger-backstage')
  const asked = rebuild?.spec.requestedFreight.map(({ sources }) => sources.requiredSoakTime) ?? []
  expect(asked.length).toBeGreaterThan(0)
  expect(new Set(asked)).toEqual(new Set([soak]))
})
