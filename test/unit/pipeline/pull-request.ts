// Pull requests on a state repository, planned as the action plans them, and the comments that they get.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serverUrls } from '../../../src/forges/index.js'
import { makePlan } from '../../../src/pipeline.js'
import type { Plan } from '../../../src/plan.js'
import { makePreview } from '../../../src/preview.js'
import { type Marker, type Report, renderComment } from '../../../src/report/index.js'
import { requestKey, type SourceReader } from '../../../src/sources/index.js'
import { type StateFolder, writeFiles } from '../../../src/state/index.js'
import { quietJob } from '../../support/quiet-job.js'
import { tempFolder } from '../../support/temp-folder.js'

const HEAD = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
const MARKER: Marker = { id: 'default', sha: HEAD, run: 16_123_456_789, attempt: 1 }

const workflow = (name: string) => `on: {workflow_dispatch: {}}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {push: true, pull: true, tags: "ghcr.io/acme/${name}:1.2.3"}
`

/** Every repository has the Dockerfile that is given for it, and a workflow that builds it. */
export function reading(dockerfiles: Readonly<Record<string, string>> = {}): SourceReader {
  return {
    isComplete: true,
    read: async (requests) =>
      new Map(
        requests.map((request) => {
          const name = request.repo.replace(/^.*\//, '')
          const builds = /([^/]+)\.yml$/.exec(request.path)?.[1]
          const isWorkflow = request.path.startsWith('.github/')
          const text = isWorkflow ? workflow(builds ?? name) : (dockerfiles[name] ?? 'FROM node:22-bookworm-slim\n')
          return [requestKey(request), { kind: 'found', text, branch: 'main' }] as const
        }),
      ),
  }
}

interface PullRequest {
  /** images.yaml of the base branch; null: there is none. */
  readonly before: string | null
  readonly after: string
  /** Text of Dockerfiles by the name of their repository. */
  readonly dockerfiles?: Readonly<Record<string, string>>
  /** What images.yaml of the base branch has become since its files were generated. */
  readonly since?: string
  /** Why the base branch cannot be read, where it cannot. */
  readonly unreadable?: string
  /** State and manifests that the base branch has, beside those that are made of its images.yaml. */
  readonly patches?: Readonly<Record<string, (text: string) => string>>
  readonly overrides?: string
  /** What the base branch has of them. */
  readonly overridesBefore?: string
}

/** The plan of a pull request whose base branch is up to date. */
export async function previewOf(pull: PullRequest): Promise<Plan> {
  const { before, after, since, dockerfiles, unreadable, patches = {}, overrides, overridesBefore } = pull
  const { path } = await tempFolder()
  const folder = async (name: string): Promise<StateFolder> => {
    const root = join(path, name)
    await mkdir(root)
    return { root, path: '.', imagesFile: 'images.yaml', outputDir: 'dist' }
  }
  const [base, head] = [await folder('base'), await folder('head')]
  const read = reading(dockerfiles)
  if (before !== null) {
    await writeFile(join(base.root, 'images.yaml'), before)
    const { files, refused } = await makePlan(quietJob(read, { mode: 'commit' }), base)
    if (!refused) for (const one of [base, head]) writeFiles(one.root, patched(files, patches))
  }
  if (since !== undefined) await writeFile(join(base.root, 'images.yaml'), since)
  await writeFile(join(head.root, 'images.yaml'), after)
  if (overridesBefore !== undefined) await writeFile(join(base.root, 'overrides.yaml'), overridesBefore)
  if (overrides !== undefined) await writeFile(join(head.root, 'overrides.yaml'), overrides)
  return makePreview(quietJob(read, { writes: false, now: '2026-03-20T08:00:00.000Z' }), head, async () =>
    unreadable === undefined ? { kind: 'found', folder: base } : { kind: 'unknown', reason: unreadable },
  )
}

function patched(files: ReadonlyMap<string, string>, patches: NonNullable<PullRequest['patches']>) {
  return new Map([...files].map(([path, text]) => [path, patches[path]?.(text) ?? text]))
}

/** The comment that a plan gets. */
export function commentOf({ report }: Plan): string {
  const url = 'https://github.com/acme/factory-state'
  const run: Report['run'] = {
    url: `${url}/actions/runs/16123456789/attempts/1`,
    headSha: HEAD,
    repositoryUrl: url,
    filesUrl: `${url}/blob/${HEAD}`,
    baseBranch: 'main',
    version: '1.2.3',
  }
  const servers = serverUrls({})
  return renderComment({ ...report, run, servers }, { marker: MARKER })
}

/** An entry of images.yaml. */
export function entry(name: string, more: readonly string[] = [], repo = `acme/${name}`): string {
  return [
    `- name: ${name}`,
    'registry: ghcr.io',
    `repository: acme/${name}`,
    `source: {repo: ${repo}, branch: main, workflow: ${name}.yml}`,
    ...more,
  ]
    .join('\n  ')
    .concat('\n')
}
