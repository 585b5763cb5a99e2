import { describe, expect, it } from 'vitest'
import { parseReference, withDefaultTag } from '../../../src/reference/index.js'
import { untrackable } from '../../../src/sources/unnamed-bases.js'

function mayBe(text: string): string | null | undefined {
  const parsed = parseReference(text)
  if (!parsed.ok) throw new Error(parsed.message)
  const why = untrackable(withDefaultTag(parsed.reference))
  return why === null ? undefined : why.mayBe
}

describe('what cannot be an image to track', () => {
  it.each<[string, string | null]>([
    ['localhost/app', null],
    ['localhost:5000/app:1', null],
    ['127.0.0.1:5000/app', null],
    ['127.0.0.1/app', null],
    ['host.docker.internal:5000/app', null],
    ['[::1]:5000/app', null],
    ['node:notset', 'docker.io/library/node:*'],
    ['node:not-set', 'docker.io/library/node:*'],
    ['node:NOT_SET', 'docker.io/library/node:*'],
    ['ghcr.io/a/b:unset', 'ghcr.io/a/b:*'],
    ['node:PLEASE_SET_ME', 'docker.io/library/node:*'],
    ['node:undefined', 'docker.io/library/node:*'],
    ['node:null', 'docker.io/library/node:*'],
    ['node:CHANGEME', 'docker.io/library/node:*'],
    ['node:TODO', 'docker.io/library/node:*'],
    ['unset', '*'],
    ['placeholder:1', '*'],
    ['please_set_base_image', '*'],
    ['ghcr.io/acme/please-set-image:1', '*'],
    ['changeme/app:1', '*'],
  ])('%s', (text, expected) => {
    expect(mayBe(text)).toBe(expected)
  })

  it.each([
    'node:22',
    'node',
    'node:setup',
    'node:nullable',
    'node:todo-1.2',
    'node:1-none',
    'acme/todo:1',
    'acme/none:1',
    'acme/null',
    'acme/placeholder:1',
    'acme/unset:1',
    'acme/please:1',
    'acme/musthave-x:1',
    'pleasenote:1',
    'localhost.example.com/app:1',
    'mylocalhost:5000/app',
    'docker.io/library/localhost:1',
    '127.0.0.1:40123/app',
    '10.0.0.1:5000/app',
    'ghcr.io/a/b:latest',
  ])('%s may be one', (text) => {
    expect(mayBe(text)).toBeUndefined()
  })
})
