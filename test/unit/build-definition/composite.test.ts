import { describe, expect, it } from 'vitest'
import { shown } from './examples.js'
import { type Around, follow, PATH, stepsOf } from './followed.js'

const indented = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by))

/** A workflow of one job with these steps. */
const steps = (...list: string[]) => `on:
  workflow_dispatch:
    inputs:
      version: { default: "1" }
      flag: { type: boolean, default: false }
jobs:
  image:
    steps:
${list.map((step) => indented(`- ${step.replaceAll('\n', '\n  ')}\n`, 6)).join('')}`

/** A composite action with these steps. */
const action = (list: readonly string[], more = '') => `name: build
${more}runs:
  using: composite
  steps:
${list.map((step) => indented(`- ${step.replaceAll('\n', '\n  ')}\n`, 4)).join('')}`

/** A build with one argument. */
const build = (value: string, more = '') =>
  `uses: docker/build-push-action@v6\n${more}with: { push: true, build-args: "A=${value.replaceAll('"', '\\"')}" }`

const ACTION = '.github/actions/build'
const FILE = `${ACTION}/action.yml`

const argument = (text: string, around: Around) =>
  stepsOf(text, around).map(({ inputs }) => (shown(inputs) as { args: { A: string } }).args.A)

describe('what a composite action is given', () => {
  const CASES: [string, { inputs?: string; with?: string; value: string }, string][] = [
    ['what is passed', { inputs: '{ v: {} }', with: '{ v: "2" }', value: '${{ inputs.v }}' }, '2'],
    [
      'instead of the default',
      { inputs: '{ v: { default: "3" } }', with: '{ v: "2" }', value: '${{ inputs.v }}' },
      '2',
    ],
    ['in either case', { inputs: '{ Ver: {} }', with: '{ VER: "2" }', value: '${{ inputs.ver }}' }, '2'],
    ['the default', { inputs: '{ v: { default: "3" } }', value: '${{ inputs.v }}' }, '3'],
    ['a default that is a number', { inputs: '{ v: { default: 3.10 } }', value: '${{ inputs.v }}' }, '3.1'],
    [
      'a default that reads github',
      { inputs: '{ v: { default: "${{ github.ref_name }}" } }', value: '${{ inputs.v }}' },
      'main',
    ],
    [
      'a default that is a secret',
      { inputs: '{ v: { default: "${{ github.token }}" } }', value: '${{ inputs.v }}' },
      '?${{ inputs.v }}',
    ],
    ['nothing', { inputs: '{ v: { required: true } }', value: 'x${{ inputs.v }}' }, 'x'],
    [
      'an input of the workflow',
      { inputs: '{ v: {} }', with: '{ v: "${{ inputs.version }}-x" }', value: '${{ inputs.v }}' },
      '1-x',
    ],
    ['no input of the workflow by its name', { value: '${{ inputs.version }}' }, '?${{ inputs.version }}'],
    ['no input that it does not declare', { with: '{ v: "2" }', value: '${{ inputs.v }}' }, '?${{ inputs.v }}'],
    [
      'what only the run knows',
      { inputs: '{ v: {} }', with: '{ v: "${{ github.sha }}" }', value: '${{ inputs.v }}' },
      '?${{ inputs.v }}',
    ],
    [
      'texts alone: false is not empty',
      { inputs: '{ v: {} }', with: '{ v: false }', value: "${{ inputs.v && 'a' || 'b' }}" },
      'a',
    ],
    [
      'texts alone, of expressions as well',
      { inputs: '{ v: {} }', with: '{ v: "${{ inputs.flag }}" }', value: "${{ inputs.v == 'false' && 'a' || 'b' }}" },
      'a',
    ],
    [
      'texts alone, of defaults as well',
      { inputs: '{ v: { default: false } }', value: "${{ inputs.v && 'a' || 'b' }}" },
      'a',
    ],
    ['the event', { value: '${{ github.event_name }}' }, 'workflow_dispatch'],
  ]
  it.each(CASES)('%s', (_title, { inputs, with: given, value }, expected) => {
    const text = steps(`uses: ./${ACTION}${given === undefined ? '' : `\nwith: ${given}`}`)
    const files = { [FILE]: action([build(value)], inputs === undefined ? '' : `inputs: ${inputs}\n`) }
    expect(argument(text, { files })).toEqual([expected])
  })
})

