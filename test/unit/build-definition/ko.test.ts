import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  callsKo,
  isKoConfig,
  KO_BASE_IMAGE,
  koBases,
  koEnvironment,
  readKoConfig,
} from '../../../src/build-definition/index.js'
import { runs } from '../../support/full.js'

const read = (text: string) => readKoConfig(text, '.ko.yaml')

/** What ko pulls by this configuration. */
function basesOf(text: string, environment: Parameters<typeof koBases>[1]) {
  const config = read(text)
  if (!config.ok) throw new Error(config.message)
  const { bases, assumed } = koBases(config, environment)
  return { bases: bases.map(({ ref, line }) => (line === null ? ref : `${ref}:${line}`)), assumed }
}

describe("ko's configuration", () => {
  it.each([
    ['nothing', '', null, []],
    ['comments', '# ko\n\n  # more\n', null, []],
    ['something else', 'defaultPlatforms: [linux/amd64]\n', null, []],
    ['a default', 'defaultBaseImage: alpine:3\n', ['alpine:3', 1], []],
    ['a default in another case', '\nDEFAULTBASEIMAGE: alpine:3\n', ['alpine:3', 2], []],
    ['a default without value', 'defaultBaseImage:\n', null, []],
    [
      'overrides',
      'baseImageOverrides:\n  github.com/Acme/App/cmd/a: a:1\n  x: b\n',
      null,
      [
        ['github.com/acme/app/cmd/a', 'a:1', 2],
        ['x', 'b', 3],
      ],
    ],
    ['overrides without value', 'baseImageOverrides:\n', null, []],
    ['a list for overrides', 'baseImageOverrides: [a]\n', null, []],
  ])('with %s', (_, text, image, overrides) => {
    const config = read(text)
    if (!config.ok) throw new Error(config.message)
    const { defaultBaseImage: found } = config
    expect(found === null ? null : [found.ref, found.line]).toEqual(image)
    expect([...config.overrides].map(([path, { ref, line }]) => [path, ref, line])).toEqual(overrides)
  })

  it.each([
    ['a default that is no reference', 'a: 1\ndefaultBaseImage: "{{.Base}}"\n', 2, 'is not an image reference'],
    ['an empty default', 'defaultBaseImage: ""\n', 1, 'is not an image reference: it is empty'],
    ['a map for the default', 'defaultBaseImage: {a: b}\n', 1, 'is not an image reference'],
    ['an override without value', 'baseImageOverrides:\n  a: b\n  c:\n', 3, 'is not an image reference: it is empty'],
    ['a list', '- a\n', 1, 'the file is not a map'],
    ['a key twice', 'defaultBaseImage: a\ndefaultBaseImage: b\n', 2, 'duplicate key'],
    [
      'overrides without end',
      `baseImageOverrides:\n${Array.from({ length: 201 }, (_, index) => `  p${index}: a\n`).join('')}`,
      1,
      'baseImageOverrides has more than 200 entries.',
    ],
  ])('that is %s cannot be used', (_, text, line, message) => {
    expect(read(text)).toMatchObject({ ok: false, line, message: expect.stringContaining(message) })
  })

  it('is read whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.json()), (text) => {
        const config = read(text)
        if (config.ok) expect(koBases(config, []).bases.length).toBeGreaterThan(0)
        else expect(config.message).toMatch(/\.$/)
      }),
      { numRuns: runs(1000) },
    )
    expect(read(`${'#'.repeat(100_000)}\nx`)).toMatchObject({ ok: false })
  })

  it.each([
    ['.ko.yaml', true],
    ['apps/a/.ko.yml', true],
    ['ko.yaml', false],
    ['a.ko.yaml', false],
    ['.ko.yaml/Dockerfile', false],
    ['.ko.yaml.tmpl', false],
  ])('is %s: %s', (path, expected) => {
    expect(isKoConfig(path)).toBe(expected)
  })
})

