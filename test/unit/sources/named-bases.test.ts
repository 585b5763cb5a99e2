import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../../src/enrollment/index.js'
import { failed } from '../../../src/sources/index.js'
import { discoverIn, type Files, shortUses } from './discovery.js'

const KO = `- name: app
  registry: ghcr.io
  repository: org/app
  source:
    repo: org/app
    workflow: build.yml
  bases:
    - gcr.io/distroless/static:nonroot
    - node:22
`
const BESIDE = KO.replace('    workflow:', '    dockerfile: docker/Dockerfile\n    workflow:')
const WORKFLOW = 'on: workflow_dispatch\njobs: {b: {steps: [{run: ko build ./cmd/app}]}}\n'

async function run(text: string, files: Files, { isComplete = true } = {}) {
  const { app, rounds, ...discovered } = await discoverIn(text, files, { isComplete, branch: 'trunk' })
  const asked = rounds.flat().map(({ repo, path }) => `${repo}/${path}`)
  return { app, asked, discovered, said: discovered.problems.map(formatProblem), bases: shortUses(app) }
}

const NAMED = ['gcr.io/distroless/static:nonroot named images.yaml:8', 'docker.io/library/node:22 named images.yaml:9']
const IN_DOCKERFILE = NAMED.map((text) => text.replace(/:(\d)$/, (_, line: string) => `:${Number(line) + 1}`))

describe('base images that are named, without a Dockerfile', () => {
  it('are what is found, each at its line in images.yaml', async () => {
    const { app, bases, said } = await run(KO, { 'org/app/.github/workflows/build.yml': WORKFLOW })
    expect(app).toMatchObject({ kind: 'found', file: null, branch: 'trunk', assumed: [] })
    expect(bases).toEqual(NAMED)
    expect(said).toEqual([])
  })

  it('count as part of what runs, for every platform that is built', async () => {
    const { app } = await run(`${KO}  build: {platforms: [linux/arm64]}\n`, {})
    const uses = app?.kind === 'found' ? app.uses : []
    const use = { stage: '', reachable: true, runtime: true, platform: null, platforms: ['linux/arm64'] }
    expect(uses).toMatchObject([use, use])
  })

  it('leave the workflow to be checked as ever', async () => {
    const { discovered } = await run(KO, { 'org/app/.github/workflows/build.yml': 'on: push\njobs: {}\n' })
    expect(discovered.workflowProblems).toMatchObject([{ isRefusal: true }])
    expect(discovered.runs.get('app')).toEqual({ kind: 'all' })
    const missing = await run(KO, { 'org/app/go.mod': '' })
    expect(missing.discovered.workflowProblems.map(({ problem }) => problem.message)).toEqual([
      expect.stringContaining('build.yml'),
    ])
  })

  it('leave a Dockerfile that is there unread, and that is said', async () => {
    const { bases, said } = await run(KO, { 'org/app/Dockerfile': 'FROM alpine:3\n' })
    expect(bases).toEqual(NAMED)
    expect(said).toEqual([
      'images.yaml:7: notice: app: org/app has a Dockerfile, which is not read because bases is set. If the image is built from it, write dockerfile: Dockerfile in its source.',
    ])
  })

  it.each([
    ['no repository', 'repository', true, true],
    ['no branch', 'branch', true, true],
    ['no answer', 'unreachable', true, true],
    ['something else than a file', 'content', true, false],
    ['no checkout in a folder that need not hold one', 'repository', false, false],
  ] as const)('are known where the source is not: %s', async (_, reason, isComplete, isSaid) => {
    const answer = failed(reason, 'org/app cannot be seen.', 'Correct source.repo.')
    const { bases, said, app } = await run(KO, { 'org/app/Dockerfile': answer }, { isComplete })
    expect(bases).toEqual(NAMED)
    expect(app).toMatchObject({ kind: 'found', branch: null })
    const text =
      'images.yaml:5: warning: app: its source could not be checked: org/app cannot be seen. Correct source.repo. [source-unchecked]'
    expect(said).toEqual(isSaid ? [text] : [])
  })

  it('have the default branch of a project on GitLab from its pipeline', async () => {
    const text = '- {name: app, repoURL: ghcr.io/o/a, source: {provider: gitlab, repo: g/app}, bases: [a:1]}\n'
    const { app, asked } = await run(text, { 'g/app/.gitlab-ci.yml': 'b: {}\n' })
    expect(asked).toEqual(['g/app/Dockerfile', 'g/app/.gitlab-ci.yml'])
    expect(app).toMatchObject({ kind: 'found', branch: 'trunk' })
  })
})

describe('base images that are named, beside a Dockerfile', () => {
  it('count together with what it pulls', async () => {
    const files = { 'org/app/docker/Dockerfile': 'FROM node:22 AS build\nFROM scratch\nCOPY --from=build /a /a\n' }
    const { bases, said, app } = await run(BESIDE, files)
    expect(bases).toEqual([...IN_DOCKERFILE, 'docker.io/library/node:22 from docker/Dockerfile:1'])
    expect(app).toMatchObject({ kind: 'found', file: 'docker/Dockerfile' })
    expect(said).toEqual([])
  })

  it('say that an image built on nothing has something to follow', async () => {
    const scratch = { 'org/app/docker/Dockerfile': 'FROM scratch\n' }
    expect((await run(BESIDE, scratch)).said).toEqual([])
    const alone = await run(BESIDE.replace(/ {2}bases:.*/s, ''), scratch)
    expect(alone.said).toEqual([expect.stringContaining('is built on no image')])
  })

  it.each([
    ['cannot be read', failed('unreachable', 'HTTP 502.', 'Try again.')],
    ['is none that BuildKit takes', 'FORM a:1\n'],
  ])('are known when it %s, which is a failure as ever', async (_, answer) => {
    const { app, bases, said } = await run(BESIDE, { 'org/app/docker/Dockerfile': answer })
    expect(app?.kind).toBe('failed')
    expect(bases).toEqual(IN_DOCKERFILE)
    expect(said).toHaveLength(1)
  })
})

it('an image that is switched off is not asked for', async () => {
  const { discovered, asked } = await run(`${KO}  enabled: false\n`, {})
  expect([asked, [...discovered.images]]).toEqual([[], []])
})
