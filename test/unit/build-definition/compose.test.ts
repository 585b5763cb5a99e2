import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BuildFile,
  bakeFileNames,
  composeProject,
  composeReferences,
  type DefinitionFile,
  type DefinitionReading,
  namedComposeFiles,
  readBuildFiles,
} from '../../../src/build-definition/index.js'
import { runs } from '../../support/full.js'
import { NO_SETTINGS, shown } from './examples.js'

type Files = Readonly<Record<string, string>>
type ProjectSettings = Partial<Parameters<typeof composeProject>[1]>

const all = (files: Files) => Object.entries(files).map(([file, text]) => ({ file, text }))
const beside = (files: Files) => new Map(Object.entries(files))
const variables = (values: Files) => new Map(Object.entries(values).map(([name, text]) => [name, { text }]))

function input(read: DefinitionReading): unknown {
  if (!read.ok) return `${read.file}:${read.line}: ${read.message}`
  return Object.fromEntries([...read.definition.targets].map(([name, target]) => [name, one(target)]))
}

function one({ context, dockerfile, tags, inputs }: NonNullable<ReturnType<BuildFile['targets']['get']>>): unknown {
  const text = (value: typeof context) => (value === null ? null : 'text' in value ? value.text : `?${value.written}`)
  return {
    ...(context !== null && { context: text(context) }),
    ...(dockerfile !== null && { dockerfile: text(dockerfile) }),
    ...(tags.length > 0 && { tags: tags.map(text) }),
    ...shown(inputs),
  }
}

/** What bake makes of the first files, with the others beside them. */
function baked(files: Files, others: Files = {}, settings: Partial<typeof NO_SETTINGS> = {}): unknown {
  return input(readBuildFiles(all(files), { ...NO_SETTINGS, ...settings, beside: beside({ ...files, ...others }) }))
}

function composed(files: Files, others: Files = {}, settings: ProjectSettings = {}): unknown {
  return input(composeProject(all(files), { ...NO_SETTINGS, ...settings, beside: beside({ ...files, ...others }) }))
}

const arg = (value: string) => `services: { a: { build: { context: ., args: { V: ${value} } } } }\n`

