import { describe, expect, it } from 'vitest'
import { assumptionText, resolveBuild } from '../../../src/build-definition/index.js'
import { takingTurns } from '../../support/full.js'
import { NOTHING } from './examples.js'
import { choose, follow, stepsOf } from './followed.js'

/** Each takes a lot of work, of one kind. */
const turn = takingTurns(2)

const BUILD = 'uses: docker/build-push-action@v6'

const some = (count: number, text: (n: number) => string) => Array.from({ length: count }, (_, n) => text(n)).join('')
const dispatched = (jobs: string) => `on: workflow_dispatch\njobs:\n${jobs}`
const called = (jobs: string) => `on: workflow_call\njobs:\n${jobs}`

describe('more than anybody writes is left, and said', () => {
  turn()('ten thousand jobs', () => {
    const found = follow(dispatched(` j: &j {steps: [{${BUILD}}]}\n${some(10_000, (n) => ` j${n}: *j\n`)}`))
    expect(found.builds).toHaveLength(512)
    expect(found.limits).toEqual(['more than 20000 steps', 'more than 512 builds'])
  })
  turn()('ten thousand jobs that build nothing are read to the end', () => {
    const text = dispatched(`${some(10_000, (n) => ` j${n}: {steps: [{run: echo}]}\n`)} last: {steps: [{${BUILD}}]}\n`)
    expect(follow(text)).toMatchObject({ builds: [{ job: 'last' }], limits: [] })
  })
  turn()('steps for each job of a matrix', () => {
    const axis = some(64, (n) => `${n},`)
    const text = dispatched(
      ` a:\n  strategy: {matrix: {x: [${axis}]}}\n  steps:\n${some(400, () => '   - {run: make x}\n')}`,
    )
    expect(follow(text).limits).toEqual(['more than 20000 steps'])
  })
  turn()('300 files', () => {
    const text = dispatched(some(300, (n) => ` j${n}: {uses: ./.github/workflows/w${n}.yml}\n`))
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`.github/workflows/w${n}.yml`, called(` a: {steps: [{${BUILD}}]}\n`)]),
    )
    const found = follow(text, { files })
    expect(found.builds).toHaveLength(64)
    expect(found.unread).toHaveLength(300 - 64)
    expect(found.limits).toEqual(['more than 64 files'])
    // No more are asked for than would be read.
    expect(follow(text, { isPending: true })).toMatchObject({ wanted: { length: 64 }, limits: ['more than 64 files'] })
  })
  turn()('300 calls that are nested', () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [
        `.github/workflows/w${n}.yml`,
        called(` a: {uses: ./.github/workflows/w${n + 1}.yml}\n b: {steps: [{${BUILD}}]}\n`),
      ]),
    )
    const found = follow(dispatched(' a: {uses: ./.github/workflows/w0.yml}\n'), { files })
    expect(found.builds).toHaveLength(10)
    expect(found.limits).toEqual(['calls nested more than 10 deep'])
  })
  turn()('calls that double at each depth', () => {
    const files = Object.fromEntries(
      Array.from({ length: 10 }, (_, n) => [
        `.github/workflows/w${n}.yml`,
        called(some(8, (job) => ` j${job}: {uses: ./.github/workflows/w${n + 1}.yml}\n`)),
      ]),
    )
    const found = follow(dispatched(' a: {uses: ./.github/workflows/w0.yml}\n'), { files })
    expect(found.limits).toEqual(expect.arrayContaining(['more than 2000 calls']))
  })
  turn()('a limit is told of every image that is built there', () => {
    const text = dispatched(some(600, (n) => ` j${n}: {steps: [{${BUILD}, with: {file: d${n}}}]}\n`))
    const choice = choose(text, 'd1')
    expect(choice).toMatchObject({
      ok: true,
      assumed: ['the workflow has more than 512 builds: the rest is ignored'],
    })
    const reason = expect.stringMatching(/^the workflow has more than 512 builds\. Write /)
    expect(choose(text, 'd599')).toEqual({ ok: false, reason, others: [] })
    expect(choose(text, 'd511')).toMatchObject({ ok: true })
    expect(choose(text, 'd512')).toMatchObject({ ok: false })
  })
})

