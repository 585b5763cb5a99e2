import { describe, expect, it } from 'vitest'
import { formatProblem, parseImagesFile } from '../../../src/enrollment/index.js'
import { eachDue, takingTurns } from '../../support/full.js'
import { APP } from './examples.js'
import { WRONG_BASES } from './wrong-bases.js'
import { WRONG_CHARACTERS } from './wrong-characters.js'
import { WRONG_DOCUMENTS } from './wrong-documents.js'
import { WRONG_ENTRIES } from './wrong-entries.js'
import { WRONG_FORMS } from './wrong-forms.js'
import { WRONG_LAYOUTS } from './wrong-layouts.js'
import { WRONG_PROMOTION } from './wrong-promotion.js'
import { WRONG_SETTINGS } from './wrong-settings.js'
import { WRONG_VALUES } from './wrong-values.js'

/** `line:column: message remedy`; problems that are no errors keep their severity. */
function said(text: string): string[] {
  return parseImagesFile(text, 'f').problems.map((one) =>
    formatProblem(one).replace(/^f:(\d+:\d+: )(?:error: )?/, '$1'),
  )
}

const ALL = [
  ['the file as a whole', WRONG_DOCUMENTS],
  ['the layout', WRONG_LAYOUTS],
  ['entries', WRONG_ENTRIES],
  ['values', WRONG_VALUES],
  ['named base images', WRONG_BASES],
  ['grammar and the forms of other tools', WRONG_FORMS],
  ['checks and promotion', WRONG_PROMOTION],
  ['settings and defaults', WRONG_SETTINGS],
  ['YAML as hostile input', WRONG_CHARACTERS],
] as const

describe('the wrong files', () => {
  const titled = ALL.flatMap(([about, cases]) => cases.map(([title]) => `${about}: ${title}`))
  const texts = ALL.flatMap(([, cases]) => cases.map(([, text]) => text))

  it('are more than two hundred, each of its own', () => {
    expect(new Set(titled).size).toBe(titled.length)
    expect(new Set(texts).size).toBe(texts.length)
    expect(texts.length).toBeGreaterThanOrEqual(200)
  })

  it('are told in one short line each, with its place, without control characters, ending with a full stop', () => {
    const problems = texts.flatMap((text) => parseImagesFile(text, 'f').problems)
    for (const { message, remedy, line, column } of problems) {
      expect(message).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,400}\.$/u)
      if (remedy !== null) expect(remedy).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,400}[.?]$/u)
      expect([line, column]).not.toContain(null)
    }
  })

  it('are told with what mends them, where the message does not say it already', () => {
    const bare = texts.flatMap((text) => parseImagesFile(text, 'f').problems).filter((one) => one.remedy === null)
    const isPlain =
      /must|is no|is longer|holds|contains|written twice|Keep|Use|stands|resolved|alias|tag|key|expands|nests|document|Flow|Map|Missing|Nested|directive/
    expect(bare.filter((one) => !isPlain.test(one.message))).toEqual([])
  })
})

describe.each(ALL)('wrong files: %s', (_, cases) => {
  it.each(cases)('%s', (_title, text, expected) => {
    expect(said(text)).toEqual(expected)
    expect(parseImagesFile(text, 'f').enrolled).toBeNull()
  })
})