/** Facts, here and in all tables: what buildx 0.38.2 answers, `docker compose` where it is named. */
describe('.env', () => {
  const read = (text: string, environment: Files = {}) => {
    const files = { 'compose.yaml': arg('"[${V-unset}]"') }
    const answer = baked(files, { '.env': text }, { environment: variables(environment) })
    const value = (answer as { a?: { args?: { V: string } } }).a?.args?.V
    return value === undefined ? answer : value.replace(/ \(.*\)$/s, '')
  }
  it.each<[string, string, string]>([
    ['plain', 'V=1', '[1]'],
    ['with a colon', 'V: 1', '[1]'],
    ['blanks around', '  V =  a b  ', '[a b]'],
    ['export', 'export V=1', '[1]'],
    ['a comment', '# V=0\nV=1 # one', '[1]'],
    ['no comment', 'V=1#2', '[1#2]'],
    ['nothing', 'V=', '[]'],
    ['the last of two', 'V=1\nV=2', '[2]'],
    ['variables', 'A=1\nV=${A}-$A', '[1-1]'],
    ['a default', 'V=${B:-b}', '[b]'],
    ['a dollar', 'V=$$A $1', '[$A $1]'],
    ['quotes', 'V="a # b"', '[a # b]'],
    ['quotes over lines', 'V="a\nb"\nX=1', '[a\nb]'],
    ['escapes', 'V="a\\tb\\"c\\\\ \\x \\$A"', '[a\tb"c\\ \\x $A]'],
    ['octal', 'V="\\0101\\01"', '[A\\1]'],
    ['variables in quotes', 'A=1\nV="$A"', '[1]'],
    ['single quotes', "A=1\nV='$A \\n'", '[$A \\n]'],
    ['CR LF', 'A=0\r\nV=1\r\n', '[1]'],
    ['nothing of it', 'W=1', '[unset]'],
  ])('%s', (_title, text, expected) => expect(read(text)).toBe(expected))

  it('goes behind the environment', () => {
    expect(read('V=file', { V: 'step' })).toBe('[step]')
    expect(read('W=${V}', { V: 'step' })).toBe('[step]')
    expect(read('A=file\nV=$A', { A: 'step' })).toBe('[step]')
  })
  it('a name alone is the environment’s', () => {
    expect(read('V', { V: 'step' })).toBe('[step]')
    expect(read('V\n')).toBe('[unset]')
  })
  it('its values are assumed, and say where they stand', () => {
    const files = { 'compose.yaml': 'services:\n  a:\n    build:\n      args:\n        V: x${V}\n        W:\n' }
    const read = readBuildFiles(all(files), { ...NO_SETTINGS, beside: beside({ '.env': 'V=1\nW=2\n' }) })
    expect(read.ok && [...read.definition.targets.get('a')!.inputs.args.values()]).toEqual([
      { text: 'x1', assumedFrom: 'x${V}', place: 'compose.yaml:5' },
      { text: '2', assumedFrom: 'W', place: '.env:2' },
    ])
  })
  it.each([
    ['V="a\nb', '.env:1: a quote that begins here is not closed.'],
    ['A=1\nno name', '.env:2: it is not NAME=value. Put a # before it if it is a comment.'],
    ['A=1\n\n=x', '.env:3: it is not NAME=value. Put a # before it if it is a comment.'],
  ])('%j is refused', (text, expected) => expect(read(text)).toBe(expected))
  it('is that of where bake runs', () => {
    const others = { '.env': 'V=top', 'ci/.env': 'V=ci' }
    const files = { 'ci/c.yml': arg('"${V}"') }
    expect(baked(files, others)).toMatchObject({ a: { args: { V: 'top (${V})' } } })
    expect(baked(files, others, { folder: 'ci' })).toMatchObject({ a: { args: { V: 'ci (${V})' } } })
  })
  it('is nothing to HCL', () => {
    expect(
      baked({ 'b.hcl': 'variable "V" { default = "1" }\ntarget "a" { args = { V = V } }\n' }, { '.env': 'V=2' }),
    ).toEqual({
      a: { args: { V: '1 (V)' } },
    })
  })
  it('any text is read or refused, the same each time', () => {
    const pieces = fc.constantFrom(
      'A',
      'V',
      '=',
      ':',
      '"',
      "'",
      '\\',
      '$',
      '{',
      '}',
      ' #',
      '\n',
      'export ',
      '\0',
      '\ud800',
      'é',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        expect(read(parts.join(''))).toEqual(read(parts.join('')))
      }),
    )
  })
  it('a value in single quotes is what it was', () => {
    const plain = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/['\\]/.test(text))
    fc.assert(fc.property(plain, (text) => void expect(read(`V='${text}'`)).toBe(`[${text}]`)))
  })
})

describe('a scalar', () => {
  it.each([
    ['3.20', '3.2'],
    ['"3.20"', '3.20'],
    ['017', '15'],
    ['08', '8'],
    ['0o17', '15'],
    ['0x1F', '31'],
    ['0b101', '5'],
    ['-017', '-15'],
    ['+5', '5'],
    ['1_000', '1000'],
    ['12345678901234567890', '12345678901234567890'],
    ['123456789012345678901234567890', '1.2345678901234568e+29'],
    ['1e21', '1e+21'],
    ['0.00001', '1e-05'],
    ['-0.0', '-0'],
    ['1.10.0', '1.10.0'],
    ['2024-01-01', '2024-01-01 00:00:00 +0000 UTC'],
    ['2024-13-01', '2024-13-01'],
    ['"2024-01-01"', '2024-01-01'],
    ['True', 'true'],
    ['yes', 'yes'],
    ['190:20:30', '190:20:30'],
  ])('%s is %s', (written, expected) => {
    expect(baked({ 'compose.yaml': arg(written) })).toMatchObject({ a: { args: { V: expected } } })
  })
})

const BASE = `services:
  base:
    image: acme/base:1
    build:
      context: ./app
      dockerfile: D
      args: { A: "1", B: "1" }
      additional_contexts: { lib: ./lib, img: "docker-image://alpine:3", web: "service:web" }
      platforms: [linux/amd64]
`

