import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isBranchName,
  isInsidePath,
  isRegistryHost,
  isSemVerConstraint,
  PLATFORM,
  parseDuration,
  REPOSITORY,
  regexFault,
  WORKFLOW_FILE,
} from '../../../src/enrollment/grammar.js'
import { GITHUB_REPOSITORY } from '../../../src/forges/github.js'
import { GITLAB_PROJECT } from '../../../src/forges/gitlab.js'
import { suggest } from '../../../src/text/index.js'

describe('durations', () => {
  it.each([
    ['0', 0],
    ['0d', 0],
    ['90s', 90],
    ['30m', 1800],
    ['24h', 86_400],
    ['7d', 604_800],
    ['2w', 1_209_600],
    ['1d12h', 129_600],
    ['1h1m1s', 3661],
    ['3650d', 315_360_000],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toEqual({ text, seconds })
  })

  it.each([
    '',
    ' ',
    '7',
    '7 d',
    ' 7d',
    '7D',
    '-7d',
    '1.5h',
    '7days',
    'P7D',
    '1e3s',
    '3651d',
    '7d ',
    '7d\n',
    '٧d',
    '1h2',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeNull()
  })

  it('sums are sums', () => {
    const unit = fc.constantFrom('s', 'm', 'h', 'd', 'w')
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), unit), { minLength: 1, maxLength: 5 }), (parts) => {
        const seconds = parts.map(([amount, u]) => parseDuration(`${amount}${u}`)?.seconds ?? Number.NaN)
        expect(parseDuration(parts.map(([amount, u]) => `${amount}${u}`).join(''))?.seconds).toBe(
          seconds.reduce((sum, one) => sum + one),
        )
      }),
    )
  })
})

const is = (pattern: RegExp) => (text: string) => pattern.test(text)

describe.each([
  [
    'branch names',
    isBranchName,
    ['main', 'release/1.0', 'a_b', '2024', 'a-', 'feature/x_y', 'HEAD/a', 'ref', 'a'.repeat(255)],
    [
      '',
      '-a',
      'a..b',
      'a//b',
      'a/',
      'a.',
      '/a',
      'a b',
      'a.lock',
      'x.lock/y',
      'a/.b',
      'a@{1}',
      'a~1',
      'a:b',
      'a\nb',
      'é',
      'HEAD',
      'refs/heads/main',
      'a'.repeat(256),
    ],
  ],
  [
    'paths inside',
    isInsidePath,
    ['Dockerfile', 'a/b', './Dockerfile', 'a..b/c', '...', '.github/Dockerfile', 'a b/c'],
    [
      '',
      '/',
      '/a',
      '../a',
      'a/../b',
      'a/..',
      '.',
      'a/.',
      'a/',
      '-a',
      '.git/x',
      'a/.Git/x',
      'a\\b',
      'a\nb',
      'a\u0000',
      'C:/a',
      'c:a',
      'glob:**',
      'regex:.*',
      'regexp:a',
    ],
  ],
  [
    'repositories of GitHub',
    is(GITHUB_REPOSITORY),
    ['a/b', 'org/.github', 'a-b/c_d.e'],
    ['', 'a', 'a/', '/b', 'a/b/c', 'a/.', 'a/..', '-a/b', 'a_b/c', 'a/b\n', 'a b/c', 'a/b c'],
  ],
  ['projects of GitLab', is(GITLAB_PROJECT), ['a/b', 'a/b/c', 'a_b/c.d'], ['a', 'a/', 'a//b', '../b', 'a/..', 'a/b\n']],
  [
    'registries',
    isRegistryHost,
    ['ghcr.io', 'localhost', 'localhost:5000', 'registry:5000', '10.0.0.1:80', 'a-b.c'],
    [
      '',
      'ghcr',
      'https://ghcr.io',
      'a.b/c',
      'a.b:',
      'a b.c',
      // A Cyrillic letter.
      'ghcr.\u0456o',
      'a..b',
      '.a',
      'a.b:123456',
      'a.b\n',
      '-a.b',
      'a-.b',
      'a.b:0',
      'a.b:65536',
      `${'a'.repeat(64)}.b`,
      `${'a.'.repeat(130)}b`,
      '[::1]:5000',
    ],
  ],
  [
    'repositories of a registry',
    is(REPOSITORY),
    ['a', 'a/b/c', 'a-b', 'a--b', 'a__b', 'a_b', 'a.b'],
    ['', 'A', 'a:1', 'a@b', 'a/', '/a', 'a//b', 'a..b', 'a___b', '-a', 'a-', 'a\n'],
  ],
  [
    'workflow files',
    is(WORKFLOW_FILE),
    ['build.yml', 'build.yaml', 'my build.yml', '_a.yml'],
    ['build', '.yml', 'a/b.yml', '../b.yml', 'b.yml ', 'b.json', 'a\n.yml', 'b.yml\n'],
  ],
  [
    'platforms',
    is(PLATFORM),
    ['linux/amd64', 'linux/arm/v7'],
    ['linux', 'linux/', 'Linux/amd64', 'a/b/c/d', 'linux/amd64\n'],
  ],
] as const)('%s', (_, accepts, good, bad) => {
  it.each(good)('%j', (text) => expect(accepts(text)).toBe(true))
  it.each(bad)('not %j', (text) => expect(accepts(text)).toBe(false))
})