describe('what ko pulls', () => {
  const DEFAULT = 'defaultBaseImage: d:1\n'
  const BOTH = 'defaultBaseImage: d:1\nbaseImageOverrides:\n  ex.com/App: a:1\n  ex.com/tool: d:1\n'
  const OWN = `nothing names a base image for ko: its own, ${KO_BASE_IMAGE}, is assumed`
  const PATH = 'which import path ko builds is not known: every base image in baseImageOverrides is assumed'
  const SEVERAL = 'KO_DEFAULTBASEIMAGE has several values: the base images of all are assumed'
  const unclear = (written: string, instead: string) => `KO_DEFAULTBASEIMAGE is ${written}: ${instead} is assumed`

  it.each([
    ['the default', DEFAULT, [], ['d:1:1'], []],
    ["ko's own where nothing is said", '', [], [KO_BASE_IMAGE], [OWN]],
    ['the overrides too, each once', BOTH, [], ['d:1:1', 'a:1:3'], [PATH]],
    ['what the environment says instead of the default', DEFAULT, [{ text: 'e:1' }], ['e:1'], []],
    ['the overrides all the same', BOTH, [{ text: 'e:1' }], ['e:1', 'a:1:3', 'd:1:4'], [PATH]],
    ['the default where the environment holds nothing', DEFAULT, [{ text: '' }], ['d:1:1'], []],
    [
      'the default where the environment is not known',
      DEFAULT,
      [{ unknown: true, written: '${{ vars.B }}' }],
      ['d:1:1'],
      [unclear('${{ vars.B }}', 'd:1')],
    ],
    ["ko's own where it is no reference", '', [{ text: 'A B' }], [KO_BASE_IMAGE], [unclear('A B', KO_BASE_IMAGE)]],
    ['several', DEFAULT, [null, { text: 'e:1' }, { text: 'd:1' }], ['d:1:1', 'e:1'], [SEVERAL]],
  ] as const)('%s', (_, text, environment, bases, assumed) => {
    expect(basesOf(text, environment)).toEqual({ bases, assumed })
  })
})

describe('KO_DEFAULTBASEIMAGE in a workflow', () => {
  const BUILD = '{run: ko build ./cmd/app}'
  const job = (steps: string, env = '') => `jobs: {a: {${env}steps: [${steps}]}}\n`
  const at = (image: string) => `env: {KO_DEFAULTBASEIMAGE: "${image}"}`

  it.each([
    ['not set', job(BUILD), []],
    ['of the workflow', `${at('w')}\n${job(BUILD)}`, ['w']],
    ['of the job', `${at('w')}\n${job(BUILD, `${at('j')}, `)}`, ['j']],
    ['of the step', `${at('w')}\n${job(`{run: ko publish ., ${at('s')}}`, `${at('j')}, `)}`, ['s']],
    ['of another step', job(`{run: make test, ${at('s')}}, ${BUILD}`), [null]],
    ['of a step that may call ko', job(`{run: make test}, {run: make release, ${at('s')}}`), [null, 's']],
    ['set to nothing', `${at('w')}\n${job(BUILD, `${at('')}, `)}`, ['']],
    ['of an expression', `${at('${{ vars.BASE }}')}\n${job(BUILD)}`, ['?${{ vars.BASE }}']],
    ['before the command', job('{run: "KO_DEFAULTBASEIMAGE=c ko build ."}'), ['c']],
    ['exported, in quotes', job(`{run: "export KO_DEFAULTBASEIMAGE='c:1'\\nko build ."}`), ['c:1']],
    ['out of a variable', job('{run: "KO_DEFAULTBASEIMAGE=$BASE ko build ."}'), ['?$BASE']],
    ['for the steps to come', job(`{run: "echo \\"KO_DEFAULTBASEIMAGE=g\\" >> $GITHUB_ENV"}, ${BUILD}`), ['g', null]],
    ['in two jobs', `jobs: {a: {${at('x')}, steps: [${BUILD}]}, b: {${at('x')}, steps: [${BUILD}]}}\n`, ['x']],
    ['as another name', job('{run: "MY_KO_DEFAULTBASEIMAGE=c ko build ."}'), [null]],
    ['in what is no workflow', 'KO_DEFAULTBASEIMAGE: [', []],
    ['in a list of jobs', 'jobs: [{steps: 1}]\nx: KO_DEFAULTBASEIMAGE\n', []],
  ])('%s', (_, text, expected) => {
    const found = koEnvironment(text)
    expect(found.map((one) => (one === null ? null : 'text' in one ? one.text : `?${one.written}`))).toEqual(expected)
  })
})

it.each([
  ['- run: ko build ./cmd/app', true],
  ['- run: |\n    make\n    ko publish .', true],
  ['- run: A=b ko resolve -f config/', true],
  ['- uses: ko-build/setup-ko@v0.9', true],
  ['- uses: imjasonh/setup-ko@main', true],
  ['- run: kobo build .', false],
  ['- run: ko version', false],
  ['- run: docker build ko', false],
  ['- run: ./ko-build.sh', false],
])('%s calls ko: %s', (text, expected) => {
  expect(callsKo(text)).toBe(expected)
})
