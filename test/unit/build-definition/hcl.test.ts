import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BuildValue, readBuildFiles } from '../../../src/build-definition/index.js'
import { runs } from '../../support/full.js'
import { NO_SETTINGS, readBuildFile, shown } from './examples.js'

type Environment = Record<string, string>

/** What the target `t` passes. */
function passed(text: string, environment: Environment = {}): unknown {
  const variables = new Map(Object.entries(environment).map(([name, value]) => [name, { text: value }]))
  const read = readBuildFile(text, 'b.hcl', variables)
  if (!read.ok) return `${read.line}: ${read.message}`
  const target = read.definition.targets.get('t')
  return target === undefined ? [...read.definition.targets.keys()] : shown(target.inputs)
}

/** What an expression is as an argument. */
function value(expression: string, above = ''): unknown {
  return (passed(`${above}\ntarget "t" {\n  args = { V = ${expression} }\n}\n`) as { args?: { V: string } }).args?.V
}

/** Facts: what buildx 0.38.2 answers. */
describe('an expression', () => {
  it.each([
    ['3.50', '3.5'],
    ['1e3', '1000'],
    ['0.1 + 0.2', '0.3'],
    ['-7', '-7'],
    ['true', 'true'],
    ['null', undefined],
    ['"$${A} %%{ $A 100%"', '${A} %{ $A 100%'],
    ['"caf\\u00e9 \\"x\\""', 'café "x"'],
    ['3 == "3" ? "same" : "other"', 'other'],
    ['"${3}" == "3" ? "same" : "other"', 'other'],
    ['!(1 > 2) && "a" != "b" ? "yes" : "no"', 'yes'],
    ['[for v in ["a", "b"] : upper(v) if v != "a"][0]', 'B'],
    ['{ for k, v in { a = 1 } : v => k }["1"]', 'a'],
    ['join(",", [{ n = "a" }, { n = "b" }][*].n)', 'a,b'],
    ['join(",", [{ n = "a" }].*.n)', 'a'],
    ['"x%{ if 1 > 2 }a%{ else }b%{ endif }"', 'xb'],
    ['"%{ for p in ["a", "b"] }[${p}]%{ endfor }"', '[a][b]'],
    ['<<E\none\n  two\nE\n', 'one\n  two\n'],
    ['<<-E\n    one\n      two ${1 + 1}\n  E\n', 'one\n  two 2\n'],
    ['regex("[0-9]+", "v22.1")', '22'],
    ['regex("(?P<major>[0-9]+)[.]", "v22.1").major', '22'],
    ['length(regexall("x", "abc"))', '0'],
    ['can(regex("^x", "abc"))', 'false'],
    ['regex_replace("a.b.c", "[.](.)", "-$1")', 'a-b-c'],
    ['replace("1.2.3", ".", "")', '123'],
    ['join("-", slice(split(".", "1.2.3"), 0, 2))', '1-2'],
    ['join(",", compact(flatten([["a", ""], [["b"]]])))', 'a,b'],
    ['join(",", formatlist("%s:%d", ["a", "b"], 3))', 'a:3,b:3'],
    ['lookup({ a = "1" }, "b", "none")', 'none'],
    ['merge({ a = "1" }, { a = "2" }).a', '2'],
    ['substr("abcdef", -3, 2)', 'de'],
    ['notequal("", "x") ? "y" : "n"', 'y'],
    ['contains(["a"], "a") ? "y" : "n"', 'y'],
    ['try({}.x, "else")', 'else'],
    // What nobody knows, and what bake refuses.
    ['timestamp()', '?timestamp()'],
    ['"${md5("a")}-x"', '?${md5("a")}-x'],
    ['timestamp() == "" ? "a" : "a"', 'a'],
    ['NOPE', '?NOPE'],
    ['[1]', '?[1]'],
    ['"a" + 1', '?"a" + 1'.replace('?"', '?"')],
    // A written list is never equal to one of texts, which functions and types make.
    ['sort([]) == [] ? "y" : "n"', '?sort([]) == [] ? "y" : "n"'],
    ['["a"] == [] ? "y" : "n"', 'n'],
    ['contains(compact([1, ""]), 1) ? "y" : "n"', 'n'],
    ['join(",", sort([10, 9, "a"]))', '10,9,a'],
  ])('%s', (expression, expected) => expect(value(expression)).toBe(expected))

  it('calls the functions of the file, which do not call themselves', () => {
    const own = 'function "f" {\n  params = [a]\n  variadic_params = b\n  result = "${a}${length(b)}"\n}'
    expect(value('f("x", 1, 2)', own)).toBe('x2')
    expect(value('f(1)', 'function "f" {\n  params = [a]\n  result = f(a)\n}')).toBe('?f(1)')
  })
})

