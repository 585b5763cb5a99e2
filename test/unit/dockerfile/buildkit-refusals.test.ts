import { describe, expect, test } from 'vitest'
import { findBaseImages } from '../../../src/dockerfile/index.js'
import { BUILDKIT_REFUSALS } from './buildkit-refusals.js'

const answer = (lines: string) => findBaseImages(`FROM scratch AS b0\n${lines}\n`)

describe.each(Object.entries(BUILDKIT_REFUSALS))('as BuildKit refuses: %s', (_group, { accepted, refused }) => {
  test.each(accepted)('accepted: %j', (lines) => expect(answer(lines)).toMatchObject({ ok: true }))

  test.each(refused)('refused: %j', (lines, line) => {
    expect(answer(lines)).toMatchObject({ ok: false, error: { line } })
  })
})

describe('what only the base image knows is never held against a file', () => {
  test.each([
    'RUN --mount=type=$T,target=/x ls',
    'RUN --mount=type=cache ls',
    'ENV A=${X:?}',
    'ENV T=$X\nSTOPSIGNAL $T',
    'COPY --chmod=x$M a b',
    'EXPOSE $P/http',
    'COPY <<EOF /x\n${X:?}\nEOF',
  ])('%j', (lines) => {
    expect(findBaseImages(`FROM alpine:3\n${lines}\n`)).toMatchObject({ ok: true })
    expect(answer(lines).ok).toBe(false)
  })
})
