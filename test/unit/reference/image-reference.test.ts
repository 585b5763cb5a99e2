import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  familiarReference,
  formatReference,
  identityOf,
  parseReference,
  withDefaultTag,
} from '../../../src/reference/index.js'
import { runs } from '../../support/full.js'

const DIGEST = `sha256:${'a'.repeat(64)}`

function parsed(text: string) {
  const result = parseReference(text)
  if (!result.ok) throw new Error(result.message)
  return result.reference
}

describe('references docker accepts', () => {
  test.each([
    ['node', 'docker.io/library/node', 'node'],
    ['node:22', 'docker.io/library/node:22', 'node:22'],
    [`node:22@${DIGEST}`, `docker.io/library/node:22@${DIGEST}`, `node:22@${DIGEST}`],
    [`node@${DIGEST}`, `docker.io/library/node@${DIGEST}`, `node@${DIGEST}`],
    ['org/app:1', 'docker.io/org/app:1', 'org/app:1'],
    ['docker.io/node', 'docker.io/library/node', 'node'],
    ['index.docker.io/node', 'docker.io/library/node', 'node'],
    ['index.docker.io/org/app', 'docker.io/org/app', 'org/app'],
    ['library/node', 'docker.io/library/node', 'node'],
    ['docker.io/library/a/b', 'docker.io/library/a/b', 'library/a/b'],
    ['registry-1.docker.io/library/node', 'registry-1.docker.io/library/node', 'registry-1.docker.io/library/node'],
    ['localhost/app', 'localhost/app', 'localhost/app'],
    ['localhost', 'docker.io/library/localhost', 'localhost'],
    ['localhost:5000/app:1', 'localhost:5000/app:1', 'localhost:5000/app:1'],
    ['localhost:5000', 'docker.io/library/localhost:5000', 'localhost:5000'],
    ['[::1]:5000/app', '[::1]:5000/app', '[::1]:5000/app'],
    ['[2001:db8::1]/app', '[2001:db8::1]/app', '[2001:db8::1]/app'],
    ['GHCR.IO/org/app', 'GHCR.IO/org/app', 'GHCR.IO/org/app'],
    ['Foo/app', 'Foo/app', 'Foo/app'],
    ['foo.bar', 'docker.io/library/foo.bar', 'foo.bar'],
    ['foo_bar.x/app', 'foo_bar.x/app', 'foo_bar.x/app'],
    ['a--b/c__d.e_f:1', 'docker.io/a--b/c__d.e_f:1', 'a--b/c__d.e_f:1'],
    [`sha256:${'a'.repeat(64)}`, `docker.io/library/sha256:${'a'.repeat(64)}`, `sha256:${'a'.repeat(64)}`],
    [`a:${'t'.repeat(128)}`, `docker.io/library/a:${'t'.repeat(128)}`, `a:${'t'.repeat(128)}`],
    [`x.y/${'a'.repeat(255)}`, `x.y/${'a'.repeat(255)}`, `x.y/${'a'.repeat(255)}`],
    [`a@sha512:${'0'.repeat(128)}`, `docker.io/library/a@sha512:${'0'.repeat(128)}`, `a@sha512:${'0'.repeat(128)}`],
  ])('%s', (text, canonical, familiar) => {
    expect(formatReference(parsed(text))).toBe(canonical)
    expect(familiarReference(parsed(text))).toBe(familiar)
  })
})

describe('references docker refuses, and what is said', () => {
  test.each([
    ['', 'it is empty'],
    ['Node', 'must be written in lower case'],
    ['org/App', 'must be written in lower case'],
    ['a'.repeat(64), 'image ID'],
    ['https://ghcr.io/org/app', 'leave out the https://'],
    ['/app', 'empty part'],
    ['app/', 'empty part'],
    ['x.y/', 'the repository name is missing'],
    ['a//b', 'empty part'],
    ['a..b', '"a..b" is not a valid part'],
    ['a___b', '"a___b" is not a valid part'],
    ['-a', '"-a" is not a valid part'],
    ['a:', 'the tag after ":" is empty'],
    ['a:b:c', '"b:c" is not a valid tag'],
    ['a:-b', '"-b" is not a valid tag'],
    [`a:${'t'.repeat(129)}`, 'longer than 128'],
    [`x.y/${'a'.repeat(256)}`, 'longer than 255'],
    ['a@sha256:abc', 'has 64 hexadecimal digits'],
    [`a@sha256:${'A'.repeat(64)}`, 'in lower case'],
    [`a@md5:${'a'.repeat(32)}`, 'the digest algorithm "md5"'],
    ['a@latest', '"latest" is not a digest'],
    ['-x.y/app', '"-x.y" is not a registry host'],
    ['x.y:/app', '"x.y:" is not a registry host'],
    ['x.y:80a/app', '"x.y:80a" is not a registry host'],
    ['[::z]/app', '"[::z]" is not a registry host'],
    ['a b', '"a b" is not a valid part'],
    // A Cyrillic letter.
    ['ghcr.\u0456o/org/app', '"ghcr.\u0456o" is not a registry host'],
  ])('%s', (text, part) => {
    const result = parseReference(text)
    expect(result.ok ? 'accepted' : result.message).toContain(part)
  })
})

test('latest is filled in only where nothing else tells the version', () => {
  expect(withDefaultTag(parsed('node')).tag).toBe('latest')
  expect(withDefaultTag(parsed('node:22')).tag).toBe('22')
  expect(withDefaultTag(parsed(`node@${DIGEST}`)).tag).toBeNull()
})

test('a digest is no part of the identity, unless it is all there is', () => {
  expect(identityOf(parsed(`node:22@${DIGEST}`))).toBe('docker.io/library/node:22')
  expect(identityOf(parsed(`node@${DIGEST}`))).toBe(`docker.io/library/node@${DIGEST}`)
})

test('no text makes it throw, and what it accepts it accepts again in canonical form', () => {
  const part = fc.constantFrom(
    'a',
    'B',
    '.',
    '-',
    '_',
    '/',
    ':',
    '@',
    'docker.io',
    'localhost',
    '[::1]',
    DIGEST,
    '5000',
    'é',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
      const result = parseReference(parts.join(''))
      if (!result.ok) return
      expect(parseReference(formatReference(result.reference))).toEqual(result)
      expect(parseReference(familiarReference(result.reference))).toEqual(result)
    }),
    { numRuns: runs(2000) },
  )
})
