import { describe, expect, it } from 'vitest'
import { type Report, renderComment, renderPlain, renderSummary, summaryLine } from '../../../src/report/index.js'
import { maskObject, withoutValues } from '../../../src/report/redact.js'
import { change, marker, report } from './examples.js'

function everywhere(secret: string): Report {
  const one = change('Stage', `s-${secret}`, {
    file: `${secret}.yaml`,
    before: 'a: 1\n',
    after: `a: ${secret}\nb: ${Buffer.from(secret).toString('base64')}\n`,
  })
  return report({
    imagesFile: secret,
    outputDir: secret,
    problems: (['error', 'warning', 'notice'] as const).map((severity) => ({
      severity,
      code: 'value-invalid' as const,
      file: secret,
      line: 1,
      column: 1,
      message: `401 for https://x:${secret}@host`,
      remedy: secret,
      image: secret,
    })),
    changes: [one],
    stateFiles: [{ kind: 'added', path: secret }],
    images: [{ name: secret, kind: 'changed', details: [{ key: secret, before: secret, after: `x${secret}` }] }],
    bases: [
      {
        name: secret,
        reference: secret,
        change: 'added',
        uses: [{ image: secret, file: secret, line: 1, kind: secret, change: 'added' }],
      },
    ],
    causes: [[`${one.id.apiVersion}/Stage/image-factory/s-${secret}`, secret]],
    commit: { sha: '0123456789', branch: secret, url: `https://github.com/${secret}` },
  })
}

describe('known secrets', () => {
  it.each([
    'canary-CANARYcanary0123456789',
    'p@ss/CANARY word+',
    '-----BEGIN KEY-----\nCANARYCANARYCANARY\n-----END KEY-----',
  ])('%j is nowhere', (secret) => {
    const [secrets, all] = [[secret, ''], everywhere(secret)]
    const shown = [
      renderComment(all, { marker, secrets }),
      renderSummary(all, { secrets }),
      renderPlain(all, { color: true, secrets }),
      summaryLine(all, { secrets }),
    ]
    for (const text of shown) {
      expect(text).not.toContain('CANARY')
      expect(text).not.toContain(Buffer.from(secret).toString('base64'))
    }
    expect(shown[0]).toContain('***')
    expect(renderSummary(all)).toContain('CANARY')
  })
})

describe('a secret that was cut off', () => {
  const secret = 'canary-0123456789abcdefghij'
  const hide = withoutValues([secret])

  it.each(Array.from({ length: secret.length - 12 }, (_, at) => at + 12))('after %i characters', (length) => {
    expect(hide(`before ${secret.slice(0, length)}… after`)).toBe('before ***… after')
    expect(hide(`before …${secret.slice(-length)} after`)).toBe('before …*** after')
  })

  it('is found several times in one text, beside whole ones', () => {
    const part = secret.slice(0, 15)
    expect(hide(`${part} ${secret} ${part}`)).toBe('*** *** ***')
    expect(hide(`${secret}${secret.slice(-15)}${part}`)).not.toMatch(/[a-z]/)
  })

  it('is not seen where only its beginning is the same', () => {
    expect(hide('canary-0123')).toBe('canary-0123')
  })
})

describe('Secret objects', () => {
  const secret = (data: string) => `apiVersion: v1
kind: Secret
metadata:
  name: github-dispatch
  namespace: image-factory
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"data":{"token":"CANARY"}}
type: Opaque
${data}`

  it('shows keys, and that a value changes, never a value', () => {
    const before = secret('data:\n  same: CANARY1\n  token: CANARY2\n  key: |\n    CANARY3\n    deep: CANARY4\n')
    const after = secret(
      'data:\n  same: CANARY1\n  token: CANARY5\n  key: |\n    CANARY3\n    deep: CANARY6\nstringData: {x: CANARY7}\n',
    )
    const texts = maskObject('Secret', { before, after })
    expect(JSON.stringify(texts)).not.toContain('CANARY')
    expect(texts.after).toBe(`apiVersion: v1
kind: Secret
metadata:
  name: github-dispatch
  namespace: image-factory
  annotations: ***
type: Opaque
data:
  same: ***
  token: *** (after)
  key: *** (after)
stringData: ***
`)
    expect(renderSummary(report({ changes: [change('Secret', 's', { file: 's.yaml', before, after })] }))).toContain(
      '-  token: *** (before)\n',
    )
  })

  it.each([
    ['{"kind":"Secret","data":{"a":"CANARY"}}'],
    ['"data":\n  a: CANARY\n'],
    ['data: {a: CANARY}\n'],
    ['data: &x\n  a: CANARY\n'],
    ['data:\n- CANARY\n'],
    ['data:\n  ? CANARY\n  : CANARY\n'],
    ['type: CANARY secret\n'],
    ['metadata:\n  name: a\n  annotations:\n    name: CANARY\n'],
    ['kind: Secret # CANARY\n'],
    ['# CANARY\ndata:\n  # CANARY\n  a: x\n'],
    ['data:\n  "a b": CANARY\n'],
    ['data:\n  a: "x\n\n  CANARY: y"\n'.replace('\n  CANARY: y', '\n    CANARY: y')],
  ])('hides what it does not understand: %j', (text) => {
    expect(maskObject('Secret', { before: null, after: text }).after).not.toContain('CANARY')
  })
})

