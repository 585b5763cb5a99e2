// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfile variables look like that.
import { describe, expect, test } from 'vitest'
import { type BaseImageUse, type BuildOptions, findBaseImages } from '../../../src/dockerfile/index.js'

function images(text: string, options?: BuildOptions): BaseImageUse[] {
  const result = findBaseImages(text, options)
  if (!result.ok) throw new Error(`${result.error.line}: ${result.error.message}`)
  return result.images
}

function errorOf(text: string, options?: BuildOptions): { message: string; line: number } {
  const result = findBaseImages(text, options)
  if (result.ok) throw new Error('accepted')
  return result.error
}

function warningsOf(text: string): string[] {
  const result = findBaseImages(text)
  if (!result.ok) throw new Error(result.error.message)
  return result.problems.map(({ line, message }) => `${line}: ${message}`)
}

describe('what is said about each image', () => {
  const text = [
    'ARG NODE=22',
    'FROM golang:1.22 AS build',
    'COPY --from=busybox:1 / /',
    'FROM \\',
    '  node:$NODE',
    'COPY --from=build / /',
    'RUN --mount=from=alpine:3,target=/x ls',
  ].join('\n')

  test('kind, stage, line, runtime, assumed, platforms', () => {
    const rows = images(text).map((use) => [use.ref, use.kind, use.stage, use.line, use.runtime, use.assumed.join()])
    expect(rows).toEqual([
      ['docker.io/library/golang:1.22', 'from', 'build', 2, false, ''],
      ['docker.io/library/busybox:1', 'copy', 'build', 3, false, ''],
      ['docker.io/library/node:22', 'from', '1', 4, true, 'NODE'],
      ['docker.io/library/alpine:3', 'mount', '1', 7, false, ''],
    ])
  })

  test('the FROM chain of the target is what runs, whichever target', () => {
    const chain = 'FROM a AS base\nFROM b AS tools\nFROM base AS app\nCOPY --from=tools / /\nFROM app\n'
    expect(images(chain).map(({ ref, runtime }) => [ref, runtime])).toEqual([
      ['docker.io/library/a:latest', true],
      ['docker.io/library/b:latest', false],
    ])
    const tools = images(chain, { target: 'TOOLS' })
    expect(tools.map(({ reachable, runtime }) => [reachable, runtime])).toEqual([
      [false, false],
      [true, true],
    ])
  })

  test('a build argument is no assumption; defaults behind a default are', () => {
    const file = 'ARG V=3\nARG TAG=$V-slim\nARG X\nFROM a:$TAG\nFROM b:${X:-1}\nFROM c:$TARGETARCH\n'
    expect(images(file).map(({ assumed }) => assumed)).toEqual([['TAG', 'V'], ['X'], []])
    const args = new Map([['TAG', '9']])
    expect(images(file, { args })[0]).toMatchObject({ ref: 'docker.io/library/a:9', assumed: [] })
  })

  test('ONBUILD of a local stage: at its own line and stage, once, only when it runs', () => {
    const file = 'FROM a AS base\nONBUILD COPY --from=busybox:1 / /\n'
    expect(images(file)).toHaveLength(1)
    const triggered = images(`${file}FROM base\n`)
    expect(triggered[1]).toMatchObject({ kind: 'onbuild', stage: 'base', line: 2, reachable: true, runtime: false })
  })

  test('an image reached by the index that BuildKit gives it is one entry', () => {
    const file = 'FROM a AS x\nCOPY --from=busybox:1 / /\nFROM b\nCOPY --from=2 / /\n'
    expect(images(file).map(({ ref, reachable }) => [ref, reachable])).toEqual([
      ['docker.io/library/a:latest', false],
      ['docker.io/library/busybox:1', true],
      ['docker.io/library/b:latest', true],
    ])
  })

  test('the platform asked for, variables expanded', () => {
    const file = 'FROM --platform=$BUILDPLATFORM a\nFROM --platform=linux/arm64/v8 b\nFROM c\n'
    expect(images(file, { platforms: ['linux/s390x'] }).map(({ platform }) => platform)).toEqual([
      'linux/amd64',
      'linux/arm64/v8',
      null,
    ])
  })
})

