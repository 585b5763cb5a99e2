import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { explanationJson, HEAD, paragraphs, tableRows } from '../../../src/explain/index.js'
import { explain, FILES, NOW, SITUATIONS } from './situations.js'

const GOLDEN = '../../golden/explain'
const REASONS = [
  ...['change', 'override', 'rebuildDelay', 'minimumReleaseAge', 'stagger', 'autoRebuild', 'unchanged', 'built'],
  ...['not-looked-up', 'not-discovered', 'discovery-failed', 'external', 'disabled', 'no-workflow', 'no-bases'],
  ...['proven', 'before-enrollment', 'still-behind', 'intended', 'started', 'build-failed', 'start-refused'],
]

describe('explain says in sentences', () => {
  it.each(Object.keys(SITUATIONS))('%s', async (name) => {
    const [one] = explain(SITUATIONS[name]!)
    await expect(paragraphs(one!, FILES, NOW)).toMatchFileSnapshot(`${GOLDEN}/${name}.txt`)
    expect(name.startsWith(one!.status)).toBe(true)
  })
})

it('without Kargo does not promise its lookups', () => {
  const [one] = explain(SITUATIONS['unknown-not-looked-up']!)
  expect(paragraphs(one!, FILES, NOW)).toContain('Kargo')
  expect(paragraphs({ ...one!, engine: 'actions' }, FILES, NOW)).not.toContain('Kargo')
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

const root = new URL('../../../', import.meta.url)
const page = readFileSync(new URL('docs/explain.md', root), 'utf8')
const golden = readdirSync(new URL('test/golden/explain/', root))
  .filter((name) => name.endsWith('.txt'))
  .map((name) => readFileSync(new URL(`test/golden/explain/${name}`, root), 'utf8'))
const answers = Object.values(SITUATIONS).flatMap((one) => explain(one))

describe('docs/explain.md', () => {
  it('quotes only what explain says', () => {
    const quotes = [...page.matchAll(/```text\n([\s\S]*?)```/g)].map(([, quote = '']) => quote)
    expect(quotes.length).toBeGreaterThan(10)
    expect(quotes.filter((quote) => !golden.some((text) => text.includes(quote)))).toEqual([])
  })

  it('has a heading for every reason, and no others', () => {
    const headings = [...page.matchAll(/^### .*: `(.+)`$/gm)].map(([, reason]) => reason)
    expect(headings.sort()).toEqual([...new Set(answers.map(({ reason }) => reason))].sort())
  })

  it('names every key of the data', () => {
    const data = answers.map((one) => explanationJson(one, NOW))
    const keys = data.flatMap((one) => [one, ...one.bases, one.doItNow].flatMap(Object.keys))
    expect(keys.filter((key) => !page.includes(`\`${key}\``))).toEqual([])
  })
})
