import { describe, expect, it } from 'vitest'
import { resolveBuild } from '../../../src/build-definition/index.js'
import { targetDockerfile } from '../../../src/build-definition/paths.js'
import { type BuildFile, contextTargets } from '../../../src/build-definition/targets.js'
import { isKnown } from '../../../src/build-definition/value.js'
import { findBaseImages } from '../../../src/dockerfile/index.js'
import { NOTHING, readBuildFile } from './examples.js'

/** The images a target pulls, with those of the targets it is built on; the files stand for a checkout. */
function bases(file: string, text: string, target: string, files: Readonly<Record<string, string>>): string[] {
  const read = readBuildFile(text, file)
  if (!read.ok) return [read.message]
  const linked = contextTargets(read.definition, target)
  if (!linked.ok) return [linked.message]
  const all = [target, ...linked.targets.map(({ name }) => name)]
  return [...new Set(all.flatMap((name) => basesOf(read.definition, name, files)))]
}

function basesOf({ targets }: BuildFile, name: string, files: Readonly<Record<string, string>>): string[] {
  const target = targets.get(name)
  if (target === undefined) return []
  const { context, dockerfile, inline, inputs } = target
  const path = targetDockerfile(context, dockerfile, '')
  const text = inline === null ? files[isKnown(path) ? path.text : ''] : isKnown(inline) ? inline.text : undefined
  if (text === undefined) return ['its Dockerfile is not there']
  const result = findBaseImages(text, resolveBuild(inputs, NOTHING))
  if (!result.ok) return [result.error.message]
  return result.images.filter(({ reachable }) => reachable).map(({ ref }) => ref.replace('docker.io/library/', ''))
}

/** The rows of peers.md 5c, in its order. */
describe('what bake and compose pull', () => {
  const versioned = { Dockerfile: 'ARG V=3.18\nFROM alpine:$V\n' }
  const staged = { Dockerfile: 'FROM golang:1 AS dev\nFROM alpine:3\n' }
  const onBase = { Dockerfile: 'FROM base\n' }
  const target = (body: unknown, more = {}) => JSON.stringify({ target: { app: body, ...more } })
  const CASES: [string, string, string, Readonly<Record<string, string>>, string[]][] = [
    ['args', 'b.json', target({ args: { V: '3.20' } }), versioned, ['alpine:3.20']],
    ['args of null', 'b.json', target({ args: { V: null } }), versioned, ['alpine:3.18']],
    [
      'a variable',
      'b.json',
      `{"variable":{"TAG":{"default":"3.19"}},"target":{"app":{"args":{"V":"\${TAG}"}}}}`,
      versioned,
      ['alpine:3.19'],
    ],
    ['target', 'b.json', target({ target: 'dev' }), staged, ['golang:1']],
    ['build.target', 'compose.yaml', 'services: { app: { build: { target: dev } } }', staged, ['golang:1']],
    ['inherits', 'b.json', target({ inherits: ['p'] }, { p: { args: { V: '3.20' } } }), versioned, ['alpine:3.20']],
    ['dockerfile-inline', 'b.json', target({ 'dockerfile-inline': 'FROM busybox:1' }), versioned, ['busybox:1']],
    [
      'dockerfile_inline',
      'compose.yaml',
      'services: { app: { build: { dockerfile_inline: "FROM busybox:1" } } }',
      versioned,
      ['busybox:1'],
    ],
    [
      'dockerfile relative to the context',
      'b.json',
      target({ context: 'sub', dockerfile: 'x' }),
      { x: 'FROM a:1', 'sub/x': 'FROM b:1' },
      ['b:1'],
    ],
    [
      'an image as context',
      'b.json',
      target({ contexts: { base: 'docker-image://alpine:3.20' } }),
      onBase,
      ['alpine:3.20'],
    ],
    [
      'instead of a stage',
      'b.json',
      target({ contexts: { dev: 'docker-image://alpine:9' } }),
      { Dockerfile: 'FROM golang:1 AS dev\nFROM dev\n' },
      ['alpine:9'],
    ],
    [
      'instead of an image',
      'b.json',
      target({ contexts: { alpine: 'docker-image://alpine:3.20' } }),
      { Dockerfile: 'FROM alpine:latest' },
      ['alpine:3.20'],
    ],
    [
      'another target',
      'b.json',
      target({ contexts: { base: 'target:b' } }, { b: { dockerfile: 'b' } }),
      { ...onBase, b: 'FROM debian:12' },
      ['debian:12'],
    ],
    [
      'another service',
      'compose.yaml',
      'services: { app: { build: { additional_contexts: [base=service:b] } }, b: { build: { dockerfile: b } } }',
      { ...onBase, b: 'FROM debian:12' },
      ['debian:12'],
    ],
    ['a folder', 'b.json', target({ contexts: { base: './dir' } }), onBase, []],
    ['a repository', 'b.json', target({ contexts: { base: 'https://github.com/a/b.git' } }), onBase, []],
    ['an OCI layout', 'b.json', target({ contexts: { base: 'oci-layout://dir' } }), onBase, []],
    [
      'the short form',
      'compose.yaml',
      'services: { app: { build: ./dir } }',
      { 'dir/Dockerfile': 'FROM a:1' },
      ['a:1'],
    ],
    [
      'no build',
      'compose.yaml',
      'services: { app: { image: postgres:16 } }',
      versioned,
      ['the target app does not exist.'],
    ],
    [
      'an argument of the environment',
      'compose.yaml',
      'services: { app: { build: { args: [V] } } }',
      versioned,
      ['alpine:3.18'],
    ],
  ]
  it.each(CASES)('%s', (_title, file, text, files, expected) => {
    expect(bases(file, text, 'app', files)).toEqual(expected)
  })
})
