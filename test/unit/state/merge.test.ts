import { describe, expect, it } from 'vitest'
import { readRecord } from '../../../src/state/read.js'
import {
  entry,
  LATER,
  messages,
  NOW,
  REFERENCE_SOURCES,
  recordIn,
  referenceFiles,
  referenceImages,
  run,
} from './world.js'

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('what was found out at run time is kept', () => {
  it('"None" of old files is null, but not in the copy of images.yaml', async () => {
    const { files } = await run(referenceImages(), REFERENCE_SOURCES, referenceFiles())
    const base = recordIn(files, 'base-images/node-22-bookworm-slim.yaml')
    expect(base).toMatchObject({ currentDigest: null, lastUpdated: null, previousDigest: null })
    const text = 'name: a\ncurrentDigest: None\nlist: [None]\nenrollment: {source: {inputs: {suffix: None}}}\n'
    expect(readRecord(text, 'f').record).toMatchObject({
      currentDigest: null,
      list: [null],
      enrollment: { source: { inputs: { suffix: 'None' } } },
    })
  })

  it('keys nobody here knows, with their types', async () => {
    const first = await run(entry('app'), { app: 'FROM a:1\n' })
    const extra =
      "custom:\n  on: 'yes'\n  count: 3\n  half: 1.10\n  big: 12345678901234567890\n  when: 2024-01-01\nflag: true\n"
    const path = 'images/app.yaml'
    const before = new Map([...first.files, [path, `${first.files.get(path)}${extra}`]])
    const second = await run(entry('app'), { app: 'FROM a:1\n' }, before, LATER)
    expect(recordIn(second.files, path)).toMatchObject({
      custom: { on: 'yes', count: 3, half: '1.10', big: '12345678901234567890', when: '2024-01-01' },
      flag: true,
    })
    const third = await run(entry('app'), { app: 'FROM a:1\n' }, second.files, LATER)
    expect([...third.files]).toEqual([...second.files])
  })

  it('digests and history of a base', async () => {
    const first = await run(entry('app'), { app: 'FROM a:1\n' })
    const path = 'base-images/a-1.yaml'
    const runtime = {
      baselineDigest: DIGEST,
      currentDigest: DIGEST.replaceAll('a', 'b'),
      lastUpdated: NOW,
      updateHistory: [{ digest: DIGEST, at: NOW }],
      rebuildEligibleAt: { default: null, app: '2026-02-09T00:00:00Z' },
      metadata: { created: '2026-01-01' },
    }
    const text = JSON.stringify({ ...recordIn(first.files, path), ...runtime })
    const second = await run(entry('app'), { app: 'FROM a:1\n' }, new Map([...first.files, [path, text]]), LATER)
    // Nothing is known of the last build: the change itself says from when on.
    const rebuildEligibleAt = { app: NOW }
    expect(recordIn(second.files, path)).toMatchObject({ ...runtime, firstDiscovered: NOW, rebuildEligibleAt })
    expect(second.bases).toMatchObject([{ name: 'a-1', baselineDigest: DIGEST }])
  })
})

describe('a look-up that fails', () => {
  it('keeps the bases and says why', async () => {
    const first = await run(entry('app'), { app: 'FROM a:1\nCOPY --from=b:2 / /\n' })
    const second = await run(entry('app'), { app: new Error('HTTP 502.') }, first.files, LATER)
    expect(second.images[0]?.bases).toEqual(['a-1', 'b-2'])
    expect(second.bases.map((base) => base.name)).toEqual(['a-1', 'b-2'])
    expect(recordIn(second.files, 'images/app.yaml')).toMatchObject({
      discoveryStatus: 'failed',
      discoveryError: 'HTTP 502.',
      lastDiscovery: LATER,
      baseImages: ['a-1', 'b-2'],
    })
  })

  it('leaves no trace when the next one succeeds', async () => {
    const first = await run(entry('app'), { app: new Error('HTTP 502.') })
    const second = await run(entry('app'), { app: 'FROM a:1\n' }, first.files)
    expect(second.files.get('images/app.yaml')).not.toContain('discoveryError')
  })
})

describe('an image that is switched off', () => {
  it.each([
    ['found', 'FROM a:1\n', { discoveryStatus: 'success' }],
    ['failed', new Error('HTTP 502.'), { discoveryStatus: 'failed', discoveryError: 'HTTP 502.' }],
  ])('keeps its state (%s)', async (_, dockerfile, expected) => {
    const first = await run(entry('app'), { app: dockerfile })
    const second = await run(entry('app', 'enabled: false'), { app: 'FROM other:9\n' }, first.files, LATER)
    const [was, is] = [recordIn(first.files, 'images/app.yaml'), recordIn(second.files, 'images/app.yaml')]
    expect({ ...is, enrollment: null }).toEqual({ ...was, enrollment: null })
    expect(is).toMatchObject({ ...expected, lastDiscovery: NOW })
    expect(is.enrollment).toMatchObject({ enabled: false })
  })
})