describe('ranges of versions (what github.com/Masterminds/semver 3.4 answers)', () => {
  it.each([
    '1',
    '1.2',
    'v1.2.3',
    '^1.2.0',
    '~1.2',
    '~>1',
    '=>1',
    '=<2',
    '!=1.2.3',
    '>=1.2 <3',
    '>= 1.2, < 3',
    '1.2 - 1.4',
    '1.x',
    '*',
    'X',
    '^1 || ^2',
    '1.2.3-rc.1',
    '1.2.3-0',
    '1.2.3-0a',
    '1.2.3+b.01',
    '01.2',
    '9999999999999999999',
  ])('%j', (text) => expect(isSemVerConstraint(text)).toBe(true))
  it.each([
    '',
    ' ',
    'latest',
    '==1.2.3',
    '1.2.3.4',
    '1.2.3-01',
    '1.2.3-',
    'V1',
    '>',
    '^^1',
    '1 |',
    '1 ||',
    '|| 1',
    '1 | 2',
    '99999999999999999999',
    '1.2-',
    '>=1.2 &&<3',
    `1${' 1'.repeat(200)}`,
  ])('not %j', (text) => expect(isSemVerConstraint(text)).toBe(false))
})

describe('regular expressions that Go runs (RE2)', () => {
  it.each(['^v?\\d+$', '(?i)x', '(?P<n>a)', '(?<n>a)', '\\pL', 'a{1000}', '[[:alpha:]]', '\\Qa.b\\E', ''])(
    '%s',
    (regex) => expect(regexFault(regex)).toBeNull(),
  )
  it.each([
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '(?<!a)',
    '(a)\\1',
    'a{1001}',
    '((a{100}){100}){100}',
    '[',
    '*a',
    'a**',
    '(',
    '\\C',
    '(?>a)',
  ])('not %s', (regex) => expect(regexFault(regex)).not.toBeNull())
})

describe('the word that was meant', () => {
  const known = ['name', 'registry', 'repository', 'rebuildDelay', 'rebuildOn', 'enabled']
  it.each([
    ['nmae', 'name'],
    ['rebuild-delay', 'rebuildDelay'],
    ['REGISTRY', 'registry'],
    ['repositry', 'repository'],
    ['enable', 'enabled'],
    ['colour', null],
    ['', null],
  ])('%s → %s', (word, meant) => {
    expect(suggest(word, known)).toBe(meant)
  })
})
