/** Images that are provably on an old base: counted, and named where not rebuilt. */
import { describe, expect, it } from 'vitest'
import { effectOf } from '../../../src/report/effect.js'
import { markdown } from '../../../src/report/markdown.js'
import { staleImages, staleProblems } from '../../../src/report/problems.js'
import { viewOf } from '../../../src/report/view.js'
import type { StateRecord } from '../../../src/state/index.js'
import { enrolled } from '../state/world.js'
import { report } from './examples.js'

const [OLD, NEW, IMAGE] = ['0', '1', '9'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string, string]
const CHANGED = '2026-03-04T00:00:00.000Z'
const BASE: StateRecord = {
  registry: 'docker.io',
  repository: 'library/node',
  tag: '22',
  baselineDigest: OLD,
  currentDigest: NEW,
  previousDigest: OLD,
  lastUpdated: CHANGED,
}

function stateOf(
  proven: string | null,
  { built = CHANGED, enrolledAt = '2026-01-01', enabled = true, key = false } = {},
) {
  const evidence =
    proven === null
      ? {}
      : {
          evidence: {
            image: IMAGE,
            at: '2026-03-06',
            bases: [{ name: 'node-22', ref: 'docker.io/library/node:22', digest: proven, source: 'provenance' }],
          },
        }
  const record = { enrolledAt, baseImages: ['node-22'], currentDigest: IMAGE, lastBuilt: built, ...evidence }
  const source = 'source: {repo: acme/web, branch: main, workflow: build.yml}'
  const [enrollment] = enrolled(
    `- {name: web, registry: ghcr.io, repository: acme/web, ${source}, enabled: ${enabled}, rebuildOnEnrollment: ${key}}\n`,
  )
  if (enrollment === undefined) throw new Error('nothing is enrolled')
  const image = { enrollment, bases: ['node-22'], enrolledAt: 0, runs: { kind: 'all' as const } }
  return { images: [image], records: { images: new Map([['web', record]]), bases: new Map([['node-22', BASE]]) } }
}

const problems = (state: ReturnType<typeof stateOf>) =>
  staleProblems(staleImages(state), 'images.yaml').map(({ severity, line, message, remedy }) => [
    severity,
    line,
    message,
    remedy,
  ])

describe('an image on an old base', () => {
  it('that its last build left there is a warning with the likely cause', () => {
    const state = stateOf(OLD)
    expect(staleImages(state)).toHaveLength(1)
    expect(problems(state)).toEqual([
      [
        'warning',
        1,
        'web: its last build ran after docker.io/library/node:22 last changed, and is still on an older digest.',
        'Make its build pull its base images (`pull: true`), and do not reuse old layers.',
      ],
    ])
  })

  it('since before it was enrolled is named once for all', () => {
    const state = stateOf(OLD, { built: '2026-03-01', enrolledAt: '2026-03-05' })
    expect(staleImages(state)).toHaveLength(1)
    expect(problems(state)).toEqual([
      [
        'notice',
        null,
        '1 image on an older base since before enrollment: web.',
        'Set rebuildOnEnrollment: true to rebuild each of them once, or build them by hand.',
      ],
    ])
  })

  it('since before it was enrolled that is rebuilt for it is counted, and nothing is said of it', () => {
    const state = stateOf(OLD, { built: '2026-03-01', enrolledAt: '2026-03-05', key: true })
    expect(staleImages(state)).toHaveLength(1)
    expect(problems(state)).toEqual([])
  })

  it('whose rebuild comes is counted, and nothing is said of it', () => {
    const state = stateOf(OLD, { built: '2026-03-01' })
    expect(staleImages(state)).toHaveLength(1)
    expect(problems(state)).toEqual([])
  })

  it.each([
    ['that is built on the current digest', stateOf(NEW)],
    ['of which nothing is proven', stateOf(null)],
    ['that is switched off', stateOf(OLD, { enabled: false })],
  ])('is none %s', (_, state) => {
    expect(staleImages(state)).toEqual([])
    expect(problems(state)).toEqual([])
  })
})

describe('a report', () => {
  const stale = ['web', 'api'].map((image) => ({ image, base: 'docker.io/library/node:22' }))
  const said = (mode: 'commit' | 'preview', all: typeof stale) =>
    effectOf(viewOf(report({ mode, stale: all }))).map((sentence) => markdown(sentence))

  it('of a commit names the images that are on an old base image', () => {
    expect(said('commit', stale)).toContain(
      '**2 images are on an old base image**: `web` (`node:22`) and `api` (`node:22`).',
    )
    expect(said('commit', stale.slice(0, 1))).toContain('**1 image is on an old base image**: `web` (`node:22`).')
  })

  it('says nothing of it where there is none, or before a merge', () => {
    expect(said('commit', []).join()).not.toContain('old base image')
    expect(said('preview', stale).join()).not.toContain('old base image')
  })
})
