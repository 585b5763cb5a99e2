import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePlan } from '../../../src/pipeline.js'
import { makePreview } from '../../../src/preview.js'
import { type Report, renderComment } from '../../../src/report/index.js'
import { type StateFolder, writeFiles } from '../../../src/state/index.js'
import { quietJob } from '../../support/quiet-job.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'
import { report as example, marker } from '../report/examples.js'
import { readerOf } from './sources.js'

const WORKFLOW = 'on: {workflow_dispatch: {}}\njobs: {build: {runs-on: ubuntu-latest, steps: [{run: make}]}}\n'
const JOB = quietJob(readerOf({ Dockerfile: 'FROM node:22\n', '.github/workflows/build.yml': WORKFLOW }))

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/worst-pull-request/${name}.yaml`, import.meta.url), 'utf8')

let base: StateFolder
let head: StateFolder
beforeAll(async () => {
  const { path } = await tempFolder()
  const folderAt = (name: string): StateFolder => {
    mkdirSync(join(path, name))
    return { root: join(path, name), path: '.', imagesFile: 'images.yaml', outputDir: 'dist' }
  }
  base = folderAt('base')
  head = folderAt('head')
  writeFileSync(join(base.root, 'images.yaml'), fixture('before'))
  const { changes } = await makePlan(JOB, base)
  for (const folder of [base, head]) writeFiles(folder.root, changes)
})
afterAll(removeTempFolders)

/** The report of a pull request that replaces images.yaml. */
async function reportOf(images: string): Promise<Report> {
  writeFileSync(join(head.root, 'images.yaml'), images)
  const { report } = await makePreview(JOB, head, async () => ({ kind: 'found', folder: base }))
  return { ...report, run: example().run }
}

/** The lines of the block that is to be reviewed. */
function reviewOf(comment: string): string[] {
  const lines = comment.split('\n')
  const start = lines.findIndex((line) => line.includes('to review carefully'))
  if (start < 0) return []
  return lines.slice(
    start,
    lines.findIndex((line, index) => index > start && !line.startsWith('>')),
  )
}

describe('the worst pull request', () => {
  let comment: string
  beforeAll(async () => {
    comment = renderComment(await reportOf(fixture('after')), { marker })
  })

  it.each([
    ['`payments`: `repository` `ghcr.io/acme/payments` → `ghcr.io/other/payments`'],
    ['`payments`: `tags.allow` `^v3\\.` → not set'],
    ['`payments`: `environments.production.auto` `false` → `true (default)`'],
    ['`payments`: `environments.production.soak` `24h` → `0 (default)`'],
    ['`payments`: `environments.production.pullRequest` `true` → `false (default)`'],
    ['`payments`: `environments.production.updates[0].path` `production/payments` → `production/wallet`'],
    ['`payments`: `minimumReleaseAge` `2d` → `0 (default)`'],
    ['`payments`: `analysis.vulnerabilities` `HIGH` → `CRITICAL`'],
    ['`payments`: `analysis.templates` `smoke-test` → not set'],
    ['`miner`: `analysis` not set → `false`'],
    ['`miner`: `environments.production` not set → `acme/deployments@main production/miner`'],
    [
      'All images: `settings.allowedRegistries` `docker.io, gcr.io/distroless, ghcr.io/acme` → `docker.io, gcr.io, ghcr.io`',
    ],
  ])('shows %s', (change) => {
    const review = reviewOf(comment)
    const [line, ...others] = review.filter((one) => one.startsWith(`> - ${change}`))
    expect(others).toEqual([])
    // What it means follows as a sentence.
    expect(line?.slice(change.length + 4)).toMatch(/^\. [A-Z].{15,}\.$/)
  })

  it('looks so', async () => {
    expect(reviewOf(comment)[0]).toBe('> **12 changes to review carefully**')
    await expect(comment).toMatchFileSnapshot('../../golden/report/worst-pull-request.md')
  })
})

describe('a pull request that lets nothing through', () => {
  it('has nothing to review', async () => {
    const report = await reportOf(fixture('harmless'))
    expect(report.images.map(({ name }) => name)).toEqual(['payments', 'shop-web'])
    expect(report.gates).toEqual([])
    expect(renderComment(report, { marker })).not.toContain('[!CAUTION]')
  })

  it('has nothing to review where only comments and the order change', async () => {
    const [top = '', payments = '', web = ''] = fixture('before').split(/(?=^- name)/m)
    const report = await reportOf(`# why\n${top}${web}# here\n${payments}`)
    expect(report).toMatchObject({ images: [], gates: [], changes: [] })
  })
})

describe('two hundred images', () => {
  const names = Array.from({ length: 200 }, (_, index) => `service-${String(index).padStart(3, '0')}`)
  const textOf = (of: (index: number) => { readonly repository: string; readonly soak: string }) =>
    JSON.stringify(
      names.map((name, index) => {
        const updates = [{ repo: 'acme/deployments', path: name, type: 'kustomize-set-image' }]
        const { repository, soak } = of(index)
        const environments = [{ name: 'production', auto: false, soak, updates }]
        return { name, registry: 'ghcr.io', repository, environments }
      }),
    )

  it('are a few lines, and none is lost from the number', async () => {
    writeFileSync(
      join(base.root, 'images.yaml'),
      textOf((n) => ({ repository: `acme/${names[n]}`, soak: '24h' })),
    )
    writeFiles(base.root, (await makePlan({ ...JOB, maxDeletions: { kind: 'percent', percent: 100 } }, base)).changes)
    const now = textOf((n) => ({
      repository: n < 150 ? `other/${names[n]}` : `acme/${names[n]}`,
      soak: n >= 100 && n < 149 ? '0' : '24h',
    }))
    const comment = renderComment(await reportOf(now), { marker })
    const review = reviewOf(comment)
    expect(review[0]).toBe('> **199 changes to review carefully**')
    expect(review.join('\n')).toContain('**150 changes**')
    expect(review.join('\n')).toContain('**49 images** (`service-100`')
    expect(review.length).toBeLessThan(12)
  })
})
