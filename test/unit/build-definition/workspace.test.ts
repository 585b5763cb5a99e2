import { describe, expect, it } from 'vitest'
import { isKnown } from '../../../src/build-definition/index.js'
import { shown } from './examples.js'
import { bakesOf, follow, stepsOf } from './followed.js'

/** A workflow of one job with these steps. */
const steps = (list: readonly string[], job = '') => `on:
  workflow_dispatch:
    inputs: { where: { default: sub }, other: {} }
env: { W: workflow }
jobs:
  image:
    ${job}
    env: { J: job }
    steps:
${list.map((step) => `      - ${step.replaceAll('\n', '\n        ')}\n`).join('')}`

const checkout = (inputs = '{}') => `uses: actions/checkout@v4\nwith: ${inputs}`
const build = (inputs: string) => `uses: docker/build-push-action@v6\nwith: { push: true, ${inputs} }`

/** The Dockerfile of the only build: unknown as `?written`, null where it is no file of the repository. */
function dockerfile(text: string): string | null {
  const found = stepsOf(text)
  expect(found).toHaveLength(1)
  const value = found[0]!.dockerfile
  return value === null ? null : isKnown(value) ? value.text : `?${value.written}`
}

describe('a file of the workspace is one of the repository', () => {
  const CASES: [string, readonly string[], string, string | null][] = [
    ['without a checkout', [], 'context: app', 'app/Dockerfile'],
    ['checked out at the top', [checkout()], 'context: app', 'app/Dockerfile'],
    ['checked out in a folder', [checkout('{ path: src }')], 'context: src/app', 'app/Dockerfile'],
    ['checked out in a folder, at its top', [checkout('{ path: ./src/ }')], 'context: src', 'Dockerfile'],
    ['checked out in a folder, beside it', [checkout('{ path: src }')], 'context: app', null],
    ['checked out in a folder of a like name', [checkout('{ path: src }')], 'context: src2', null],
    ['by its own name', [checkout('{ repository: Org/App, path: src }')], 'context: src', 'Dockerfile'],
    [
      'by the name that the run gives',
      [checkout('{ repository: "${{ github.repository }}" }')],
      'context: .',
      'Dockerfile',
    ],
    ['another repository', [checkout('{ repository: org/other }')], 'context: .', null],
    [
      'another repository around it',
      [checkout('{ repository: org/other }'), checkout('{ path: src }')],
      'context: src/a',
      'a/Dockerfile',
    ],
    ['another repository in it', [checkout(), checkout('{ repository: org/other, path: lib }')], 'context: lib', null],
    [
      'beside another repository in it',
      [checkout(), checkout('{ repository: org/other, path: lib }')],
      'context: .',
      'Dockerfile',
    ],
    ['a repository nobody knows', [checkout('{ repository: "${{ inputs.other }}x" }')], 'context: .', null],
    ['a repository the run knows', [checkout('{ repository: "${{ vars.REPO }}" }')], 'context: app', '?app/Dockerfile'],
    ['a folder the run knows', [checkout('{ path: "${{ vars.P }}" }')], 'context: app', '?app/Dockerfile'],
    ['a folder by an input', [checkout('{ path: "${{ inputs.where }}" }')], 'context: sub/app', 'app/Dockerfile'],
    ['another place than the workspace', [checkout()], 'context: ../app', '?../app/Dockerfile'],
    ['an absolute path', [checkout()], 'context: /tmp/app', '?/tmp/app/Dockerfile'],
    [
      'an absolute path of the workspace',
      [checkout('{ path: src }')],
      'context: "${{ github.workspace }}/src/app"',
      'app/Dockerfile',
    ],
    ['a checkout that is left out', [`if: false\n${checkout('{ path: src }')}`], 'context: app', 'app/Dockerfile'],
    ['what is fetched is not in the workspace', [checkout('{ path: src }')], 'file: app/Dockerfile', 'app/Dockerfile'],
  ]
  it.each(CASES)('%s', (_title, before, inputs, expected) => {
    expect(dockerfile(steps([...before, build(inputs)]))).toBe(expected)
  })
  it('a checkout after the build does not count', () => {
    expect(dockerfile(steps([build('context: app'), checkout('{ path: app }')]))).toBe('app/Dockerfile')
  })
  it('bake files lie where they are checked out', () => {
    const bake = 'uses: docker/bake-action@v6\nwith: { source: src/ci }'
    expect(bakesOf(steps([checkout('{ path: src }'), bake]))[0]!.folder).toEqual({ text: 'ci' })
    const elsewhere = follow(steps([checkout('{ repository: org/other, path: src }'), bake]))
    expect(elsewhere).toMatchObject({ builds: [], unread: [{ reason: 'runs outside of the repository' }] })
  })
})

