import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const page = read('docs/threat-model.md')
const [, table = ''] = /<!-- threats -->\n([\s\S]+?)<!-- end of threats -->/.exec(page) ?? []

interface Row {
  readonly number: number
  readonly held: readonly { readonly file: string; readonly title: string | null }[]
}

const rows: readonly Row[] = table
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const cells = line.split(/ ?\| ?/).filter((cell) => cell !== '')
    const held = (cells[3] ?? '').split('<br>').map((one) => {
      const [, file = '', title = null] = /^`([^`]+\.test\.ts)`(?: › `([^`]+)`)?$/.exec(one) ?? []
      return { file, title }
    })
    return { number: Number(cells[0]), held }
  })

describe('docs/threat-model.md', () => {
  it('has all thirty rows, each with what holds it', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
    expect(rows.filter(({ held }) => held.length === 0 || held.some(({ file }) => file === ''))).toEqual([])
  })

  it.each(rows.flatMap(({ number, held }) => held.map((one) => ({ number, ...one }))))(
    '$number: $file › $title is there',
    ({ file, title }) => {
      // Titles stand in quotes of any kind; what tests draw from a table is `%s` in both.
      const source = read(`test/${file}`)
      if (title !== null)
        expect(['`', "'", '"'].some((quote) => source.includes(`${quote}${title}${quote}`))).toBe(true)
      expect(source).toMatch(/\bexpect\b/)
    },
  )
})
