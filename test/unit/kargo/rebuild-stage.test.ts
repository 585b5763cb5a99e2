import { expect, it } from 'vitest'
import { synthesize } from '../../../src/kargo/index.js'
import { readManifests } from '../../support/kargo/manifests.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { exampleFactory, image, TELLING, textOf } from './fixtures.js'

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

it('a step that says when it runs asks whether all went well, but the first of a Stage', () => {
  const settings = { ...TELLING, stagger: { text: '2h', seconds: 7200 } }
  const { stages } = readManifests(synthesize(exampleFactory({ settings })))
  const steps = [...stages.values()].flatMap((stage) => stage.steps.slice(1))
  const conditions = steps.flatMap((step) => step.if ?? [])
  expect(conditions.length).toBeGreaterThan(12)
  expect(
    conditions.filter((condition) => !/^\$\{\{ (?:success\(\)|status\("\w+"\) == "Succeeded")/.test(condition)),
  ).toEqual([])
})
