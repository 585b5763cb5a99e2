import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plan } from '../../../src/plan.js'
import type { RunOptions } from '../../../src/run-options.js'
import { readFromDirectory } from '../../../src/sources/index.js'
import type { StateFolder } from '../../../src/state/index.js'
import { quietJob } from '../../support/quiet-job.js'
import { tempFolder } from '../../support/temp-folder.js'

const REFERENCE = fileURLToPath(new URL('../../fixtures/reference-state', import.meta.url))

const DOCKERFILES: Readonly<Record<string, string>> = {
  'craigedmunds/argocd-eda/backstage/app/packages/backend/Dockerfile': 'FROM node:22-bookworm-slim\n',
  'craigedmunds/argocd-eda/apps/uv/Dockerfile':
    'FROM python:3.12-slim AS build\nFROM gcr.io/distroless/python3-debian12\nCOPY --from=build /a /a\n',
  'craigedmunds/argocd-eda/apps/e2e-test-runner/Dockerfile': 'FROM mcr.microsoft.com/playwright:v1.40.0-focal\n',
  'craigedmunds/argocd-eda/platform/kustomize/seed/supporting-applications/code-server/Dockerfile':
    'FROM codercom/code-server:4.96.4-bookworm\n',
  'craigedmunds/market-making/metrics-service/Dockerfile': 'FROM python:3.12-slim\n',
}

/** A copy of the reference state, its sources beside it. */
export async function world(): Promise<{ readonly folder: StateFolder; readonly sources: string }> {
  const { path } = await tempFolder()
  await cp(REFERENCE, join(path, 'state'), { recursive: true })
  for (const [file, text] of Object.entries(DOCKERFILES)) {
    await mkdir(join(path, 'sources', file, '..'), { recursive: true })
    await writeFile(join(path, 'sources', file), text)
  }
  const folder = { root: join(path, 'state'), path: '.', imagesFile: 'images.yaml', outputDir: 'dist' }
  return { folder, sources: join(path, 'sources') }
}

/** A job over these sources that looks up nothing and says nothing. */
export function jobWith(sources: string, more: Partial<RunOptions> = {}): RunOptions {
  return quietJob(readFromDirectory(sources), more)
}

/** The errors of a plan: where and what. */
export const errors = (plan: Plan) =>
  plan.report.problems
    .filter((one) => one.severity === 'error')
    .map(({ file, line, message }) => `${file}:${line} ${message}`)

/** Edits images.yaml. */
export async function change(folder: StateFolder, edit: (text: string) => string): Promise<void> {
  const path = join(folder.root, folder.imagesFile)
  await writeFile(path, edit(await readFile(path, 'utf8')))
}
