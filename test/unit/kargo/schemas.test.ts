import { describe, expect, test } from 'vitest'
import { synthesize } from '../../../src/kargo/index.js'
import {
  type KargoSchemas,
  kargoSchemasFolder,
  loadKargoSchemas,
  readObjects,
  WHY_SKIPPED,
} from '../../support/kargo-schemas.js'
import { exampleFactory } from './fixtures.js'
import { scenarios } from './scenarios.js'

type Data = Record<string, unknown>

describe.skipIf(kargoSchemasFolder === null)(`Kargo's schemas${WHY_SKIPPED}`, () => {
  const schemas = kargoSchemasFolder === null ? undefined : loadKargoSchemas(kargoSchemasFolder)
  const faultsOf: KargoSchemas['faultsOf'] = (object) => schemas?.faultsOf(object) ?? ['no schemas']

  test.each(Object.entries(scenarios))('every object is good: %s', (_, { factory }) => {
    for (const { path, text } of synthesize(factory))
      for (const object of readObjects(text)) expect(faultsOf(object), `${path} ${object.kind}`).toEqual([])
  })

  // biome-ignore format: one broken object a line
  const broken: [string, string, (object: Data) => void, RegExp][] = [
    ['an unknown field', 'Stage', (stage) => { set(stage, 'true', 'spec', 'autoPromotion') }, /autoPromotion/],
    ['an unknown field deep down', 'Stage', (stage) => { set(stage, '1h0m0s', 'spec', 'requestedFreight', 0, 'sources', 'soakTime') }, /soakTime/],
    ['an unknown field of a metric', 'AnalysisTemplate', (template) => { set(template, 1, 'spec', 'metrics', 0, 'failures') }, /failures/],
    ['a duration in days', 'Warehouse', (warehouse) => { set(warehouse, '7d', 'spec', 'interval') }, /interval: must match pattern/],
    ['a soak time in days', 'Stage', (stage) => { set(stage, '7d', 'spec', 'requestedFreight', 0, 'sources', 'requiredSoakTime') }, /requiredSoakTime/],
    ['a misspelt subscription key', 'Warehouse', (warehouse) => { set(warehouse, '^v', 'spec', 'subscriptions', 0, 'image', 'allowTagRegexes') }, /allowTagRegexes/],
    ['a misspelt kind of subscription', 'Warehouse', (warehouse) => { set(warehouse, [{ images: {} }], 'spec', 'subscriptions') }, /one key/],
    ['a repository Kargo refuses', 'Warehouse', (warehouse) => { set(warehouse, 'ghcr.io/a--b', 'spec', 'subscriptions', 0, 'image', 'repoURL') }, /repoURL: must match pattern/],
    ['a misspelt step config key', 'PromotionTask', (task) => { set(task, '30s', 'spec', 'steps', 1, 'config', 'timeOut') }, /timeOut/],
    ['a step config value of the wrong type', 'PromotionTask', (task) => { set(task, 20, 'spec', 'steps', 1, 'config', 'queryParams', 0, 'value') }, /must be string/],
    ['a step that does not exist', 'PromotionTask', (task) => { set(task, 'htttp', 'spec', 'steps', 1, 'uses') }, /no schema for the step htttp/],
    ['a task step with a retry', 'Stage', (stage) => { set(stage, {}, 'spec', 'promotionTemplate', 'spec', 'steps', 0, 'retry') }, /not on a step that references a task/],
    ['a Stage without steps', 'Stage', (stage) => { set(stage, [], 'spec', 'promotionTemplate', 'spec', 'steps') }, /must NOT have fewer than 1 items/],
    ['a label value of more than 63 characters', 'Stage', (stage) => { set(stage, 'x'.repeat(64), 'metadata', 'labels', 'a') }, /metadata.labels.a/],
    ['a receiver of an unknown kind', 'ProjectConfig', (config) => { set(config, [{ name: 'x', githubb: {} }], 'spec', 'webhookReceivers') }, /githubb/],
    ['a policy with two selectors', 'ProjectConfig', (config) => { set(config, 'soak-node', 'spec', 'promotionPolicies', 0, 'stage') }, /exactly one of stage or stageSelector/],
  ]

  test.each(broken)('refuses %s', (_, kind, damage, fault) => {
    const objects = synthesize(exampleFactory()).flatMap(({ text }) => readObjects(text))
    const matches = (object: Data) => object.kind === kind && (object.metadata as Data).name !== 'observe-base-image'
    const object = objects.find(matches) as Data
    expect(faultsOf(object)).toEqual([])
    damage(object)
    expect(faultsOf(object).join('\n')).toMatch(fault)
  })

  test('a kind without a schema is a fault', () => {
    expect(faultsOf({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } })).toEqual(['no schema for v1 Secret'])
  })
})

function set(object: Data, value: unknown, ...path: (string | number)[]): void {
  const last = path.pop() as string
  const parent = path.reduce<unknown>((part, key) => (part as Data)[key], object) as Data
  parent[last] = value
}