describe('files over files', () => {
  const over = (build: string, below = BASE) => ({
    'a.yaml': below,
    'b.yaml': `services:\n  base:\n    build:\n${build}`,
  })
  it.each<[string, Files, unknown]>([
    ['args by name', over('      args: [B=2, C=3]\n'), { args: { A: '1', B: '2', C: '3' } }],
    [
      'lists add up, each item once',
      over('      platforms: [linux/arm64, linux/amd64]\n'),
      { platforms: ['linux/amd64', 'linux/arm64'] },
    ],
    [
      'contexts by name',
      over('      additional_contexts: [img=docker-image://b]\n'),
      { contexts: { img: 'docker-image://b', lib: './lib' } },
    ],
    ['nothing takes nothing away', over('      target:\n      args:\n'), { args: { A: '1', B: '1' } }],
    [
      'a name without value takes its value away',
      over('      args: { A: }\n'),
      { args: { A: "?taken from the build's environment", B: '1' } },
    ],
    [
      '!reset',
      over('      dockerfile: !reset null\n      args: !reset\n      platforms: !reset []\n'),
      { contexts: { lib: './lib' } },
    ],
    ['!reset of a name', over('      args: { A: !reset null }\n'), { args: { B: '1' } }],
    [
      '!reset of a name in a list does nothing',
      over('      args: { A: !reset null }\n', BASE.replace('{ A: "1", B: "1" }', '[A=1]')),
      { args: { A: '1' } },
    ],
    ['!override', over('      args: !override { C: "3" }\n'), { args: { C: '3' } }],
    ['tags within !override are none', over('      args: !override { C: !reset null }\n'), { args: { C: 'null' } }],
    [
      'a context alone',
      over('      target: t\n', 'services: { base: { build: ./dir } }'),
      { context: './dir', target: 't' },
    ],
  ])('%s', (_title, files, expected) => expect(baked(files)).toMatchObject({ base: expected }))

  it('a service called as a key is a service', () => {
    const files = {
      'a.yaml': 'services: { args: { build: { target: a, args: { V: 1 } } } }',
      'b.yaml': 'services: { args: { build: { target: b } } }',
    }
    expect(baked(files)).toEqual({ args: { target: 'b', args: { V: '1' } } })
  })
  it('what a file extends is of that file', () => {
    expect(baked({ 'a.yaml': BASE, 'b.yaml': 'services:\n  web:\n    extends: base\n' })).toBe(
      'b.yaml:3: the service web extends base, which does not exist.',
    )
  })
})

