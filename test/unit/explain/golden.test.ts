import { describe, expect, it } from 'vitest'
import { explanationJson, HEAD, paragraphs, tableRows } from '../../../src/explain/index.js'
import { explain, FILES, NOW, SITUATIONS } from './situations.js'

const GOLDEN = '../../golden/explain'
const REASONS = [
  ...['change', 'override', 'rebuildDelay', 'minimumReleaseAge', 'stagger', 'autoRebuild', 'unchanged', 'built'],
  ...['not-looked-up', 'not-discovered', 'discovery-failed', 'external', 'disabled', 'no-workflow', 'no-bases'],
  ...['proven', 'before-enrollment', 'still-behind'],
]

describe('explain says in sentences', () => {
  it.each(Object.keys(SITUATIONS))('%s', async (name) => {
    const [one] = explain(SITUATIONS[name]!)
    await expect(paragraphs(one!, FILES, NOW)).toMatchFileSnapshot(`${GOLDEN}/${name}.txt`)
    expect(name.startsWith(one!.status)).toBe(true)
  })
})

it('there is a situation for every reason', () => {
  const found = Object.values(SITUATIONS).flatMap((one) => explain(one).map(({ reason }) => reason))
  expect([...new Set(found)].sort()).toEqual([...REASONS].sort())
})

it('the table has a line for each base image of each image', async () => {
  const rows = Object.entries(SITUATIONS).flatMap(([name, one]) =>
    tableRows(explain(one)).map(({ cells }) => [name, ...cells.slice(1)].join(' | ')),
  )
  await expect(`${[HEAD.join(' | '), ...rows].join('\n')}\n`).toMatchFileSnapshot(`${GOLDEN}/table.txt`)
})

it('the data of an image', async () => {
  const [one] = explain(SITUATIONS['waiting-rebuildDelay']!)
  const text = `${JSON.stringify(explanationJson(one!, NOW), null, 2)}\n`
  await expect(text).toMatchFileSnapshot(`${GOLDEN}/waiting-rebuildDelay.json`)
})

it('an image has the same keys in every situation', () => {
  const keys = Object.values(SITUATIONS).map((one) => Object.keys(explanationJson(explain(one)[0]!, NOW)).join())
  expect(new Set(keys).size).toBe(1)
})
