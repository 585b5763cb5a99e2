import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makePlan } from '../../../src/pipeline.js'
import { removeTempFolders } from '../../support/temp-folder.js'
import { jobWith, world } from './reference-world.js'

afterAll(removeTempFolders)

const DIGEST = `sha256:${'b2'.repeat(32)}`
const OVERRIDE = `- base: python:3.12-slim\n  digest: ${DIGEST}\n  reason: CVE-2026-1 is exploited\n  expires: 2026-03-31\n`
const CHANGED = `registry: docker.io
repository: library/python
tag: 3.12-slim
currentDigest: ${DIGEST}
lastUpdated: '2026-02-20T00:00:00.000Z'
`

/** The reference state, whose base image python:3.12-slim got the digest of the override; its one image built then. */
async function planWith(lastBuilt: string) {
  const { folder, sources } = await world()
  await mkdir(join(folder.root, 'base-images'), { recursive: true })
  await writeFile(join(folder.root, 'overrides.yaml'), OVERRIDE)
  await writeFile(join(folder.root, 'base-images/python-3.12-slim.yaml'), CHANGED)
  await writeFile(
    join(folder.root, 'images/metrics-service.yaml'),
    `name: metrics-service\nlastBuilt: '${lastBuilt}'\n`,
  )
  await writeFile(join(sources, 'craigedmunds/argocd-eda/apps/uv/Dockerfile'), 'FROM alpine:3\n')
  const plan = await makePlan(jobWith(sources), folder)
  expect(plan.refused).toBe(false)
  const dist = plan.files.get('dist/image-factory.k8s.yaml') ?? ''
  const input = plan.report.problems.filter(({ file }) => file === 'overrides.yaml')
  return { inCluster: dist.includes(DIGEST.slice('sha256:'.length)), rows: plan.report.overrides, input }
}

describe('an override', () => {
  it('reaches the cluster and the report while an image waits', async () => {
    const { inCluster, rows, input } = await planWith('2026-02-19T00:00:00Z')
    expect(inCluster).toBe(true)
    expect(rows).toMatchObject([{ base: 'python:3.12-slim', place: 'overrides.yaml:1' }])
    expect(input).toEqual([])
  })

  it('goes when every image was built since, and somebody is told to take it out', async () => {
    const { inCluster, rows, input } = await planWith('2026-02-21T00:00:00Z')
    expect(inCluster).toBe(false)
    expect(rows).toEqual([])
    expect(input).toMatchObject([
      { severity: 'notice', line: 1, message: expect.stringContaining('is no longer needed'), remedy: 'Remove it.' },
    ])
  })
})