describe('where a script runs', () => {
  const CASES: [string, readonly string[], string, string | null][] = [
    ['at the top', ['run: docker build .'], '', 'Dockerfile'],
    ['in a folder', ['run: docker build .\nworking-directory: app'], '', 'app/Dockerfile'],
    [
      'in a folder by an expression',
      ['run: docker build .\nworking-directory: "${{ inputs.where }}"'],
      '',
      'sub/Dockerfile',
    ],
    [
      'in a folder nobody knows',
      ['run: docker build .\nworking-directory: "${{ vars.W }}"'],
      '',
      '?${{ vars.W }}/./Dockerfile',
    ],
    [
      'in the folder of its job',
      ['run: docker build .'],
      'defaults: { run: { working-directory: app } }',
      'app/Dockerfile',
    ],
    [
      'in its own',
      ['run: docker build .\nworking-directory: b'],
      'defaults: { run: { working-directory: app } }',
      'b/Dockerfile',
    ],
    ['in a checkout', [checkout('{ path: src }'), 'run: docker build .\nworking-directory: src'], '', 'Dockerfile'],
    ['beside a checkout', [checkout('{ path: src }'), 'run: docker build .'], '', null],
    ['where it goes', ['run: cd app && docker build -f x .'], '', 'app/x'],
    ['with a Dockerfile from stdin', ['run: cd app && docker build - < x'], '', 'app/x'],
    ['with a Dockerfile from stdin and a context', ['run: cd app && docker build -f - . < x'], '', 'app/x'],
    [
      'with an archive from stdin',
      ['run: tar c . | docker build -f x -'],
      '',
      '?x in what the command reads from stdin',
    ],
    ['by kaniko, below its context', ['run: /kaniko/executor --context app --dockerfile app/x'], '', 'app/x'],
    ['by kaniko, at its context', ['run: /kaniko/executor --context . --dockerfile x'], '', 'x'],
    [
      'by kaniko, perhaps in its context',
      ['run: /kaniko/executor --context dir://app --dockerfile x'],
      '',
      '?x or app/x',
    ],
    ['without a context', ['run: podman build -f app/x'], '', 'app/x'],
    ['without a context and a file', ['run: cd app && podman build'], '', 'app/Dockerfile'],
    ['in the workspace by its name', ['run: docker build "$GITHUB_WORKSPACE/app"'], '', 'app/Dockerfile'],
    ['in the workspace by an expression', ['run: docker build ${{ github.workspace }}/app'], '', 'app/Dockerfile'],
  ]
  it.each(CASES)('%s', (_title, list, job, expected) => expect(dockerfile(steps(list, job))).toBe(expected))
  it.each([
    ['that its job names', 'defaults: { run: { shell: pwsh } }', ''],
    ['of a runner on Windows', 'runs-on: windows-latest', ''],
    ['of a runner by its labels', 'runs-on: { labels: [self-hosted, Windows] }', ''],
    ['of a runner by its matrix', 'runs-on: "${{ matrix.os }}"\n    strategy: { matrix: { os: [windows-2022] } }', ''],
    ['of its own', 'runs-on: ubuntu-latest', '\nshell: pwsh'],
  ])('in the shell %s', (_title, job, shell) => {
    expect(dockerfile(steps([`run: |\n  docker build \`\n    -f app/x .${shell}`], job))).toBe('app/x')
  })
  it.each([
    ['runs-on: windows-latest', '\nshell: bash'],
    ['runs-on: windows-latest\n    defaults: { run: { shell: bash } }', ''],
    ['runs-on: [self-hosted, linux, not-windows]', ''],
  ])('in a POSIX shell: %s', (job, shell) => {
    expect(dockerfile(steps([`run: |\n  docker build \\\n    -f app/x .${shell}`], job))).toBe('app/x')
  })
  it('in the folder of its workflow', () => {
    const text = `defaults: { run: { working-directory: all } }\n${steps(['run: docker build .'])}`
    expect(dockerfile(text)).toBe('all/Dockerfile')
  })
})

