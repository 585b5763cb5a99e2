import { describe, expect, it } from 'vitest'
import { chooseBuild } from '../../../src/build-definition/index.js'
import { shown, workflow } from './examples.js'

/** Steps of one job, each as the inputs of docker/build-push-action, or whole where it begins with `uses` or `run`. */
function jobWith(steps: readonly string[], matrix = ''): string {
  const job = matrix === '' ? '' : `    strategy: { matrix: ${matrix} }\n`
  const lines = steps.map((step) =>
    /^(?:uses|run)/.test(step)
      ? `      - ${step}`
      : `      - uses: docker/build-push-action@v6\n        with: { ${step} }`,
  )
  return `on: push\njobs:\n  a:\n${job}    steps:\n${lines.join('\n')}\n`
}

function chosen(text: string, dockerfile: string, image: string | null = null): unknown {
  const choice = chooseBuild(workflow(text), dockerfile, image)
  if (!choice.ok) return choice.reason
  const { build, assumed } = choice
  const passes = build.kind === 'build-push' ? shown(build.passes) : build.targets
  return { line: build.line, passes, ...(assumed.length > 0 && { assumed }) }
}

const REMEDY = 'Say what the build passes under `build` in images.yaml.'

describe('the step that builds a Dockerfile', () => {
  const CASES: [string, string, string, number | null][] = [
    ['without inputs, the root', 'push: true', 'Dockerfile', 5],
    ['without inputs, not another', 'push: true', 'app/Dockerfile', null],
    ['a folder', 'context: app', 'app/Dockerfile', 5],
    ['a folder with ./ and /', 'context: ./app/', 'app/Dockerfile', 5],
    ['the path asked for with ./', 'context: app', './app/Dockerfile', 5],
    [
      'a file in a folder is relative to the workspace',
      'context: app, file: app/Dockerfile.prod',
      'app/Dockerfile.prod',
      5,
    ],
    ['and not to the context', 'context: app, file: Dockerfile.prod', 'app/Dockerfile.prod', null],
    ['a file without context', 'file: docker/web.Dockerfile', 'docker/web.Dockerfile', 5],
    ['a file above', 'context: app, file: app/../Dockerfile', 'Dockerfile', 5],
    ['the workspace', "context: '${{ github.workspace }}/app'", 'app/Dockerfile', 5],
    ['the default context', "context: '{{defaultContext}}'", 'Dockerfile', 5],
    ['a folder of the default context', "context: '{{defaultContext}}:app'", 'app/Dockerfile', 5],
    [
      'a file in a folder of the default context',
      "context: '{{defaultContext}}:app', file: x.Dockerfile",
      'app/x.Dockerfile',
      5,
    ],
    ['an unknown context with a file', "context: '${{ inputs.c }}', file: app/Dockerfile", 'app/Dockerfile', 5],
  ]
  it.each(CASES)('%s', (_title, inputs, dockerfile, line) => {
    const choice = chosen(jobWith([inputs]), dockerfile)
    expect(choice).toEqual(
      line === null ? `build.yml: no step in it builds ${dockerfile}. ${REMEDY}` : { line, passes: {} },
    )
  })
})

