import { describe, expect, it } from 'vitest'
import { parseImagesFile } from '../../../src/enrollment/index.js'

const read = (text: string) => parseImagesFile(text, 'images.yaml', 'acme/state')
const WEB = '- name: web\n  registry: ghcr.io\n  repository: acme/web\n'
const API = '- name: api\n  registry: ghcr.io\n  repository: acme/api\n'
const NOTE = '# image-factory: accept base-pinned Pinned on purpose.'

/** `web: base-pinned (Pinned on purpose.)`, entry by entry. */
function accepted(text: string): string[] {
  const { enrolled, problems } = read(text)
  expect(problems).toEqual([])
  return (enrolled?.images ?? []).flatMap(({ name, accept }) =>
    accept.map(({ code, reason }) => `${name}: ${code} (${reason})`),
  )
}

/** `3:5 code: message remedy` */
function said(text: string): string[] {
  return read(text).problems.map((p) => `${p.line}:${p.column} ${p.code}: ${p.message} ${p.remedy}`)
}

describe('accept', () => {
  it.each([
    ['the key', `${WEB}  accept:\n    - code: base-pinned\n      reason: Pinned on purpose.\n${API}`],
    ['a comment above the entry', `${NOTE}\n${WEB}${API}`],
    ['a comment above it, among others', `${API}# The shop.\n${NOTE}\n# See #12.\n${WEB}`],
    ['a comment inside it', `- name: web\n  ${NOTE}\n  registry: ghcr.io\n  repository: acme/web\n${API}`],
    ['a comment indented like its last key', `${WEB}  ${NOTE}\n${API}`],
    ['a comment at the end of a line of it', `${WEB.trimEnd()} ${NOTE}\n${API}`],
    ['a comment at the end of its first line', `- name: web ${NOTE}\n  repoURL: ghcr.io/acme/web\n${API}`],
    ['a comment with CRLF and a byte order mark', `\ufeff${NOTE}\n${WEB}${API}`.replaceAll('\n', '\r\n')],
    ['a comment in the map form', `images:\n  ${NOTE}\n${WEB.replace(/^/gm, '  ').trimEnd()}\nsettings: {}\n`],
  ])('is read from %s', (_, text) => {
    expect(accepted(text)).toEqual(['web: base-pinned (Pinned on purpose.)'])
  })

  it('joins the key and the comments of one entry', () => {
    const key = '  accept: [{code: base-missing, reason: Not yet.}]\n'
    expect(accepted(`${NOTE}\n${WEB}${key}`)).toEqual([
      'web: base-missing (Not yet.)',
      'web: base-pinned (Pinned on purpose.)',
    ])
  })

  it.each([
    ['a block of text', `${WEB}  description: |\n    ${NOTE}\n`],
    ['a quoted text', `${WEB}  description: " ${NOTE}"\n`],
    ['a word of a plain text', `${WEB}  description: a${NOTE.replace(': ', ':')}\n`],
    ['another word', `# image-factory: accepted base-pinned because\n${WEB}`],
  ])('is not read from %s', (_, text) => {
    expect(accepted(text)).toEqual([])
  })

  it('knows the line that says it', () => {
    const [web] = read(`${WEB}  ${NOTE}\n`).enrolled?.images ?? []
    expect(web?.lineOf('accept.base-pinned')).toBe(4)
    expect(web?.lineOf('accept.base-missing')).toBeNull()
  })

  it.each([
    [
      'a misspelt code',
      'base-pined Why.',
      'value-invalid: accept.code: "base-pined" is not the code of a warning. Did you mean base-pinned?',
    ],
    [
      'an error',
      'registry-forbidden Why.',
      'value-invalid: accept.code: "registry-forbidden" is an error, and only warnings can be accepted. Fix it instead.',
    ],
    [
      'a notice',
      'base-none Why.',
      'value-invalid: accept.code: "base-none" is a notice, and only warnings can be accepted. Remove it: notices need no action.',
    ],
    [
      'a warning about no entry',
      'registry-unanswered Why.',
      'value-invalid: accept.code: "registry-unanswered" is about a run or a base image, and only warnings about the entry can be accepted. Remove it.',
    ],
    [
      'no reason',
      'base-pinned',
      'key-missing: an acceptance needs a reason. Write `# image-factory: accept CODE reason`.',
    ],
    [
      'nothing',
      '',
      'key-missing: an acceptance needs a code and a reason. Write `# image-factory: accept CODE reason`.',
    ],
  ])('refuses %s in a comment', (_, words, message) => {
    expect(said(`${WEB}  # image-factory: accept ${words}\n`)).toEqual([`4:3 ${message}`])
  })

  it.each([
    [
      'a misspelt code',
      '[{code: base-pined, reason: Why.}]',
      '4:19 value-invalid: accept[0].code: "base-pined" is not the code of a warning. Did you mean base-pinned?',
    ],
    [
      'no reason',
      '[{code: base-pinned}]',
      '4:12 key-missing: accept[0].reason is missing. Write it, for example reason: Pinned on purpose.',
    ],
    [
      'an empty reason',
      '[{code: base-pinned, reason: " "}]',
      '4:40 value-invalid: accept[0].reason: " " must give the reason. Write it like Pinned on purpose.',
    ],
    [
      'a code alone',
      'base-pinned',
      '4:11 value-invalid: accept must be a list, not "base-pinned". Write accept: [{code: base-pinned, …}].',
    ],
  ])('refuses %s in the key', (_, value, message) => {
    expect(said(`${WEB}  accept: ${value}\n`)).toEqual([message])
  })

  it.each([
    ['far from any entry', `${NOTE}\n\n${WEB}`, 1],
    ['behind the list', `images:\n${WEB.replace(/^/gm, '  ').trimEnd()}\nsettings:\n  ${NOTE}\n  stagger: 1h\n`, 6],
    ['between two entries', `${WEB}\n${NOTE}\n\n${API}`, 5],
  ])('refuses a comment %s', (_, text, line) => {
    expect(said(text)).toEqual([
      expect.stringMatching(new RegExp(`^${line}:\\d+ value-invalid: this acceptance belongs to no entry`)),
    ])
  })

  it('is no default', () => {
    const text = `defaults:\n  accept: [{code: base-pinned, reason: Why.}]\nimages:\n${WEB}`
    expect(said(text)).toEqual(['2:3 key-unknown: accept cannot be a default. Remove it: each image has its own.'])
  })
})