describe('variables', () => {
  const use = (more = '') => `uses: ./${ACTION}${more}`
  it.each([
    ['of the step that calls', [use('\nenv: { V: s }')], [build('${{ env.V }}')], ['s']],
    ['of the job', ['run: echo "V=j" >> "$GITHUB_ENV"', use()], [build('${{ env.V }}')], ['j']],
    [
      'of the step that calls win',
      ['run: echo "V=j" >> "$GITHUB_ENV"', use('\nenv: { V: s }')],
      [build('${{ env.V }}')],
      ['s'],
    ],
    ['of the step itself win', [use('\nenv: { V: s }')], [build('${{ env.V }}', 'env: { V: own }\n')], ['own']],
    [
      'of the step that calls end with it',
      [use('\nenv: { V: s }'), build('${{ env.V }}')],
      ['run: echo'],
      ['?${{ env.V }}'],
    ],
    [
      'set inside are set after it',
      [use(), build('${{ env.V }}')],
      ['run: echo "V=i" >> $GITHUB_ENV\nshell: bash'],
      ['i'],
    ],
    [
      'set inside are set inside',
      [use()],
      ['run: echo "V=i" >> $GITHUB_ENV\nshell: bash', build('${{ env.V }}')],
      ['i'],
    ],
    [
      'set inside do not win over the step that calls',
      [use('\nenv: { V: s }'), build('${{ env.V }}')],
      ['run: echo "V=i" >> $GITHUB_ENV\nshell: bash', build('${{ env.V }}')],
      ['s', 'i'],
    ],
    ['read by scripts', [use('\nenv: { V: s }')], ['run: docker build --build-arg A=$V .\nshell: bash'], ['s']],
  ])('%s', (_title, outside, inside, expected) => {
    expect(argument(steps(...outside), { files: { [FILE]: action(inside) } })).toEqual(expected)
  })
  it.each([
    ['is not there', {}],
    ['is not a composite action', { [FILE]: 'runs: { using: node24, main: index.js }' }],
    ['is no YAML', { [FILE]: '[' }],
  ])('may have changed where the action %s', (_title, files) => {
    const text = steps('run: echo "V=1" >> $GITHUB_ENV', use(), build('${{ env.V }}'))
    const { builds, unread } = follow(text, { files })
    expect(builds.map((step) => step.kind === 'build' && shown(step.inputs))).toEqual([
      { args: { A: '?${{ env.V }}' } },
    ])
    expect(unread).toMatchObject([{ line: 10, what: `./${ACTION}` }])
  })
})

describe('outputs of an action', () => {
  const use = (more = '') => `uses: ./${ACTION}\nid: act${more}`
  const given = (outputs: string, value: string, list: readonly string[] = ['run: echo'], more = '') =>
    argument(steps(use(more), build(value)), {
      files: { [FILE]: action(list, `inputs: { v: {} }\noutputs: ${outputs}\n`) },
    })
  it.each([
    ['a text', '{ o: { value: "1" } }', '${{ steps.act.outputs.o }}', ['1']],
    ['in either case', '{ Out: { value: "1" } }', '${{ steps.ACT.outputs.oUT }}', ['1']],
    ['an input', '{ o: { value: "${{ inputs.v }}-x" } }', '${{ steps.act.outputs.o }}', ['2-x']],
    [
      'of a step inside',
      '{ o: { value: "${{ steps.a.outputs.b }}" } }',
      '${{ steps.act.outputs.o }}',
      ['?${{ steps.act.outputs.o }}'],
    ],
    ['that is not declared', '{ o: { value: "1" } }', '${{ steps.act.outputs.p }}', ['?${{ steps.act.outputs.p }}']],
    ['of another step', '{ o: { value: "1" } }', '${{ steps.other.outputs.o }}', ['?${{ steps.other.outputs.o }}']],
    ['whether it went well', '{ o: { value: "1" } }', '${{ steps.act.outcome }}', ['?${{ steps.act.outcome }}']],
  ])('%s', (_title, outputs, value, expected) => {
    expect(given(outputs, value, undefined, '\nwith: { v: "2" }')).toEqual(expected)
  })
  it('of docker/metadata-action inside', () => {
    const meta = 'uses: docker/metadata-action@v5\nid: meta\nwith: { images: ghcr.io/org/app }'
    const text = steps(use(), 'uses: docker/build-push-action@v6\nwith: { tags: "${{ steps.act.outputs.tags }}" }')
    const files = { [FILE]: action([meta], 'outputs: { tags: { value: "${{ steps.meta.outputs.tags }}" } }\n') }
    expect(stepsOf(text, { files })[0]!.tags).toEqual([{ text: 'ghcr.io/org/app:{{metadata}}' }])
  })
  it('steps outside are not seen inside, and the other way around', () => {
    const meta = 'uses: docker/metadata-action@v5\nid: meta\nwith: { images: ghcr.io/org/app }'
    const tagged = 'uses: docker/build-push-action@v6\nwith: { tags: "${{ steps.meta.outputs.tags }}" }'
    const unknown = [{ unknown: true, written: '${{ steps.meta.outputs.tags }}' }]
    expect(stepsOf(steps(meta, use()), { files: { [FILE]: action([tagged]) } })[0]!.tags).toMatchObject(unknown)
    expect(stepsOf(steps(use(), tagged), { files: { [FILE]: action([meta]) } })[0]!.tags).toMatchObject(unknown)
  })
})

