import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromData, renderSummary, toData } from '../../../src/report/index.js'
import { VERSION } from '../../../src/version.js'
import { reports } from './arbitrary.js'
import { change, examples, report } from './examples.js'

describe('a report as data', () => {
  it('shows the same when it is read back, but for commit and run', () => {
    fc.assert(
      fc.property(reports, (any) => {
        const { report: read, headSha } = fromData(toData(any))
        const { servers: _, ...rest } = any
        const input = { ...rest, commit: null, run: null }
        expect(renderSummary(read, { budget: 10_000_000 })).toBe(renderSummary(input, { budget: 10_000_000 }))
        expect(headSha).toBe(any.run?.headSha ?? null)
      }),
      { numRuns: 40 },
    )
  })

  it('holds no secret', () => {
    const after = 'token: CANARY\nkey: ghp_CANARYcanary0123456789\n'
    const one = report({ changes: [change('Stage', 'x', { file: 'x.yaml', after })] })
    expect(toData(one, { secrets: ['CANARY'] })).not.toContain('CANARY')
    expect(toData(one)).not.toContain('ghp_')
  })

  const good = JSON.parse(toData(examples['image-removed'])) as Record<string, unknown>
  it.each([
    ['no JSON', '## Approved'],
    ['nothing', 'null'],
    ['a key too many', JSON.stringify({ ...good, number: 1 })],
    ['a key too few', JSON.stringify({ ...good, bases: undefined })],
    ['another format', JSON.stringify({ ...good, format: 2 })],
    ['a wrong type', JSON.stringify({ ...good, imagesFile: { toString: 1 } })],
    ['a prototype', JSON.stringify(good).replace('{', '{"__proto__":{"x":1},')],
    ['a text too long', JSON.stringify({ ...good, imagesFile: 'x'.repeat(30_000) })],
    ['a negative number', JSON.stringify({ ...good, totals: { images: -1, bases: 0, stale: 0 } })],
  ])('with %s is refused', (_, json) => {
    expect(() => fromData(json)).toThrow(/the report's data (cannot be used|is not JSON)/)
  })
})

it('the version in the footer is that of package.json', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  expect(VERSION).toBe(version)
})
