// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what Kargo evaluates.
/** The simulated Kargo of the tests of tasks, held against what expr-lang 1.17.8 and Kargo 1.11 gave. */
import { describe, expect, test } from 'vitest'
import { Cluster, START } from '../../support/kargo/cluster.js'
import { evaluate } from '../../support/kargo/evaluate.js'
import type { Step } from '../../support/kargo/manifests.js'
import type { Freight } from '../../support/kargo/promotion.js'
import { ControllerGone, NoAnswer } from '../../support/kargo/requests.js'
import { filledIn } from '../../support/kargo/template.js'
import { ExprError, fromJson, Int, texts, toJson, Unknown, type Value } from '../../support/kargo/values.js'

const names = new Map<string, Value>([
  ['x', 404],
  ['y', 'b'],
  ['n', null],
  ['m', fromJson({ k: 'v', n: 1 })],
  ['cm', texts({ k: 'v' })],
  ['i64', new Int(7, true)],
])
const scope = { names, now: () => START }

/** As Go prints the type and the value: 5 is an int, 5.0 a float. */
function result(text: string): string {
  const value = evaluate(text, scope)
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value)
  return JSON.stringify(toJson(value))
}

describe('expressions give what expr-lang gives', () => {
  // biome-ignore format: one case a line
  test.each<[expression: string, result: string]>([
    ['string(1e6)', '"1e+06"'], ['string(123456789.0)', '"1.23456789e+08"'], ['string(x)', '"404"'], ['string(i64)', '"7"'],
    ['string(999999.5)', '"999999.5"'], ['string(0.00001)', '"1e-05"'], ['string(m)', '"map[k:v n:1]"'], ['string(nil)', '"<nil>"'],
    ['string([1, "a", nil, true])', '"[1 a <nil> true]"'], ['string(7 / 7)', '"1"'], ['string(false)', '"false"'],
    ['nil in ["", "a"]', 'true'], ['nil in ["a"]', 'false'], ['"b" in ["", y]', 'true'], ['404 in [401, 404.0]', 'true'], ['i64 in [7]', 'true'],
    ['1 not in 0..3', 'false'], ['x in 300..499', 'true'], ['404.5 in 300..499', 'false'], ['"nope" in cm', 'false'], ['"k" in cm', 'true'],
    ['not ("a" in ["a"])', 'false'], ['(m?.k ?? "z") not in ["v"]', 'false'], ['n in m', 'false'], ['"a" in n', 'false'],
    ['n?.b.c', 'null'], ['n?.b ?? 1', '1'], ['(n?.b ?? 0) > 1', 'false'], ['m.nope', 'null'], ['m?.nope?.x', 'null'], ['cm.nope == ""', 'true'],
    ['{"a": 1, "a": 2}', '{"a":1}'], ['{("x" == "x" ? "a" : "b"): 1, b: 2}', '{"a":1,"b":2}'], ['{"a": {"b": 2}}.a.b', '2'],
    ['get([], 0)', 'null'], ['get(n, 0)', 'null'], ['get([1], -1)', '1'], ['len("äö")', '2'], ['len({"a": 1})', '1'], ['len([1, 2])', '2'],
    ['-1 + 2 * 3', '5'], ['7 / 2', '3.5'], ['6 / 3', '2.0'], ['int(7 / 2)', '3'], ['int(-3.9)', '-3'], ['i64 + 1', '8'], ['1 - 1.0', '0.0'], ['int("12")', '12'],
    ['max(0.0, [])', '0.0'], ['max(0.0, [1, 2])', '2'], ['max(10, min(900, -5))', '10'], ['max(10, 10.0)', '10'], ['min(900, 7.0)', '7.0'],
    ['split("a.b.c", ".")[-2]', '"b"'], ['"abcdef"[1:3]', '"bc"'], ['"abcdef"[7:]', '""'], ['"abc"[:10]', '"abc"'], ['[1, 2, 3][1:]', '[2,3]'],
    ['reduce(split("abc", ""), #acc + indexOf("abc", #), 0)', '3'], ['reverse([1, 2, 3])', '[3,2,1]'], ['values({"a": 1})', '[1]'],
    ['find([1, 2, 3], # > 1)', '2'], ['find([], # > 1)', 'null'], ['find(n ?? [], true)?.id', 'null'], ['any([1, 2], # == 2)', 'true'],
    ['map([1, 2], # + 1)', '[2,3]'], ['filter([{"a": 1}, {"a": 2}], #.a > 1)', '[{"a":2}]'], ['map([{"a": [1]}], map(#.a, # + 1))', '[[2]]'],
    ['any([1], any([2], # == 2) && # == 1)', 'true'], ['map(1..3, # * 2)', '[2,4,6]'], ['join(["a", "b"], " ")', '"a b"'], ['join([], " ")', '""'],
    ['type([1])', '"array"'], ['type({"a": 1})', '"map"'], ['type(nil)', '"nil"'], ['type(x)', '"float"'], ['type(1)', '"int"'], ['type("a")', '"string"'],
    ['let r = true ? 1 : 2; r + 1', '2'], ['(let r = nil; r == nil ? 5 : 6)', '5'], ['let a = 1; let b = 2; a + b', '3'],
    ['date("2026-01-02T03:04:05Z").Unix()', '1767323045'], ['date("2026-01-02T03:04:05.123Z").Unix()', '1767323045'], ['now().Unix()', String(START)],
    ['toJSON("a<b>&é")', JSON.stringify('"a\\u003cb\\u003e\\u0026é"')], ['toJSON({"b": 1, "a": "<"})', JSON.stringify('{\n  "a": "\\u003c",\n  "b": 1\n}')],
    ['fromJSON("{\\"a\\": 1}").a', '1.0'], ['replace("aXbX", "X", "y")', '"ayby"'], ['indexOf("abc", "z")', '-1'], ["'single'", '"single"'],
    ['1 == 1.0', 'true'], ['nil == n', 'true'], ['n != 1', 'true'], ['[1, 2] == [1, 2]', 'true'], ['"a" < "b"', 'true'], ['!true || true', 'true'],
    ['n != nil && n.b > 1', 'false'], ['n == nil || n.b > 1', 'true'], ['"abc" contains "b"', 'true'], ['n contains "b"', 'false'], ['1e12', '1000000000000.0'],
  ])('%s is %s', (text, expected) => {
    expect(result(text)).toBe(expected)
  })

  test.each([
    'n?.b[0]',
    'n.b',
    'x.b',
    'n ?? 1 + 2',
    'n?.b ?? 0 > 1',
    'int("x")',
    'int(n)',
    'join(["a", 1], " ")',
    'date(n)',
    'filter(n, true)',
    '[1, 2, 3][5]',
    'n < 1',
    '"a" + x',
    '!n',
    'x ? 2 : 3',
    'true && x',
    'x in ["a"]',
    '1 +',
    'fromJSON("{")',
  ])('%s is an error', (text) => {
    expect(() => evaluate(text, scope)).toThrow(ExprError)
  })

  test.each([
    'nowhere',
    'unknownFn(1)',
    'findLast([1], true)',
    'a matches "b"',
    '1 < 2 < 3',
    'map([1], {"a": #})',
    '#',
    '2 % 3',
  ])('%s is nothing that this one knows', (text) => {
    expect(() => evaluate(text, scope)).toThrow(Unknown)
  })
})

