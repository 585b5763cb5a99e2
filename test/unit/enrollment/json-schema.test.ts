import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, parseDocument, stringify } from 'yaml'
import { isBranchName, isInsidePath, isSemVerConstraint } from '../../../src/enrollment/grammar.js'
import { type Problem, parseImagesFile } from '../../../src/enrollment/index.js'
import { imagesJsonSchema, printJsonSchema } from '../../../src/enrollment/json-schema.js'
import { namedBaseFaults } from '../../../src/enrollment/named-bases.js'
import { BASE_PATTERN, BRANCH_PATTERN, PATH_PATTERN } from '../../../src/enrollment/schema/values.js'
import { runs } from '../../support/full.js'
import { INDENTED_APP } from './examples.js'
import { entries, files, GOOD_FILES } from './json-schema-files.js'
import { WRONG_BASES } from './wrong-bases.js'
import { WRONG_DOCUMENTS } from './wrong-documents.js'
import { WRONG_ENTRIES } from './wrong-entries.js'
import { WRONG_VALUES } from './wrong-values.js'

// Keywords of editors; everything else must be a keyword of draft 7.
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
ajv.addVocabulary([
  'markdownDescription',
  'deprecationMessage',
  'patternErrorMessage',
  'errorMessage',
  'enumDescriptions',
  'markdownEnumDescriptions',
  'defaultSnippets',
])
const check = ajv.compile(imagesJsonSchema())

/** Whether an editor marks nothing: it sees the data of a YAML 1.2 parser. */
function editorAccepts(text: string): boolean {
  return check(parse(text, { schema: 'core', logLevel: 'silent' })) === true
}

function isYaml(text: string): boolean {
  const document = parseDocument(text, { logLevel: 'silent' })
  try {
    document.toJS()
    return document.errors.length === 0
  } catch {
    return false
  }
}

const isGood = ({ problems }: { readonly problems: readonly Problem[] }) =>
  !problems.some(({ severity }) => severity === 'error')

/**
 * What a JSON Schema cannot say, by what the command line says instead. An editor accepts these; nothing that the
 * command line accepts is refused by the editor.
 */
const BEYOND: Readonly<Record<string, RegExp>> = {
  'a thing that is there once only':
    /is taken by the entry|two environments are called|two webhook receivers are called/,
  'names that follow from other names':
    /its Stage .* is called like|is that of the Warehouse|the name factory is taken/,
  'templates called like our own': /is one of the factory's own AnalysisTemplates/,
  'base images that are the same in other words': /names already|is the image itself/,
  'hosts that serve no images': /is a website, not a registry/,
  'the syntax of RE2': /is not a regular expression that Kargo takes/,
  'sums of durations': /is not a valid duration|is shorter than (?:10 seconds|5 minutes)/,
  'references of images': /is not an image reference/,
  'where another key allows an image to come from': /is in no allowed registry/,
  'the length of two keys together': /is longer than \d+ characters/,
  'a key in the entry and below enrollment': /is set both in the entry and below enrollment/,
  'the repository that holds the file': /source\.repo is missing/,
  'the text of the file, not its data':
    /duplicate key|merge conflict|is not supported here|half a character|turns the text around|control character .* stands|not a directive|a key must be plain text|not a valid key|more than one YAML document/,
}

const isBeyond = ({ problems }: { readonly problems: readonly Problem[] }) =>
  problems
    .filter(({ severity }) => severity === 'error')
    .every(({ message }) => Object.values(BEYOND).some((rule) => rule.test(message)))

describe('what the command line accepts, an editor accepts', () => {
  it.each(GOOD_FILES)('%s', (_, text) => {
    expect(parseImagesFile(text, 'f').problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(editorAccepts(text), JSON.stringify(check.errors)).toBe(true)
  })
})

describe.each([
  ['the file as a whole', WRONG_DOCUMENTS],
  ['entries', WRONG_ENTRIES],
  ['values', WRONG_VALUES],
  ['named base images', WRONG_BASES],
])('what the command line refuses, an editor marks: %s', (_, cases) => {
  it.each(cases)('%s', (_title, text) => {
    const result = parseImagesFile(text, 'f')
    // What is no YAML is marked as such.
    if (!isYaml(text)) return expect(isGood(result)).toBe(false)
    if (!editorAccepts(text)) expect(isGood(result)).toBe(false)
    else expect(isGood(result) || isBeyond(result), JSON.stringify(result.problems)).toBe(true)
  })
})

describe('files at random', () => {
  it('of one entry: the same answer', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const text = stringify([entry])
        const result = parseImagesFile(text, 'f')
        if (isGood(result)) expect(editorAccepts(text), `${text}\n${JSON.stringify(check.errors)}`).toBe(true)
        else expect(!editorAccepts(text) || isBeyond(result), `${text}\n${JSON.stringify(result.problems)}`).toBe(true)
      }),
      { numRuns: runs(3000) },
    )
  })

  it('with settings and defaults: nothing good is marked', () => {
    fc.assert(
      fc.property(files, (file) => {
        const text = stringify(file)
        if (!isGood(parseImagesFile(text, 'f')) || editorAccepts(text)) return
        // A wrong default that no entry takes is passed over by the command line.
        const elsewhere = check.errors?.filter(({ instancePath }) => !instancePath.startsWith('/defaults'))
        expect(elsewhere, text).toEqual([])
      }),
      { numRuns: runs(2000) },
    )
  })
})

const pieces = (...texts: readonly string[]) =>
  fc
    .array(fc.oneof(fc.constantFrom(...texts), fc.string({ maxLength: 2 })), { maxLength: 8 })
    .map((all) => all.join(''))

