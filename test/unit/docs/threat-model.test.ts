import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Checkout } from '../../protections/edit.js'
import { type HeldBy, heldBy, nameOf } from '../../protections/removal.js'
import { removals } from '../../protections/removals.js'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const page = read('docs/threat-model.md')
const [, table = ''] = /<!-- threats -->\n([\s\S]+?)<!-- end of threats -->/.exec(page) ?? []

interface Row {
  readonly number: number
  readonly held: readonly HeldBy[]
}

const rows: readonly Row[] = table
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const cells = line.split(/ ?\| ?/).filter((cell) => cell !== '')
    return { number: Number(cells[0]), held: (cells[3] ?? '').split('<br>').map(heldBy) }
  })

describe('docs/threat-model.md', () => {
  it('has all rows, each with what holds it', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 35 }, (_, index) => index + 1))
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

// Whether they do fail is seen by `npm run protections`, nightly and before a release.
describe('what takes the protections away', () => {
  const keys = (number: number, held: readonly HeldBy[]) => held.map((one) => `${number} ${nameOf(one)}`)
  const checkout = new Checkout(fileURLToPath(new URL('../../..', import.meta.url)))

  it('has every test of every row, and no other', () => {
    const wanted = rows.flatMap(({ number, held }) => keys(number, held))
    const failing = removals.flatMap(({ threat, failing }) => keys(threat, failing))
    expect([...new Set(failing)].sort()).toEqual([...new Set(wanted)].sort())
  })

  it.each(removals)('$threat: without $without: what it replaces is in one place', ({ edits }) => {
    expect(edits.length).toBeGreaterThan(0)
    for (const edit of edits) expect(checkout.places(edit), JSON.stringify(edit)).toHaveLength(1)
  })
})
