import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { GENERATED_HEADER } from '../../../src/kargo/index.js'
import { makePlan } from '../../../src/pipeline.js'
import type { Plan } from '../../../src/plan.js'
import { writeFiles } from '../../../src/state/index.js'
import { removeTempFolders } from '../../support/temp-folder.js'
import { change, errors, jobWith, world } from './reference-world.js'

afterAll(removeTempFolders)

/** The reference state with a catalog for Backstage. */
async function withCatalog(folder = 'catalog'): Promise<Awaited<ReturnType<typeof world>>> {
  const one = await world()
  await change(one.folder, (text) => `settings: {backstage: ${folder}}\nimages:\n${text.replace(/^/gm, '  ')}`)
  return one
}

const catalogOf = ({ changes }: Plan) => [...changes].filter(([path]) => path.startsWith('catalog/'))

describe('the catalog', () => {
  it('is not there unless it is asked for', async () => {
    const { folder, sources } = await world()
    expect(catalogOf(await makePlan(jobWith(sources), folder))).toEqual([])
  })

  it('has one entity for each image and base, counted among the state files', async () => {
    const { folder, sources } = await withCatalog()
    const plan = await makePlan(jobWith(sources), folder)
    expect(errors(plan)).toEqual([])
    const { images, bases } = plan.report.totals
    expect(catalogOf(plan)).toHaveLength(images + bases + 1)
    expect(plan.report.stateFiles).toContainEqual({ kind: 'added', path: 'catalog/image-uv.yaml' })
    expect(plan.files.get('catalog/catalog-info.yaml')).toContain('./base-node-22-bookworm-slim.yaml')
  })

  it('stays as it is in a second run, a year later', async () => {
    const { folder, sources } = await withCatalog()
    writeFiles(folder.root, (await makePlan(jobWith(sources), folder)).changes)
    const second = await makePlan(jobWith(sources, { now: '2027-03-01T08:00:00.000Z' }), folder)
    expect([...second.changes]).toEqual([])
  })

  it('follows images.yaml; files of ours that nobody needs go, those of others stay', async () => {
    const { folder, sources } = await withCatalog()
    writeFiles(folder.root, (await makePlan(jobWith(sources), folder)).changes)
    await writeFile(join(folder.root, 'catalog/people.yaml'), 'kind: Group\n')
    await writeFile(join(folder.root, 'catalog/image-gone.yaml'), `${GENERATED_HEADER}\nkind: ManagedImage\n`)
    await change(folder, (text) => text.replace('- name: uv', '- name: uv\n    backstage: {owner: team-uv}'))
    const plan = await makePlan(jobWith(sources), folder)
    expect(catalogOf(plan)).toEqual([
      ['catalog/image-uv.yaml', expect.stringContaining('owner: team-uv')],
      ['catalog/image-gone.yaml', null],
    ])
    expect(plan.report.images).toMatchObject([{ name: 'uv', kind: 'changed' }])
  })

  it('goes with its settings told, and leaves no trace in state and manifests', async () => {
    const one = await withCatalog()
    const other = await world()
    const plan = await makePlan(jobWith(one.sources), one.folder)
    const without = await makePlan(jobWith(other.sources), other.folder)
    const kept = [...plan.files].filter(([path]) => !path.startsWith('catalog/'))
    const withoutRecord = (files: Iterable<[string, string]>) =>
      [...files].map(([path, text]) => [path, text.replace(/^# Settings .*\n/m, '')])
    expect(withoutRecord(kept)).toEqual(withoutRecord(without.files))
  })
})

describe('what is refused', () => {
  it.each(['images', 'dist', 'dist/catalog', 'base-images', '_archive'])('the folder %s', async (path) => {
    const { folder, sources } = await withCatalog(path)
    const plan = await makePlan(jobWith(sources), folder)
    expect(plan).toMatchObject({ refused: true, changes: new Map() })
    expect(errors(plan)).toEqual([
      expect.stringMatching(/^images\.yaml:null settings\.backstage: the folder .* is or contains/),
    ])
  })

  it('a file of somebody else in our place: it stays', async () => {
    const { folder, sources } = await withCatalog()
    const path = join(folder.root, 'catalog/catalog-info.yaml')
    await mkdir(join(folder.root, 'catalog'))
    await writeFile(path, 'kind: Location\n')
    const plan = await makePlan(jobWith(sources), folder)
    expect(errors(plan)).toEqual([
      expect.stringContaining('catalog/catalog-info.yaml is to be written and is not ours'),
    ])
    expect(await readFile(path, 'utf8')).toBe('kind: Location\n')
  })

  it('a link for the folder', async () => {
    const { folder, sources } = await withCatalog()
    await symlink('/etc', join(folder.root, 'catalog'))
    const plan = await makePlan(jobWith(sources), folder)
    expect(errors(plan)).toEqual([expect.stringContaining('catalog is a link')])
  })
})