describe('several platforms: the union', () => {
  const platforms = ['linux/amd64', 'linux/arm64', 'linux/arm/v7']

  test('stages chosen by architecture', () => {
    const file = 'FROM a AS s-amd64\nFROM b AS s-arm64\nFROM c AS s-arm\nFROM d AS s-s390x\nFROM s-$TARGETARCH\n'
    expect(images(file, { platforms }).map((use) => [use.ref, use.reachable, use.platforms])).toEqual([
      ['docker.io/library/a:latest', true, ['linux/amd64']],
      ['docker.io/library/b:latest', true, ['linux/arm64']],
      ['docker.io/library/c:latest', true, ['linux/arm/v7']],
      ['docker.io/library/d:latest', false, []],
    ])
  })

  test('an image that differs from one to the other', () => {
    const refs = images('FROM a:$TARGETARCH$TARGETVARIANT\n', { platforms }).map(({ ref }) => ref)
    expect(refs).toEqual(['docker.io/library/a:amd64', 'docker.io/library/a:arm64', 'docker.io/library/a:armv7'])
  })

  test('a platform that is none is refused', () => {
    expect(errorOf('FROM a\n', { platforms: ['linux/'] }).message).toContain('"linux/" is not a platform')
  })
})

describe('named build contexts', () => {
  const withContexts = (entries: Record<string, string>): BuildOptions => ({
    contexts: new Map(Object.entries(entries)),
  })
  const refs = (text: string, entries: Record<string, string>) =>
    images(text, withContexts(entries)).map(({ ref }) => ref)

  test.each<[string, string, Record<string, string>, string[]]>([
    ['an image by its name', 'FROM base\n', { base: 'docker-image://alpine:3.20' }, ['docker.io/library/alpine:3.20']],
    [
      'latest is left out',
      'FROM alpine\n',
      { alpine: 'docker-image://alpine:3.20' },
      ['docker.io/library/alpine:3.20'],
    ],
    [
      'a key with latest',
      'FROM alpine\n',
      { 'docker.io/library/alpine:latest': 'docker-image://b' },
      ['docker.io/library/b:latest'],
    ],
    ['another tag is another name', 'FROM alpine:3\n', { alpine: 'docker-image://b' }, ['docker.io/library/alpine:3']],
    [
      'a stage, with all it needs',
      'FROM a AS s\nCOPY --from=x / /\nFROM s\n',
      { s: 'docker-image://b' },
      ['docker.io/library/b:latest', 'docker.io/library/x:latest'],
    ],
    [
      'COPY --from',
      'FROM a\nCOPY --from=src / /\n',
      { src: 'docker-image://b:1' },
      ['docker.io/library/a:latest', 'docker.io/library/b:1'],
    ],
    ['a folder is no image', 'FROM a\nCOPY --from=src / /\n', { src: './src' }, ['docker.io/library/a:latest']],
    [
      'for one platform',
      'FROM base\n',
      { 'base::linux/amd64': 'docker-image://b', base: 'docker-image://c' },
      ['docker.io/library/b:latest'],
    ],
    ['scratch stays', 'FROM scratch\n', { scratch: 'docker-image://b' }, []],
  ])('%s', (_title, text, entries, expected) => expect(refs(text, entries)).toEqual(expected))

  test('what a replaced stage needs is not needed', () => {
    const found = images('FROM a AS s\nCOPY --from=x / /\nFROM s\n', withContexts({ s: 'docker-image://b' }))
    expect(found.map(({ reachable }) => reachable)).toEqual([true, false])
  })

  test('a replaced stage may stand later in the file', () => {
    expect(refs('FROM a\nCOPY --from=s / /\nFROM b AS s\nFROM c AS t\n', { s: 'docker-image://d' })).toContain(
      'docker.io/library/c:latest',
    )
  })

  test('one that is no image reference is refused', () => {
    expect(errorOf('FROM base\n', withContexts({ base: 'docker-image://UP:1:2' })).message).toContain(
      'build context base',
    )
  })
})