describe('problems', () => {
  it('are told all at once, in the order of the file', () => {
    const text = [
      'settings: {namespace: A_B}',
      'images:',
      '  - name: web',
      '    registry: ghcr.io',
      '    repository: org/web',
      '    rebuildDelay: soon',
      '    colour: red',
      '  - name: web',
      '    registry: ghcr',
      '    repository: org/api',
      '  - repository: org/x',
      '    enabled: maybe',
      '',
    ].join('\n')
    expect(parseImagesFile(text, 'f').problems.map(({ line, column }) => `${line}:${column}`)).toEqual([
      '1:23',
      '6:19',
      '7:5',
      '9:15',
      '11:5',
      '12:14',
    ])
  })

  it('carry file, severity and the image they are about', () => {
    const [problem] = parseImagesFile('- name: web\n  colour: red\n', 'state/images.yaml').problems
    expect(problem).toMatchObject({ severity: 'error', file: 'state/images.yaml', image: 'web', line: 2, column: 3 })
  })

  it('say that a key has no effect, once and at its first place, and the file is good', () => {
    const text = `${APP}  local: {dir: app}\n- name: web\n  repoURL: ghcr.io/org/web\n  local: {dir: web}\n`
    const { enrolled, problems } = parseImagesFile(text, 'f')
    expect(problems).toMatchObject([
      {
        severity: 'notice',
        line: 4,
        column: 3,
        message: 'local is known but has no effect (here and in 1 more places).',
      },
    ])
    expect(enrolled?.images).toHaveLength(2)
  })

  it.each([
    ['repoURL', 'repoURL: ghcr.io/org/web'],
    ['repository', 'registry: ghcr.io\n  repository: org/web'],
  ])('say that image has no effect beside %s', (key, published) => {
    const text = `- name: web\n  image: ghcr.io/org/web\n  ${published}\n`
    expect(said(text)).toEqual([`2:3: notice: image has no effect beside ${key}. Remove image.`])
    expect(parseImagesFile(text, 'f').enrolled?.images).toHaveLength(1)
  })

  const LEXICAL = 'imageSelectionStrategy: Lexical'
  const noEffect = (strategy: string) =>
    `tags.strategy ${strategy} has no effect: imageSelectionStrategy is Lexical. Remove tags.strategy.`
  it.each([
    ['another', `${APP}  ${LEXICAL}\n  tags: {strategy: SemVer}\n`, `5:20 ${noEffect('SemVer')}`],
    [
      'another in the defaults',
      `defaults: {${LEXICAL}, tags: {strategy: Digest}}\nimages:\n${APP}`,
      `1:62 ${noEffect('Digest')}`,
    ],
    ['the same', `${APP}  ${LEXICAL}\n  tags: {strategy: Lexical}\n`, ''],
    ['none', `${APP}  ${LEXICAL}\n  tags: {allow: [a]}\n`, ''],
    ['another than the defaults', `defaults: {tags: {strategy: NewestBuild}}\nimages:\n${APP}  ${LEXICAL}\n`, ''],
    [
      'a range beside it',
      `${APP}  ${LEXICAL}\n  tags: {constraint: ^1}\n`,
      '5:22 tags.constraint has no effect with the strategy Lexical. Choose tags by tags.allow.',
    ],
  ])("say that a strategy is contradicted, and Kargo's name for it counts: %s", (_, text, warning) => {
    const { enrolled, problems } = parseImagesFile(text, 'f')
    const warnings = problems.map((one) => `${one.line}:${one.column} ${one.message} ${one.remedy}`)
    expect(warnings).toEqual(warning === '' ? [] : [warning])
    expect(problems.every(({ severity }) => severity === 'warning')).toBe(true)
    expect(enrolled?.images.map(({ tags }) => tags.strategy)).toEqual(['Lexical'])
  })
})

describe('NewestBuild', () => {
  const NEWEST = `${APP}  tags: {strategy: NewestBuild, discoveryLimit: 50}\n`
  it('is noticed where the registry is asked about every tag', () => {
    const { enrolled, problems } = parseImagesFile(NEWEST, 'f')
    expect(problems).toMatchObject([{ code: 'tags-unfiltered', severity: 'notice', line: 4, column: 10 }])
    expect(enrolled?.images[0]?.tags.discoveryLimit).toBe(50)
  })

  it.each([
    ['tags are chosen', NEWEST.replace('50', "50, allow: ['^v']")],
    ['it is switched off', `${NEWEST}  enabled: false\n`],
    ['another strategy counts', NEWEST.replace('NewestBuild', 'Lexical')],
  ])('is not where %s', (_, text) => {
    expect(parseImagesFile(text, 'f').problems).toEqual([])
  })
})

describe('hostile files end soon and with a problem', () => {
  const turn = takingTurns(2)

  const bomb = (levels: number) =>
    Array.from({ length: levels }, (_, level) =>
      level === 0
        ? `a0: &a0 [${'x, '.repeat(9)}x]`
        : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}*a${level - 1}]`,
    ).join('\n')

  turn()('an alias bomb', () => {
    expect(said(`${bomb(30)}\n`)).toEqual(['1:22: the file expands to too many values.'])
  })

  turn()('ten thousand harmless aliases are none', () => {
    const text = `- &app {name: app, registry: ghcr.io, repository: org/app, description: &d words}\n`
    const more = Array.from(
      { length: 10_000 },
      (_, n) => `- {name: a${n}, registry: ghcr.io, repository: org/a${n}, description: *d}\n`,
    )
    expect(parseImagesFile(text + more.join(''), 'f').enrolled?.images).toHaveLength(10_001)
  })

  eachDue([
    ['brackets', '['],
    ['maps', '{a: '],
    ['dashes', '- '],
    ['indicators', '? '],
  ])('100,000 %s', async (_, opener) => {
    const text = opener.repeat(100_000)
    const found = said(text)
    expect(found.length).toBeGreaterThan(0)
    expect(found.length).toBeLessThanOrEqual(20)
  })

  turn()('a file of 17 MB', () => {
    expect(said('#'.repeat(17 * 1024 * 1024))).toEqual(['f: error: the file is larger than 16777216 bytes.'])
  })

  turn()('a thousand broken lines give no thousand problems', () => {
    expect(said('"\n@\n'.repeat(1000)).length).toBeLessThanOrEqual(20)
  })
})
