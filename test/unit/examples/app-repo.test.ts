import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { formatReference } from '../../../src/reference/index.js'
import { discover, type FileAnswer, requestKey } from '../../../src/sources/index.js'
import { workflowFaults } from '../../support/workflow-check.js'

const root = new URL('../../../examples/app-repo/', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const WORKFLOW = '.github/workflows/build.yml'

const ENTRY = `
- name: web
  registry: ghcr.io
  repository: acme/web
  source:
    repo: acme/web
    branch: main
    workflow: build.yml
    inputs:
      reason: $(baseImage) is now $(baseDigest)
`

/** What discovery says of the example, and of a workflow that was changed. */
async function discovered(change: (workflow: string) => string = (text) => text) {
  const { enrolled, problems } = parseImagesFile(ENTRY, 'images.yaml')
  expect(problems).toEqual([])
  const reader = {
    isComplete: true,
    read: async (requests: readonly Parameters<typeof requestKey>[0][]) =>
      new Map(
        requests.map((request): [string, FileAnswer] => {
          const text = request.path === WORKFLOW ? change(read(WORKFLOW)) : read(request.path)
          return [requestKey(request), { kind: 'found', text, branch: 'main' }]
        }),
      ),
  }
  return discover(enrolled?.images ?? [], reader, 'images.yaml', () => true)
}

interface Workflow {
  readonly 'run-name': string
  readonly jobs: {
    readonly build: {
      readonly steps: readonly {
        readonly id?: string
        readonly run?: string
        readonly uses?: string
        readonly with?: Readonly<Record<string, unknown>>
      }[]
    }
  }
}

const workflow = parse(read(WORKFLOW)) as Workflow
const { steps } = workflow.jobs.build

describe('examples/app-repo', () => {
  it('has a workflow that GitHub takes', async () => {
    expect(await workflowFaults(WORKFLOW, read(WORKFLOW))).toEqual([])
  })

  it('can be started by the factory, and nothing has to be assumed about its build', async () => {
    const { images, problems, workflowProblems } = await discovered()
    expect(workflowProblems).toEqual([])
    expect(problems).toEqual([])
    const web = images.get('web')
    expect(web).toMatchObject({ kind: 'found', file: 'Dockerfile', assumed: [] })
    const uses = web?.kind === 'found' ? web.uses : []
    expect(uses.map(({ reference, runtime }) => [formatReference(reference), runtime])).toEqual([
      ['docker.io/library/golang:1.25-bookworm', false],
      ['gcr.io/distroless/static-debian12:nonroot', true],
    ])
  })

  it.each([
    ['without workflow_dispatch', (text: string) => text.replace(/ {2}workflow_dispatch:\n(?: {4}.*\n)+/, '')],
    ['without the input', (text: string) => text.replace(/ {4}inputs:\n(?: {6}.*\n)+/, '')],
    ['with a job that may not build', (text: string) => text.replace('  build:\n', '  build:\n    if: github.actor\n')],
  ])('is told when it would not do: %s', async (_, change) => {
    expect(change(read(WORKFLOW))).not.toBe(read(WORKFLOW))
    const { workflowProblems } = await discovered(change)
    expect(workflowProblems).toHaveLength(1)
  })

  it('shows in the run list why a build was started', () => {
    expect(workflow['run-name']).toContain('inputs.reason')
  })

  it('pulls its bases anew, tags a growing version, and has BuildKit say what it was built on', () => {
    const build = steps.find(({ uses }) => uses?.startsWith('docker/build-push-action@'))
    expect(build?.with).toMatchObject({ pull: true, push: true, provenance: 'mode=max' })
    expect(build?.with?.tags).toMatch(/:\d+\.\$\{\{ github\.run_number \}\}\.\d+$/)
    const labels = String(build?.with?.labels)
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
    // What was looked up before the build need not be what it pulled.
    expect(labels).toEqual(['source', 'revision'].map((name) => `org.opencontainers.image.${name}`))
  })

  it('pins the actions by their full SHA', () => {
    const used = steps.flatMap(({ uses }) => uses ?? [])
    expect(used.length).toBeGreaterThan(3)
    for (const uses of used) expect(uses).toMatch(/^[\w./-]+@[0-9a-f]{40}$/)
  })
})
