// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what Kargo evaluates.
import { expect, test } from 'vitest'
import { changesType, expression, opensExpression } from '../../../src/kargo/constructs/expression.js'
import { workflowUrl } from '../../../src/kargo/dispatch-url.js'

test('an expression is made of source text only: the compiler refuses what is computed', () => {
  const computed: string = ['${{ vars.', 'x }}'].join('')
  expect(expression('${{ vars.x }}').text).toBe('${{ vars.x }}')
  // @ts-expect-error a string that is not known when this is compiled
  expect(expression(computed).text).toBe('${{ vars.x }}')
  // @ts-expect-error known in part is not enough
  expect(expression(`a ${computed}` as const).text).toBe('a ${{ vars.x }}')
})

test.each([
  ['${{ x }}', true],
  ['a ${% x', true],
  ['$${{', true],
  ['${x}', false],
  ['{{args.image}}', false],
  ['$(baseImage)', false],
])('Kargo evaluates %s: %s', (text, evaluated) => {
  expect(opensExpression(text)).toBe(evaluated)
})

test.each(['22', '1.', '.5', '-1', '1e5', '0x1p-2', 'NaN', '+Inf', 'infinity', 't', 'FALSE', 'null'])(
  '%s changes its type where an expression stood',
  (text) => {
    expect(changesType(text)).toBe(true)
  },
)

test.each(['main', 'v1', '1.2.3', 'true-north', 'e5', 'release-1', 'x0', 'nano'])('%s stays a text', (text) => {
  expect(changesType(text)).toBe(false)
})

test.each([
  [
    'https://api.github.com',
    'org/app',
    'build.yml',
    'https://api.github.com/repos/org/app/actions/workflows/build.yml',
  ],
  [
    'https://ghe.example/api/v3/',
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