describe('extends', () => {
  const web = (more = '', from = 'common/base.yaml') =>
    `services:\n  web:\n    extends: { file: "${from}", service: base }\n    build:\n      args: { B: "2" }\n${more}`
  const own = { args: { A: '1', B: '2' }, platforms: ['linux/amd64'], dockerfile: 'D', tags: ['acme/base:1'] }

  it('another file, its paths from there', () => {
    expect(baked({ 'compose.yaml': web() }, { 'common/base.yaml': BASE })).toEqual({
      web: {
        ...own,
        context: 'common/app',
        contexts: { lib: 'common/lib', img: 'docker-image://alpine:3', web: 'service:web' },
      },
    })
  })
  it('through several files', () => {
    const middle =
      'services:\n  base:\n    extends: { file: deep/base.yaml, service: base }\n    build: { target: t }\n'
    expect(
      baked({ 'compose.yaml': web() }, { 'common/base.yaml': middle, 'common/deep/base.yaml': BASE }),
    ).toMatchObject({
      web: { context: 'common/deep/app', target: 't' },
    })
  })
  it('a path with variables', () => {
    const files = { 'compose.yaml': web('', '${DIR:-x}/base.yaml') }
    expect(baked(files, { '.env': 'DIR=common', 'common/base.yaml': BASE })).toMatchObject({ web: own })
  })
  it('takes away what its tags stand on', () => {
    const files = { 'compose.yaml': web('      dockerfile: !reset null\n') }
    expect(baked(files, { 'common/base.yaml': BASE })).toEqual({
      web: expect.not.objectContaining({ dockerfile: 'D' }),
    })
  })
  it.each([
    ['nobody has looked for', web(), 'common/base.yaml'],
    ['is outside the repository', web('', '../base.yaml'), '../base.yaml'],
    ['is absolute', web('', '/etc/base.yaml'), '/etc/base.yaml'],
    ['is fetched', web('', 'https://example.com/base.yaml'), 'https://example.com/base.yaml'],
    ['nobody knows', web('', '${X}/base.yaml'), '${X}/base.yaml'],
  ])('a file that %s is said', (_title, text, written) => {
    expect(baked({ 'compose.yaml': text })).toEqual({ web: { args: { B: '2' }, unclear: [`extends: ${written}`] } })
  })
  it.each<[string, Files, string]>([
    [
      'itself',
      { 'compose.yaml': 'services:\n  a:\n    extends: a\n' },
      'compose.yaml:3: the service a extends itself.',
    ],
    [
      'each other',
      { 'compose.yaml': 'services:\n  a:\n    extends: b\n  b:\n    extends: a\n' },
      'compose.yaml:3: the service a extends itself.',
    ],
    [
      'nobody in another file',
      { 'compose.yaml': 'services:\n  a:\n    extends: { file: b.yaml, service: x }\n', 'b.yaml': BASE },
      'compose.yaml:3: the service a extends x, which does not exist in b.yaml.',
    ],
    [
      'each other across files',
      {
        'compose.yaml': 'services: { a: { extends: { file: b.yaml, service: b } } }',
        'b.yaml': 'services:\n  b:\n    extends: { file: c.yaml, service: c }\n',
        'c.yaml': 'services:\n  c:\n    extends: { file: b.yaml, service: b }\n',
      },
      'b.yaml:3: the service b extends itself.',
    ],
  ])('%s is refused', (_title, { 'compose.yaml': main = '', ...others }, expected) => {
    expect(baked({ 'compose.yaml': main }, others)).toBe(expected)
  })
})

describe('include', () => {
  const including = (item: string, services = 'services: { web: { build: web } }') => ({
    'compose.yaml': `include:\n  - ${item}\n${services}\n`,
  })
  const inner = 'services: { lib: { build: { args: { V: "${V-none}" } } } }\n'
  it.each<[string, string, Files, unknown]>([
    ['a path', 'sub/c.yaml', { 'sub/c.yaml': inner }, { context: 'sub', args: { V: 'none (${V-none})' } }],
    ['its own .env', 'sub/c.yaml', { 'sub/c.yaml': inner, 'sub/.env': 'V=sub' }, { args: { V: 'sub (${V-none})' } }],
    [
      'behind the .env of where it runs',
      'sub/c.yaml',
      { 'sub/c.yaml': inner, 'sub/.env': 'V=sub', '.env': 'V=top' },
      { args: { V: 'top (${V-none})' } },
    ],
    [
      'another env_file',
      '{ path: sub/c.yaml, env_file: x.env }',
      { 'sub/c.yaml': inner, 'sub/.env': 'V=sub', 'x.env': 'V=x' },
      { args: { V: 'x (${V-none})' } },
    ],
    ['another folder', '{ path: sub/c.yaml, project_directory: other }', { 'sub/c.yaml': inner }, { context: 'other' }],
    [
      'several files, one over the other',
      '{ path: [sub/c.yaml, sub/d.yaml] }',
      { 'sub/c.yaml': inner, 'sub/d.yaml': 'services: { lib: { build: { target: t } } }' },
      { context: 'sub', target: 't' },
    ],
    // Bake takes paths of the inner one from the outer one twice.
    [
      'files that include',
      'sub/c.yaml',
      { 'sub/c.yaml': 'include: [deep/d.yaml]', 'sub/deep/d.yaml': inner },
      { context: 'sub/sub/deep' },
    ],
  ])('%s', (_title, item, others, expected) => {
    expect(baked(including(item), others)).toMatchObject({ web: {}, lib: expected })
  })
  it('lies below what the file says itself, and can be extended', () => {
    const services = 'services: { lib: { build: { target: own } }, web: { extends: lib, build: { context: w } } }'
    expect(baked(including('sub/c.yaml', services), { 'sub/c.yaml': inner })).toMatchObject({
      lib: { context: 'sub', target: 'own' },
      web: { context: 'w', target: 'own', args: { V: 'none (${V-none})' } },
    })
  })
  it('what cannot be read may say anything', () => {
    const services = 'services: { web: { extends: lib, build: web } }'
    expect(baked(including('oci://example.com/x', services))).toEqual({
      web: { context: 'web', unclear: ['extends: lib', 'include: oci://example.com/x'] },
    })
  })
  it('itself is refused', () => {
    expect(baked(including('./compose.yaml'))).toBe('compose.yaml:1: compose.yaml includes itself.')
    expect(baked(including('a.yaml'), { 'a.yaml': 'include: [b.yaml]', 'b.yaml': 'include: [a.yaml]' })).toBe(
      'b.yaml:1: a.yaml includes itself.',
    )
  })
})

