import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { synthesize } from '../../../src/kargo/index.js'
import { kargoSchemasFolder, readObjects, WHY_SKIPPED } from '../../support/kargo-schemas.js'
import { exampleFactory } from './fixtures.js'

type Data = Record<string, unknown>

const key = (object: Data) => `${object.kind} ${(object.metadata as Data).name}`

/** Inputs are written with sorted keys, the page is not: JSON means the same either way. */
function comparable(object: Data): Data {
  const { metadata: _metadata, ...rest } = JSON.parse(JSON.stringify(object)) as Data
  const vars = ((rest.spec as Data | undefined)?.vars ?? []) as { name: string; value?: unknown }[]
  for (const variable of vars)
    if (variable.name === 'inputs' && typeof variable.value === 'string') variable.value = JSON.parse(variable.value)
  return rest
}

test.skipIf(kargoSchemasFolder === null)(
  `every object of pipeline.yaml is generated, field by field${WHY_SKIPPED}`,
  () => {
    const page = readFileSync(join(kargoSchemasFolder ?? '', '..', 'pipeline.yaml'), 'utf8')
    const proven = readObjects(page).filter((object) => !key(object).startsWith('Stage promote-'))
    const ours = synthesize(exampleFactory()).flatMap(({ text }) => readObjects(text))
    const generated = new Map(ours.map((object) => [key(object), object]))

    expect([...generated.keys()].sort()).toEqual(proven.map(key).sort())
    for (const object of proven) {
      const mine = generated.get(key(object)) as Data
      expect(comparable(mine), key(object)).toEqual(comparable(object))
      expect(mine.metadata, key(object)).toMatchObject(object.metadata as Data)
    }
  },
)
