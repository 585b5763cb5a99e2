import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { compareManifests, parseManifests, resourceKey } from '../../../src/manifests/compare.js'
import { factoryOf, generated, object } from './examples.js'

/** Identities by the library alone. */
function byLibrary(text: string): string[] {
  return parseAllDocuments(text).map((document) => {
    const { apiVersion, kind, metadata } = document.toJS() as Record<string, Record<string, string>>
    return `${apiVersion}/${kind}/${metadata?.namespace ?? ''}/${metadata?.name}`
  })
}

const keys = (text: string) => parseManifests('f.yaml', text).map(({ id }) => resourceKey(id))

describe('real output', () => {
  const names = ['app', 'null', 'no', 'on', 'y', 'true', 'e1', '123', '1e3', '0x1', '0777', 'a-b', '12-34', 'off']
  const files = factoryOf(names)

  it.each(files)('$path: as the library reads it, and as it was made', ({ text, objects }) => {
    const found = keys(text)
    expect(found).toEqual(byLibrary(text))
    expect(found.length).toBeGreaterThan(0)
    expect(compareManifests(new Map([['f', text]]), []).resourcesBefore).toBe(found.length)
    expect(parseManifests('f', text)).toEqual(objects)
    const [head = ''] = /^(?:#.*\n)*/.exec(text) ?? []
    expect(`${head}${objects.map((one) => one.text).join('---\n')}`).toBe(text)
  })
})

describe('files somebody edited', () => {
  it.each([
    ['keys in another order', 'kind: A\napiVersion: v1\nmetadata: {namespace: n, name: x}\n', ['v1/A/n/x']],
    [
      'a namespace further down',
      'apiVersion: v1\nkind: A\nmetadata:\n  name: x\n  labels: {}\n  namespace: n\n',
      ['v1/A/n/x'],
    ],
    ['a name that goes on', 'apiVersion: v1\nkind: A\nmetadata:\n  name: x\n    y\n', ['v1/A//x y']],
    ['a namespace in the body', `${object('A', 'x', 'v', '')}spec:\n  namespace: other\n`, ['v1/A//x']],
    [
      'comments and blank lines',
      `# a\n\n# b\n\n${object('A', 'x')}\n\n---\n# c\n${object('B', 'y')}`,
      ['v1/A/ns/x', 'v1/B/ns/y'],
    ],
    ['separators around', `---\n${object('A', 'x')}---\n---\n`, ['v1/A/ns/x']],
    ['nothing', '', []],
    ['comments alone', '# a\n# b\n', []],
    ['no object', 'hello\n', ['/File//f.yaml']],
    ['a list', '- a\n', ['/File//f.yaml']],
    ['no name', 'apiVersion: v1\nkind: A\nmetadata: {}\n', ['/File//f.yaml']],
    ['a number for a name', 'apiVersion: v1\nkind: A\nmetadata:\n  name: 5\n', ['/File//f.yaml']],
    ['null for a name', 'apiVersion: v1\nkind: A\nmetadata:\n  name: null\n', ['/File//f.yaml']],
    [
      'conflict markers',
      `<<<<<<< HEAD\n${object('A', 'x')}=======\n---\n${object('B', 'y')}`,
      ['/File//f.yaml', 'v1/B/ns/y'],
    ],
    ['a second broken part', `${object('A', 'x')}---\n]\n`, ['v1/A/ns/x', '/File//f.yaml#2']],
    ['a custom tag', 'apiVersion: v1\nkind: !x A\nmetadata: {name: x}\n', ['v1/A//x']],
    [
      'an alias bomb',
      `a: &a [${'x,'.repeat(99)}]\nb: &b [${'*a,'.repeat(99)}]\nc: [${'*b,'.repeat(99)}]\n`,
      ['/File//f.yaml'],
    ],
    ['deep nesting', `${'['.repeat(20_000)}\n`, ['/File//f.yaml']],
    ['a key of the prototype', 'apiVersion: v1\nkind: A\nmetadata:\n  __proto__: {name: x}\n', ['/File//f.yaml']],
  ])('%s', (_, text, expected) => {
    expect(keys(text)).toEqual(expected)
  })

  it('text is what stands there, without separator and comments before it', () => {
    const [one, two] = parseManifests('f', generated(object('A', 'x'), `# c\n${object('B', 'y')}\n\n`))
    expect([one?.text, two?.text]).toEqual([object('A', 'x'), object('B', 'y')])
  })
})
