import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makePlan } from '../../../src/pipeline.js'
import type { RunOptions } from '../../../src/run-options.js'
import { type StateFolder, writeFiles } from '../../../src/state/index.js'
import { removeTempFolders } from '../../support/temp-folder.js'
import { change, errors, jobWith, world } from './reference-world.js'

afterAll(removeTempFolders)

describe('the reference state', () => {
  it('gets manifests for all its images and bases, and no file twice', async () => {
    const { folder, sources } = await world()
    const plan = await makePlan(jobWith(sources), folder)
    expect(plan.refused).toBe(false)
    expect(errors(plan)).toEqual([])
    expect([...plan.files.keys()].filter((path) => path.startsWith('dist/')).sort()).toEqual([
      'dist/base-codercom-code-server-4.96.4-bookworm.k8s.yaml',
      'dist/base-distroless-python3-debian12-latest.k8s.yaml',
      'dist/base-mcr.microsoft.com-playwright-v1.40.0-focal.k8s.yaml',
      'dist/base-node-22-bookworm-slim.k8s.yaml',
      'dist/base-python-3.12-slim.k8s.yaml',
      'dist/image-backstage.k8s.yaml',
      'dist/image-code-server-dev.k8s.yaml',
      'dist/image-e2e-test-runner.k8s.yaml',
      'dist/image-factory.k8s.yaml',
      'dist/image-metrics-service.k8s.yaml',
      'dist/image-uv.k8s.yaml',
    ])
    expect(plan.report).toMatchObject({ totals: { images: 5, bases: 5, stale: 0 }, mode: 'preview', outputDir: 'dist' })
    expect(plan.report.changes.every((one) => one.kind === 'added')).toBe(true)
  })

  it('is not touched by a plan', async () => {
    const { folder, sources } = await world()
    const before = (await readdir(folder.root, { recursive: true })).sort()
    await makePlan(jobWith(sources), folder)
    expect((await readdir(folder.root, { recursive: true })).sort()).toEqual(before)
  })

  it('has no changes in a second run, a year later', async () => {
    const { folder, sources } = await world()
    const first = await makePlan(jobWith(sources), folder)
    writeFiles(folder.root, first.changes)
    const second = await makePlan(jobWith(sources, { now: '2027-03-01T08:00:00.000Z' }), folder)
    expect([...second.changes]).toEqual([])
    expect(second.report).toMatchObject({ changes: [], stateFiles: [], images: [] })
    expect([...second.files.keys()].sort()).toEqual([...first.files.keys()].sort())
  })

  it('means the same from another folder of the repository', async () => {
    const { folder, sources } = await world()
    const plan = await makePlan(jobWith(sources), { ...folder, path: 'factory/state' })
    expect(plan.report).toMatchObject({ imagesFile: 'factory/state/images.yaml', outputDir: 'factory/state/dist' })
  })

  it('runs the steps in their order', async () => {
    const { folder, sources } = await world()
    const steps: string[] = []
    const step: RunOptions['step'] = (name, work) => {
      steps.push(name)
      return work()
    }
    await makePlan(jobWith(sources, { step }), folder)
    expect(steps).toEqual([
      'Load the state',
      'Validate images.yaml',
      'Discover base images',
      'Merge the state',
      'Make manifests',
      'Compare manifests',
      'Guard against deletions',
    ])
  })
})

describe('a Dockerfile that is not there', () => {
  const warned = async (record: string | null) => {
    const { folder, sources } = await world()
    await rm(join(sources, 'craigedmunds/argocd-eda/apps/uv/Dockerfile'))
    if (record !== null) await writeFile(join(folder.root, 'images/uv.yaml'), record)
    else await rm(join(folder.root, 'images/uv.yaml'), { force: true })
    const { report } = await makePlan(jobWith(sources), folder)
    return report.problems.filter(({ image, code }) => image === 'uv' && code === 'bases-unknown')
  }

  it.each([
    ['of an image that the state knows', 'name: uv\n', /^uv: discovery failed; the last known base images are kept: /],
    ['of a new image', null, /^uv: discovery failed; nothing is known about its base images yet: /],
  ])('%s', async (_, record, message) => {
    expect(await warned(record)).toMatchObject([{ message: expect.stringMatching(message) }])
  })
})