describe('a variable', () => {
  const reads = (body: string) => `variable "V" {\n${body}\n}\ntarget "t" {\n  args = { V = V }\n}\n`
  it.each<[string, Environment, string | undefined]>([
    ['default = 24.10', {}, '24.1 (V)'],
    ['default = 24.10', { V: '22.10' }, '22.1'],
    ['default = "24.10"', { V: '22.10' }, '22.10'],
    ['default = false', { V: '1' }, 'true'],
    ['default = false', { V: 'yes' }, '?V'],
    ['type = string\ndefault = 1.10', {}, '1.1 (V)'],
    ['default = null', {}, '?V'],
    ['', { V: '' }, ''],
    ['default = "a"', { V: '' }, ''],
  ])('%s with %j', (body, environment, expected) => {
    expect(passed(reads(body), environment)).toEqual({ args: { V: expected } })
  })
  it('of a list takes CSV', () => {
    const text = 'variable "P" {\n  type = list(string)\n  default = []\n}\ntarget "t" { platforms = P }\n'
    expect(passed(text, { P: 'linux/amd64,linux/arm64' })).toEqual({ platforms: ['linux/amd64', 'linux/arm64'] })
  })
})

describe('files together', () => {
  const read = (files: Record<string, string>, set: string[] = []) => {
    const all = Object.entries(files).map(([file, text]) => ({ file, text }))
    const answer = readBuildFiles(all, { ...NO_SETTINGS, set: set.map((text): BuildValue => ({ text })) })
    return answer.ok ? answer.definition : expect.fail(answer.message)
  }
  it('are one: variables of any, targets merged, groups replaced, compose below', () => {
    const { targets, groups } = read({
      'a.hcl': 'group "default" { targets = ["a"] }\ntarget "t" { args = { A = X, B = "1" } }\n',
      'b.json':
        '{"variable":{"X":{"default":"x"}},"group":{"default":{"targets":["t"]}},"target":{"t":{"target":"s"}}}',
      'compose.yaml': 'services: { t: { build: { args: { B: "0", C: "0" } } } }',
    })
    expect(shown(targets.get('t')!.inputs)).toEqual({ args: { A: 'x (X)', B: '1', C: '0' }, target: 's' })
    expect(groups.get('default')).toEqual(['t'])
  })
  it('--set on a parent reaches a child that says nothing itself', () => {
    const { targets } = read({ 'a.hcl': 'target "p" {}\ntarget "t" { inherits = ["p"] }\n' }, ['p.args.A=1'])
    expect(shown(targets.get('t')!.inputs)).toEqual({ args: { A: '1' } })
  })
  it('a matrix gives targets, its label is their group', () => {
    const text =
      'target "m" {\n  name = "m-${replace(v, ".", "")}"\n  matrix = { v = ["1.2", "3"] }\n  args = { V = v }\n}\n'
    const { targets, groups } = read({ 'a.hcl': text })
    expect([...targets.keys()]).toEqual(['m-12', 'm-3'])
    expect(groups.get('m')).toEqual(['m-12', 'm-3'])
    expect(shown(targets.get('m-12')!.inputs)).toEqual({ args: { V: '1.2' } })
  })
  it('a key that BuildKit never looks for is no context', () => {
    const text = 'target "t" {\n  contexts = { "alpine:latest" = "docker-image://a", alpine = "docker-image://b" }\n}\n'
    expect(passed(text)).toEqual({ contexts: { alpine: 'docker-image://b' } })
  })
})