describe('an argument without value', () => {
  const web = (more: string) => ({ 'compose.yaml': `services: { web: { ${more}, build: { args: [V] } } }` })
  it.each<[string, string, Files, Files, string]>([
    ['is the container’s', 'environment: { V: own }', {}, { V: 'step' }, 'own'],
    [
      'is that of env_file',
      'env_file: [a.env, { path: b.env }]',
      { 'a.env': 'V=a', 'b.env': 'V=b' },
      { V: 'step' },
      'b',
    ],
    ['is the container’s before that of env_file', 'environment: [V=own]', { 'a.env': 'V=a' }, {}, 'own'],
    ['is the environment’s', 'environment: [W=1]', {}, { V: 'step' }, 'step'],
    ['is the environment’s where the container takes it from there', 'environment: [V]', {}, { V: 'step' }, 'step'],
    ['is not known', 'env_file: gone.env', {}, { V: 'step' }, "?taken from the build's environment"],
  ])('%s', (_title, more, others, environment, expected) => {
    expect(baked(web(more), others, { environment: variables(environment) })).toEqual({
      web: { args: { V: expected } },
    })
  })
})

describe('x-bake and image', () => {
  it.each<[string, string, unknown]>([
    ['image', 'image: i:1, build: { context: . }', { tags: ['i:1'] }],
    ['build.tags', 'image: i:1, build: { tags: [t:1] }', { tags: ['t:1'] }],
    ['x-bake.tags', 'image: i:1, build: { x-bake: { tags: "x:1 x:2" } }', { tags: ['x:1', 'x:2'] }],
    ['both', 'build: { tags: [t:1], x-bake: { tags: [x:1, t:1] } }', { tags: ['t:1', 'x:1'] }],
    [
      'platforms',
      'build: { platforms: [linux/amd64], x-bake: { platforms: linux/arm64 linux/amd64 } }',
      { platforms: ['linux/amd64', 'linux/arm64'] },
    ],
    [
      'contexts',
      'build: { additional_contexts: { c: a }, x-bake: { contexts: { c: b, args: d } } }',
      { contexts: { c: 'a', args: 'd' } },
    ],
  ])('%s', (_title, service, expected) => {
    expect(baked({ 'compose.yaml': `services: { a: { ${service} } }` })).toMatchObject({ a: expected })
  })
})

