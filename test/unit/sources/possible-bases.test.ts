// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles and workflows write variables like that.
import { describe, expect, it } from 'vitest'
import type { BuildInputs, BuildValue } from '../../../src/build-definition/index.js'
import { formatReference } from '../../../src/reference/index.js'
import { type BaseUse, dockerfileBases, unitedUses } from '../../../src/sources/bases.js'

const PASSES_NOTHING: BuildInputs = {
  args: new Map(),
  target: null,
  platforms: [],
  contexts: new Map(),
  unclear: [],
}
const SAYS_NOTHING = { args: new Map(), target: null, platforms: null, contexts: new Map() }

const unknown = (written: string, place?: string): BuildValue => {
  return { unknown: true, written, ...(place !== undefined && { place }) }
}
const args = (values: Record<string, BuildValue>): BuildInputs => {
  return { ...PASSES_NOTHING, args: new Map(Object.entries(values)) }
}

/** What is tracked, without Docker Hub's prefix; `?` after what only a possible build pulls. */
function tracked(uses: readonly BaseUse[]): string[] {
  return uses
    .filter((use) => use.reachable)
    .map(
      ({ reference, assumed }) => formatReference(reference).replace('docker.io/library/', '') + (assumed ? '?' : ''),
    )
    .sort()
}

function answer(text: string, inputs: BuildInputs | null, explicit: typeof SAYS_NOTHING | null = null) {
  const result = dockerfileBases({ file: 'Dockerfile', text, inputs, isImage: true }, explicit)
  if (!result.ok) throw new Error(result.message)
  return { ...result, bases: tracked(result.uses), texts: result.assumed.map(({ text }) => text) }
}

const STAGES = 'FROM go:1 AS build\nFROM distroless:1 AS prod\nCOPY --from=build /x /x\nFROM alpine:3 AS dev\n'

describe('an unknown target', () => {
  it('every stage may be it; the place and what to write are said', () => {
    const { bases, assumed } = answer(STAGES, { ...PASSES_NOTHING, target: unknown('${{ inputs.t }}', 'build.yml:9') })
    expect(bases).toEqual(['alpine:3', 'distroless:1?', 'go:1?'])
    expect(assumed).toEqual([
      {
        text: 'target is ${{ inputs.t }} (build.yml:9): the last stage (dev) is assumed, and the base images of every stage that may be the target (build, prod) are tracked as well',
        remedy: 'Write `build: {target: dev}` in images.yaml, with what the build passes.',
        isRuntimeOnly: false,
      },
    ])
  })
  it('a default of a variable is one of the possibilities', () => {
    const target = { text: 'prod', assumedFrom: '${T}', place: 'docker-bake.hcl:3' }
    const { bases, assumed } = answer(STAGES, { ...PASSES_NOTHING, target })
    expect(bases).toEqual(['alpine:3?', 'distroless:1', 'go:1'])
    expect(assumed).toMatchObject([
      {
        text: expect.stringMatching(/\(docker-bake\.hcl:3\): prod is assumed/),
        remedy: expect.stringContaining('{target: prod}'),
      },
    ])
  })
  it('a default that is no stage is a guess: all are possible', () => {
    const { bases } = answer(STAGES, { ...PASSES_NOTHING, target: { text: 'gone', assumedFrom: '${T}' } })
    expect(bases).toEqual(['alpine:3?', 'distroless:1?', 'go:1?'])
  })
  it.each([
    ['pr${{ inputs.t }}', ['distroless:1', 'go:1']],
    ['${{ inputs.t }}d', ['distroless:1', 'go:1']],
    ['${{ inputs.t }}${{ inputs.u }}', ['alpine:3', 'distroless:1?', 'go:1?']],
    ['${T}-debian', ['alpine:3', 'distroless:1?', 'go:1?']],
    ['"pr${T}"', ['distroless:1', 'go:1']],
    ["taken from the build's environment", ['alpine:3', 'distroless:1?', 'go:1?']],
  ])('%s', (written, expected) => {
    expect(answer(STAGES, { ...PASSES_NOTHING, target: unknown(written) }).bases).toEqual(expected)
  })
  it('says nothing where no other stage pulls more', () => {
    const { bases, assumed } = answer('FROM go:1 AS build\nFROM alpine:3 AS prod\nCOPY --from=build / /\n', null)
    expect(bases).toEqual(['alpine:3', 'go:1'])
    expect(assumed).toEqual([])
  })
  it('names five stages at most', () => {
    const text = Array.from({ length: 9 }, (_, i) => `FROM a:${i} AS s${i}\n`).join('')
    expect(answer(text, null).texts[0]).toContain('(s0, s1, s2, s3, s4, …)')
  })
  it('looks at 64 builds, then at every image that the file names', () => {
    const text = `${Array.from({ length: 100 }, (_, i) => `FROM a:${i} AS s${i}\n`).join('')}FROM b:1\n`
    const { bases, texts } = answer(text, null)
    expect(bases).toHaveLength(101)
    expect(texts.at(-1)).toBe(
      'more than 64 builds of it are possible: every image that the Dockerfile names is tracked',
    )
  })
  it('of a written one, what runs is what runs in any of them', () => {
    const text = 'FROM go:1 AS build\nFROM alpine:3 AS prod\nCOPY --from=build / /\n'
    const runs = (inputs: BuildInputs | null) =>
      dockerfileBases({ file: 'Dockerfile', text, inputs, isImage: true }, null)
    const written = runs({ ...PASSES_NOTHING, target: unknown('${{ x }}') })
    expect(written).toMatchObject({ uses: [{ runtime: true }, { runtime: true }], assumed: [{ isRuntimeOnly: true }] })
    expect(runs(null)).toMatchObject({ uses: [{ runtime: false }, { runtime: true }], assumed: [] })
  })
})