describe('the rules of a variable', () => {
  const ruled = (rule: string, value: string) =>
    `variable "V" {\n  default = ${value}\n  validation {\n    condition = ${rule}\n    error_message = "\${V} is bad"\n  }\n}\ntarget "t" { args = { V = V } }\n`
  it.each<[string, string, Environment, unknown]>([
    ['hold', 'V != ""', { V: 'a' }, { args: { V: 'a' } }],
    ['hold for the default', 'V != "b"', {}, { args: { V: 'x (V)' } }],
    ['do not hold', 'V != "a"', { V: 'a' }, '4: the value of V is refused: a is bad.'],
    ['do not hold for the default, so it is not used', 'V != "x"', {}, { args: { V: '?V' } }],
    ['of words', '"false"', { V: 'a' }, '4: the value of V is refused: a is bad.'],
    ['nobody knows', 'timestamp() == ""', { V: 'a' }, { args: { V: 'a' } }],
    ['bake refuses', 'nothing', { V: 'a' }, { args: { V: 'a' } }],
  ])('%s', (_title, rule, environment, expected) => {
    expect(passed(ruled(rule, '"x"'), environment)).toEqual(expected)
  })
  it('are read in JSON, of variables nobody uses', () => {
    const rule = { condition: '${V == "y"}', error_message: 'V must be y' }
    const read = (validation: unknown) =>
      readBuildFile(JSON.stringify({ variable: { V: { validation } } }), 'b.json', new Map([['V', { text: 'n' }]]))
    const refused = { ok: false, line: 1, message: 'the value of V is refused: V must be y.' }
    expect(read(rule)).toMatchObject(refused)
    expect(read([{ condition: true }, rule])).toMatchObject(refused)
    expect(read({ condition: '${V == "n"}' })).toMatchObject({ ok: true })
  })
})

describe('what bake refuses as a whole', () => {
  it.each([
    ['target {}\n', '1: a target has one label, its name.'],
    ['target "a" "b" {}\n', '1: a target has one label, its name.'],
    ['\nvariable {}\n', '2: a variable has one label, its name.'],
    ['target "a.b" {}\n', '1: a.b is not a valid target name: letters, digits, - and _ make one.'],
    ['group "a b" { targets = [] }\n', '1: a b is not a valid target name: letters, digits, - and _ make one.'],
    ['group "g" {}\n', '1: the group g has no targets. Write targets = [] if that is intended.'],
    ['target "t" { name = "x" }\n', '1: name is for targets with a matrix. Remove it, or add a matrix.'],
    [
      'target "t" {\n  matrix = { v = [1, 2] }\n}\n',
      '2: the matrix gives 2 targets the same name. Write name = "…" with its variables in it.',
    ],
    [
      'target "t" {\n  name = "t-${v}"\n  matrix = { v = ["1.2"] }\n}\n',
      '3: t-1.2 is not a valid target name: letters, digits, - and _ make one.',
    ],
    ['target "t" {\n  name = "x"\n  matrix = { v = [1, 2] }\n}\n', '3: two targets are called x.'],
    ['target "t" {\n  name = "x"\n  matrix = { v = "1" }\n}\n', '3: v in a matrix must be a list.'],
  ])('%s', (text, expected) => expect(passed(text)).toBe(expected))
  it.each([
    [
      'one of a matrix needs no name',
      'target "t" {\n  matrix = { v = ["a"] }\n  args = { V = v }\n}\n',
      { args: { V: 'a' } },
    ],
    [
      'names from a default may be others in the build',
      'variable "N" { default = "x.y" }\ntarget "m" {\n  name = "${N}-${v}"\n  matrix = { v = [1, 2] }\n}\n',
      ['m-0', 'm-1'],
    ],
    ['what is no block of bake may have any labels', 'other "a b" "c" {}\ntarget "t" {}\n', {}],
  ])('but not: %s', (_title, text, expected) => expect(passed(text)).toEqual(expected))
  it('and says in which file', () => {
    const files = [
      { file: 'a.hcl', text: 'target "t" {}\n' },
      { file: 'b.hcl', text: 'group "g" {}\n' },
    ]
    expect(readBuildFiles(files, NO_SETTINGS)).toMatchObject({ ok: false, file: 'b.hcl', line: 1 })
  })
})