describe('where an action lies', () => {
  const places = (uses: string, files: Readonly<Record<string, string>>, before: readonly string[] = []) =>
    follow(steps(...before, `uses: ${uses}`), { files }).builds.map(({ file, line, job }) => `${file}:${line} ${job}`)
  const text = action([build('1')])
  it.each([
    ['in a folder', `./${ACTION}`, FILE],
    ['in a folder, with a slash', `./${ACTION}/`, FILE],
    ['in action.yaml', `./${ACTION}`, `${ACTION}/action.yaml`],
    ['at the top', './', 'action.yml'],
    ['in the repository itself, by its full name', `org/app/${ACTION}@main`, FILE],
    ['beside it, by the sign for itself', `$/${ACTION}`, FILE],
    ['on another branch', `org/app/${ACTION}@dev`, `${FILE}@dev`],
    ['in another repository of the owner', 'Org/ci/build@v1', 'Org/ci/build/action.yml@v1'],
  ])('%s', (_title, uses, path) => expect(places(uses, { [path]: text })).toEqual([`${path}:5 image`]))
  it('in a checkout with a path', () => {
    const checkout = 'uses: actions/checkout@v4\nwith: { path: src }'
    expect(places(`./src/${ACTION}`, { [FILE]: text }, [checkout])).toEqual([`${FILE}:5 image`])
    expect(places(`./${ACTION}`, { [FILE]: text }, [checkout])).toEqual([])
  })
  it('not in a checkout of another repository', () => {
    const checkout = 'uses: actions/checkout@v4\nwith: { repository: org/ci, path: ci }'
    expect(places(`./ci/${ACTION}`, { [FILE]: text }, [checkout])).toEqual([])
    expect(follow(steps(checkout, `uses: ./ci/${ACTION}`), { isPending: true }).wanted).toEqual([])
  })
  it.each(['./../build', '$/../build', 'org/ci/../../x@v1', '../ci/build@v1', '"./a\\nb"', '"$/a\\u202eb"'])(
    'not at %s',
    (uses) => {
      expect(follow(steps(`uses: ${uses}`), { isPending: true })).toMatchObject({ builds: [], wanted: [] })
    },
  )
  it('one of somebody else is not read, and said where its name speaks of images', () => {
    const found = (uses: string) => {
      const { wanted, unread } = follow(steps(`uses: ${uses}`), { isPending: true })
      expect(wanted).toEqual([])
      return unread.map(({ what, reason }) => `${what} ${reason}`)
    }
    expect(found('acme/ci/docker-build@v1')).toEqual(['acme/ci/docker-build@v1 is not read'])
    expect(found('acme/ci/lint@v1')).toEqual([])
  })
  it('action.yml goes before action.yaml', () => {
    const files = { [FILE]: action([build('yml')]), [`${ACTION}/action.yaml`]: action([build('yaml')]) }
    expect(argument(steps(`uses: ./${ACTION}`), { files })).toEqual(['yml'])
  })
  it('is wanted under both names until it is there', () => {
    const { wanted, unread, builds } = follow(steps(`uses: ./${ACTION}`), { isPending: true })
    expect(wanted.map(({ path }) => path)).toEqual([FILE, `${ACTION}/action.yaml`])
    expect([unread, builds]).toEqual([[], []])
  })
})