describe('a build of which nothing was read', () => {
  it('may build every stage', () => {
    const { bases, assumed, usesDefaults } = answer(STAGES, null)
    expect(bases).toEqual(['alpine:3', 'distroless:1?', 'go:1?'])
    expect(assumed).toMatchObject([
      {
        text: 'what the build passes is unknown: the base images of every stage that may be the target (build, prod) are tracked as well',
        remedy:
          'Write `build: {target: dev}` in images.yaml, with what the build passes, or `build: {}` if it passes nothing.',
      },
    ])
    expect(usesDefaults).toBe(true)
  })
  it('is what images.yaml says, if it says anything', () => {
    expect(answer(STAGES, null, SAYS_NOTHING)).toMatchObject({ bases: ['alpine:3'], assumed: [] })
  })
  it('is known where a definition was read', () => {
    expect(answer(STAGES, PASSES_NOTHING)).toMatchObject({ bases: ['alpine:3'], assumed: [] })
  })
})

describe('a stage chosen by an argument', () => {
  const KIND =
    'ARG KIND=cpu\nFROM debian:13-slim AS base-cpu\nFROM nvidia/cuda:12 AS base-gpu\nFROM busybox:1 AS other\nFROM base-${KIND}\n'
  const BOTH = ['debian:13-slim', 'docker.io/nvidia/cuda:12?']

  it('whose value is not known', () => {
    const { bases, assumed } = answer(KIND, args({ KIND: unknown('${{ vars.KIND }}', 'build.yml:12') }))
    expect(bases).toEqual(BOTH)
    expect(assumed).toMatchObject([
      {
        text: "build-arg KIND is ${{ vars.KIND }} (build.yml:12): the Dockerfile's default cpu is assumed, and the base images of every stage that KIND may choose (base-cpu, base-gpu) are tracked as well",
        remedy: 'Write `build: {args: {KIND: cpu}}` in images.yaml, with what the build passes.',
      },
    ])
  })
  it.each<[string, string, BuildInputs | null, string[]]>([
    ['nothing is known', KIND, null, ['busybox:1?', ...BOTH]],
    [
      'in a list of unknown arguments',
      KIND,
      { ...PASSES_NOTHING, unclear: [{ key: 'build-args', written: '${{ x }}' }] },
      BOTH,
    ],
    [
      'by a default of bake',
      KIND,
      args({ KIND: { text: 'gpu', assumedFrom: '${K}' } }),
      ['debian:13-slim?', 'docker.io/nvidia/cuda:12'],
    ],
    [
      'behind a default',
      KIND.replace('base-${KIND}', '$B').replace('cpu\n', 'cpu\nARG B=base-$KIND\n'),
      args({ KIND: unknown('x') }),
      BOTH,
    ],
    [
      'without a default',
      KIND.replace('=cpu', ''),
      args({ KIND: unknown('x') }),
      BOTH.map((one) => `${one.replace('?', '')}?`),
    ],
    [
      'whole',
      KIND.replace('base-$', '$').replace('=cpu', '=base-cpu'),
      args({ KIND: unknown('x') }),
      ['busybox:1?', ...BOTH],
    ],
    [
      'by being there',
      KIND.replace('base-${KIND}', 'base-${KIND:+gpu}').replace('=cpu', '='),
      args({ KIND: unknown('x') }),
      ['docker.io/nvidia/cuda:12'],
    ],
    [
      'by being empty',
      KIND.replace('base-${KIND}', 'base-cpu${KIND}').replace('=cpu', '=x'),
      args({ KIND: unknown('x') }),
      ['base-cpux:latest', 'debian:13-slim?'],
    ],
    ['that is known', KIND, args({ KIND: { text: 'gpu' } }), ['docker.io/nvidia/cuda:12']],
    ['that is not passed', KIND, PASSES_NOTHING, ['debian:13-slim']],
    [
      'among contexts only',
      KIND,
      { ...PASSES_NOTHING, unclear: [{ key: 'build-contexts', written: '${{ x }}' }] },
      ['debian:13-slim'],
    ],
  ])('%s', (_title, text, inputs, expected) => {
    expect(answer(text, inputs).bases).toEqual([...expected].sort())
  })
  it('two arguments together', () => {
    const text = 'ARG A=x\nARG B=1\nFROM a:1 AS x-1\nFROM b:1 AS y-2\nFROM c:1 AS z\nFROM ${A}-${B}\n'
    expect(answer(text, args({ A: unknown('a'), B: unknown('b') })).bases).toEqual(['a:1', 'b:1?'])
    expect(answer(text, args({ A: unknown('a') })).bases).toEqual(['a:1'])
  })
  it('the stage that another FROM would name is not made up', () => {
    const text = `${KIND.replace('FROM base-${KIND}', 'FROM alpine:3 AS tools-cpu\nFROM tools-${KIND} AS tools\nFROM base-${KIND}')}COPY --from=tools / /\n`
    expect(answer(text, args({ KIND: unknown('x') })).bases).toEqual(['alpine:3', ...BOTH])
  })
  it('an argument that names an image keeps its default, which is said', () => {
    const { bases, assumed } = answer('ARG V=20\nFROM node:$V\n', args({ V: unknown('${{ env.V }}', 'build.yml:12') }))
    expect(bases).toEqual(['node:20'])
    expect(assumed).toMatchObject([
      {
        text: "build-arg V is ${{ env.V }} (build.yml:12): the Dockerfile's default 20 is assumed",
        remedy: 'Write `build: {args: {V: "20"}}` in images.yaml, with what the build passes.',
      },
    ])
  })
  it('a list of unknown arguments matters only where one names a base', () => {
    const inputs = { ...PASSES_NOTHING, unclear: [{ key: 'build-args', written: '${{ x }}' }] }
    expect(answer('FROM node:20\nARG V=1\n', inputs).texts).toEqual([])
    expect(answer('ARG V=20\nFROM node:$V\n', inputs).assumed).toMatchObject([
      {
        text: 'build-args holds ${{ x }}: what that passes is not known',
        remedy: expect.stringContaining('{V: "20"}'),
      },
    ])
  })
  it('more values than anybody passes', () => {
    const stages = Array.from({ length: 90 }, (_, i) => `FROM a:${i} AS s-${i}\n`).join('')
    const { bases, texts } = answer(`ARG K=0\n${stages}FROM s-$K\n`, args({ K: unknown('x') }))
    expect(bases).toHaveLength(90)
    expect(texts.at(-1)).toMatch(/^more than 64 builds/)
  })
})

