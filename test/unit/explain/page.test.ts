import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { explanationJson } from '../../../src/explain/index.js'
import { explain, NOW, SITUATIONS } from './situations.js'

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
