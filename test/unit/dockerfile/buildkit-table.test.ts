import { describe, expect, test } from 'vitest'
import { findBaseImages } from '../../../src/dockerfile/index.js'
import { BUILDKIT_CASES } from './buildkit-table.js'

describe.each(Object.entries(BUILDKIT_CASES))('as BuildKit answers: %s', (_group, cases) => {
  test.each(cases.map((row) => [JSON.stringify(row.dockerfile).slice(0, 120), row] as const))('%s', (_title, row) => {
    const result = findBaseImages(row.dockerfile)
    if (row.error !== undefined) {
      expect(result).toMatchObject({ ok: false, error: { line: row.line } })
      return
    }
    expect(result).toMatchObject({ ok: true, syntax: row.syntax ?? null })
    const refs = result.ok ? result.images.filter(({ reachable }) => reachable).map(({ ref }) => ref) : []
    expect([...new Set(refs)].sort()).toEqual(row.images)
  })
})
