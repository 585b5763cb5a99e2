/** `rebuild --dry-run`: offline, before any run has looked anything up. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { rebuildCommand } from '../../../src/cli/rebuild-command.js'
import { contextIn, folderPerTest } from './command.js'

const state = folderPerTest()
beforeEach(() => {
  mkdirSync(join(state(), 'images'))
})

const IMAGES = `
images:
  - {name: web, registry: ghcr.io, repository: acme/web, source: {repo: acme/web, workflow: build.yml}}
  - {name: api, registry: ghcr.io, repository: acme/api, source: {repo: acme/api, workflow: ci.yml, branch: next}}
  - {name: job, registry: ghcr.io, repository: acme/job, source: {provider: gitlab, repo: acme/job}}
`

async function run(names: readonly string[], options: { readonly allStale?: boolean } = {}) {
  writeFileSync(join(state(), 'images.yaml'), IMAGES)
  const { context, printed } = contextIn(state())
  const code = await rebuildCommand(context, names, { dryRun: true, ...options })
  return { code, ...printed }
}

describe('rebuild --dry-run', () => {
  it('names the build of each image, on the default branch where no other is set or known', async () => {
    const { code, out } = await run(['web', 'api', 'job'])
    expect(out.split('\n')).toEqual([
      'IMAGE  REBUILD           DETAILS',
      'api    would be started  ci.yml of acme/api on next',
      'job    would be started  pipeline of acme/job on the default branch',
      'web    would be started  build.yml of acme/web on the default branch',
      '',
    ])
    expect(code).toBe(0)
  })

  it('prefers the default branch that a run recorded', async () => {
    writeFileSync(join(state(), 'images/web.yaml'), 'name: web\ndefaultBranch: trunk\n')
    expect((await run(['web'])).out).toContain('build.yml of acme/web on trunk')
  })

  it('of all that is stale says so where nothing is, and for how many images that is unknown', async () => {
    const none = 'No image is provably on an old base image'
    const all = async () => (await run([], { allStale: true })).out
    expect(await all()).toBe(`${none}; for 3 of 3 it is unknown (no digest looked up yet).\n`)
    writeFileSync(join(state(), 'images/web.yaml'), 'name: web\ndiscoveryStatus: failed\n')
    expect(await all()).toMatch(`${none}; for 3 of 3 it is unknown (`)
    expect(await all()).toContain('explain shows why')
    mkdirSync(join(state(), 'base-images'))
    const digest = `sha256:${'a'.repeat(64)}`
    for (const name of ['web', 'api', 'job']) {
      const found = `discoveryStatus: success\nbaseImages: [node]\nenrolledAt: '2025-01-01T00:00:00Z'\n`
      writeFileSync(join(state(), `images/${name}.yaml`), `name: ${name}\n${found}`)
    }
    const place = 'registry: docker.io\nrepository: library/node\ntag: "22"\n'
    writeFileSync(join(state(), 'base-images/node.yaml'), `name: node\n${place}currentDigest: ${digest}\n`)
    expect(await all()).toBe(`${none}.\n`)
  })
})