describe('the archive', () => {
  const APP = 'images/app.yaml'

  it('takes an image that is no longer enrolled, unchanged, with its base', async () => {
    const first = await run(entry('app') + entry('web'), { app: 'FROM a:1\n', web: 'FROM b:1\n' })
    const second = await run(entry('web'), { web: 'FROM b:1\n' }, first.files, LATER)
    expect([...second.files.keys()].sort()).toEqual([
      '_archive/base-images/a-1.yaml',
      '_archive/images/app.yaml',
      'base-images/b-1.yaml',
      'images/web.yaml',
    ])
    expect(second.files.get('_archive/images/app.yaml')).toBe(first.files.get('images/app.yaml'))
    expect(second.files.get('_archive/base-images/a-1.yaml')).toBe(first.files.get('base-images/a-1.yaml'))
  })

  it('gives both back with their history', async () => {
    const both = entry('app') + entry('web')
    const sources = { app: 'FROM a:1\n', web: 'FROM b:1\n' }
    const first = await run(both, sources)
    const known = (text = '') =>
      text.replace('lastBuilt: null', 'lastBuilt: yesterday').replace(': {}', ':\n  os: linux')
    const before = new Map([...first.files].map(([path, text]) => [path, known(text)]))
    const gone = await run(entry('web'), sources, before, LATER)
    const back = await run(both, sources, gone.files, LATER)
    // Coming back is enrollment: that much is new.
    const { [APP]: app, ...others } = Object.fromEntries(before)
    const since = `enrolledAt: '${NOW}'\n`
    const expected = app?.replace(since, `${since}reenrolledAt: '${LATER}'\n`)
    expect(Object.fromEntries(back.files)).toEqual({ ...others, [APP]: expected })
    expect(recordIn(back.files, APP)).toMatchObject({ enrolledAt: NOW, lastBuilt: 'yesterday' })
  })

  it('takes a base nobody uses any more, and gives it back', async () => {
    const first = await run(entry('app'), { app: 'FROM a:1\n' })
    const other = await run(entry('app'), { app: 'FROM a:2\n' }, first.files, LATER)
    expect(other.files.get('_archive/base-images/a-1.yaml')).toBe(first.files.get('base-images/a-1.yaml'))
    expect(other.bases.map((base) => base.name)).toEqual(['a-2'])
    const back = await run(entry('app'), { app: 'FROM a:1\n' }, other.files, LATER)
    expect(recordIn(back.files, 'base-images/a-1.yaml')).toMatchObject({ firstDiscovered: NOW })
    expect(back.files.has('_archive/base-images/a-1.yaml')).toBe(false)
    expect(back.files.has('_archive/base-images/a-2.yaml')).toBe(true)
  })
})

describe('what is wrong between images', () => {
  it('an image by the name of a base', async () => {
    const state = await run(`${entry('app')}${entry('a-1')}`, { app: 'FROM a:1\n', 'a-1': 'FROM b:1\n' })
    expect(state.problems).toMatchObject([
      {
        severity: 'error',
        message: 'the name a-1 is taken by the base image docker.io/library/a:1.',
        line: 2,
        column: 3,
        image: 'a-1',
      },
    ])
  })

  it.each([
    [
      'FROM a:1@DIGEST',
      ['warning: app: Dockerfile:1 pins docker.io/library/a:1@DIGEST: a rebuild pulls the same image again.'],
    ],
    ['FROM a@DIGEST', ['warning: app: Dockerfile:1 pins docker.io/library/a@DIGEST: nothing can be watched.']],
    ['FROM a:1', []],
  ])('%s', async (line, expected) => {
    const state = await run(entry('app'), { app: `${line.replace('DIGEST', DIGEST)}\n` })
    expect(messages(state).map((text) => text.replace(DIGEST, 'DIGEST'))).toEqual(expected)
  })

  it('rebuildOn: runtime leaves out what only builds', async () => {
    const dockerfile = 'FROM golang:1 AS build\nFROM alpine:3\nCOPY --from=build /a /a\n'
    const images = entry('all') + entry('slim', 'rebuildOn: runtime')
    const state = await run(images, { all: dockerfile, slim: dockerfile })
    expect(state.images.map((image) => image.bases)).toEqual([['alpine-3', 'golang-1'], ['alpine-3']])
  })
})

