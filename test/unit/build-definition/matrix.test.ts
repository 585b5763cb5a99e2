import { describe, expect, it } from 'vitest'
import { building, shown } from './examples.js'
import { follow, stepsOf } from './followed.js'

const BUILD = 'build-args: NODE=${{ matrix.node }}\ntarget: ${{ matrix.target }}'

/** The argument and the target of each way a job with this matrix builds. */
const variants = (job: string, env = '') =>
  stepsOf(building(BUILD, { job, env }), { inputs: { versions: '["18"]' } }).map(({ inputs }) => {
    const { args, target } = shown(inputs) as { args: { NODE: string }; target?: string }
    return [args.NODE, ...(target === undefined ? [] : [target])].join('/')
  })

describe('a matrix', () => {
  const CASES: [string, string, string[]][] = [
    ['one axis', 'node: [20, 22]', ['20', '22']],
    ['two axes', 'node: [20, 22]\n  target: [a, b]', ['20/a', '20/b', '22/a', '22/b']],
    ['axes that change nothing', 'node: [20]\n  os: [x, y, z]', ['20']],
    ['numbers as GitHub reads them', 'node: [3.9, 3.10, "3.10"]', ['3.9', '3.1', '3.10']],
    ['exclude', 'node: [20, 22]\n  target: [a, b]\n  exclude: [{ node: 20, target: a }]', ['20/b', '22/a', '22/b']],
    ['include that adds', 'node: [20, 22]\n  include: [{ node: 22, target: b }]', ['20', '22/b']],
    ['include of all', 'node: [20, 22]\n  include: [{ target: b }]', ['20/b', '22/b']],
    ['include on its own', 'node: [20]\n  include: [{ node: 24, target: c }]', ['20', '24/c']],
    ['include alone', 'include: [{ node: 1 }, { node: 2, target: b }]', ['1', '2/b']],
    ['exclude of all with a value', 'node: [20, 22]\n  target: [a, b]\n  exclude: [{ target: a }]', ['20/b', '22/b']],
    ['exclude of what is not there', 'node: [20]\n  exclude: [{ node: 22 }]', ['20']],
    ['exclude of everything', 'node: [20]\n  exclude: [{ node: 20 }]', []],
    [
      'exclude, then include',
      'node: [20, 22]\n  exclude: [{ node: 20 }]\n  include: [{ node: 20, target: a }]',
      ['22', '20/a'],
    ],
    [
      'include that may change no value of an axis',
      'node: [20]\n  target: [a]\n  include: [{ target: b }]',
      ['20/a', '/b'],
    ],
    ['no values', 'node: []', []],
    ['a key in other letters', 'NODE: [20]', ['20']],
    [
      'lists of which only the run knows',
      'node: [20, "${{ vars.N }}"]\n  target: [a]',
      ['20/a', '?${{ matrix.node }}/a'],
    ],
    ['a literal list', "node: ${{ fromJSON('[20, 22]') }}", ['20', '22']],
    ['a list of another kind', "node: ${{ fromJSON('20') }}", ['?${{ matrix.node }}/?${{ matrix.target }}']],
    [
      'an axis beside one that is not known',
      'node: [20, 22]\n  os: ${{ fromJSON(needs.x.outputs.y) }}',
      ['20/?${{ matrix.target }}', '22/?${{ matrix.target }}'],
    ],
    ['literal include', 'include: >-\n   ${{ fromJSON(\'[{"node": 1, "target": "a"}]\') }}', ['1/a']],
    ['unknown include', 'node: [20]\n  include: ${{ fromJSON(vars.I) }}', ['20/?${{ matrix.target }}']],
    [
      'unknown exclude keeps all',
      'node: [20, 22]\n  exclude: ${{ fromJSON(vars.E) }}',
      ['20/?${{ matrix.target }}', '22/?${{ matrix.target }}'],
    ],
    ['an expression', 'node: ${{ fromJSON(needs.x.outputs.y) }}', ['?${{ matrix.node }}/?${{ matrix.target }}']],
    ['an expression within', 'node: [20, "${{ inputs.n }}"]', ['20', '?${{ matrix.node }}']],
    [
      'more jobs than GitHub makes',
      `node: [${Array.from({ length: 300 }, (_, n) => n)}]`,
      ['?${{ matrix.node }}/?${{ matrix.target }}'],
    ],
    [
      'more variants than we tell apart',
      `node: [${Array.from({ length: 65 }, (_, n) => n)}]`,
      ['?${{ matrix.node }}/?${{ matrix.target }}'],
    ],
  ]
  it.each(CASES)('%s', (_title, matrix, expected) => {
    expect(variants(`strategy:\n matrix:\n  ${matrix}`)).toEqual(expected)
  })
  it('of maps is followed', () => {
    const job = 'strategy: { matrix: { image: [{ name: a, tag: "1" }, { name: b, tag: "2" }] } }'
    const inputs = 'file: ${{ matrix.image.name }}/Dockerfile\nbuild-args: T=${{ matrix.image.tag }}'
    const found = stepsOf(building(inputs, { job })).map((step) => [step.dockerfile, shown(step.inputs)])
    expect(found).toEqual([
      [{ text: 'a/Dockerfile' }, { args: { T: '1' } }],
      [{ text: 'b/Dockerfile' }, { args: { T: '2' } }],
    ])
  })
})

