import { describe, expect, it } from 'vitest'
import { entrySchema } from '../../../src/enrollment/schema/entry.js'
import { exampleAt, keysAt } from '../../../src/enrollment/schema/keys.js'

describe('what a schema knows at a path', () => {
  it.each([
    [['tags'], ['allow', 'constraint', 'discoveryLimit', 'strategy']],
    [
      ['analysis', 'content'],
      ['enabled', 'severity'],
    ],
    [['build', 'args'], []],
    [['constructor'], []],
    [['source', 'toString', 'length'], []],
    [['nothing', 'of', 'ours'], []],
  ])('keys at %j', (path, keys) => {
    expect(keysAt(entrySchema, path)).toEqual(keys)
  })

  it.each([
    [['name'], 'string'],
    [['source', 'repo'], 'string'],
    [['environments', 0, 'updates'], 'object'],
    [['hasOwnProperty'], 'object'],
  ])('an example at %j', (path, type) => {
    expect(typeof exampleAt(entrySchema, path)).toBe(type)
  })
})
