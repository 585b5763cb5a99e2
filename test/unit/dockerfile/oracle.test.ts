import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { findBaseImages } from '../../../src/dockerfile/index.js'

interface OracleCase {
  id: string
  dockerfile: string
  target?: string
  platform?: string
  buildArgs?: Record<string, string>
  images?: { kind: string; ref: string; reachable: boolean; platform?: string }[]
  syntax?: string
  error?: string
}

const file = new URL('../../fixtures/dockerfile-cases.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: OracleCase[] }

function answer({ dockerfile, target, platform, buildArgs }: OracleCase) {
  return findBaseImages(dockerfile, {
    args: new Map(Object.entries(buildArgs ?? {})),
    target: target ?? null,
    platforms: [platform ?? 'linux/amd64'],
  })
}

/** Errors that BuildKit gives without saying where; the line is that of the instruction at fault. */
const LINES: Readonly<Record<string, number>> = {
  A19: 1,
  A26: 1,
  B5: 2,
  B8: 3,
  B25: 2,
  B38: 2,
  S17: 2,
  S23: 1,
  S46: 2,
  V4: 2,
  V9: 3,
  V18: 2,
  V23: 3,
  V25: 2,
  V28: 2,
  V35: 2,
  V40: 1,
  V43: 1,
  R14: 1,
}

describe('every case of the oracle', () => {
  test('there are 155', () => expect(cases).toHaveLength(155))

  test.each(cases.map((oracle) => [oracle.id, oracle] as const))('%s', (id, oracle) => {
    const result = answer(oracle)
    if (oracle.error !== undefined) {
      const line = /on line (\d+)/.exec(oracle.error)?.[1] ?? LINES[id]
      expect(result).toMatchObject({ ok: false, error: { line: Number(line) } })
      return
    }
    expect(result).toMatchObject({ ok: true, syntax: oracle.syntax ?? null })
    const images = result.ok ? result.images : []
    expect(images.map(({ kind, ref, reachable, platform }) => ({ kind, ref, reachable, platform }))).toEqual(
      oracle.images?.map((image) => ({ ...image, platform: image.platform ?? null })),
    )
  })
})