/** Facts: what compose-go 2.16.1, which `docker compose` loads projects with, answers. */
describe('docker compose', () => {
  const project = {
    'proj/compose.yaml': BASE,
    'proj/over.yaml': 'services: { base: { platform: linux/arm64, build: { platforms: !reset [] } } }',
  }
  it('takes paths from where the first file lies', () => {
    expect(composed(project)).toEqual({
      base: {
        context: 'proj/app',
        dockerfile: 'D',
        tags: ['acme/base:1'],
        args: { A: '1', B: '1' },
        platforms: ['linux/arm64'],
        contexts: { lib: 'proj/lib', img: 'docker-image://alpine:3', web: 'service:web' },
      },
    })
    expect(composed(project, {}, { folder: 'proj/sub' })).toMatchObject({ base: { context: '../app' } })
  })
  it('a context outside the repository stays there', () => {
    expect(composed({ 'compose.yaml': 'services: { a: { build: ../x } }' })).toEqual({ a: { context: '../x' } })
  })
  it('files that include take their paths from the outer one once', () => {
    const others = { 'sub/c.yaml': 'include: [deep/d.yaml]', 'sub/deep/d.yaml': 'services: { lib: { build: x } }' }
    expect(composed({ 'compose.yaml': 'include: [sub/c.yaml]' }, others)).toEqual({ lib: { context: 'sub/deep/x' } })
  })
  it('reads .env of where it runs, then of the project', () => {
    const files = { 'proj/compose.yaml': arg('"${V}-${W-w}"') }
    const others = { '.env': 'V=top', 'proj/.env': 'V=proj\nW=x' }
    expect(composed(files, others)).toMatchObject({ a: { args: { V: 'top-x (${V}-${W-w})' } } })
  })
  it.each([
    ['one file', 'x.env', '1-w (${V}-${W-w})'],
    ['several, of which the last wins', 'x.env,d/y.env', '2-y (${V}-${W-w})'],
    ['a file that is not there', 'gone.env', '?${V}-${W-w}'],
    ['none', '', 'top-w (${V}-${W-w})'],
  ])('reads the environment files that are named instead: %s', (_title, named, expected) => {
    const others = { '.env': 'V=top', 'x.env': 'V=1', 'd/y.env': 'V=2\nW=y' }
    const settings = { environment: variables({ COMPOSE_ENV_FILES: named }) }
    expect(composed({ 'compose.yaml': arg('"${V}-${W-w}"') }, others, settings)).toMatchObject({
      a: { args: { V: expected } },
    })
  })
  it('environment files nobody knows may set anything', () => {
    const settings = { environment: new Map([['COMPOSE_ENV_FILES', { unknown: true as const, written: '$F' }]]) }
    expect(composed({ 'compose.yaml': arg('"${V}"') }, { '.env': 'V=top' }, settings)).toMatchObject({
      a: { args: { V: '?${V}' } },
    })
  })
  it('takes paths from the project directory', () => {
    const settings = { folder: 'ci', project: 'app' }
    const files = { 'ci/compose.yaml': 'services: { a: { build: { context: x, args: { V: "${V}" } } } }' }
    expect(composed(files, { 'app/.env': 'V=app' }, settings)).toEqual({
      a: { context: '../app/x', args: { V: 'app (${V})' } },
    })
  })
  it('reads a .env with a byte order mark', () => {
    expect(composed({ 'compose.yaml': arg('"${V}"') }, { '.env': '\ufeffV=1' })).toMatchObject({
      a: { args: { V: '1 (${V})' } },
    })
  })
  it('knows no x-bake, gives no argument what the container gets, adds those of the command', () => {
    const service = 'image: i:1, environment: { V: own }, build: { tags: [t:1], args: [V], x-bake: { tags: x:1 } }'
    expect(
      composed({ 'compose.yaml': `services: { a: { ${service} } }` }, {}, { args: variables({ W: 'w' }) }),
    ).toEqual({
      a: { context: '.', tags: ['t:1', 'i:1'], args: { V: "?taken from the build's environment", W: 'w' } },
    })
  })
  it.each([
    ['none', {}, {}, ['a']],
    ['one', { COMPOSE_PROFILES: 'dev' }, {}, ['a', 'b_c']],
    ['another', { COMPOSE_PROFILES: 'x' }, { '.env': 'COMPOSE_PROFILES=dev' }, ['a']],
    ['all', { COMPOSE_PROFILES: '*' }, {}, ['a', 'b_c']],
    ['those of .env', {}, { '.env': 'COMPOSE_PROFILES=x,dev' }, ['a', 'b_c']],
  ])('with %s of the profiles', (_title, environment: Files, others: Files, expected) => {
    const files = { 'compose.yaml': 'services: { a: { build: a }, b.c: { build: b, profiles: [dev] } }' }
    const read = composeProject(all(files), {
      ...NO_SETTINGS,
      environment: variables(environment),
      beside: beside(others),
    })
    expect(read.ok && [[...read.definition.targets.keys()], read.definition.groups.get('default')]).toEqual([
      ['a', 'b_c'],
      expected,
    ])
  })
})

