import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { addEntry } from '../../../src/enrollment/enroll.js'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { readYaml } from '../../../src/enrollment/yaml-data.js'
import { runs } from '../../support/full.js'

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/).filter((name) => name !== 'added')
const value = fc.oneof(
  fc.constantFrom('1.10', 'on', '~', '# x', ': ', "it's", '"', 'two\nlines', ' ', '%a', '- b', '{c', '2024-01-01'),
  fc.string({ maxLength: 8, unit: 'grapheme' }).filter((text) => !/\$\{[{%]|[\p{C}\p{Zl}\p{Zp}]/u.test(text)),
)

const source = fc.record(
  {
    repo: label.map((name) => `acme/${name}`),
    branch: fc.constantFrom('main', '2024', '1e3'),
    dockerfile: fc.constantFrom('Dockerfile', 'a b/Dockerfile', '#/Dockerfile'),
    workflow: fc.constantFrom('build.yml', '1.yaml'),
    inputs: fc.dictionary(fc.stringMatching(/^[a-z_]{1,5}$/), value, { maxKeys: 3 }),
  },
  { requiredKeys: ['repo'] },
)

const entryNamed = (name: fc.Arbitrary<string>) =>
  fc
    .record(
      {
        name,
        rebuildDelay: fc.constantFrom('7d', '0', '1d12h'),
        autoRebuild: fc.boolean(),
        source,
        description: value,
      },
      { requiredKeys: ['name'] },
    )
    .map(({ name: called, ...rest }) => ({ name: called, registry: 'ghcr.io', repository: `acme/${called}`, ...rest }))

type Entry = typeof entryNamed extends (...args: never[]) => fc.Arbitrary<infer E> ? E : never

/** How a file is laid out. */
const layout = fc.record({
  form: fc.constantFrom('list', 'map', 'map with more below', 'flow list', 'flow map'),
  dash: fc.nat(4),
  pad: fc.integer({ min: 1, max: 5 }),
  indent: fc.integer({ min: 1, max: 6 }),
  blank: fc.nat(2),
  comments: fc.array(fc.constantFrom('# c', '  # - name: x', '      # [', '#', ''), { maxLength: 3 }),
  tail: fc.array(fc.constantFrom('# end', '   # more', '', '  ', '            # far'), { maxLength: 3 }),
  startsDocument: fc.boolean(),
  endsDocument: fc.boolean(),
  isWindows: fc.boolean(),
  hasMark: fc.boolean(),
  endsLine: fc.boolean(),
  style: fc.constantFrom('block', 'flow entries', 'quoted', 'long texts'),
})
type Layout = typeof layout extends fc.Arbitrary<infer L> ? L : never

function entryLines(entry: Entry, { dash, pad, indent, style, form }: Layout): string[] {
  const columns = form === 'list' ? 0 : dash
  const options = {
    block: {},
    'flow entries': { collectionStyle: 'flow' },
    quoted: { defaultStringType: 'QUOTE_SINGLE' },
    'long texts': { defaultStringType: 'BLOCK_LITERAL' },
  } as const
  const lines = stringify(entry, { ...options[style], indent, lineWidth: style === 'block' ? 20 : 0 }).split('\n')
  while (style !== 'long texts' && lines.at(-1) === '') lines.pop()
  return lines.map((line, index) =>
    index === 0
      ? `${' '.repeat(columns)}-${' '.repeat(pad)}${line}`
      : line === ''
        ? ''
        : ' '.repeat(columns + 1 + pad) + line,
  )
}

function fileOf(entries: readonly Entry[], file: Layout): string {
  const { form, blank, comments, tail, startsDocument, endsDocument, isWindows, hasMark, endsLine } = file
  const one = JSON.stringify(entries)
  const list =
    form === 'flow list'
      ? [one]
      : form === 'flow map'
        ? [`{"images": ${one}}`]
        : [
            ...(form === 'list' ? [] : ['images:']),
            ...entries.flatMap((entry) => [...comments, ...entryLines(entry, file), ...Array<string>(blank).fill('')]),
          ]
  const below = form === 'map with more below' ? ['# Where.', 'settings:', '  namespace: f'] : []
  const lines = [
    ...(startsDocument ? ['---'] : []),
    ...list,
    ...tail,
    ...below,
    ...(endsDocument ? ['...'] : []),
    ...(endsLine ? [''] : []),
  ]
  return (hasMark ? '\ufeff' : '') + lines.join(isWindows ? '\r\n' : '\n')
}

const entries = fc.uniqueArray(entryNamed(label), { minLength: 1, maxLength: 5, selector: ({ name }) => name })
const added = entryNamed(fc.constant('added'))

/** The parts of a file that is read again: what it says, places aside. */
const dataOf = (text: string) => {
  const data = readYaml(text, 'f').placed?.data
  const { images, settings } = (Array.isArray(data) ? { images: data } : (data ?? {})) as {
    images: unknown[]
    settings?: unknown
  }
  return { images, settings }
}

describe('any file and any entry', () => {
  const files = fc
    .tuple(entries, layout)
    .map(([all, file]) => fileOf(all, file))
    .filter((text) => parseImagesFile(text, 'f').enrolled !== null)

  it('give a file that says what it said and the entry; every byte that was there is there, in order', () => {
    fc.assert(
      fc.property(files, added, (text, entry) => {
        const result = addEntry(text, entry, 'f')
        expect(result).toMatchObject({ ok: true })
        if (!result.ok) return
        const [before, after] = [dataOf(text), dataOf(result.text)]
        expect(after.images.slice(0, -1)).toEqual(before.images)
        expect(after.images.at(-1)).toEqual(result.entry)
        expect(after.settings).toEqual(before.settings)
        expect(parseImagesFile(result.text, 'f').enrolled?.images.find(({ name }) => name === 'added')).toMatchObject({
          repository: 'acme/added',
          line: result.line,
        })
        expect(withoutOneStretch(result.text, text)).toBe(true)
      }),
      { numRuns: runs(500, 30) },
    )
  })

  it('keep every line as it is where the list is no list in brackets', () => {
    const inLines = files.filter((text) => !/^(?:\ufeff)?(?:---\r?\n)?[[{]/.test(text))
    fc.assert(
      fc.property(inLines, added, (text, entry) => {
        const result = addEntry(text, entry, 'f')
        const after = result.ok ? result.text : ''
        const lines = after.split('\n')
        let at = 0
        for (const line of text.split('\n')) {
          const found = lines.findIndex(
            (one, index) => index >= at && one.replace(/\r$/, '') === line.replace(/\r$/, ''),
          )
          expect(found, line).toBeGreaterThanOrEqual(at)
          at = found + 1
        }
        expect(/[^\r]\n/.test(after)).toBe(!after.includes('\r\n'))
        if (text.includes('\n')) expect(after.includes('\r\n')).toBe(text.includes('\r\n'))
      }),
    )
  })

  it('are refused the second time', () => {
    fc.assert(
      fc.property(files, added, (text, entry) => {
        const first = addEntry(text, entry, 'f')
        const second = addEntry(first.ok ? first.text : '', entry, 'f')
        expect(second.ok).toBe(false)
        if (!second.ok)
          expect(second.problems.map(({ message }) => message).join()).toContain('added is enrolled already')
      }),
      { numRuns: runs(50, 20) },
    )
  })
})

describe('what the defaults of the file say already', () => {
  const defaults = fc.record(
    {
      registry: fc.constantFrom('ghcr.io', 'ghcr.io/acme', 'quay.io'),
      rebuildDelay: fc.constantFrom('7d', '0'),
      autoRebuild: fc.boolean(),
      source: fc.record(
        {
          provider: fc.constant('github'),
          repo: fc.constantFrom('acme/a', 'acme/b'),
          branch: fc.constantFrom('main', '2024'),
          dockerfile: fc.constantFrom('Dockerfile', 'a b/Dockerfile'),
          workflow: fc.constantFrom('build.yml', '1.yaml'),
          inputs: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'), { maxKeys: 2 }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  )
  const own = fc.record(
    {
      rebuildDelay: fc.constantFrom('7d', '0'),
      autoRebuild: fc.boolean(),
      source: fc.record(
        {
          provider: fc.constant('github'),
          repo: fc.constantFrom('acme/a', 'acme/b'),
          branch: fc.constantFrom('main', '2024'),
          dockerfile: fc.constantFrom('Dockerfile', 'a b/Dockerfile'),
          workflow: fc.constantFrom('build.yml', '1.yaml'),
          inputs: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'), { minKeys: 1, maxKeys: 2 }),
        },
        { requiredKeys: ['provider', 'repo'] },
      ),
    },
    { requiredKeys: [] },
  )
  const first = { name: 'first', repoURL: 'ghcr.io/acme/first' }

  it('is left out, and the entry means the same as if it were written', () => {
    fc.assert(
      fc.property(defaults, own, (below, above) => {
        const entry = { name: 'added', registry: 'ghcr.io', repository: 'acme/added', ...above }
        const result = addEntry(stringify({ defaults: below, images: [first] }), entry, 'f')
        expect(result).toMatchObject({ ok: true })
        if (!result.ok) return
        const whole = stringify({ defaults: below, images: [first, entry] })
        expect(meaning(result.text)).toEqual(meaning(whole))
        for (const [key, value] of Object.entries(below)) {
          if (typeof value !== 'object') expect(result.entry[key]).not.toBe(value)
        }
      }),
      { numRuns: runs(300, 30) },
    )
  })

  const meaning = (text: string) => {
    const found = parseImagesFile(text, 'f').enrolled?.images.find(({ name }) => name === 'added')
    expect(found).toBeDefined()
    const { line: _, column: __, lineOf: ___, written: ____, ...rest } = found!
    return rest
  }
})

/** Whether one stretch taken out of `after` gives `before`. */
function withoutOneStretch(after: string, before: string): boolean {
  let start = 0
  while (start < before.length && after[start] === before[start]) start += 1
  return after.endsWith(before.slice(start))
}

describe('any text at all', () => {
  it('is added to or refused, never thrown at, and nothing wrong comes out', () => {
    const pieces = fc.constantFrom(
      '- ',
      'name: a\n',
      'images:',
      '[',
      ']',
      '\n',
      '  ',
      '{',
      '}',
      '&a ',
      '*a',
      '# c',
      '---\n',
      '|\n',
      '~',
      '? ',
      ': ',
      '\r\n',
      '\t',
      '"',
      'repoURL: ghcr.io/a/a\n',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 15 }), added, (parts, entry) => {
        const text = parts.join('')
        const result = addEntry(text, entry, 'f')
        if (!result.ok) expect(result.problems.length).toBeGreaterThan(0)
        else {
          expect(parseImagesFile(result.text, 'f').enrolled?.images.some(({ name }) => name === 'added')).toBe(true)
          expect(dataOf(result.text).images.slice(0, -1)).toEqual(dataOf(text).images ?? [])
        }
      }),
      { numRuns: runs(1000, 30) },
    )
  })
})
