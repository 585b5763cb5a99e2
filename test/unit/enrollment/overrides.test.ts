import { describe, expect, it } from 'vitest'
import { parseOverrides } from '../../../src/enrollment/overrides.js'

const DIGEST = `sha256:${'0a'.repeat(32)}`
const NOW = '2026-03-01T08:00:00.000Z'

const entry = (more: Partial<Record<'base' | 'digest' | 'reason' | 'expires', string>> = {}) => {
  const { base = 'node:22', digest = DIGEST, reason = 'CVE-2026-1', expires = '2026-03-02' } = more
  return `- base: ${base}\n  digest: ${digest}\n  reason: ${reason}\n  expires: ${expires}\n`
}

const said = (text: string) =>
  parseOverrides(text, 'overrides.yaml', NOW).problems.map(
    ({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`,
  )

describe('overrides.yaml', () => {
  it('gives the overrides that hold, in the order of the file', () => {
    const text = `# emergencies\n${entry()}${entry({ base: 'alpine:3', expires: '2026-03-01T09:00Z' })}`
    expect(parseOverrides(text, 'overrides.yaml', NOW)).toEqual({
      active: [
        { base: 'node:22', digest: DIGEST, reason: 'CVE-2026-1', expires: '2026-03-02T23:59:59.999Z', line: 2 },
        { base: 'alpine:3', digest: DIGEST, reason: 'CVE-2026-1', expires: '2026-03-01T09:00:00.000Z', line: 6 },
      ],
      problems: [],
    })
  })

  it('holds to the end of its day, and is told afterwards', () => {
    expect(parseOverrides(entry({ expires: '2026-03-01' }), 'o', NOW).active).toHaveLength(1)
    const late = parseOverrides(entry({ expires: '2026-03-01T07:59Z' }), 'o', NOW)
    expect(late.active).toEqual([])
    expect(late.problems).toMatchObject([{ severity: 'notice', line: 1, remedy: 'Remove it.' }])
  })

  it.each(['', '# nothing\n', '[]\n'])('may be empty: %j', (text) => {
    expect(parseOverrides(text, 'o', NOW)).toEqual({ active: [], problems: [] })
  })

  it.each([
    ['base: node:22\n', 'error 1:1 the file must be a list of overrides.'],
    [
      entry({ digest: 'sha256:12' }),
      'error 2:11 digest: "sha256:12" is not a digest (sha256: and 64 hexadecimal digits).',
    ],
    [entry({ base: 'NODE:22' }), 'error 1:9 base: "NODE:22" is not an image reference.'],
    [entry({ expires: '2026-02-31' }), 'error 4:12 expires: "2026-02-31" is not a date.'],
    [`${entry()}  until: 2027-01-01\n`, 'error 5:3 unknown key "until".'],
    [
      entry({ reason: '${{ secret("x").token }}' }),
      'error 3:11 reason: "${{ secret(\\"x\\").token }}" contains ${{ or ${%, which Kargo would evaluate.',
    ],
    [`- base: node:22\n  reason: x\n  expires: 2027-01-01\n`, 'error 1:3 digest is missing.'],
    ['- 1\n', 'error 1:3 the entry must be a map, not "1".'],
  ])('refuses %j', (text, expected) => {
    expect(said(text)).toEqual([expected])
    expect(parseOverrides(text, 'o', NOW).active).toEqual([])
  })

  it('tells problems in the order of the file', () => {
    expect(said('- bse: node:22\n  digest: sha256:1\n  expires: soon\n').map((text) => text.slice(0, 14))).toEqual([
      'error 1:3 base',
      'error 1:3 reas',
      'error 1:3 unkn',
      'error 2:11 dig',
      'error 3:12 exp',
    ])
  })

  it.each([
    [
      'digest: "sha256:abc"',
      entry({ digest: '"sha256:abc"' }),
      'Write it like sha256:…, as docker buildx imagetools inspect node:22 shows it.',
    ],
    ['a digest in capitals', entry({ digest: DIGEST.toUpperCase() }), `Write digest: ${DIGEST}.`],
    [
      'no digest',
      entry().replace(/ {2}digest: .*\n/, ''),
      'Write it, for example digest: sha256:…, as docker buildx imagetools inspect node:22 shows it.',
    ],
    [
      'no digest and no image',
      '- reason: x\n  base: A:B:C\n  expires: 2027-01-01\n',
      'Write it, for example digest: sha256:…, as docker buildx imagetools inspect node:22 shows it.',
    ],
    [
      'no date: two weeks ahead',
      entry().replace(/ {2}expires: .*\n/, ''),
      'Write it, for example expires: 2026-03-15.',
    ],
    ['a date in words', entry({ expires: 'next week' }), 'Write it like 2026-03-31.'],
    ['a list below a key', `overrides:\n${entry()}`, 'Remove the line "overrides:".'],
    ['no reason', entry({ reason: '' }), 'Write reason: CVE-2026-1234.'],
  ])('shows what to write for %s', (_, text, remedy) => {
    expect(parseOverrides(text, 'o', NOW).problems.map((one) => one.remedy)).toContain(remedy)
  })
})