/** The files that bake looks for beside these, or another reader. */
function referencesOf(
  files: readonly DefinitionFile[],
  settings: Partial<Parameters<typeof composeReferences>[1]> = {},
): readonly string[] {
  return composeReferences(files, { ...NO_SETTINGS, reader: 'bake', ...settings })
}

describe('files to look for', () => {
  it('each round tells more', () => {
    const files = all({
      'compose.yaml': 'include: [inc/c.yaml]\nservices: { a: { extends: { file: "${DIR}/b.yaml", service: b } } }',
      'b.hcl': '',
    })
    const known = new Map<string, string | null>()
    const texts: Files = {
      '.env': 'DIR=d',
      'd/b.yaml': 'services: { b: { env_file: x.env, build: { args: [V] } } }',
      'inc/c.yaml': 'services: {}',
    }
    const rounds: (readonly string[])[] = []
    for (let wanted = referencesOf(files); wanted.length > 0; wanted = referencesOf(files, { beside: known })) {
      rounds.push(wanted)
      for (const path of wanted) known.set(path, texts[path] ?? null)
    }
    expect(rounds).toEqual([['.env', 'inc/.env', 'inc/c.yaml'], ['d/b.yaml'], ['d/x.env']])
  })
  it('are within the repository', () => {
    const paths = [
      '../x.yaml',
      '/etc/x.yaml',
      '~/x.yaml',
      'https://x/y.yaml',
      'a/../../x.yaml',
      '"\\0.yaml"',
      '"x\\ny.yaml"',
      'a/../b.yaml',
    ]
    const files = all({ 'p/compose.yaml': `include: [${paths.join(', ')}]` })
    expect(referencesOf(files)).toEqual(['.env', 'b.yaml'])
    expect(referencesOf(files, { reader: 'compose' })).toEqual(expect.arrayContaining(['p/.env', 'p/b.yaml', 'x.yaml']))
  })
  it('are none of bake files', () => {
    expect(referencesOf(all({ 'b.hcl': 'target "a" {}\n', 'b.json': '{}' }))).toEqual([])
  })
})

describe('names of files in the environment', () => {
  it('BUILDX_BAKE_FILE', () => {
    const names = (values: Files) => bakeFileNames(variables(values))
    expect(names({})).toContain('docker-bake.hcl')
    expect(names({ BUILDX_BAKE_FILE: ' a.hcl : b/c.json:' })).toEqual(['a.hcl', 'b/c.json'])
    expect(names({ BUILDX_BAKE_FILE: 'a:b,c', BUILDX_BAKE_PATH_SEPARATOR: ',' })).toEqual(['a:b', 'c'])
    expect(names({ BUILDX_BAKE_FILE: '' })).toContain('docker-bake.hcl')
  })
  it('COMPOSE_FILE, in .env as well', () => {
    expect(namedComposeFiles(NO_SETTINGS)).toBeNull()
    expect(namedComposeFiles({ ...NO_SETTINGS, environment: variables({ COMPOSE_FILE: 'a.yml:b.yml' }) })).toEqual([
      'a.yml',
      'b.yml',
    ])
    expect(
      namedComposeFiles({ ...NO_SETTINGS, folder: 'x', beside: beside({ 'x/.env': 'COMPOSE_FILE=c.yml' }) }),
    ).toEqual(['c.yml'])
    expect(namedComposeFiles({ ...NO_SETTINGS, beside: beside({ '.env': '=' }) })).toBeNull()
  })
})

describe('a file without a known ending', () => {
  it.each([
    ['compose', 'services: { a: { build: x } }', ['a']],
    ['HCL', 'target "b" {}\n', ['b']],
    ['JSON', '{"target":{"c":{}}}', ['c']],
  ])('is %s', (_title, text, expected) => {
    const read = readBuildFiles([{ file: 'bakefile', text }], NO_SETTINGS)
    expect(read.ok && [...read.definition.targets.keys()]).toEqual(expected)
  })
})

