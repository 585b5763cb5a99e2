import { describe, expect, it } from 'vitest'
import { discover, type FileAnswer, type FileRequest, requestKey } from '../../../src/sources/index.js'
import { enrolledIn, readerOf } from './discovery.js'

const APP =
  '- name: app\n  registry: ghcr.io\n  repository: org/app\n  source:\n    repo: org/app\n    dockerfile: a/Dockerfile\n'

async function run(text: string, answer: FileAnswer | undefined, asked: FileRequest[] = []) {
  const read = async (requests: readonly FileRequest[]) => {
    asked.push(...requests)
    return new Map(requests.flatMap((one) => (answer === undefined ? [] : [[requestKey(one), answer] as const])))
  }
  return discover(enrolledIn(text), { read, isComplete: true }, 'state/images.yaml', () => true)
}

const found = (text: string): FileAnswer => ({ kind: 'found', text, branch: 'main' })

describe('what is asked for', () => {
  it('the Dockerfile of every enabled image that has a source, all at once', async () => {
    const asked: FileRequest[] = []
    const text = [
      APP.replace('a/Dockerfile', 'a/Dockerfile\n    branch: dev'),
      '- {name: off, enabled: false, source: {repo: org/off}}\n',
      '- {name: pg, repoURL: docker.io/library/postgres}\n',
      '- {name: lab, registry: ghcr.io, repository: org/lab, source: {provider: gitlab, repo: g/s/lab}}\n',
    ].join('')
    const { images } = await run(text, found('FROM a:1\n'), asked)
    expect(asked).toEqual([
      { provider: 'github', repo: 'org/app', branch: 'dev', path: 'a/Dockerfile' },
      { provider: 'gitlab', repo: 'g/s/lab', branch: null, path: 'Dockerfile' },
    ])
    expect([...images.keys()]).toEqual(['app', 'lab'])
  })
})

describe('what a GitLab pipeline passes', () => {
  const entry = (build: string) =>
    `- {name: lab, registry: ghcr.io, repository: org/lab, ${build}source: {provider: gitlab, repo: g/lab}}\n`
  it.each([
    ['is not known where it matters', '', 'ARG V=1\nFROM a:$V\n', ['build-unread']],
    ['may choose a stage', '', 'FROM a:1 AS x\nFROM b:1\n', ['base-assumed', 'build-unread']],
    ['does not matter', '', 'FROM a:1\n', []],
    ['is written in the entry', 'build: {}, ', 'ARG V=1\nFROM a:$V\n', []],
  ])('%s', async (_title, build, dockerfile, expected) => {
    const { problems } = await run(entry(build), found(dockerfile))
    expect(problems.map(({ code }) => code)).toEqual(expected)
  })
})

describe('what was found', () => {
  it('every place that pulls an image, with its line', async () => {
    const dockerfile =
      'FROM golang:1 AS build\nFROM build AS unused\nFROM --platform=linux/arm64 ghcr.io/x/y@sha256:' +
      `${'a'.repeat(64)}\nCOPY --from=busybox /a /a\nCOPY --from=build /b /b\n`
    const { images, problems } = await run(APP, found(dockerfile))
    expect(problems).toEqual([])
    const app = images.get('app')
    expect(app).toMatchObject({ kind: 'found', file: 'a/Dockerfile', branch: 'main' })
    const uses = app?.kind === 'found' ? app.uses : []
    expect(
      uses.map(({ reference, kind, line, runtime, reachable }) => [
        reference.repository,
        kind,
        line,
        runtime,
        reachable,
      ]),
    ).toEqual([
      ['library/golang', 'from', 1, false, true],
      ['x/y', 'from', 3, true, true],
      ['library/busybox', 'copy', 4, false, true],
    ])
  })

  it('a Dockerfile that pulls nothing has no bases, and that is no failure', async () => {
    const { images, problems } = await run(APP, found('FROM scratch\n'))
    expect(images.get('app')).toMatchObject({ kind: 'found', uses: [] })
    expect(problems).toMatchObject([{ severity: 'notice', message: expect.stringContaining('is built on no image') }])
  })

  it('what the build passes counts', async () => {
    const text = `${APP}  build: {args: {TAG: "9"}, target: first, contexts: {ctx: "docker-image://alpine:3"}}\n`
    const { images } = await run(text, found('ARG TAG=1\nFROM node:$TAG AS first\nCOPY --from=ctx / /\nFROM other:1\n'))
    const app = images.get('app')
    const reachable = app?.kind === 'found' ? app.uses.filter((use) => use.reachable) : []
    expect(reachable.map(({ reference }) => `${reference.repository}:${reference.tag}`)).toEqual([
      'library/node:9',
      'library/alpine:3',
    ])
  })
})

describe('what failed', () => {
  it.each([
    [
      'a file that cannot be read',
      { kind: 'failed', reason: 'unreachable', message: 'HTTP 502.', remedy: 'Try again.' },
      'HTTP 502.',
      'Try again.',
    ],
    ['no answer at all', undefined, 'no answer.', null],
  ] as const)('%s', async (_, answer, message, remedy) => {
    const { images, problems } = await run(APP, answer)
    expect(images.get('app')).toEqual({ kind: 'failed', message, remedy, named: [] })
    expect(problems).toEqual([
      {
        severity: 'warning',
        code: 'bases-unknown',
        file: 'state/images.yaml',
        line: 6,
        column: null,
        image: 'app',
        message: expect.stringMatching(
          new RegExp(`^app: discovery failed; the last known base images are kept: ${message}$`),
        ),
        remedy,
      },
    ])
  })

  it.each(['new', 'known'])('an image that is %s: only known base images are kept', async (which) => {
    const { reader } = readerOf({})
    const found = await discover(enrolledIn(APP), reader, 'images.yaml', () => which === 'known')
    const kept = which === 'new' ? 'nothing is known about its base images yet' : 'the last known base images are kept'
    expect(found.problems).toMatchObject([
      { message: `app: discovery failed; ${kept}: there is no a/Dockerfile.`, remedy: 'Correct it.' },
    ])
  })

  it('a Dockerfile BuildKit would refuse, with its place', async () => {
    const { images, problems } = await run(APP, found('FROM a:1\nFORM b:1\n'))
    expect(images.get('app')).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^org\/app\/a\/Dockerfile:2: /),
    })
    expect(problems).toMatchObject([{ severity: 'warning', image: 'app', line: 6 }])
  })

  it('points at the entry where it names no Dockerfile', async () => {
    const { problems } = await run(APP.replace('    dockerfile: a/Dockerfile\n', ''), {
      kind: 'failed',
      reason: 'file',
      message: 'x.',
      remedy: 'y.',
    })
    expect(problems).toMatchObject([{ line: 1, column: 3 }])
  })

  it('what is legal and worth a look is a warning with image and place', async () => {
    const { images, problems } = await run(APP, found('FROM a:1 AS context\n'))
    expect(images.get('app')).toMatchObject({ kind: 'found' })
    for (const one of problems) {
      expect(one).toMatchObject({ severity: 'warning', image: 'app' })
      expect(one.message).toMatch(/^app: org\/app\/a\/Dockerfile:1: /)
    }
    expect(problems.length).toBeGreaterThan(0)
  })
})