describe('the environment', () => {
  const argument = (text: string) =>
    stepsOf(text).map(({ inputs }) => (shown(inputs) as { args: Record<string, string> }).args.A)
  const uses = (more = '') => `uses: docker/build-push-action@v6\n${more}with: { build-args: "A=\${{ env.V }}" }`
  const CASES: [string, readonly string[], string][] = [
    ['a value', ['run: echo "V=1" >> $GITHUB_ENV', uses()], '1'],
    ['the last value', ['run: echo "V=1" >> $GITHUB_ENV', 'run: echo "V=2" >> "$GITHUB_ENV"', uses()], '2'],
    ['a value after the build', [uses(), 'run: echo "V=1" >> $GITHUB_ENV'], '?${{ env.V }}'],
    ['a value by an expression', ['run: echo "V=${{ inputs.where }}" >> $GITHUB_ENV', uses()], 'sub'],
    ['a value by a variable', ['run: echo "V=$J-$W" >> $GITHUB_ENV', uses()], 'job-workflow'],
    ['a value of GitHub', ['run: echo "V=${GITHUB_REF_NAME}" >> $GITHUB_ENV', uses()], 'main'],
    ['a value of the run', ['run: echo "V=$GITHUB_SHA" >> $GITHUB_ENV', uses()], '?${{ env.V }}'],
    ['a value that a command tells', ['run: echo "V=$(cat VERSION)" >> $GITHUB_ENV', uses()], '?${{ env.V }}'],
    ['a value that is set perhaps', ['run: if test -f x; then echo "V=1" >> $GITHUB_ENV; fi', uses()], '?${{ env.V }}'],
    ['the step wins', ['run: echo "V=1" >> $GITHUB_ENV', uses('env: { V: s }\n')], 's'],
    ['the step’s own ends with it', [`run: echo\nenv: { V: s }`, uses()], '?${{ env.V }}'],
    ['nobody’s output is it', ['run: echo "V=1" >> $GITHUB_OUTPUT', uses()], '?${{ env.V }}'],
    [
      'a file may set it',
      ['run: echo "V=1" >> $GITHUB_ENV', 'run: cat versions.env >> $GITHUB_ENV', uses()],
      '?${{ env.V }}',
    ],
    ['until it is set again', ['run: cat versions.env >> $GITHUB_ENV', 'run: echo "V=1" >> $GITHUB_ENV', uses()], '1'],
    [
      'a file may set what the job says',
      ['run: cat versions.env >> $GITHUB_ENV', uses('env: { V: "${{ env.J }}" }\n')],
      '?${{ env.V }}',
    ],
    ['what the step says is safe', ['run: cat versions.env >> $GITHUB_ENV', uses('env: { V: s }\n')], 's'],
    ['what the job says', [uses('env: { V: "${{ env.J }}-${{ env.W }}" }\n')], 'job-workflow'],
    [
      'in the language that the step says',
      ['run: echo "V=1" >> $env:GITHUB_ENV\nshell: pwsh', 'run: docker build --build-arg A=$V .'],
      '1',
    ],
    [
      'in no language that is read',
      ['run: open(os.environ["GITHUB_ENV"], "a").write("V=1")\nshell: python', uses('env: { V: "${{ env.W }}" }\n')],
      '?${{ env.V }}',
    ],
  ]
  it.each(CASES)('%s', (_title, list, expected) => expect(argument(steps(list))).toEqual([expected]))
  it('a script in no language that is read is said where it may build', () => {
    const unread = (run: string) => follow(steps([`run: ${run}\nshell: python`])).unread
    expect(unread('subprocess.run(["docker", "build", "."])')).toMatchObject([
      { line: 10, what: 'the script', reason: 'is in a language that is not supported' },
    ])
    expect(unread('print(1)')).toEqual([])
  })
  it('a step that may be left out may not set it', () => {
    expect(argument(steps([`if: github.actor == 'x'\nrun: echo "V=1" >> $GITHUB_ENV`, uses()]))).toEqual([
      '?${{ env.V }}',
    ])
    expect(
      argument(steps(['if: false\nrun: echo "V=1" >> $GITHUB_ENV', uses('env: { V: "${{ env.W }}" }\n')])),
    ).toEqual(['workflow'])
    expect(
      argument(steps(['if: false\nrun: echo "W=1" >> $GITHUB_ENV', uses('env: { V: "${{ env.W }}" }\n')])),
    ).toEqual(['workflow'])
  })
  it('reaches no other job', () => {
    const text = `${steps(['run: echo "W=1" >> $GITHUB_ENV'])}  next:
    needs: image
    steps:
      - ${uses('env: { V: "${{ env.W }}" }\n').replaceAll('\n', '\n        ')}
`
    expect(argument(text)).toEqual(['workflow'])
  })
  it('reaches scripts and bake files', () => {
    const text = steps([
      'run: echo "V=1" >> $GITHUB_ENV',
      'run: docker build --build-arg A=$V --build-arg B .\nenv: { B: b }',
    ])
    expect(shown(stepsOf(text)[0]!.inputs)).toEqual({ args: { A: '1', B: 'b' } })
    const [bake] = bakesOf(steps(['run: echo "V=1" >> $GITHUB_ENV', 'run: docker buildx bake\nenv: { B: b }']))
    expect(Object.fromEntries(bake!.environment)).toMatchObject({
      V: { text: '1' },
      B: { text: 'b' },
      J: { text: 'job' },
    })
  })
})

describe('a script that only has part of it known', () => {
  it('is read with what expressions are', () => {
    const run =
      'run: docker build -t ${{ vars.R }}/app:1 --build-arg A=${{ inputs.where }} --target ${{ github.sha }} .'
    const [step] = stepsOf(steps([run]))
    expect(shown(step!.inputs)).toEqual({ args: { A: 'sub' }, target: '?${{ github.sha }}' })
    expect(step!.tags).toMatchObject([{ unknown: true, written: '${{ vars.R }}/app:1' }])
  })
  it('is told by the line of the command', () => {
    expect(stepsOf(steps(['run: |\n  echo\n  docker build .']))[0]).toMatchObject({ line: 12 })
    expect(stepsOf(steps(['run: docker build .']))[0]).toMatchObject({ line: 10 })
  })
})