describe('errors name the cause and the remedy', () => {
  test.each([
    ['ARG IMAGE\nFROM ${IMAGE}\n', 2, 'ARG IMAGE has no default: pass it (build.args.IMAGE in images.yaml)'],
    ['FROM node:${V}\n', 1, 'the tag after ":" is empty; there is no ARG V above the first FROM'],
    ['FROM $IMAGE\n', 1, 'there is no ARG IMAGE above the first FROM'],
    ['FROM a\nARG V=1\nFROM b:$V\n', 3, 'ARG V is inside a stage, where FROM does not see it'],
    ['FROM a AS Build\nFROM Build\n', 2, 'write FROM build'],
    ['FROM a:1 # comment\n', 1, 'a comment needs its own line'],
    ['FROM {{ .Base }}\n', 1, 'looks like a template'],
    ['{% if x %}\nFROM a\n', 1, 'looks like a template'],
    ['FROM a\nCOPY --fron=b c d\n', 2, 'did you mean --from?'],
    ['FROM a\nCOYP b c\n', 2, 'did you mean COPY?'],
    ['FROM a\nCOPY --from=$B c d\n', 2, 'FROM … AS name'],
    ['FROM a\nRUN <<EOF\nx\n', 2, 'no line holds just "EOF"'],
    ['RUN x\nFROM a\n', 1, 'before the first FROM'],
    ['FROM a AS x\nCOPY --from=y b c\nFROM x AS y\n', 2, 'comes later'],
    ['FROM a AS x\nCOPY --from=y b c\nFROM d AS y\nCOPY --from=x b c\n', 4, 'a cycle'],
    ['FROM https://x.y/z\n', 1, 'leave out the https://'],
  ])('%j', (text, line, part) => {
    const last = text.includes('comes later')
    const error = errorOf(text, last ? {} : part === 'comes later' ? { target: 'x' } : {})
    expect(error.line).toBe(line)
    expect(error.message).toContain(part)
  })

  test('an unknown target names the stages there are', () => {
    expect(errorOf('FROM a AS build\n', { target: 'biuld' }).message).toContain('did you mean build?')
    expect(errorOf('FROM a AS build\n', { target: 'production' }).message).toContain('there are build')
    expect(errorOf('FROM a\n', { target: '0' }).message).toContain('no stage has a name')
  })
})

describe('warnings', () => {
  test.each([
    ['FROM build\nFROM a AS build\n', '1: FROM build looks like a reference to the stage of line 2'],
    ['FROM a\nFROM b\nCOPY --from=0x0 c d\n', '3: --from=0x0 means an image called 0x0'],
    ['FROM a\nRUN --mount=from=0,target=/x ls\n', '2: from=0 means an image called 0'],
    ['FROM a AS builder\nFROM b\nCOPY --from=bulider c d\n', '3: bulider is not a stage of this file'],
    ['FROM a AS x\nFROM b AS x\n', '2: a stage named x exists already'],
    ['FROM a AS scratch\nFROM b\n', '1: scratch has a special meaning and should not name a stage'],
    ['FROM a\nRUN dir c:\\\nFROM b\n', '3: this FROM belongs to the instruction of line 2'],
    ['FROM a\nCOPY --from=b / /\nFROM c\nCOPY --from=2 / /\n', '4: --from=2 is beyond the last stage'],
    ['# syntax=example.org/frontend:1\nFROM a\n', '1: the file asks for the frontend example.org/frontend:1'],
  ])('%j', (text, expected) => expect(warningsOf(text).join('\n')).toContain(expected))

  test('an ordinary file has none', () => {
    expect(
      warningsOf('# syntax=docker/dockerfile:1.7\nFROM a AS build\nFROM b\nCOPY --from=build / /\nCOPY --from=0 / /\n'),
    ).toEqual([])
  })
})