describe('any project', () => {
  it('is read or refused, the same each time, and asks only for files of the repository', () => {
    const pieces = fc.constantFrom(
      'include: [b.yaml]\n',
      'include: [{ path: [b.yaml, ../x], project_directory: d }]\n',
      'services:\n',
      '  a:\n',
      '  b:\n',
      '    extends: { file: b.yaml, service: a }\n',
      '    extends: b\n',
      '    build: .\n',
      '    build: &x\n',
      '    build: *x\n',
      '      args: !override { A: $A, B: }\n',
      '      args: [!reset A=1, "$B=2", C]\n',
      '      args: !reset\n',
      '      <<: *x\n',
      '      context: ../${A}\n',
      '    env_file: [.env]\n',
      '    environment: { A: __proto__, __proto__: x }\n',
    )
    const text = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, text, (first, second) => {
        const files = all({ 'p/a.yaml': first })
        const known = beside({ 'b.yaml': second, 'p/b.yaml': second, '.env': 'A=1\n' })
        for (const reader of ['bake', 'compose'] as const) {
          const read = reader === 'bake' ? readBuildFiles : composeProject
          const settings = { ...NO_SETTINGS, beside: known }
          expect(read(files, settings)).toEqual(read(files, settings))
          for (const path of referencesOf(files, { reader })) expect(path).toMatch(/^(?!\/)(?!.*\.\.)/)
        }
      }),
      { numRuns: runs(500) },
    )
  })
})

describe('a project made to be slow is read or refused', () => {
  const many = (count: number, make: (n: number) => string) => Array.from({ length: count }, (_, n) => make(n)).join('')
  const numbered = (count: number, make: (n: number) => string) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}.yaml`, make(n)]))
  it.each<[string, Files, Files, RegExp]>([
    [
      'variables of .env that double',
      { 'compose.yaml': arg('$v60') },
      { '.env': `v0=xxxxxxxx\n${many(60, (n) => `v${n + 1}="$v${n}$v${n}"\n`)}` },
      /its variables give too large a result/,
    ],
    [
      'a long value again and again',
      { 'compose.yaml': arg(`"${'$V'.repeat(10_000)}"`) },
      { '.env': `V=${'x'.repeat(100_000)}` },
      /its variables give too large a result/,
    ],
    ['a long .env', { 'compose.yaml': arg('1') }, { '.env': 'A=1\n'.repeat(200_000) }, /larger than/],
    ['quotes without end', { 'compose.yaml': arg('1') }, { '.env': `A="${'\\'.repeat(500_000)}` }, /is not closed/],
    [
      'files that include two files each',
      { 'compose.yaml': 'include: [f0.yaml]' },
      numbered(60, (n) => `include: [f${n + 1}.yaml, { path: f${n + 1}.yaml }]`),
      /include and extend too much/,
    ],
    [
      'services that extend across files in a row',
      { 'compose.yaml': 'services: { s: { extends: { file: f0.yaml, service: s } } }' },
      numbered(300, (n) => `services: { s: { extends: { file: f${n + 1}.yaml, service: s } } }`),
      /more than 64 services extend each other in a row/,
    ],
    [
      'large files again and again',
      { 'compose.yaml': `include: [${many(50, (n) => `{ path: big.yaml, env_file: e${n} }, `)}]` },
      { 'big.yaml': `services: { a: { build: . } }\n#${'x'.repeat(500_000)}` },
      /include and extend too much/,
    ],
    [
      'services that extend one with much to copy',
      {
        'compose.yaml': `services:\n  base: { build: { args: { ${many(5_000, (n) => `A${n}: x, `)} } } }\n${many(5_000, (n) => `  s${n}: { extends: base }\n`)}`,
      },
      {},
      /services extend too much/,
    ],
    [
      'anchors of anchors',
      {
        'compose.yaml': `x0: &a0 [x]\n${many(40, (n) => `x${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`)}services: { a: { build: { tags: *a40 } } }`,
      },
      {},
      /expands to too many values/,
    ],
    [
      'tags without end',
      {
        'compose.yaml': BASE,
        'b.yaml': `services: { base: { build: { args: { ${many(9_000, (n) => `A${n}: !reset null, `)} } } } }`,
      },
      {},
      /^\{/,
    ],
  ])(
    '%s',
    (_title, files, others, expected) => {
      const answer = baked(files, others)
      expect(typeof answer === 'string' ? answer : JSON.stringify(answer)).toMatch(expected)
    },
    60_000,
  )
})
