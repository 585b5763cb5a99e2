import { describe, expect, it } from 'vitest'
import {
  type ActionStep,
  type BuildInputs,
  type ExplicitBuild,
  resolveBuild,
} from '../../../src/build-definition/index.js'
import { building, workflow } from './examples.js'

const NOTHING: ExplicitBuild = { args: new Map(), target: null, platforms: null, contexts: new Map() }

function passesOf(inputs: string): BuildInputs {
  return (workflow(building(inputs)).builds as ActionStep[])[0]!.passes
}

const UNKNOWN = passesOf(`build-args: |
  NODE_TAG=\${{ inputs.tag }}
  A=1
  TOKEN
target: \${{ inputs.target }}
platforms: \${{ inputs.platforms }}
build-contexts: base=\${{ inputs.base }}`)

describe('what is given to discovery', () => {
  it('without anything is what docker build does', () => {
    const settled = { args: new Map(), target: null, platforms: ['linux/amd64'], contexts: new Map(), assumed: [] }
    expect(resolveBuild(null, NOTHING)).toEqual(settled)
    expect(resolveBuild(passesOf('context: .'), NOTHING)).toEqual(settled)
  })
  it('leaves out what is not known, and says so', () => {
    expect(resolveBuild(UNKNOWN, NOTHING)).toEqual({
      args: new Map([['A', '1']]),
      target: null,
      platforms: ['linux/amd64'],
      contexts: new Map(),
      assumed: [
        "build-arg NODE_TAG is ${{ inputs.tag }}: the Dockerfile's default is assumed",
        "build-arg TOKEN is taken from the build's environment: the Dockerfile's default is assumed",
        'build context base is ${{ inputs.base }}: it is left out',
        'target is ${{ inputs.target }}: the last stage is assumed',
        'platform is ${{ inputs.platforms }}: linux/amd64 is assumed',
      ],
    })
  })
  it('images.yaml wins, name by name', () => {
    const explicit: ExplicitBuild = {
      args: new Map([
        ['NODE_TAG', '22'],
        ['A', '2'],
      ]),
      target: 'prod',
      platforms: ['linux/arm64'],
      contexts: new Map([['base', 'docker-image://alpine']]),
    }
    const settled = resolveBuild(UNKNOWN, explicit)
    expect(settled).toEqual({
      ...explicit,
      assumed: ["build-arg TOKEN is taken from the build's environment: the Dockerfile's default is assumed"],
    })
  })
  it('of platforms looks at those that are known', () => {
    const settled = resolveBuild(passesOf('platforms: linux/arm64,local,${{ inputs.p }}'), NOTHING)
    expect(settled.platforms).toEqual(['linux/arm64', 'linux/amd64'])
    expect(settled.assumed).toEqual(['platform is ${{ inputs.p }}: linux/arm64, linux/amd64 is assumed'])
  })
  it('a list nobody knows is said', () => {
    const settled = resolveBuild(passesOf('build-args: ${{ inputs.args }}'), NOTHING)
    expect(settled.assumed).toEqual(['build-args holds ${{ inputs.args }}: what that passes is not known'])
  })
  it('what others wrote stays on one short line', () => {
    const settled = resolveBuild(passesOf(`build-args: "A=\${{ x\\n::error::\\u202e${'y'.repeat(500)} }}"`), NOTHING)
    expect(settled.assumed).toHaveLength(1)
    expect(settled.assumed[0]).toMatch(
      /^build-arg A is \$\{\{ x ::error:: y{60,70}…: the Dockerfile's default is assumed$/,
    )
  })
})