describe('templates', () => {
  // biome-ignore format: one case a line
  test.each<[template: string, expected: unknown]>([
    ['42', '42'], ['true', 'true'], ['${{ "42" }}', 42], ['${{ 42 }}', 42], ['${{ "1e3" }}', 1000], ['${{ "1.10" }}', 1.1], ['${{ quote("42") }}', '42'],
    ['${{ true }}', true], ['${{ "T" }}', true], ['${{ "0" }}', 0], ['${{ nil }}', null], ['${{ "null" }}', null], ['${{ [1, "a"] }}', [1, 'a']],
    ['${{ {"a": 1} }}', { a: 1 }], ['${% {"a": {"b": 1}} %}', { a: { b: 1 } }], ['${% quote({"a": {"b": 1}}) %}', '{"a":{"b":1}}'], ['${{ toJSON(n) }}', null],
    ['${{ 1 }}0', 10], ['a ${{ y }} ${{ x }}', 'a b 404'], ['(${{ true }})', '(true)'], ['${{ 900 }}s', '900s'], ['${{ toJSON("<") }} in', '"\\u003c" in'],
  ])('%s becomes %j', (template, expected) => {
    expect(toJson(filledIn(template, () => scope))).toEqual(expected)
  })

  test('an expression ends at the first brackets that may end it, and must end', () => {
    expect(() => filledIn('${{ {"a": {"b": 1}} }}', () => scope)).toThrow(ExprError)
    expect(() => filledIn('${{ 1', () => scope)).toThrow(ExprError)
  })
})