describe('other objects', () => {
  it('marks the value that changes, and only that one', () => {
    const text = (value: string) => `- name: A_TOKEN\n  value: same\n- name: B_TOKEN\n  value: ${value}\n`
    const { before, after } = maskObject('Job', { before: text('x'), after: text('y') })
    expect(before).toBe('- name: A_TOKEN\n  value: ***\n- name: B_TOKEN\n  value: *** (before)\n')
    expect(after).toBe('- name: A_TOKEN\n  value: ***\n- name: B_TOKEN\n  value: *** (after)\n')
  })

  it('hides values named like secrets and the applied configuration', () => {
    const text = `env:
  - name: API_TOKEN
    value: CANARY
  - name: tokenSecret
    value: github-dispatch
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"x":"CANARY"}
    other: shown
`
    const { after } = maskObject('Job', { before: null, after: text })
    expect(after).not.toContain('CANARY')
    expect(after).toContain('value: github-dispatch')
    expect(after).toContain('other: shown')
  })
})

describe('tokens nobody has named', () => {
  // Put together here, so that no scanner takes this file for a leak.
  it.each([
    ['GitHub', `ghp${'_'}${'aB3'.repeat(12)}`],
    ['GitHub, fine-grained', `github${'_pat_'}${'aB3_'.repeat(12)}`],
    ['GitLab', `glpat${'-'}${'aB3'.repeat(8)}`],
    ['AWS', `AKIA${'ABCDEFGH12345678'}`],
    ['Slack', `xoxb${'-'}${'123-abc-'.repeat(4)}x`],
    ['a JSON web token', `eyJ${'abc'.repeat(6)}.${'abc'.repeat(6)}.${'abc'.repeat(6)}`],
    ['a private key', `-----BEGIN RSA PRIVATE ${'KEY'}-----\nMIIabc+/=\nabcd\n-----END RSA PRIVATE ${'KEY'}-----`],
  ])('%s: is shown to nobody', (_, token) => {
    const after = `value: ${token.replaceAll('\n', '\n  ')}\n`
    const problems = [{ ...everywhere('x').problems[0]!, message: `401 for "${token}"` }]
    const changes = [change('Stage', 'x', { file: 'x.yaml', after })]
    const shown = renderSummary(report({ problems, changes }))
    for (const line of token.split('\n').filter((one) => !one.includes('KEY'))) expect(shown).not.toContain(line)
    expect(shown).toContain('***')
  })

  it('are looked for once through a text, whatever it holds', () => {
    // A pattern that starts anew at every dash would take minutes here, and the test its whole time.
    const after = `a: ${'eyJ-'.repeat(2_000_000)}\n`
    expect(renderSummary(report({ changes: [change('Stage', 'x', { file: 'x.yaml', after })] }))).toContain('Stage')
  })

  it.each([
    ['a digest', `sha256:${'a1'.repeat(32)}`],
    ['a commit', 'a1'.repeat(20)],
    ['an address', 'https://api.github.com/repos/acme/app/actions/workflows/build.yml'],
  ])('%s is none', (_, text) => {
    const after = `value: ${text}\n`
    expect(renderSummary(report({ changes: [change('Stage', 'x', { file: 'x.yaml', after })] }))).toContain(text)
  })
})
