// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what Kargo evaluates.
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { hasExpressionOpener } from '../../../src/enrollment/grammar.js'
import { projectUrl, workflowUrl } from '../../../src/forges/index.js'
import { expression } from '../../../src/kargo/constructs/expression.js'
import { githubUrl } from '../../../src/kargo/forges/github.js'
import { gitlabUrl } from '../../../src/kargo/forges/gitlab.js'
import { exampleFactory } from './fixtures.js'

/** Lines, from 0, in which the compiler refuses code that stands beside the expressions. */
function refusedLines(code: string): number[] {
  const file = fileURLToPath(new URL('../../../src/kargo/constructs/beside.ts', import.meta.url))
  const { NodeNext: module } = ts.ModuleKind
  const options = { strict: true, noEmit: true, skipLibCheck: true, types: [], module, target: ts.ScriptTarget.ES2022 }
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile
  host.getSourceFile = (name, target, ...rest) =>
    name === file ? ts.createSourceFile(name, code, target) : read.call(host, name, target, ...rest)
  const program = ts.createProgram([file], options, host)
  const source = program.getSourceFile(file)
  return program
    .getSemanticDiagnostics(source)
    .map(({ start = 0 }) => source?.getLineAndCharacterOfPosition(start).line ?? -1)
}

test('an expression is made of source text only: the compiler refuses what is computed', () => {
  expect(expression('${{ vars.x }}').text).toBe('${{ vars.x }}')
  const code = [
    "import { expression } from './expression.js'",
    'declare const computed: string',
    "expression('${{ vars.x }}')",
    'expression(computed)',
    'expression(`a ${computed}` as const)',
    "expression(`\\${{ vars.${'x' as 'x' | 'y'} }}`)",
  ]
  expect(refusedLines(code.join('\n'))).toEqual([3, 4])
})

test.each([
  ['${{ x }}', true],
  ['a ${% x', true],
  ['$${{', true],
  ['${x}', false],
  ['{{args.image}}', false],
  ['$(baseImage)', false],
])('Kargo evaluates %s: %s', (text, evaluated) => {
  expect(hasExpressionOpener(text)).toBe(evaluated)
})

test.each([
  [
    'https://api.github.com',
    'org/app',
    'build.yml',
    'https://api.github.com/repos/org/app/actions/workflows/build.yml',
  ],
  [
    'https://ghe.example/api/v3',
    'org/a.b',
    'a b?.yml',
    'https://ghe.example/api/v3/repos/org/a.b/actions/workflows/a%20b%3F.yml',
  ],
  [
    'https://api.github.com',
    'org/app',
    'a@evil.example#.yml',
    'https://api.github.com/repos/org/app/actions/workflows/a%40evil.example%23.yml',
  ],
])('no part of a workflow leads elsewhere: %s %s %s', (api, repo, workflow, url) => {
  expect(workflowUrl(api, repo, workflow)).toBe(url)
})

test.each([
  ['https://gitlab.com', 'acme/gl-app', 'https://gitlab.com/api/v4/projects/acme%2Fgl-app'],
  ['https://git.example/lab', 'a/b.c/d', 'https://git.example/lab/api/v4/projects/a%2Fb.c%2Fd'],
  ['https://gitlab.com', 'a/b?x=/../#@evil', 'https://gitlab.com/api/v4/projects/a%2Fb%3Fx%3D%2F..%2F%23%40evil'],
])('no part of a project leads elsewhere: %s %s', (gitlab, project, url) => {
  expect(projectUrl(gitlab, project)).toBe(url)
})

test.each([
  [undefined, 'https://github.com'],
  ['https://api.github.com/', 'https://github.com'],
  ['https://github.example.com/api/v3', 'https://github.example.com'],
  ['https://github.example.com/api/v3/', 'https://github.example.com'],
  ['https://api.acme.ghe.com', 'https://acme.ghe.com'],
  ['https://api.example.com/api/v3', 'https://api.example.com'],
])('the repositories of the API %s are at %s', (apiUrl, url) => {
  expect(githubUrl(exampleFactory(apiUrl === undefined ? {} : { servers: { githubApi: apiUrl } }))).toBe(url)
})

test.each([
  [undefined, 'https://gitlab.com'],
  ['https://git.example/lab/', 'https://git.example/lab'],
])('GitLab %s is at %s', (given, url) => {
  expect(gitlabUrl(exampleFactory(given === undefined ? {} : { servers: { gitlab: given } }))).toBe(url)
})