/** What would take minutes, or all memory, comes out unknown, and is told as every unknown value is. */
describe('expressions that grow without end', () => {
  const argument = (text: string) => {
    const [step] = stepsOf(text)
    const value = step!.inputs.args.get('A')
    return { value, assumed: resolveBuild(step!.inputs, NOTHING).assumed.map(assumptionText) }
  }
  const build = (env: string, value: string) =>
    `on: workflow_dispatch\nenv: ${env}\njobs:\n a:\n  steps:\n   - ${BUILD}\n     with: { build-args: "A=${value}" }\n`
  const doubling = (count: number) => {
    const twice = (n: number) => `\${{ env.V${n} }}\${{ env.V${n} }}`
    return some(count, (n) => `   - run: echo "V${n + 1}=${twice(n)}" >> $GITHUB_ENV\n`)
  }
  it.each([
    ['formats of formats', build('{ V: x }', `\${{ ${"format('{0}{0}', ".repeat(30)}env.V${')'.repeat(30)} }}`)],
    ['a long one', build('{ V: x }', `\${{ '${'x'.repeat(5_000)}' }}`)],
    ['a deep one', build('{ V: x }', `\${{ ${'('.repeat(2_000)}1${')'.repeat(2_000)} }}`)],
    ['a regular one made to be slow', build('{ V: x }', `\${{ ${'!'.repeat(4_000)}a.b }}`)],
    ['one that is large JSON', build(`{ V: '${'['.repeat(50_000)}' }`, '${{ fromJSON(env.V) }}')],
    [
      'variables that double',
      `on: workflow_dispatch\nenv: { V0: ${'x'.repeat(1_000)} }\njobs:\n a:\n  steps:\n${doubling(40)}   - ${BUILD}\n     with: { build-args: "A=\${{ env.V40 }}" }\n`,
    ],
    ['a text of many', build(`{ V: ${'x'.repeat(16_000)} }`, '${{ env.V }}'.repeat(2_000))],
  ])('%s', (_title, text) => {
    const { value, assumed } = argument(text)
    expect(value).toMatchObject({ unknown: true })
    expect(assumed).toEqual([expect.stringMatching(/^build-arg A is .{1,200}: the Dockerfile's default is assumed$/)])
  })
  turn()('inputs that double from workflow to workflow end', () => {
    const passOn = (n: number) =>
      `on: { workflow_call: { inputs: { v: { type: string } } } }\njobs: { a: { uses: ./.github/workflows/w${n + 1}.yml, with: { v: "${'${{ inputs.v }}'.repeat(50)}" } } }`
    const last = `on: { workflow_call: { inputs: { v: { type: string } } } }\njobs: { a: { steps: [{ ${BUILD}, with: { build-args: "A=\${{ inputs.v }}" } }] } }`
    const files = Object.fromEntries(
      Array.from({ length: 10 }, (_, n) => [`.github/workflows/w${n}.yml`, n === 9 ? last : passOn(n)]),
    )
    const text = 'on: workflow_dispatch\njobs: { a: { uses: ./.github/workflows/w0.yml, with: { v: xxxxxxxxxx } } }'
    const [step] = stepsOf(text, { files })
    expect(step!.inputs.args.get('A')).toMatchObject({ unknown: true })
  })
  turn()('what one uses up is gone for the others, in order, and never silently', () => {
    const [V, step] = [
      'x'.repeat(16_000),
      `   - ${BUILD}\n     with: { build-args: "A=${'${{ env.V }}'.repeat(400)}" }\n`,
    ]
    const found = stepsOf(`on: workflow_dispatch\nenv: { V: ${V} }\njobs:\n a:\n  steps:\n${step}${step}${step}`)
    expect(found.map(({ inputs }) => 'text' in inputs.args.get('A')!)).toEqual([true, false, false])
  })
})
