import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isNewer, parseMarker, renderComment, sameReport } from '../../../src/report/index.js'
import { formatMarker } from '../../../src/report/marker.js'
import { reports } from './arbitrary.js'
import { examples, marker, report } from './examples.js'

describe('marker', () => {
  it('is read back from a comment, whatever its id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(), fc.nat(), (id, run, attempt) => {
        const line = formatMarker({ id, sha: 'abc', run, attempt })
        expect(line.slice(4, -3)).not.toMatch(/--|>/)
        expect(parseMarker(`${line}\n## x`)).toEqual({ id, sha: 'abc', run, attempt })
      }),
    )
  })

  it('is the first line of every comment', () => {
    fc.assert(
      fc.property(reports, (any) => void expect(parseMarker(renderComment(any, { marker }))).toEqual(marker)),
      { numRuns: 20 },
    )
  })

  const line = formatMarker(marker)
  it.each([
    ['not the first line', `\n${line}`],
    ['something before it', ` ${line}`],
    ['something behind it', `${line} -->`],
    ['another spelling', line.replace('synth', '%73ynth')],
    ['a number too long', line.replace('run=', 'run=99999999999999')],
    ['nothing', ''],
    ['a very long line', `<!-- image-factory:report id=${'a'.repeat(1_000_000)}`],
    ['an id that closes the comment', '<!-- image-factory:report id=--> sha=a run=1 attempt=1 -->'],
  ])('is not read from %s', (_, body) => {
    expect(parseMarker(body)).toBeNull()
  })

  it('is read with the line ends GitHub stores', () => {
    expect(parseMarker(`${line}\r\n## x`)).toEqual(marker)
  })

  it.each([
    [9, 1, 10, 1, false],
    [10, 1, 9, 1, true],
    [10, 2, 10, 1, true],
    [10, 1, 10, 1, false],
    [10, 9, 10, 10, false],
  ])('run %d.%d newer than run %d.%d: %s', (run, attempt, ourRun, ourAttempt, newer) => {
    expect(isNewer({ ...marker, run, attempt }, { ...marker, run: ourRun, attempt: ourAttempt })).toBe(newer)
  })
})

describe('the same report', () => {
  const one = examples['delay-change']
  const elsewhere = {
    url: 'https://github.com/o/r/actions/runs/7',
    headSha: 'f00',
    repositoryUrl: 'https://github.com/o/r',
  }
  it('does not depend on run, head or line ends', () => {
    const a = renderComment(one, { marker })
    const b = renderComment({ ...one, run: elsewhere }, { marker: { ...marker, sha: 'f00', run: 7, attempt: 3 } })
    expect(a).not.toBe(b)
    expect(sameReport(a, b)).toBe(true)
    expect(sameReport(a, b.replaceAll('\n', '\r\n').trimEnd())).toBe(true)
  })

  it('is another one when anything else differs', () => {
    expect(sameReport(renderComment(one, { marker }), renderComment(report(), { marker }))).toBe(false)
    const text = renderComment(one, { marker })
    expect(sameReport(text, text.replace('7d', '8d'))).toBe(false)
  })
})
