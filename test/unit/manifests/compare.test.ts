import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ManifestFile } from '../../../src/kargo/index.js'
import { parseManifests } from '../../../src/manifests/compare.js'
import { compareManifests, resourceKey } from '../../../src/manifests/index.js'
import { applied, factoryOf, generated, madeFile, object, onDisk } from './examples.js'

function changes(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  const files = Object.entries(after).map(([path, text]) => ({ path, text, objects: parseManifests(path, text) }))
  const compared = compareManifests(new Map(Object.entries(before)), files)
  return compared.changes.map((one) => `${one.kind} ${one.id.kind}/${one.id.name} ${one.file}`)
}

const A = object('A', 'x')
const A2 = object('A', 'x', 'other')
const B = object('B', 'y')

describe('by identity', () => {
  it.each([
    ['nothing', { f: generated(A) }, { f: generated(A) }, []],
    ['added', {}, { f: generated(A) }, ['added A/x f']],
    ['removed', { f: generated(A) }, {}, ['removed A/x f']],
    ['modified', { f: generated(A) }, { f: generated(A2) }, ['modified A/x f']],
    ['moved is none', { f: generated(A, B) }, { f: generated(A), g: generated(B) }, []],
    ['moved and modified', { f: generated(A) }, { g: generated(A2) }, ['modified A/x g']],
    ['another order is none', { f: generated(A, B) }, { f: generated(B, A) }, []],
    ['a comment is none', { f: generated(`# hand-made\n${A}`) }, { f: generated(A) }, []],
    [
      'another namespace',
      { f: generated(object('A', 'x', 'v', 'a')) },
      { f: generated(object('A', 'x', 'v', 'b')) },
      ['removed A/x f', 'added A/x f'],
    ],
    ['a copy of an object that stays', { f: generated(A), g: generated(A) }, { f: generated(A) }, []],
    [
      'an old copy of an object that stays',
      { f: generated(A), g: generated(A2, B) },
      { f: generated(A) },
      ['removed B/y g'],
    ],
    [
      'conflict markers',
      { f: `<<<<<<< HEAD\n${generated(A)}=======\n` },
      { f: generated(A) },
      ['removed File/f f', 'added A/x f'],
    ],
    ['an empty old file', { f: '' }, { f: generated(A) }, ['added A/x f']],
  ])('%s', (_, before, after, expected) => {
    expect(changes(before as Record<string, string>, after as Record<string, string>).sort()).toEqual(
      [...expected].sort(),
    )
  })

  it('texts before and after go with each change', () => {
    const compared = compareManifests(new Map([['f', generated(A, B)]]), [madeFile('f', A2, object('C', 'z'))])
    expect(compared.changes).toMatchObject([
      { kind: 'modified', before: A, after: A2 },
      { kind: 'removed', before: B, after: null },
      { kind: 'added', before: null, after: object('C', 'z') },
    ])
    expect(compared.resourcesBefore).toBe(2)
  })

  it('a moved object rewrites both files', () => {
    const before = new Map([['f', generated(A, B)]])
    const after = [madeFile('f', A), madeFile('g', B)]
    expect([...compareManifests(before, after).files.keys()]).toEqual(['f', 'g'])
  })

  it('one image more touches only its own files', () => {
    const before = onDisk(factoryOf(['app', 'web']))
    const compared = compareManifests(before, factoryOf(['app', 'api', 'web']))
    expect([...compared.files.keys()]).toEqual(['image-api.k8s.yaml'])
    expect(new Set(compared.changes.map((one) => one.kind))).toEqual(new Set(['added']))
  })

  it('an image that goes takes its objects and nothing else', () => {
    const before = onDisk(factoryOf(['app', 'web']))
    const compared = compareManifests(before, factoryOf(['app']))
    expect([...compared.files]).toEqual([['image-web.k8s.yaml', null]])
    expect(compared.changes.every((one) => one.kind === 'removed' && one.id.name.includes('web'))).toBe(true)
    expect(compared.changes.length).toBeGreaterThan(1)
  })
})

const path = fc.constantFrom('a.yaml', 'b.yaml', 'c.yaml')
const one = fc
  .tuple(fc.constantFrom('A', 'B'), fc.constantFrom('x', 'y', 'z'), fc.constantFrom('1', '2'))
  .map(([kind, name, value]) => object(kind, name, value))
const folder = fc.dictionary(
  path,
  fc.array(one, { maxLength: 3 }).map((all) => generated(...all)),
  { maxKeys: 3 },
)
const files = fc
  .uniqueArray(fc.tuple(path, one), { maxLength: 5, selector: ([, text]) => text.split('key')[0] })
  .map((placed) => {
    const paths = [...new Set(placed.map(([to]) => to))]
    const textsIn = (to: string) => placed.filter(([there]) => there === to).map(([, text]) => text)
    return paths.map((to): ManifestFile => madeFile(to, ...textsIn(to)))
  })

describe('properties', () => {
  it('the files of a comparison applied to what was give what shall be', () => {
    fc.assert(
      fc.property(folder, files, (was, after) => {
        const before = new Map(Object.entries(was))
        const compared = compareManifests(before, after)
        const written = applied(before, compared.files)
        expect(Object.fromEntries(written)).toEqual(Object.fromEntries(onDisk(after)))
        expect(compareManifests(written, after)).toMatchObject({ changes: [] })
        expect(compareManifests(written, after).files.size).toBe(0)
      }),
    )
  })

  it('the changes tell exactly what the sets of objects differ in', () => {
    const all = (texts: Iterable<string>) =>
      new Map(
        [...texts]
          .flatMap((text) => text.split(/^---\n|^#.*\n/m).filter((part) => part !== ''))
          .map((text) => [keyOf(text), text]),
      )
    const keyOf = (text: string) =>
      resourceKey({
        apiVersion: 'v1',
        namespace: 'ns',
        kind: /kind: (.*)/.exec(text)?.[1] ?? '',
        name: /name: (.*)/.exec(text)?.[1] ?? '',
      })
    fc.assert(
      fc.property(files, files, (was, after) => {
        const compared = compareManifests(onDisk(was), after)
        const [old, next] = [all(was.map((file) => file.text)), all(after.map((file) => file.text))]
        const expected = [...new Set([...old.keys(), ...next.keys()])].sort().flatMap((key) => {
          if (old.get(key) === next.get(key)) return []
          return [`${old.has(key) ? (next.has(key) ? 'modified' : 'removed') : 'added'} ${key}`]
        })
        expect(compared.changes.map((change) => `${change.kind} ${resourceKey(change.id)}`)).toEqual(expected)
      }),
    )
  })
})
