import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../../src/enrollment/index.js'
import { discoverIn, type Files, shortUses } from './discovery.js'

const KO = `- name: app
  registry: ghcr.io
  repository: org/app
  source:
    repo: org/app
    dockerfile: .ko.yaml
    workflow: build.yml
`
const WORKFLOW =
  'on: workflow_dispatch\njobs: {b: {steps: [{uses: ko-build/setup-ko@v0.9}, {run: ko build ./cmd/app}]}}\n'

async function run(text: string, files: Files) {
  const { app, problems } = await discoverIn(text, files)
  return { app, bases: shortUses(app), said: problems.map(formatProblem) }
}

const workflow = (text = WORKFLOW) => ({ '.github/workflows/build.yml': text })
const ELSE = 'If it is built on another image, list that under `bases` and remove `dockerfile`. [base-assumed]'

describe('an image whose entry names the configuration of ko', () => {
  it('is built on its default, with its place', async () => {
    const files = { ...workflow(), '.ko.yaml': '# ours\ndefaultBaseImage: gcr.io/distroless/static:nonroot\n' }
    const { app, bases, said } = await run(KO, files)
    expect(bases).toEqual(['gcr.io/distroless/static:nonroot ko .ko.yaml:2'])
    expect(app).toMatchObject({ kind: 'found', file: '.ko.yaml', assumed: [], uses: [{ runtime: true }] })
    expect(said).toEqual([])
  })

  it("is built on ko's own where none is named, which is said", async () => {
    const { bases, said } = await run(KO, { ...workflow(), '.ko.yaml': 'builds: []\n' })
    expect(bases).toEqual(['cgr.dev/chainguard/static:latest ko .ko.yaml:1'])
    expect(said).toEqual([
      `images.yaml:7: warning: app: nothing names a base image for ko: its own, cgr.dev/chainguard/static:latest, is assumed. ${ELSE}`,
    ])
  })

  it('is built on what the workflow sets, and may be on any override', async () => {
    const set = `env: {KO_DEFAULTBASEIMAGE: debian}\n${WORKFLOW}`
    const config = 'defaultBaseImage: alpine:3\nbaseImageOverrides:\n  ex.com/app: ghcr.io/x/y:1\n'
    const { bases, said } = await run(KO, { ...workflow(set), '.ko.yaml': config })
    expect(bases).toEqual(['docker.io/library/debian:latest ko .ko.yaml:1', 'ghcr.io/x/y:1 ko .ko.yaml:3'])
    expect(said).toEqual([expect.stringContaining('which import path ko builds is not known')])
  })

  it('is built on what is named by hand as well', async () => {
    const { bases } = await run(`${KO}  bases: [a:1]\n`, { ...workflow(), '.ko.yaml': 'defaultBaseImage: b:2\n' })
    expect(bases).toEqual(['docker.io/library/a:1 named images.yaml:8', 'docker.io/library/b:2 ko .ko.yaml:1'])
  })

  it('fails where it cannot be used, with its place', async () => {
    const { app, said } = await run(KO, { ...workflow(), '.ko.yaml': '\ndefaultBaseImage: A B\n' })
    expect(app).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^org\/app\/\.ko\.yaml:2: "A B" is not/),
    })
    expect(said).toEqual([expect.stringMatching(/ Correct it\. \[bases-unknown\]$/)])
  })
})

describe('a Dockerfile that is not there', () => {
  const WITHOUT = KO.replace('    dockerfile: .ko.yaml\n', '')

  it.each([
    [
      'calls ko',
      WORKFLOW,
      /write dockerfile: \.ko\.yaml in its source, or list its base images under `bases`\. \[bases-unknown\]$/,
    ],
    ['does not', WORKFLOW.replaceAll('ko', 'mo'), / Correct it\. \[bases-unknown\]$/],
  ])('is told with what to write instead, if the workflow %s', async (_, text, remedy) => {
    const { app, said } = await run(WITHOUT, workflow(text))
    expect(app?.kind).toBe('failed')
    expect(said).toEqual([expect.stringMatching(remedy)])
  })
})