describe('a stage chosen by the platform', () => {
  const text = 'FROM debian:1 AS base-amd64\nFROM ubuntu:1 AS base-arm64\nFROM base-$TARGETARCH\n'
  it('that is not known', () => {
    const { bases, texts } = answer(text, { ...PASSES_NOTHING, platforms: [unknown('${{ x }}')] })
    expect(bases).toEqual(['debian:1', 'ubuntu:1?'])
    expect(texts).toEqual([
      'platform is ${{ x }}: linux/amd64 is assumed, and the base images of every stage that another platform chooses are tracked as well',
    ])
  })
  it('that is known, or names images alone', () => {
    expect(answer(text, { ...PASSES_NOTHING, platforms: [{ text: 'linux/arm64' }] }).bases).toEqual(['ubuntu:1'])
    expect(answer('FROM a:$TARGETARCH\n', null).bases).toEqual(['a:amd64'])
  })
})

describe('an image that cannot be named', () => {
  it('the others are tracked', () => {
    const text = 'ARG V\nFROM go:1 AS b\nFROM node:${V}-slim\nCOPY --from=b / /\n'
    const { bases, unnamed } = answer(text, args({ V: unknown('${{ inputs.v }}', 'build.yml:12') }))
    expect(bases).toEqual(['go:1'])
    expect(unnamed).toEqual([
      {
        text: 'Dockerfile:3 pulls docker.io/library/node:*-slim that is not known: build-arg V is ${{ inputs.v }} (build.yml:12), and the Dockerfile has no default that names an image',
        remedy: 'Write `build: {args: {V: "…"}}` or `bases: […]` with the image in images.yaml.',
        mayBe: 'docker.io/library/node:*-slim',
      },
    ])
  })
  it.each([
    ['FROM $X', '*'],
    ['FROM $X:1', '*:1'],
    ['FROM ghcr.io/a/$X', 'ghcr.io/a/*'],
    ['FROM $X/b:1', '*/b:1'],
    ['FROM $X-slim', '*-slim*'],
  ])('%s', (from, mayBe) => {
    expect(answer(`ARG X\n${from}\n`, null)).toMatchObject({ bases: [], unnamed: [{ mayBe }] })
    expect(answer(`ARG X=PLEASE_SET\n${from}\n`, null).unnamed.length).toBeLessThanOrEqual(1)
  })
  it('a build that is known to pass nothing is refused, as BuildKit does', () => {
    const file = { file: 'Dockerfile', text: 'ARG X\nFROM $X\n', inputs: PASSES_NOTHING, isImage: true }
    expect(dockerfileBases(file, null)).toMatchObject({
      ok: false,
      line: 2,
    })
  })
  const contexts = (values: Record<string, BuildValue>) => ({
    ...PASSES_NOTHING,
    contexts: new Map(Object.entries(values)),
  })
  it.each<[string, string, string, string[], (string | null)[]]>([
    ['a name', 'FROM base', '${{ inputs.base }}', [], ['*']],
    ['a name nobody uses', 'FROM alpine:3', '${{ inputs.base }}', ['alpine:3'], []],
    ['an image of an unknown tag', 'FROM base', 'docker-image://node:${{ x }}', [], ['docker.io/library/node:*']],
    ['a folder', 'FROM alpine:3\nCOPY --from=base / /', './${{ x }}', ['alpine:3'], []],
    ['the workspace', 'FROM alpine:3\nCOPY --from=base / /', '${{ github.workspace }}/x', ['alpine:3'], []],
    ['a stage', 'FROM alpine:3 AS base\nFROM base', '${{ x }}', ['alpine:3?'], ['*']],
  ])('a context that stands for %s', (_title, text, written, bases, mayBe) => {
    const found = answer(`${text}\n`, contexts({ base: unknown(written) }))
    expect(found.bases).toEqual(bases)
    expect(found.unnamed.map((one) => one.mayBe)).toEqual(mayBe)
  })
  it('placeholders and local registries are told once, and not tracked', () => {
    const text =
      'ARG T=changeme\nFROM node:$T\nCOPY --from=localhost:5000/x /a /a\nCOPY --from=localhost:5000/x /b /b\n'
    const { bases, unnamed } = answer(`${text}COPY --from=alpine:3 / /\n`, PASSES_NOTHING)
    expect(bases).toEqual(['alpine:3'])
    expect(unnamed).toMatchObject([
      {
        text: expect.stringContaining('Dockerfile:2 pulls docker.io/library/node:changeme'),
        remedy: expect.stringContaining('{T: "…"}'),
      },
      { text: expect.stringContaining('Dockerfile:3 pulls localhost:5000/x:latest'), mayBe: null },
    ])
  })
})