describe('a base that is an enrolled image', () => {
  it('says so, and no longer when that image is taken out', async () => {
    const sources = { lib: 'FROM alpine:3\n', app: 'FROM ghcr.io/org/lib:1\n' }
    const both = await run(entry('lib') + entry('app'), sources)
    expect(both.bases.map(({ name, enrolledImage }) => [name, enrolledImage])).toEqual([
      ['alpine-3', undefined],
      ['ghcr.io-org-lib-1', 'lib'],
    ])
    expect(both.files.get('base-images/ghcr.io-org-lib-1.yaml')).toContain('enrolledImage: lib\n')
    const alone = await run(entry('app'), sources, both.files)
    expect(alone.files.get('base-images/ghcr.io-org-lib-1.yaml')).not.toContain('enrolledImage')
  })

  it('says so only while that image is switched on', async () => {
    const sources = { lib: 'FROM alpine:3\n', app: 'FROM ghcr.io/org/lib:1\n' }
    const off = await run(entry('lib', 'enabled: false') + entry('app'), sources)
    expect(off.bases.map(({ name, enrolledImage }) => [name, enrolledImage])).toEqual([
      ['ghcr.io-org-lib-1', undefined],
    ])
  })
})

describe('an image that could not be named', () => {
  const known = { app: 'FROM node:22\nCOPY --from=golang:1 / /\nCOPY --from=ghcr.io/acme/x:1 / /\n' }
  it.each([
    ['the tag', 'ARG V\nFROM node:$V\nCOPY --from=alpine:3 / /\n', ['alpine-3', 'node-22']],
    [
      'all of it',
      'ARG V\nFROM $V\nCOPY --from=alpine:3 / /\n',
      ['alpine-3', 'ghcr.io-acme-x-1', 'golang-1', 'node-22'],
    ],
    ['the end', 'ARG V\nFROM ghcr.io/acme/$V\nCOPY --from=alpine:3 / /\n', ['alpine-3', 'ghcr.io-acme-x-1']],
    ['none of it', 'FROM alpine:3\n', ['alpine-3']],
    ['a local one', 'FROM localhost:5000/x\nCOPY --from=alpine:3 / /\n', ['alpine-3']],
  ])('of the last known bases those stay that it may be: %s', async (_title, dockerfile, expected) => {
    const before = await run(entry('app'), known)
    const after = await run(entry('app'), { app: dockerfile }, before.files, LATER)
    expect(after.images.map(({ bases }) => bases)).toEqual([expected])
    const again = await run(entry('app'), { app: dockerfile }, after.files, LATER)
    expect([...again.files]).toEqual([...after.files])
  })
  it('alone it is a failure, and all stay', async () => {
    const before = await run(entry('app'), known)
    const after = await run(entry('app'), { app: 'ARG V\nFROM node:$V\n' }, before.files, LATER)
    expect(after.images.map(({ bases }) => bases)).toEqual([['ghcr.io-acme-x-1', 'golang-1', 'node-22']])
    expect(recordIn(after.files, 'images/app.yaml')).toMatchObject({ discoveryStatus: 'failed' })
  })
})

describe('a base that Kargo cannot watch', () => {
  it('is left out with a warning; the others and the other images go on', async () => {
    const sources = {
      app: 'FROM ghcr.io/a--b/c:1\nCOPY --from=[2001:db8::1]:5000/x:1 / /\nCOPY --from=alpine:3 / /\n',
      lib: 'FROM debian:12\n',
    }
    const state = await run(entry('app') + entry('lib'), sources)
    expect(state.images.map(({ enrollment, bases }) => [enrollment.name, bases])).toEqual([
      ['app', ['alpine-3']],
      ['lib', ['debian-12']],
    ])
    expect(state.problems).toMatchObject([
      {
        severity: 'warning',
        image: 'app',
        message: expect.stringContaining('Dockerfile:1 pulls ghcr.io/a--b/c:1, which Kargo cannot watch'),
      },
      {
        severity: 'warning',
        image: 'app',
        message: expect.stringContaining('Dockerfile:2 pulls [2001:db8::1]:5000/x:1'),
      },
    ])
  })
})

describe('a base from a registry that is not allowed', () => {
  it('is left out with a warning; an allowed beginning of a path is a whole part of it', async () => {
    const sources = { app: 'FROM docker.io.evil.tld/library/node:22\nCOPY --from=ghcr.io/acme/base:1 / /\n' }
    const state = await run(entry('app'), sources, new Map(), NOW, ['docker.io', 'ghcr.io/acme'])
    expect(state.bases.map(({ name }) => name)).toEqual(['ghcr.io-acme-base-1'])
    expect(state.problems).toMatchObject([
      {
        severity: 'warning',
        image: 'app',
        message:
          'app: Dockerfile:1 pulls docker.io.evil.tld/library/node:22, which is in no allowed registry: it is not watched.',
      },
    ])
  })
})