describe('what is refused: nothing is to be written, and the report says why', () => {
  const refused = async (spoil: (folder: StateFolder) => Promise<unknown>, given: Partial<StateFolder> = {}) => {
    const { folder, sources } = await world()
    await spoil(folder)
    const plan = await makePlan(jobWith(sources), { ...folder, ...given })
    expect(plan).toMatchObject({ refused: true, files: new Map(), changes: new Map() })
    expect(plan.report).toMatchObject({ changes: [], totals: { images: 0, bases: 0, stale: 0 } })
    return errors(plan)
  }

  it('a broken images.yaml, all its problems', async () => {
    const said = await refused((folder) =>
      change(folder, (text) =>
        text.replace('rebuildDelay: 7d ', 'rebuildDelay: soon ').replace('name: uv', 'name: UV'),
      ),
    )
    expect(said).toEqual([
      expect.stringMatching(/^images\.yaml:19 rebuildDelay: "soon" is not a valid duration/),
      expect.stringMatching(/^images\.yaml:22 name: "UV" must be/),
    ])
  })

  it('no images.yaml', async () => {
    expect(await refused((folder) => rm(join(folder.root, 'images.yaml')), { path: 'state' })).toEqual([
      'state/images.yaml:null there is no state/images.yaml.',
    ])
  })

  it('an empty images.yaml', async () => {
    expect(await refused((folder) => change(folder, () => '[]\n'))).toEqual(['images.yaml:1 no image is enrolled.'])
  })

  it('images.yaml as a link', async () => {
    const said = await refused(async (folder) => {
      await rm(join(folder.root, 'images.yaml'))
      await symlink('/etc/passwd', join(folder.root, 'images.yaml'))
    })
    expect(said).toEqual([expect.stringContaining('images.yaml is a link')])
  })

  it('a state file with conflict markers, at its line', async () => {
    const said = await refused((folder) =>
      writeFile(join(folder.root, 'images/uv.yaml'), 'name: uv\n<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n'),
    )
    expect(said).toEqual(['images/uv.yaml:2 an unresolved merge conflict begins here.'])
  })

  it('a file of somebody else where a manifest goes', async () => {
    const said = await refused(async (folder) => {
      await mkdir(join(folder.root, 'dist'))
      await writeFile(join(folder.root, 'dist/image-uv.k8s.yaml'), 'kind: Mine\n')
    })
    expect(said).toEqual([expect.stringContaining('dist/image-uv.k8s.yaml is to be written and is not ours')])
  })

  it('an image by the name of its base', async () => {
    const said = await refused((folder) =>
      change(folder, (text) => text.replace('name: uv', 'name: node-22-bookworm-slim')),
    )
    expect(said).toEqual([
      expect.stringContaining('images.yaml:22 the name node-22-bookworm-slim is taken by the base image'),
    ])
  })
})

describe('the guard', () => {
  async function written(): Promise<Awaited<ReturnType<typeof world>>> {
    const one = await world()
    writeFiles(one.folder.root, (await makePlan(jobWith(one.sources), one.folder)).changes)
    return one
  }
  const onlyUv = (text: string) => text.slice(text.indexOf('- name: uv'), text.indexOf('- name: e2e-test-runner'))

  it('stops a run that would delete too much, and says what it would have done', async () => {
    const { folder, sources } = await written()
    await change(folder, onlyUv)
    const plan = await makePlan(jobWith(sources, { maxDeletions: { kind: 'count', count: 0 } }), folder)
    expect(plan.refused).toBe(true)
    expect(errors(plan)).toEqual([
      expect.stringMatching(/this run would delete \d+ of \d+ resources; 10 are allowed\.$/),
    ])
    expect(plan.report.changes.filter((one) => one.kind === 'removed').length).toBeGreaterThan(10)
  })

  it('lets it pass when it is meant', async () => {
    const { folder, sources } = await written()
    await change(folder, onlyUv)
    const plan = await makePlan(jobWith(sources, { maxDeletions: { kind: 'percent', percent: 100 } }), folder)
    expect(plan.refused).toBe(false)
    expect([...plan.changes].filter(([path, text]) => path.startsWith('dist/') && text === null)).toHaveLength(7)
    expect(plan.changes.get('_archive/images/backstage.yaml')).toEqual(expect.stringContaining('0.6.5'))
    expect(plan.changes.get('images/backstage.yaml')).toBeNull()
  })

  it('never lets the Project go', async () => {
    const { folder, sources } = await written()
    await change(folder, (text) => `settings: {namespace: other}\nimages:\n${text.replace(/^/gm, '  ')}`)
    const plan = await makePlan(jobWith(sources, { maxDeletions: { kind: 'percent', percent: 100 } }), folder)
    expect(plan.refused).toBe(true)
    expect(errors(plan).join()).toContain('the Project image-factory')
  })
})

describe('a look-up that fails', () => {
  it('keeps bases and manifests, and says so', async () => {
    const { folder, sources } = await world()
    writeFiles(folder.root, (await makePlan(jobWith(sources), folder)).changes)
    await rm(join(sources, 'craigedmunds/market-making'), { recursive: true })
    const plan = await makePlan(jobWith(sources), folder)
    expect(plan.refused).toBe(false)
    expect([...plan.changes.keys()]).toEqual(['images/metrics-service.yaml'])
    expect(plan.report.problems.filter((one) => one.severity === 'warning')).toMatchObject([
      { image: 'metrics-service', file: 'images.yaml', line: 75 },
    ])
  })
})