describe('a matrix that is one expression', () => {
  const on = (versions: string) => `strategy:\n matrix: ${versions}`
  it.each([
    ['a literal', `>-\n  \${{ fromJSON('{"node": [20, 22], "exclude": [{"node": 20}]}') }}`, ['22']],
    ['of the run', '${{ fromJSON(needs.x.outputs.matrix) }}', ['?${{ matrix.node }}/?${{ matrix.target }}']],
    ['no JSON', "${{ fromJSON('{') }}", ['?${{ matrix.node }}/?${{ matrix.target }}']],
    ['a text', 'x', ['?${{ matrix.node }}/?${{ matrix.target }}']],
  ])('%s', (_title, matrix, expected) => expect(variants(on(matrix))).toEqual(expected))
  it('and so may be the whole strategy', () => {
    expect(variants('strategy: ${{ fromJSON(vars.S) }}')).toEqual(['?${{ matrix.node }}/?${{ matrix.target }}'])
    expect(variants('strategy: { fail-fast: true }')).toEqual([''])
  })
  it('may read what is sent', () => {
    const text = building(BUILD, { job: on('\n  node: ${{ fromJSON(inputs.versions) }}') }).replace(
      'workflow_dispatch: ',
      'workflow_dispatch: { inputs: { versions: { default: "[1, 2]" } } } ',
    )
    const nodes = (inputs: Record<string, string>) =>
      stepsOf(text, { inputs }).map((step) => (shown(step.inputs) as { args: { NODE: string } }).args.NODE)
    expect(nodes({})).toEqual(['1', '2'])
    expect(nodes({ versions: '["a"]' })).toEqual(['a'])
    expect(nodes({ versions: '[' })).toEqual(['?${{ matrix.node }}'])
  })
})

describe('what all jobs of a matrix agree on', () => {
  it('is one build', () => {
    const job = 'strategy: { matrix: { os: [a, b], node: ["20"] } }\nruns-on: ${{ matrix.os }}'
    expect(variants(job.replace('\nruns-on: ${{ matrix.os }}', ''))).toEqual(['20'])
  })
  it('and what one of them alone does, is another', () => {
    const steps = '- if: matrix.node == 22\n  uses: docker/build-push-action@v6\n  with: { target: only }'
    const text = building(BUILD, { job: 'strategy: { matrix: { node: [20, 22] } }', steps })
    const runs = stepsOf(text).map(({ runs, inputs }) => [shown(inputs).target ?? '', runs])
    expect(runs).toEqual([
      ['only', false],
      ['', true],
      ['only', true],
      ['', true],
    ])
  })
  it('is in the environment of each', () => {
    const job = 'strategy: { matrix: { node: [20, 22] } }\nenv: { N: "v${{ matrix.node }}" }'
    const found = stepsOf(building('target: ${{ env.N }}', { job })).map(({ inputs }) => shown(inputs).target)
    expect(found).toEqual(['v20', 'v22'])
  })
  it('is not known in another job', () => {
    const text = `${building('target: x', { job: 'strategy: { matrix: { node: [20] } }' })}  next:
    steps:
      - { uses: docker/build-push-action@v6, with: { build-args: "N=a\${{ matrix.node }}" } }
`
    expect(follow(text).builds.map((step) => step.kind === 'build' && shown(step.inputs))).toEqual([
      { target: 'x' },
      { args: { N: 'a' } },
    ])
  })
})
