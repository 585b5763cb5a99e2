// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfile variables look like that.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findBaseImages } from '../../../src/dockerfile/index.js'
import { runs } from '../../support/full.js'

const FRAGMENTS = [
  'FROM ',
  'from ',
  'alpine:3',
  ' AS a',
  ' AS b',
  'ARG V=3',
  'ARG V',
  '${V',
  '$V',
  '}',
  ':-',
  '##',
  '%',
  '//',
  '/',
  '*',
  '?',
  '\n',
  '\r\n',
  '\\\n',
  '\\',
  '`',
  '# escape=`\n',
  '# syntax=x\n',
  'COPY --from=',
  'a',
  '0',
  '1',
  ' / /',
  'RUN --mount=type=bind,from=',
  ',target=/x',
  ' ls',
  '<<EOF',
  'EOF\n',
  '<<-"E F"',
  '"',
  "'",
  'ONBUILD ',
  '[',
  ']',
  '["a"',
  '# comment\n',
  '--platform=',
  '$TARGETARCH',
  'ENV a=b',
  'HEALTHCHECK CMD x',
  '\u0000',
  '\ufeff',
  '\u0085',
  '\ud800',
  '\u{1f40b}',
  '@sha256:',
  '{{ x }}',
  '\t',
  '\f',
  'scratch',
  'SHELL ["x"]',
  ' ',
] as const

const soup = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...FRAGMENTS) }, fc.string({ unit: 'binary' })),
  { maxLength: 40 },
)
const anyText = fc.oneof(
  soup.map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
)

/** Dockerfiles that are mostly valid, as lists of instructions without line ends. */
const image = fc.constantFrom(
  'alpine:3',
  'golang:1.22',
  'ghcr.io/org/app',
  '$BASE',
  'node:${V:-22}',
  'scratch',
  's0',
  's1',
)
const inStage = fc.oneof(
  fc.constantFrom(
    'RUN make all',
    'ENV A=b C="d e"',
    'WORKDIR /src',
    'CMD ["run", "it"]',
    'ONBUILD COPY --from=busybox:2 x /',
    'ARG V=9',
  ),
  fc.constantFrom('s0', 's1', '0', 'busybox:1', 'debian').map((from) => `COPY --from=${from} /a /b`),
  fc.constantFrom('s0', 'busybox:3').map((from) => `RUN --mount=type=bind,from=${from},target=/x ls /x`),
)
const dockerfile = fc
  .array(
    fc.record({
      image,
      platform: fc.constantFrom('', '--platform=linux/arm64 '),
      body: fc.array(inStage, { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((stages) => [
    'ARG BASE=debian:12',
    ...stages.flatMap(({ image: base, platform, body }, i) => [`FROM ${platform}${base} AS s${i}`, ...body]),
  ])

/** The answer without line numbers, which every change of layout moves. */
function essence(text: string): unknown {
  const result = findBaseImages(text)
  if (!result.ok) return { refused: true }
  return result.images.map(({ line: _line, ...rest }) => rest)
}

const asText = (lines: readonly string[]) => `${lines.join('\n')}\n`

describe('properties', () => {
  test('no text makes it throw', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.option(fc.string(), { nil: null }),
        fc.constantFrom('linux/amd64', 'windows/amd64', 'x'),
        (text, target, platform) => {
          const result = findBaseImages(text, {
            target,
            platforms: [platform],
            args: new Map([['V', text.slice(0, 9)]]),
          })
          if (!result.ok) expect(result.error.line).toBeGreaterThanOrEqual(1)
        },
      ),
      { numRuns: runs(3000) },
    )
  })

  test('the generated Dockerfiles are worth testing with: at least half are accepted', () => {
    const accepted = fc
      .sample(dockerfile, { numRuns: 200, seed: 1 })
      .filter((lines) => findBaseImages(asText(lines)).ok)
    expect(accepted.length).toBeGreaterThan(80)
  })

  test('comments and blank lines change nothing', () => {
    fc.assert(
      fc.property(
        dockerfile,
        fc.array(fc.constantFrom('', '  ', '# FROM fake:1', '\t# x \\'), { minLength: 1, maxLength: 3 }),
        (lines, noise) => {
          const noisy = lines.flatMap((line) => [...noise, line])
          expect(essence(asText(['# first', ...noisy, ...noise]))).toEqual(essence(asText(lines)))
        },
      ),
    )
  })

  test('the style of continuations changes nothing', () => {
    const styles = ['\\\n', ' \\\n  ', '\\ \t\n', '\\\n# comment\n', '\\\n\n', '\\\r\n   # FROM x\n ']
    fc.assert(
      fc.property(dockerfile, fc.constantFrom(...styles), (lines, style) => {
        const broken = lines.map((line) => line.replace(' ', () => ` ${style}`))
        expect(essence(asText(broken))).toEqual(essence(asText(lines)))
      }),
    )
  })

  test('the escape directive changes nothing where nothing is escaped but line ends', () => {
    fc.assert(
      fc.property(dockerfile, (lines) => {
        const broken = lines.map((line) => line.replace(' ', () => ' `\n '))
        expect(essence(asText(['# escape=`', ...broken]))).toEqual(essence(asText(lines)))
      }),
    )
  })

  test('CRLF, a byte order mark and a missing last line end change nothing', () => {
    fc.assert(
      fc.property(dockerfile, (lines) => {
        expect(essence(`\ufeff${lines.join('\r\n')}`)).toEqual(essence(asText(lines)))
      }),
    )
  })

  test('the letter case of instructions changes nothing', () => {
    fc.assert(
      fc.property(dockerfile, fc.infiniteStream(fc.boolean()), (lines, upper) => {
        const mixed = lines.map((line) =>
          line.replace(/^\w+/, (word) =>
            [...word].map((c) => (upper.next().value ? c.toUpperCase() : c.toLowerCase())).join(''),
          ),
        )
        expect(essence(asText(mixed))).toEqual(essence(asText(lines)))
      }),
    )
  })

  test('stages that nobody uses add entries that are not reachable, and change no other', () => {
    fc.assert(
      fc.property(dockerfile, (lines) => {
        const first = lines.findIndex((line) => line.startsWith('FROM'))
        if (lines.some((line) => /--from=\d/.test(line))) return
        const unused = ['FROM unused:1 AS unused', 'COPY --from=unused:2 / /']
        const before = essence(asText(lines))
        const after = findBaseImages(asText([...lines.slice(0, first), ...unused, ...lines.slice(first)]))
        if (!after.ok) {
          expect(before).toEqual({ refused: true })
          return
        }
        const [a, b, ...rest] = after.images.map(({ line: _line, ...use }) => use)
        expect([a?.reachable, b?.reachable]).toEqual([false, false])
        expect(rest).toEqual(before)
      }),
    )
  })
})
