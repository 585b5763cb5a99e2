import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { assumptionText, type BuildInputs, resolveBuild, writtenSetting } from '../../../src/build-definition/index.js'
import type { BuildSettings } from '../../../src/enrollment/images-file.js'
import { building, NOTHING } from './examples.js'
import { PATH, stepsOf } from './followed.js'

/** What is given to discovery, the assumptions in words; what is open has tests of its own. */
function settledBy(passes: BuildInputs | null, explicit: BuildSettings) {
  const { open: _, assumed, ...settled } = resolveBuild(passes, explicit)
  return { ...settled, assumed: assumed.map(assumptionText) }
}

function passesOf(inputs: string): BuildInputs {
  return stepsOf(building(inputs))[0]!.inputs
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
    expect(settledBy(null, NOTHING)).toEqual(settled)
    expect(settledBy(passesOf('context: .'), NOTHING)).toEqual(settled)
  })
  it('leaves out what is not known, and says so', () => {
    expect(settledBy(UNKNOWN, NOTHING)).toEqual({
      args: new Map([['A', '1']]),
      target: null,
      platforms: ['linux/amd64'],
      contexts: new Map(),
      assumed: [
        `build-arg NODE_TAG is \${{ inputs.tag }} (${PATH}:13): the Dockerfile's default is assumed`,
        "build-arg TOKEN is taken from the build's environment: the Dockerfile's default is assumed",
        `build context base is \${{ inputs.base }} (${PATH}:19): its value is not known`,
        `target is \${{ inputs.target }} (${PATH}:17): the last stage is assumed`,
        `platform is \${{ inputs.platforms }} (${PATH}:18): linux/amd64 is assumed`,
      ],
    })
  })
  it('images.yaml wins, name by name', () => {
    const explicit: BuildSettings = {
      args: new Map([
        ['NODE_TAG', '22'],
        ['A', '2'],
      ]),
      target: 'prod',
      platforms: ['linux/arm64'],
      contexts: new Map([['base', 'docker-image://alpine']]),
    }
    const settled = settledBy(UNKNOWN, explicit)
    expect(settled).toEqual({
      ...explicit,
      assumed: ["build-arg TOKEN is taken from the build's environment: the Dockerfile's default is assumed"],
    })
  })
  it('of platforms looks at those that are known', () => {
    const settled = settledBy(passesOf('platforms: linux/arm64,local,${{ inputs.p }}'), NOTHING)
    expect(settled.platforms).toEqual(['linux/arm64', 'linux/amd64'])
    expect(settled.assumed).toEqual([`platform is \${{ inputs.p }} (${PATH}:13): linux/arm64, linux/amd64 is assumed`])
  })
  it('a list nobody knows is said', () => {
    const settled = settledBy(passesOf('build-args: ${{ inputs.args }}'), NOTHING)
    expect(settled.assumed).toEqual([
      `build-args holds \${{ inputs.args }} (${PATH}:13): what that passes is not known`,
    ])
  })
  it('what others wrote stays on one short line', () => {
    const settled = settledBy(passesOf(`build-args: "A=\${{ x\\n::error::\\u202e${'y'.repeat(500)} }}"`), NOTHING)
    expect(settled.assumed).toHaveLength(1)
    expect(settled.assumed[0]).toMatch(
      /^build-arg A is \$\{\{ x ::error::\\u\{202e\}y{50,70}… \(\.github\/workflows\/build\.yml:13\): the Dockerfile's default is assumed$/,
    )
  })
})

describe('what the real build may pass instead', () => {
  const open = (passes: BuildInputs | null, explicit: BuildSettings | null) => resolveBuild(passes, explicit).open
  const CLOSED = { args: new Set(), anyArg: false, target: null, platforms: false, contexts: new Map() }
  const list = (key: string): BuildInputs => ({ ...passesOf('context: .'), unclear: [{ key, written: '${{ x }}' }] })

  it('nothing, where all is known or images.yaml says it', () => {
    expect(open(null, NOTHING)).toEqual(CLOSED)
    expect(open(passesOf('target: prod'), null)).toEqual(CLOSED)
    const explicit = {
      args: new Map([
        ['NODE_TAG', '1'],
        ['TOKEN', ''],
      ]),
      target: 'x',
      platforms: ['linux/arm64'],
    }
    const contexts = new Map([['base', '.']])
    expect(open(UNKNOWN, { ...explicit, contexts })).toEqual(CLOSED)
  })
  it('what is unknown, and what is assumed', () => {
    expect(open(UNKNOWN, null)).toEqual({
      args: new Set(['NODE_TAG', 'TOKEN']),
      anyArg: false,
      target: '${{ inputs.target }}',
      platforms: true,
      contexts: new Map([['base', '${{ inputs.base }}']]),
    })
    const assumed = { text: 'prod', assumedFrom: '${TARGET}' }
    expect(open({ ...passesOf('context: .'), target: assumed }, null)).toEqual({ ...CLOSED, target: '${TARGET}' })
  })
  it('anything, where nothing was read', () => {
    expect(open(null, null)).toEqual({ ...CLOSED, anyArg: true, target: '', platforms: true })
  })
  it.each([
    ['build-args', { anyArg: true }],
    ['args', { anyArg: true }],
    ['build-contexts', {}],
    ['contexts', {}],
    ['set', { anyArg: true, target: '', platforms: true }],
    ['inherits', { anyArg: true, target: '', platforms: true }],
  ])('what %s may hold', (key, expected) => {
    expect(open(list(key), null)).toEqual({ ...CLOSED, ...expected })
  })
})

describe('what to write in images.yaml', () => {
  const ROWS: [string, Parameters<typeof writtenSetting>, unknown][] = [
    ['`build: {target: prod}`', ['target', 'prod'], { target: 'prod' }],
    ['`build: {target: "no"}`', ['target', 'no'], { target: 'no' }],
    ['`build: {args: {NODE: "22"}}`', ['args', new Map([['NODE', '22']])], { args: { NODE: '22' } }],
    [
      '`build: {args: {A: "", B: x-y}}`',
      [
        'args',
        new Map([
          ['A', ''],
          ['B', 'x-y'],
        ]),
      ],
      { args: { A: '', B: 'x-y' } },
    ],
    ['`build: {platforms: [linux/amd64]}`', ['platforms', ['linux/amd64']], { platforms: ['linux/amd64'] }],
    [
      '`build: {contexts: {base: "docker-image://a:1"}}`',
      ['contexts', new Map([['base', 'docker-image://a:1']])],
      { contexts: { base: 'docker-image://a:1' } },
    ],
  ]
  it.each(ROWS)('%s', (expected, [key, setting], meaning) => {
    const written = writtenSetting(key, setting)
    expect(written).toBe(expected)
    expect(parse(written.slice(1, -1))).toEqual({ build: meaning })
  })
})