describe('a default of a variable that reaches a base is said', () => {
  const assumed = (text: string) => ({ text, assumedFrom: '${X}', place: 'docker-bake.hcl:3' })
  it.each<[string, string, Partial<BuildInputs>, string]>([
    ['an argument', 'ARG V=1\nFROM a:$V', { args: new Map([['V', assumed('2')]]) }, '2'],
    ['one behind another', 'ARG V=1\nARG W=$V\nFROM a:$W', { args: new Map([['V', assumed('2')]]) }, '2'],
    ['one that is there or not', 'ARG V\nFROM a:1${V:+-x}', { args: new Map([['V', assumed('2')]]) }, '2'],
    ["a platform's argument", 'FROM a:$TARGETARCH', { args: new Map([['TARGETARCH', assumed('x')]]) }, 'x'],
    ['a context', 'FROM base', { contexts: new Map([['base', assumed('docker-image://b:1')]]) }, 'docker-image://b:1'],
    ['a target', 'FROM a:1 AS one\nFROM b:1 AS two', { target: assumed('one') }, 'one'],
    ['a platform', 'FROM a:$TARGETARCH', { platforms: [assumed('linux/arm64')] }, 'linux/arm64'],
  ])('%s', (_title, text, inputs, value) => {
    expect(answer(`${text}\n`, { ...PASSES_NOTHING, ...inputs }).texts).toEqual([
      expect.stringContaining(`is \${X} (docker-bake.hcl:3): ${value} is assumed`),
    ])
  })
  it('one that reaches none is not', () => {
    const inputs = { ...PASSES_NOTHING, args: new Map([['V', assumed('2')]]) }
    expect(answer('FROM a:1\nARG V\n', inputs).texts).toEqual([])
    expect(answer('ARG V\nFROM a:1\nARG V\n', inputs).texts).toEqual([])
  })
})