describe('patterns take what the checks take', () => {
  it.each([
    ['branches', BRANCH_PATTERN, isBranchName, pieces('a', '/', '.', '..', '.lock', '-', 'HEAD', 'refs/', '@{', '\n')],
    [
      'paths',
      PATH_PATTERN,
      isInsidePath,
      pieces('a', '/', '.', '..', '.git', '.GIT', '-', 'C:', 'glob:', 'regex:', '\\', '\n', '\u2028'),
    ],
  ])('%s', (_, pattern, accepts, texts) => {
    const regex = new RegExp(pattern, 'u')
    const plain = texts.filter((text) => !/\$\{[{%]|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/.test(text))
    fc.assert(
      fc.property(plain, (text) => {
        expect(regex.test(text)).toBe(accepts(text))
      }),
      { numRuns: runs(5000) },
    )
  })

  it('base images', () => {
    const texts = pieces(
      ...['a', 'A', '/', '.', '..', '_', '__', '-', ':', '@', '$', '\n', 'scratch', 'library/', 'docker.io/', 'index.'],
      ...['ghcr.io', 'localhost', ':5000', '[::1]', ':latest', `@sha256:${'a'.repeat(64)}`, 'b'.repeat(64)],
    )
    const regex = new RegExp(BASE_PATTERN, 'u')
    const nowhere = { registry: '', repository: '' }
    fc.assert(
      fc.property(texts, (text) => {
        const isTaken = text !== '' && namedBaseFaults({ bases: [text] }, nowhere).length === 0
        expect(regex.test(text), text).toBe(isTaken)
      }),
      { numRuns: runs(20_000, 1000) },
    )
  })

  const setting = (key: string, value: string) => `settings: {${key}: ${value}}\nimages:\n${INDENTED_APP}`
  const isTaken = (text: string) => isGood(parseImagesFile(text, 'f'))

  it.each(['retryPause', 'baseInterval', 'pollInterval'])(
    '%s: the shortest, one unit exactly, sums never wrongly',
    (key) => {
      const amounts = [0, 1, 2, 4, 5, 9, 10, 11, 59, 60, 99, 100, 299, 300, 301, 999]
      const parts = amounts.flatMap((amount) => ['s', 'm', 'h', 'd'].map((unit) => `${amount}${unit}`))
      for (const part of ['0', '010s', '0300s', '05m', '0w', '2w', ...parts]) {
        expect(editorAccepts(setting(key, part)), part).toBe(isTaken(setting(key, part)))
        const sums = [`0w${part}`, `${part}0s`, `1s${part}`, `${part}4m`]
        const refused = sums.filter((sum) => !editorAccepts(setting(key, sum)) && isTaken(setting(key, sum)))
        expect(refused).toEqual([])
      }
    },
  )

  it.each(['0', '1', '2', '-1', '0.5', '10', '"0"', '"1"', '"2"', '"01"', 'true', 'null', '[1]', 'once'])(
    'retries: %s',
    (value) => {
      expect(editorAccepts(setting('retries', value))).toBe(isTaken(setting('retries', value)))
      expect(isTaken(setting('retries', value))).toBe(/^"?[01]"?$/.test(value))
    },
  )

  it('ranges of versions that are nearly right are refused at once', () => {
    // Blanks that could belong to two parts of the pattern would take longer than anybody waits.
    expect(isSemVerConstraint(`${'1  '.repeat(80)}!`)).toBe(false)
    expect(isSemVerConstraint(`${'>=  1 ,  '.repeat(25)}!`)).toBe(false)
  })
})

describe('every key', () => {
  const schema = imagesJsonSchema() as { readonly definitions: Readonly<Record<string, Part>> }
  interface Part {
    readonly $ref?: string
    readonly properties?: Readonly<Record<string, Part>>
    readonly items?: Part
    readonly anyOf?: readonly Part[]
    readonly description?: string
    readonly examples?: readonly unknown[]
    readonly additionalProperties?: unknown
  }
  const keys = (part: Part, path: string): [string, Part][] => [
    ...Object.entries(part.properties ?? {}).flatMap(([key, one]): [string, Part][] => {
      const at = `${path}.${key}`
      const found = one.$ref === undefined ? one : schema.definitions[one.$ref.replace('#/definitions/', '')]!
      return [[at, found], ...(key === 'enrollment' ? [] : keys(found, at))]
    }),
    ...(part.items === undefined ? [] : keys(part.items, path)),
    ...(part.anyOf ?? []).flatMap((one) => keys(one, path)),
  ]
  const all = [
    ...keys(schema.definitions.entry!, 'entry'),
    ...keys((schema as unknown as Part).properties!.settings!, 'settings'),
  ]

  it('has a description, and an example that is good', () => {
    expect(all.length).toBeGreaterThan(60)
    expect(all.filter(([, part]) => part.description === undefined).map(([path]) => path)).toEqual([])
    const holdsKeys =
      /^(?:entry\.(?:build|tags|enrollment|local|promote|tagging|tag|latest_stable_tags)|settings\.(?:secrets|dashboard))$/
    expect(
      all.filter(([path, part]) => part.examples === undefined && !holdsKeys.test(path)).map(([path]) => path),
    ).toEqual([])
  })

  it('of a map is known: others are marked', () => {
    const open = all.filter(([, part]) => part.properties !== undefined && part.additionalProperties !== false)
    expect(open.map(([path]) => path)).toEqual([])
  })
})

it('is printed the same every time, as text that ends with a line end', () => {
  expect(printJsonSchema()).toBe(printJsonSchema())
  expect(printJsonSchema()).toMatch(/\}\n$/)
})
