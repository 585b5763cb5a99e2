import fc from 'fast-check'
import { expect, it } from 'vitest'
import { flatten, valueChanges } from '../../../src/report/image-changes.js'
import { type Data, isDataMap, isSameData } from '../../../src/yaml/data.js'
import { runs } from '../../support/full.js'

const data: fc.Arbitrary<Data> = fc.letrec<{ value: Data }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Data>('a', '', '1', 1, 0, true, false, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'environments', '__proto__', '0'), tie('value'), { maxKeys: 3 }),
  ),
})).value

/** The same with the keys of every map the other way round. */
function turned(value: Data): Data {
  if (Array.isArray(value)) return value.map(turned)
  if (!isDataMap(value)) return value
  const map: Record<string, Data> = Object.create(null)
  for (const [key, one] of Object.entries(value).reverse()) map[key] = turned(one)
  return map
}

it('data is the same as itself, whatever the order of its keys', () => {
  fc.assert(fc.property(data, (value) => isSameData(value, turned(value))))
})

it('what is the same shows no change, and what shows a change is not the same', () => {
  fc.assert(
    fc.property(data, data, (a, b) => {
      const changes = valueChanges(flatten(a), flatten(b))
      if (isSameData(a, b)) expect(changes).toEqual([])
      expect(isSameData(a, b)).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)))
    }),
    { numRuns: runs(2000) },
  )
})

function sorted(value: Data): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isDataMap(value)) return value
  const pairs = Object.entries(value).map(([key, one]) => [key, sorted(one)] as const)
  return { map: pairs.sort(([a], [b]) => (a < b ? -1 : 1)) }
}