const FREIGHT: Freight = {
  name: 'f',
  warehouse: 'w',
  image: { repoURL: 'r', tag: 't', digest: 'sha256:d' },
  metadata: new Map(),
}

/** A cluster whose only Stage has these steps; each request is answered by the next of the statuses, the last for ever. */
function clusterOf(steps: readonly Step[], statuses: readonly (number | 'dropped')[]): Cluster {
  const answers = [...statuses]
  const stage = { name: 's', isAutomatic: true, vars: [], soakSeconds: new Map(), steps }
  return new Cluster({ stages: new Map([['s', stage]]), configMaps: new Map() }, () => {
    const status = (answers.length > 1 ? answers.shift() : answers[0]) ?? 200
    if (status === 'dropped') throw new NoAnswer(false)
    return { status, body: { message: 'words' } }
  })
}

const HTTP: Step = { uses: 'http', as: 'h', config: { url: 'https://x', successExpression: 'response.status == 200' } }
const FAIL_400 = {
  ...(HTTP.config as object),
  failureExpression: 'response.status == 400',
  errorExpression: 'response.body.message',
}

describe('Promotions', () => {
  function endOf(steps: readonly Step[], statuses: readonly (number | 'dropped')[] = [200]) {
    const cluster = clusterOf(steps, statuses)
    const promotion = cluster.promote('s', FREIGHT)
    cluster.run(1e7)
    return {
      cluster,
      ended: `${promotion.phase}: ${promotion.message}`,
      metas: promotion.metas,
      at: promotion.finishedAt,
    }
  }

  test('a step that is neither good nor bad is run again: after 30 s, or as it says, at least 10 s', () => {
    const polls = (pollInterval?: string) =>
      endOf(
        [{ ...HTTP, config: { ...(HTTP.config as object), ...(pollInterval && { pollInterval }) } }],
        [500, 500, 200],
      ).cluster.requests.map(({ at }) => at)
    expect(polls()).toEqual([0, 30, 60])
    expect(polls('1m0s')).toEqual([0, 60, 120])
    expect(polls('3s')).toEqual([0, 10, 20])
  })

  test('errors are tried again as often as allowed, after 5 ms and twice as long each time', () => {
    const { cluster, ended } = endOf([{ ...HTTP, retry: { errorThreshold: 4 } }], ['dropped'])
    expect(cluster.requests.map(({ at }) => Math.round(at * 1000))).toEqual([0, 5, 15, 35])
    expect(ended).toBe(
      'Errored: step "h" met error threshold of 4: error running step "h": error sending HTTP request: EOF',
    )
    expect(endOf([HTTP], ['dropped']).cluster.requests).toHaveLength(1)
  })

  test('a failure is final, and in the words of the answer', () => {
    expect(endOf([{ ...HTTP, config: FAIL_400 }], [400]).ended).toBe(
      'Failed: step "h": HTTP (400) response met failure criteria: "words"',
    )
    expect(endOf([{ uses: 'fail', as: 'f', config: { message: 'no' } }]).ended).toBe('Failed: step "f": failed: no')
  })

  test('a step that takes too long ends as an error', () => {
    const { ended, at } = endOf([{ ...HTTP, retry: { timeout: '1m10s' } }], [500])
    expect(ended).toBe('Errored: step "h" timed out after 1m10s')
    expect((at ?? 0) - START).toBe(71)
  })

  test('after a failure steps are skipped but those that say when they run; its outputs are gone', () => {
    const failing: Step = { ...HTTP, as: 't::bad', config: FAIL_400 }
    const steps: readonly Step[] = [
      failing,
      { uses: 'compose-output', as: 't::none', config: {} },
      { uses: 'compose-output', as: 't::asked', if: '${{ success() }}', config: {} },
      { uses: 'compose-output', as: 't::own', if: '${{ status("bad") == "Failed" }}', config: { a: '${{ 1 }}' } },
      {
        uses: 'compose-output',
        as: 't::next',
        if: '${{ task.outputs.own.a == 1 && task.outputs.bad == nil }}',
        config: {},
      },
    ]
    const states = (bad: Step) => endOf([bad, ...steps.slice(1)], [400]).metas.map(({ status }) => status)
    expect(states(failing)).toEqual(['Failed', 'Skipped', 'Skipped', 'Succeeded', 'Succeeded'])
    expect(states({ ...failing, continueOnError: true })).toEqual([
      'Failed',
      'Succeeded',
      'Succeeded',
      'Succeeded',
      'Succeeded',
    ])
    expect(endOf([{ ...failing, continueOnError: true }], [400]).ended).toBe('Succeeded: ')
  })

  test('a condition that cannot be worked out is an error of its step, one of variables too', () => {
    expect(endOf([{ ...HTTP, if: '${{ outputs.h.x }}' }]).ended).toMatch(
      /^Errored: error checking if step "h" should be skipped: cannot fetch x from nil/,
    )
    expect(endOf([{ ...HTTP, if: '${{ 1 }}' }]).ended).toMatch(/must evaluate to a boolean/)
    expect(endOf([{ ...HTTP, vars: [{ name: 'a', value: '${{ outputs.h.x }}' }] }]).ended).toMatch(
      /^Errored: failed to build step context/,
    )
  })

  test('a configuration with a number where a text must be is refused', () => {
    const config = { ...(HTTP.config as object), url: '${{ "1e3" }}' }
    expect(endOf([{ ...HTTP, config }]).ended).toBe('Failed: step "h": invalid http config: url must be a string')
  })

  test('an output that is a Go int ends the Promotion; a time or a status does not', () => {
    const ending = (fromExpression: string) =>
      endOf([
        { ...HTTP, config: { ...(HTTP.config as object), outputs: [{ name: 'a', fromExpression }] } },
        { uses: 'compose-output', as: 'c', config: {} },
      ]).ended
    expect(ending('{"a": [1]}')).toBe('Errored: cannot deep copy int')
    expect(ending('response.status + 0')).toBe('Errored: cannot deep copy int')
    expect(ending('response.status')).toBe('Succeeded: ')
    expect(ending('[now().Unix(), 0.0]')).toBe('Succeeded: ')
  })

  test('a new controller begins with the first step again and keeps outputs', () => {
    const first: Step = {
      ...HTTP,
      as: 't::first',
      if: '${{ task.outputs.first?.a == nil }}',
      config: { ...(HTTP.config as object), outputs: [{ name: 'a', fromExpression: 'response.status' }] },
    }
    const cluster = clusterOf([first, { ...HTTP, as: 't::second' }], [200, 500])
    const promotion = cluster.promote('s', FREIGHT)
    cluster.run(45)
    cluster.restart()
    cluster.run(100)
    expect(promotion.metas.map(({ status }) => status)).toEqual(['Skipped', 'Running'])
    expect(cluster.requests.map(({ at }) => at)).toEqual([0, 0, 30, 65, 95])
    expect(JSON.parse(promotion.state)).toMatchObject({ 't::first': { a: 200 } })
  })

  test('what is done when the controller goes is not stored', () => {
    let count = 0
    const stage = {
      name: 's',
      isAutomatic: true,
      vars: [],
      soakSeconds: new Map(),
      steps: [HTTP, { ...HTTP, as: 'i' }],
    }
    const cluster = new Cluster({ stages: new Map([['s', stage]]), configMaps: new Map() }, () => {
      count += 1
      if (count === 2) throw new ControllerGone()
      return { status: 200 }
    })
    const promotion = cluster.promote('s', FREIGHT)
    cluster.run()
    expect([promotion.phase, count]).toEqual(['Succeeded', 4])
  })

  test('a Stage has one Promotion at a time', () => {
    const cluster = clusterOf([HTTP], [500, 500, 200])
    const [a, b] = [cluster.promote('s', FREIGHT), cluster.promote('s', FREIGHT)]
    cluster.run(45)
    expect([a.phase, b.phase]).toEqual(['Running', 'Pending'])
    cluster.run()
    expect([a.phase, b.phase]).toEqual(['Succeeded', 'Succeeded'])
  })
})