describe('actions that use actions', () => {
  it('pass on what they are given', () => {
    const inner = 'uses: ./.github/actions/inner\nwith: { w: "${{ inputs.v }}b" }'
    const files = {
      [FILE]: action([inner], 'inputs: { v: {} }\n'),
      '.github/actions/inner/action.yml': action([build('${{ inputs.w }}')], 'inputs: { w: {} }\n'),
    }
    expect(argument(steps(`uses: ./${ACTION}\nwith: { v: a }`), { files })).toEqual(['ab'])
  })
  it('beside them, by the sign for itself', () => {
    const files = {
      'org/ci/build/action.yml@v1': action(['uses: $/inner']),
      'org/ci/inner/action.yml@v1': action([build('1')]),
      'inner/action.yml': action([build('wrong')]),
    }
    expect(argument(steps('uses: org/ci/build@v1'), { files })).toEqual(['1'])
  })
  it('in a cycle end', () => {
    const files = { [FILE]: action([build('1'), `uses: ./${ACTION}`, `uses: ./${ACTION}`]) }
    const found = follow(steps(`uses: ./${ACTION}`), { files })
    expect(found.builds).toHaveLength(1)
    expect(found.limits).toContain('calls nested more than 10 deep')
  })
  it('in a workflow that is called, which may call none deeper than ten together', () => {
    const workflow = (job: string) => `on: { workflow_dispatch: , workflow_call: }\njobs: { a: ${job} }`
    const call = workflow('{ uses: ./.github/workflows/x.yml }')
    const files = {
      '.github/workflows/x.yml': workflow(`{ steps: [{ uses: ./${ACTION} }] }`),
      [FILE]: action([build('1')]),
    }
    expect(argument(call, { files })).toEqual(['1'])
  })
})

describe('where a step of an action stands', () => {
  it('in its own file, in the job of the workflow', () => {
    const [step] = stepsOf(steps(`uses: ./${ACTION}`), {
      files: { [FILE]: action(['run: |\n  echo\n  docker build .']) },
    })
    expect(step).toMatchObject({ file: FILE, line: 7, job: 'image', runs: true, isConditional: false })
  })
  it('runs when both conditions hold', () => {
    const at = (outside: string, inside: string) => {
      const files = { [FILE]: action([build('1', `if: ${inside}\n`)]) }
      return stepsOf(steps(`uses: ./${ACTION}\nif: ${outside}`), { files })[0]?.runs
    }
    expect([at('true', 'true'), at('false', 'true'), at('true', 'false')]).toEqual([true, false, false])
    expect([at("github.actor == 'x'", 'true'), at("github.actor == 'x'", 'false')]).toEqual([null, false])
  })
  it('the working directory of the job is not that of the action', () => {
    const text = steps(`uses: ./${ACTION}`).replace(
      '    steps:',
      '    defaults: { run: { working-directory: app } }\n    steps:',
    )
    const files = { [FILE]: action(['run: docker build .\nshell: bash']) }
    expect(stepsOf(text, { files })[0]!.dockerfile).toEqual({ text: 'Dockerfile' })
    expect(stepsOf(text.replace(`uses: ./${ACTION}`, 'run: docker build .'))[0]!.dockerfile).toEqual({
      text: 'app/Dockerfile',
    })
  })
  it('a file of an action is told by its place', () => {
    expect(follow(steps('uses: org/ci/x@v1')).unread).toEqual([
      {
        file: PATH,
        line: 9,
        job: 'image',
        isConditional: false,
        runs: true,
        what: 'org/ci/x@v1',
        reason: 'could not be read: there is no such file.',
      },
    ])
  })
})
