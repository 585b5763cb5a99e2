import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Factory, synthesize } from '../../../src/kargo/index.js'
import { kargoSchemasFolder, readObjects, WHY_SKIPPED } from '../../support/kargo-schemas.js'
import { exampleFactory, gitlab, image, NODE, NODE_20, TELLING } from './fixtures.js'

type Data = Record<string, unknown>

const key = (object: Data) => `${object.kind} ${(object.metadata as Data).name}`

/**
 * Checks, promotion and the tasks go beyond the pages: tests of their own hold what was proven of them, those of the
 * tasks on a live Kargo (test/kargo).
 */
const isRebuilding = (object: Data) =>
  !/^(?:AnalysisTemplate|ServiceAccount|PromotionTask) |^Stage (?:analyze|promote)-/.test(key(object))

/** What means the same either way is written in one: order in JSON and of paths. When a notice goes out is of our own. */
function comparable(object: Data): Data {
  const { metadata: _metadata, ...rest } = JSON.parse(JSON.stringify(object)) as Data
  const spec = rest.spec as { vars?: { name: string; value?: string }[]; subscriptions?: { git?: Data }[] } | undefined
  if (spec?.vars !== undefined) spec.vars = spec.vars.filter(({ name }) => name !== 'noticeAfter')
  for (const variable of spec?.vars ?? [])
    if (variable.value?.startsWith('{')) variable.value = sortedJson(variable.value)
  for (const variable of spec?.vars ?? [])
    if (variable.value?.startsWith('[')) variable.value = sortedJson(variable.value)
  for (const { git } of spec?.subscriptions ?? []) (git?.includePaths as string[] | undefined)?.sort()
  return rest
}

function sortedJson(text: string): string {
  const value = JSON.parse(text) as Data | Data[]
  const entries = Array.isArray(value) ? value.map((item) => JSON.stringify(item)) : Object.entries(value).map(String)
  return JSON.stringify(entries.sort())
}

const page = (name: string) =>
  readObjects(readFileSync(join(kargoSchemasFolder ?? '', '..', name), 'utf8')).filter(isRebuilding)

function expectProven(proven: readonly Data[], factory: Factory): Data[] {
  const generated = synthesize(factory).flatMap(({ text }) => readObjects(text))
  for (const object of proven) {
    const mine = generated.find((one) => key(one) === key(object))
    if (mine === undefined) throw new Error(`${key(object)} is not generated`)
    expect(comparable(mine), key(object)).toEqual(comparable(object))
    expect(mine.metadata, key(object)).toMatchObject(object.metadata as Data)
  }
  return generated.filter(isRebuilding)
}

test.skipIf(kargoSchemasFolder === null)(
  `pipeline.yaml is generated field by field, and nothing else${WHY_SKIPPED}`,
  () => {
    const proven = page('pipeline.yaml')
    const generated = expectProven(proven, exampleFactory())
    expect(generated.map(key).sort()).toEqual(proven.map(key).sort())
  },
)

test.skipIf(kargoSchemasFolder === null)(`pipeline-more.yaml is generated field by field${WHY_SKIPPED}`, () => {
  const inputs = new Map([
    ['BASE_IMAGE', '$(baseImage)'],
    ['BASE_DIGEST', '$(baseDigest)'],
  ])
  const onGitLab = image({ name: 'gl-app', source: gitlab({ inputs }), rebuildDelay: { text: '0', seconds: 0 } }, [
    NODE.name,
    NODE_20.name,
  ])
  const images = [image({}, [NODE.name]), onGitLab]
  // The state repository is told of a new digest by the task that notes it, no longer by a step of its own.
  const proven = page('pipeline-more.yaml').filter((object) => !key(object).startsWith('Stage soak-'))
  expectProven(proven, exampleFactory({ settings: TELLING, images, bases: [NODE, NODE_20] }))
})