const PIECES = [
  'target "t" {\n',
  '}',
  '{',
  '[',
  ']',
  '(',
  ')',
  '"',
  '${',
  '%{',
  '%{ if ',
  'for ',
  ' in ',
  ' : ',
  ' => ',
  '<<E\n',
  '<<-E\n',
  'E\n',
  ' = ',
  ' ? ',
  '\n',
  '\\',
  'a',
  '1e9',
  '.',
  '[*]',
  '...',
  ',',
  '~',
  '#',
  '/*',
  '!',
  '-',
  '\0',
  '\ud800',
  'args',
  'matrix = { x = [1,2] }\n',
  '__proto__',
  'regex("(a*)*", ',
]

describe('any text', () => {
  it('is read or refused, the same each time', () => {
    const text = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })), { maxLength: 40 })
    fc.assert(
      fc.property(text, (parts) => {
        const run = () => readBuildFile(parts.join(''), 'b.hcl')
        expect(run()).toEqual(run())
      }),
      { numRuns: runs(1500) },
    )
  })
  it('that is printed as a literal is read as it was', () => {
    const printed = (text: string) =>
      JSON.stringify(text)
        .replace(/\\[bf]/g, ' ')
        .replaceAll('${', '$${')
        .replaceAll('%{', '%%{')
    const plain = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[$%\b\f]/.test(text))
    fc.assert(fc.property(plain, (text) => void expect(value(printed(text))).toBe(text)))
  })
})

describe('a file made to be slow is read or refused', () => {
  const many = (count: number, make: (n: number) => string) => Array.from({ length: count }, (_, n) => make(n)).join('')
  it.each([
    ['brackets', `a = ${'('.repeat(200_000)}`],
    ['signs', `a = ${'!'.repeat(200_000)}true\n`],
    ['a long sum', `a = 1${'+1'.repeat(100_000)}\ntarget "t" { args = { V = a } }\n`],
    [
      'texts that double',
      `${many(60, (n) => `v${n} = "\${v${n + 1}}\${v${n + 1}}"\n`)}v60 = "xx"\ntarget "t" { args = { V = v0 } }\n`,
    ],
    [
      'lists that double',
      `${many(60, (n) => `v${n} = [v${n + 1}, v${n + 1}]\n`)}v60 = ["x"]\ntarget "t" { args = { V = join("", flatten(v0)) } }\n`,
    ],
    ['a matrix of matrices', `target "t" {\n  matrix = { ${many(20, (n) => `m${n} = [1, 2, 3], `)} }\n}\n`],
    [
      'a loop in a loop',
      `l = [${'1,'.repeat(3_000)}]\ntarget "t" { args = { V = length([for a in l : [for b in l : [for c in l : 1]]]) } }\n`,
    ],
    [
      'functions of functions',
      `${many(60, (n) => `function "f${n}" {\n  params = [a]\n  result = "\${f${n + 1}(a)}\${f${n + 1}(a)}"\n}\n`)}target "t" { args = { V = f0("x") } }\n`,
    ],
    ['a replacement', `v = "${'a'.repeat(100_000)}"\ntarget "t" { args = { V = replace(v, "a", v) } }\n`],
    ['a pattern', `v = "${'a'.repeat(100_000)}"\ntarget "t" { args = { V = regex("^(a+)+$", "\${v}b") } }\n`],
    ['parents in a row', many(12_000, (n) => `target "t${n}" { inherits = ["t${n + 1}"] }\n`)],
  ])('%s', (_title, text) => expect(readBuildFile(text, 'b.hcl')).toBeDefined(), 30_000)
})