describe('several steps', () => {
  it('each has its own Dockerfile', () => {
    const text = jobWith(['context: a, target: x', 'context: b, target: y'])
    expect(chosen(text, 'b/Dockerfile')).toEqual({ line: 7, passes: { target: 'y' } })
  })
  it('a matrix of images is one of them', () => {
    const text = jobWith(["context: '${{ matrix.i }}', target: 'to-${{ matrix.i }}'"], '{ i: [a, b] }')
    expect(chosen(text, 'b/Dockerfile')).toEqual({ line: 5 + 1, passes: { target: 'to-b' } })
  })
  it('a matrix of platforms is one build', () => {
    const text = jobWith(["push: true, platforms: '${{ matrix.p }}'"], '{ p: [linux/amd64, linux/arm64] }')
    expect(chosen(text, 'Dockerfile')).toEqual({ line: 6, passes: { platforms: ['linux/amd64', 'linux/arm64'] } })
  })
  it('what is only tested does not count', () => {
    const text = jobWith(['load: true, target: test', 'push: true, target: prod'])
    expect(chosen(text, 'Dockerfile')).toEqual({ line: 7, passes: { target: 'prod' } })
  })
  it('an output that pushes counts', () => {
    const text = jobWith(['target: test', "target: prod, outputs: 'type=image,push=true'"])
    expect(chosen(text, 'Dockerfile')).toEqual({ line: 7, passes: { target: 'prod' } })
  })
  it('the tags say which one makes the image', () => {
    const text = jobWith([
      'push: true, target: a, tags: ghcr.io/org/a:1',
      "push: true, target: b, tags: 'ghcr.io/org/b:${{ github.sha }}'",
    ])
    expect(chosen(text, 'Dockerfile', 'ghcr.io/org/b')).toEqual({ line: 7, passes: { target: 'b' } })
  })
  it('otherwise nobody can tell', () => {
    const text = jobWith(['push: true, target: a', 'push: true, target: b'])
    expect(chosen(text, 'Dockerfile')).toBe(`build.yml: Dockerfile is built in 2 ways (line 5, line 7). ${REMEDY}`)
  })
  it('the only unknown one is assumed', () => {
    const text = jobWith(['context: other', "file: '${{ inputs.f }}', target: b"])
    expect(chosen(text, 'app/Dockerfile')).toEqual({
      line: 7,
      passes: { target: 'b' },
      assumed: ['the Dockerfile in line 7 is ${{ inputs.f }}: app/Dockerfile is assumed'],
    })
  })
  it('so is one of another repository, which may be this one', () => {
    const text = jobWith(["context: 'https://github.com/org/app.git#main'"])
    expect(chosen(text, 'Dockerfile')).toMatchObject({
      line: 5,
      assumed: [expect.stringContaining('https://github.com')],
    })
  })
  it('of several unknown ones none', () => {
    const text = jobWith(["file: '${{ inputs.f }}'", "file: '${{ inputs.g }}'"])
    expect(chosen(text, 'Dockerfile')).toBe(`build.yml: the builds in lines 5, 7 may all build Dockerfile. ${REMEDY}`)
  })
})

describe('other builds', () => {
  it('a step that bakes is followed', () => {
    expect(chosen(jobWith(['uses: docker/bake-action@v6']), 'Dockerfile')).toEqual({ line: 5, passes: [] })
  })
  it('with the targets of a matrix together', () => {
    const text = jobWith(['uses: docker/bake-action@v6\n        with: { targets: "${{ matrix.t }}" }'], '{ t: [a, b] }')
    expect(chosen(text, 'Dockerfile')).toEqual({ line: 6, passes: [{ text: 'a' }, { text: 'b' }] })
  })
  it('one that bakes and one unknown', () => {
    const text = jobWith(['uses: docker/bake-action@v6', "file: '${{ inputs.f }}'"])
    expect(chosen(text, 'Dockerfile')).toBe(`build.yml: the builds in lines 6, 5 may all build Dockerfile. ${REMEDY}`)
  })
  it('a script is not read', () => {
    const text = jobWith(['run: docker build .'])
    expect(chosen(text, 'Dockerfile')).toBe(
      `build.yml: the script in line 5 builds, and scripts are not read. ${REMEDY}`,
    )
  })
  it('nor is another workflow', () => {
    const text = 'on: push\njobs: { b: { uses: org/ci/.github/workflows/docker.yml@v1 } }'
    const reason = `build.yml: the job b calls org/ci/.github/workflows/docker.yml@v1, which is not read. ${REMEDY}`
    expect(chosen(text, 'Dockerfile')).toBe(reason)
  })
})