describe('several builds that may be the image', () => {
  const use = (name: string, more: Partial<BaseUse> = {}): BaseUse => ({
    reference: { registry: 'docker.io', repository: `library/${name}`, tag: '1', digest: null },
    kind: 'from',
    file: 'Dockerfile',
    stage: '0',
    line: 1,
    reachable: true,
    runtime: true,
    platform: null,
    platforms: ['linux/amd64'],
    assumed: false,
    ...more,
  })
  it.each<[string, Parameters<typeof unitedUses>[0], string[]]>([
    [
      'what all pull is sure',
      [
        { isImage: true, isPossible: true, uses: [use('a'), use('b')] },
        { isImage: true, isPossible: true, uses: [use('a')] },
      ],
      ['a:1', 'a:1', 'b:1?'],
    ],
    [
      'what the chosen one pulls is sure',
      [
        { isImage: true, uses: [use('a')] },
        { isImage: true, isPossible: true, uses: [use('a'), use('b')] },
      ],
      ['a:1', 'a:1', 'b:1?'],
    ],
    [
      'what a build is put together from is sure, and chooses nothing',
      [
        { isImage: true, isPossible: true, uses: [use('a')] },
        { isImage: true, isPossible: true, uses: [use('a'), use('b')] },
        { isImage: false, uses: [use('b')] },
      ],
      ['a:1', 'a:1', 'b:1', 'b:1'],
    ],
    [
      'all are the image',
      [
        { isImage: true, uses: [use('a')] },
        { isImage: true, uses: [use('b')] },
      ],
      ['a:1', 'b:1'],
    ],
    [
      'one that is assumed in one of them',
      [
        { isImage: true, isPossible: true, uses: [use('a', { assumed: true })] },
        { isImage: true, isPossible: true, uses: [use('a')] },
      ],
      ['a:1?', 'a:1?'],
    ],
  ])('%s', (_title, builds, expected) => {
    expect(tracked(unitedUses(builds))).toEqual(expected)
  })
})
