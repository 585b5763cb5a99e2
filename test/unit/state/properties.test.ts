import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comment, yamlLines } from '../../../src/state/print.js'
import { readRecord } from '../../../src/state/read.js'
import { runs } from '../../support/full.js'
import { enrolled, entry, LATER, run } from './world.js'

const name = fc
  .stringMatching(/^[a-z][a-z0-9]{0,3}(-[a-z0-9]{1,3})?$/)
  .filter((one) => !/^(null|true|false)$/.test(one))
const base = fc.constantFrom('a:1', 'a:2', 'a/b:1', 'a-b:1', 'ghcr.io/x/y:1.2', `node:22@sha256:${'a'.repeat(64)}`, 'x')
const dockerfile = fc.oneof(
  fc.uniqueArray(base, { minLength: 1, maxLength: 3 }).map((all) => all.map((one) => `FROM ${one}\n`).join('')),
  fc.constant(new Error('HTTP 502.')),
)
const factory = fc
  .uniqueArray(fc.tuple(name, dockerfile, fc.boolean()), { minLength: 1, maxLength: 5, selector: ([one]) => one })
  .map((all) => ({
    images: all.map(([one, , enabled]) => entry(one, `enabled: ${enabled}`)).join(''),
    sources: Object.fromEntries(all.map(([one, text]) => [one, text])),
  }))

/** Files are read with every scalar as it is written, in any order of keys. */
const asText = (data: unknown) =>
  JSON.parse(JSON.stringify(data, (_, one) => (typeof one === 'boolean' ? String(one) : one)))

describe('the state after a run', () => {
  it('does not depend on the order of the images', async () => {
    await fc.assert(
      fc.asyncProperty(factory, factory, fc.infiniteStream(fc.nat()), async (earlier, { images, sources }, random) => {
        const before = (await run(earlier.images, earlier.sources)).files
        const list = enrolled(images)
        const keys = new Map(list.map((one) => [one, random.next().value]))
        const shuffled = [...list].sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0))
        const one = await run(list, sources, before, LATER)
        const other = await run(shuffled, sources, before, LATER)
        expect(other).toEqual(one)
        expect(Object.fromEntries(other.files)).toEqual(Object.fromEntries(one.files))
      }),
    )
  })

  it('is the same after another run, at any time, from what was written', async () => {
    await fc.assert(
      fc.asyncProperty(factory, factory, async (earlier, { images, sources }) => {
        const before = (await run(earlier.images, earlier.sources)).files
        const first = await run(images, sources, before)
        const second = await run(images, sources, first.files, LATER)
        expect(Object.fromEntries(second.files)).toEqual(Object.fromEntries(first.files))
        expect(second.bases).toEqual(first.bases)
      }),
    )
  })

  it('lies in images/, base-images/ and _archive/ only, says what the records say, and loses no file', async () => {
    await fc.assert(
      fc.asyncProperty(factory, factory, async (earlier, { images, sources }) => {
        const before = (await run(earlier.images, earlier.sources)).files
        const { files, records } = await run(images, sources, before, LATER)
        for (const [folder, known] of Object.entries({ images: records.images, 'base-images': records.bases }))
          for (const [of, record] of known) {
            const path = `${folder}/${of}.yaml`
            expect(asText(record)).toEqual(asText(readRecord(files.get(path) ?? '', path).record))
          }
        const paths = [...files.keys()]
        for (const path of paths) expect(path).toMatch(/^(_archive\/)?(images|base-images)\/[a-z0-9][a-z0-9.-]*\.yaml$/)
        const names = new Set(paths.map((path) => path.replace('_archive/', '')))
        for (const path of before.keys()) expect(names).toContain(path.replace('_archive/', ''))
      }),
    )
  })
})

const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom(...'on 1e3 0777 2024-01-01 1.10 no null ~ 1:30 << = 0o7 .inf y'.split(' ')),
    fc.constantFrom('a\r\nb', '\r', 'a\n b\n', '\n\na', ...'- a|? a|*a|&a|---|...|a #b|\u0085|\u2028'.split('|')),
  )
  .filter((one) => !/\p{Surrogate}/u.test(one))

describe('what is printed', () => {
  it('is read back as the same, has no carriage return, and survives UTF-8', () => {
    const data = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, text, fc.boolean(), fc.constant(null), tie('list'), tie('map')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      map: fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 3 },
      ),
    }))
    fc.assert(
      fc.property(data.value, (value) => {
        const printed = yamlLines({ enrollment: { value } })
        expect(printed).not.toContain('\r')
        expect(Buffer.from(printed).toString()).toBe(printed)
        const { record, problems } = readRecord(printed, 'f')
        expect(problems).toEqual([])
        expect(JSON.parse(JSON.stringify(record))).toEqual({ enrollment: { value: JSON.parse(JSON.stringify(value)) } })
      }),
      { numRuns: runs(500) },
    )
  })

  it('a comment stays one line', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.constantFrom('a\nb: c', 'a\u2028b', 'a\u0085b')), (one) => {
        expect(comment(one)).toMatch(/^# [^\n\r\u0085\u2028\u2029]*\n$/)
      }),
    )
  })
})

describe('a state file', () => {
  it.each([
    ['a list', '- a\n', 'a state file must be a map.'],
    ['a text', 'hello\n', 'a state file must be a map.'],
    ['conflict markers', '<<<<<<< HEAD\nname: a\n=======\n', 'an unresolved merge conflict begins here.'],
    ['a key twice', 'name: a\nname: b\n', 'duplicate key "name".'],
    ['a key of the prototype', '__proto__: {a: 1}\n', '__proto__ is not a valid key.'],
  ])('%s is refused, for writing over it would lose it', (_, written, message) => {
    expect(readRecord(written, 'images/a.yaml')).toMatchObject({
      record: null,
      problems: [{ severity: 'error', file: 'images/a.yaml', message }],
    })
  })

  it('without anything in it is empty', () => {
    expect(readRecord('# nothing\n', 'f')).toEqual({ record: {}, problems: [] })
  })
})
