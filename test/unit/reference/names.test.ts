import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { baseImageName, parseReference, shortenName, withHash } from '../../../src/reference/index.js'
import { runs } from '../../support/full.js'

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

function nameOf(text: string): string {
  const result = parseReference(text)
  if (!result.ok) throw new Error(result.message)
  return baseImageName(result.reference)
}

describe('names of base images', () => {
  test.each([
    ['python:3.12-slim', 'python-3.12-slim'],
    ['org/app:1', 'org-app-1'],
    ['gcr.io/distroless/python3-debian12:latest', 'distroless-python3-debian12-latest'],
    ['mcr.microsoft.com/playwright:v1.40.0-focal', 'mcr.microsoft.com-playwright-v1.40.0-focal'],
    ['ghcr.io/library/x:1', 'ghcr.io-library-x-1'],
    ['localhost:5000/a:1', 'localhost-5000-a-1'],
    ['[::1]:5000/a:1', '1-5000-a-1'],
    ['GHCR.IO/a:V1', 'ghcr.io-a-v1'],
    ['a/b__c:1_2', 'a-b-c-1-2'],
    ['node:20.', 'node-20'],
    ['node:20.-x', 'node-20.x'],
    ['node', 'node-latest'],
    [`node@sha256:${'a'.repeat(64)}`, 'node-aaaaaaaaaaaa'],
  ])('%s is %s', (text, name) => expect(nameOf(text)).toBe(name))

  test('are RFC 1123 subdomains of at most 63 characters', () => {
    const repository = fc.stringMatching(/^[a-z0-9]+([._-][a-z0-9]+){0,9}$/)
    const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,80}$/)
    fc.assert(
      fc.property(fc.constantFrom('', 'gcr.io/', 'x.y:80/'), repository, tag, (registry, name, version) => {
        fc.pre(parseReference(`${registry}${name}:${version}`).ok)
        const derived = nameOf(`${registry}${name}:${version}`)
        expect(derived).toMatch(SUBDOMAIN)
        expect(derived.length).toBeLessThanOrEqual(63)
      }),
      { numRuns: runs(1000) },
    )
  })
})

describe('shortening', () => {
  test('up to 63 characters nothing changes', () => expect(shortenName('a'.repeat(63))).toBe('a'.repeat(63)))

  test('longer names end with 8 hexadecimal digits of what they stand for', () => {
    const short = shortenName(`${'a'.repeat(53)}-${'b'.repeat(30)}`)
    expect(short).toMatch(/^a{53}-[0-9a-f]{8}$/)
    expect(shortenName('a'.repeat(64))).toHaveLength(63)
    expect(shortenName('a'.repeat(64), 'one')).not.toBe(shortenName('a'.repeat(64), 'two'))
  })

  test('a hash on demand tells equal names apart', () => {
    expect(withHash('a-b', 'a/b:1')).toMatch(/^a-b-[0-9a-f]{8}$/)
    expect(withHash('a-b', 'a/b:1')).not.toBe(withHash('a-b', 'a:b-1'))
    expect(withHash('x'.repeat(80), 'y')).toHaveLength(63)
    expect(withHash('--', 'y')).toMatch(/^[0-9a-f]{8}$/)
  })
})
