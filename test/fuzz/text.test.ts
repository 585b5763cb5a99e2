/** Files that people write, at random: each reader ends within its steps and says what is wrong, or what it read. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findBaseImages } from '../../src/dockerfile/index.js'
import { type Problem, parseImagesFile, parseOverrides } from '../../src/enrollment/index.js'
import { parseReference } from '../../src/reference/index.js'
import { readRecord } from '../../src/state/read.js'
import { GOOD_FILES } from '../unit/enrollment/json-schema-files.js'
import { WRONG_DOCUMENTS } from '../unit/enrollment/wrong-documents.js'
import { WRONG_ENTRIES } from '../unit/enrollment/wrong-entries.js'
import { mutated, RUNS } from './support/mutate.js'
import { TooManySteps, withinSteps } from './support/steps.js'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const lines = (text: string) => text.split('\n')

/** Some ten times what any text was seen to take: more than linear work does not fit in. */
const budget = (text: string) => 100_000 + 200 * text.length

test('the budget ends what would not end by itself', () => {
  const forEver = () => {
    for (;;) 'x'.charCodeAt(0)
  }
  expect(() => withinSteps(1000, forEver)).toThrow(TooManySteps)
})

function checkProblems(problems: readonly Problem[], text: string): void {
  for (const { message, line, column } of problems) {
    expect(message).not.toBe('')
    expect(['\0', '\u001b', '\u202e'].filter((character) => message.includes(character))).toEqual([])
    if (line !== null) expect(line).toBeLessThanOrEqual(lines(text).length)
    expect(line === null || line >= 1).toBe(true)
    expect(column === null || column >= 1).toBe(true)
  }
}

describe('images.yaml', () => {
  const corpus = [...GOOD_FILES, ...WRONG_DOCUMENTS, ...WRONG_ENTRIES].map(([, text]) => text)
  const words = lines(GOOD_FILES.map(([, text]) => text).join('\n')).map((line) => `${line}\n`)
  const marks = ['- ', ': ', ', ', '{', '}', '[', ']', '&a ', '*a', '!!str ', '|\n', '>-\n', '? ', '---\n', '<<: ', '#']

  test('gives an enrollment or errors', () => {
    fc.assert(
      fc.property(mutated(corpus, [...words, ...marks]), (text) => {
        const { enrolled, problems } = withinSteps(budget(text), () => parseImagesFile(text, 'images.yaml'))
        expect(enrolled === null).toBe(problems.some(({ severity }) => severity === 'error'))
        checkProblems(problems, text)
      }),
      { numRuns: RUNS },
    )
  })
})

describe('overrides.yaml', () => {
  const digest = `sha256:${'a1'.repeat(32)}`
  const corpus = [
    `- base: node:22\n  digest: ${digest}\n  reason: CVE-2026-1\n  expires: 2099-01-01\n`,
    `- {base: docker.io/library/node:22, digest: "${digest}", reason: x, expires: 2026-04-01T10:00Z}\n- {base: a, digest: ${digest}, reason: y, expires: 2000-01-01}\n`,
    '[]\n',
  ]
  const words = [
    'base: ',
    'digest: ',
    'reason: ',
    'expires: ',
    digest,
    '2026-02-30',
    '2026-13-01T25:61Z',
    '- ',
    '{',
    '[',
  ]

  test('gives overrides that hold, or problems', () => {
    fc.assert(
      fc.property(mutated(corpus, words), (text) => {
        const read = () => parseOverrides(text, 'overrides.yaml', '2026-03-01T00:00:00.000Z')
        const { active, problems } = withinSteps(budget(text), read)
        checkProblems(problems, text)
        for (const one of active) {
          expect(one.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
          expect(one.expires >= '2026-03-01').toBe(true)
          expect(parseReference(one.base).ok).toBe(true)
        }
      }),
      { numRuns: RUNS },
    )
  })
})

describe('a Dockerfile', () => {
  const { cases } = { cases: JSON.parse(read('test/fixtures/dockerfile-cases.json')) as unknown }
  const corpus = [...textsIn(cases)].filter((text) => /^\s*(?:#|FROM|ARG)/im.test(text))
  const words = [
    'FROM a:1 AS b\n',
    'FROM --platform=$BUILDPLATFORM ',
    'ARG V=1\n',
    'COPY --from=b / /\n',
    'RUN --mount=type=cache,from=x:1 ',
    '<<EOF\n',
    '<<-"E"\n',
    'EOF\n',
    '\\\n',
    '${V:-a}',
    '${V//a/b}',
    '${V%%*}',
    '# escape=`\n',
    '# syntax=docker/dockerfile:1\n',
    'ONBUILD ',
    '["a", "b"]',
  ]

  test('gives base images or one refusal with its line', () => {
    expect(corpus.length).toBeGreaterThan(100)
    fc.assert(
      fc.property(mutated(corpus, words), (text) => {
        const options = { args: new Map([['V', '2']]), target: null }
        const result = withinSteps(budget(text), () => findBaseImages(text, options))
        if (!result.ok) {
          expect(result.error.message).not.toBe('')
          expect(result.error.line).toBeGreaterThanOrEqual(0)
          return
        }
        for (const { ref, line } of result.images) {
          expect(parseReference(ref).ok, ref).toBe(true)
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines(text).length)
        }
        expect(findBaseImages(text, options)).toEqual(result)
      }),
      { numRuns: RUNS },
    )
  })
})

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* textsIn(one)
}

describe('a state file', () => {
  const corpus = [
    'images/backstage',
    'images/uv',
    'base-images/node-22-bookworm-slim',
    'base-images/python-3.12-slim',
  ].map((path) => read(`examples/state-repo/${path}.yaml`))
  const words = [
    'null',
    "'None'",
    'sha256:',
    'updateHistory:\n',
    '- digest: x\n',
    'rebuildEligibleAt: {}\n',
    '2026-99-99',
    '{',
    '[',
  ]

  test('gives a record or problems', () => {
    fc.assert(
      fc.property(mutated(corpus, words), (text) => {
        const { record, problems } = withinSteps(budget(text), () => readRecord(text, 'images/x.yaml'))
        expect(record === null).toBe(problems.length > 0)
        checkProblems(problems, text)
      }),
      { numRuns: RUNS },
    )
  })
})
