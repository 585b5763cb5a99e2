// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfile variables look like that.
import { describe, expect, test } from 'vitest'
import { findBaseImages } from '../../../src/dockerfile/index.js'
import { expandWord } from '../../../src/dockerfile/word-expansion.js'

const repeat = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join('')

/** Too big for recursion and for anything that grows faster than the file: these would fail or hang, not be slow. */
describe('big and deep files', () => {
  test.each<[string, string, number]>([
    ['100,000 lines', `FROM a\n${repeat(100_000, (i) => `RUN echo ${i}\n`)}`, 1],
    ['a continuation of 100,000 lines', `FROM a\nRUN x${repeat(100_000, (i) => ` \\\n# c\n y${i}`)}\n`, 1],
    ['100,000 nested substitutions', `FROM ${'${a:-\\\n'.repeat(100_000)}b${'}\\\n'.repeat(100_000)}\n`, 1],
    ['100,000 nested quotes', `FROM ${'${a:-"\\\n'.repeat(50_000)}b${'"}\\\n'.repeat(50_000)}\n`, 1],
    [
      'a chain of COPY --from',
      repeat(20_000, (i) => `FROM a AS s${i}\n${i === 0 ? '' : `COPY --from=s${i - 1} / /\n`}`),
      20_000,
    ],
    ['a chain of FROM', `FROM a AS s0\n${repeat(20_000, (i) => `FROM s${i} AS s${i + 1}\n`)}`, 1],
    ['one RUN with 100,000 mounts', `FROM a\nRUN ${'--mount=from=b,target=/x \\\n'.repeat(100_000)} ls\n`, 100_001],
    [
      'many children of many triggers',
      `FROM a AS b\n${repeat(3000, (i) => `ONBUILD COPY --from=x${i} / /\n`)}${repeat(3000, (i) => `FROM b AS c${i}\nCOPY --from=c${i - 1} / /\n`).replace('COPY --from=c-1 / /\n', '')}`,
      3001,
    ],
    ['an ARG that is redefined again and again', `ARG A=1\n${repeat(20_000, (i) => `ARG A=$B${i}$A\n`)}FROM a:$A\n`, 1],
    ['a heredoc of 100,000 lines', `FROM a\nRUN <<EOF\n${'FROM x\n'.repeat(100_000)}EOF\n`, 1],
  ])('%s', (_title, text, count) => {
    const result = findBaseImages(text)
    expect(result.ok ? result.images.length : result.error).toBe(count)
  })

  test.each([
    ['values that double', `ARG A=aaaaaaaa\n${'ARG A=$A$A\n'.repeat(200)}FROM $A\n`, 'expands to more than'],
    [
      'patterns that compare everything',
      `ARG A=${'a'.repeat(60_000)}\nARG P=${'?'.repeat(30_000)}b\nFROM x\${A/$P/}\n`,
      'more work',
    ],
    ['ONBUILD in ONBUILD', `FROM a\n${'ONBUILD \\\n'.repeat(100_000)} RUN x\n`, 'cannot be chained'],
    ['a line over 65,535 bytes', `FROM a\nRUN ${'é'.repeat(32_766)}\n`, 'longer than 65535 bytes'],
  ])('refused: %s', (_title, text, part) => {
    const result = findBaseImages(text)
    expect(result.ok ? '' : result.error.message).toContain(part)
  })

  test('the work of a pattern grows as its value does', () => {
    const work = (length: number) => {
      const budget = { left: 100_000_000 }
      expandWord('${a//x*y/}', new Map([['a', 'x'.repeat(length)]]), { escapeChar: '\\', budget }, 1)
      return 100_000_000 - budget.left
    }
    expect(work(20_000)).toBeGreaterThan(20_000)
    expect(work(20_000)).toBeLessThan(work(10_000) * 2.1)
  })
})
