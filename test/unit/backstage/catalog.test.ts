import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { catalogFiles, catalogFolderFault } from '../../../src/backstage/index.js'
import { GENERATED_HEADER } from '../../../src/kargo/index.js'
import { catalogInput } from './world.js'

const input = catalogInput()
const files = catalogFiles(input)

describe('catalog files', () => {
  it.each([...files.keys()])('%s', async (path) => {
    await expect(files.get(path)).toMatchFileSnapshot(`../../golden/backstage/${path.slice('catalog/'.length)}`)
  })

  it('are all ours, and the location names each of the others once', () => {
    expect([...files.values()].every((text) => text.startsWith(`${GENERATED_HEADER}\n`))).toBe(true)
    const { spec } = parse(files.get('catalog/catalog-info.yaml')!) as { spec: { targets: string[] } }
    const others = [...files.keys()].filter((path) => !path.endsWith('/catalog-info.yaml'))
    expect(spec.targets.map((target) => target.replace('./', 'catalog/'))).toEqual(others)
    expect(others).toEqual([...others].sort())
  })

  it('are the same in any order of images and bases', () => {
    const turned = { ...input, images: [...input.images].reverse(), bases: [...input.bases].reverse() }
    expect([...catalogFiles(turned)]).toEqual([...files])
  })

  it('name only entities that there are', () => {
    const entities = [...files.values()].map((text) => parse(text) as Named)
    const known = new Set(entities.map(({ kind, metadata }) => `${kind} ${metadata.name}`))
    const kinds = { 'base-image': 'BaseImage', 'managed-image': 'ManagedImage' } as const
    const named = entities.flatMap(({ spec }) => [...(spec.dependsOn ?? []), ...(spec.dependents ?? [])])
    expect(named.length).toBeGreaterThan(4)
    expect(named.filter(({ resource, type }) => !known.has(`${kinds[type]} ${resource}`))).toEqual([])
  })
})

interface Named {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: { readonly dependsOn?: readonly Link[]; readonly dependents?: readonly Link[] }
}
interface Link {
  readonly resource: string
  readonly type: 'base-image' | 'managed-image'
}

describe('text that somebody wrote', () => {
  const evil = 'x"\n$text: https://evil.example\n---\nkind: Location #'
  const record = {
    ...input.records.images.get('web'),
    currentVersion: evil,
    discoveryStatus: evil,
    currentDigest: evil,
  }
  const images = new Map([...input.records.images, ['web', record] as const])
  const backstage = { owner: evil, lifecycle: evil, system: evil }
  const hostile = input.images.map(({ enrollment, ...image }) => ({
    ...image,
    enrollment: { ...enrollment, backstage },
  }))
  const text = catalogFiles({ ...input, records: { ...input.records, images }, images: hostile }).get(
    'catalog/image-web.yaml',
  )!

  it('stays inside its value', () => {
    const entity = parse(text) as { metadata: { annotations: Record<string, string> }; spec: Record<string, unknown> }
    expect(entity).toMatchObject({ kind: 'ManagedImage', spec: { owner: evil, system: evil } })
    expect(entity.metadata.annotations['image-factory.io/tag']).toBe(evil)
    expect(entity.metadata.annotations).not.toHaveProperty('image-factory.io/digest')
    expect(Object.keys(entity.spec).some((key) => key.startsWith('$'))).toBe(false)
  })
})

it.each([
  ['catalog', null],
  ['platform/catalog', null],
  ['images-catalog', null],
  ['dist', 'dist'],
  ['dist/catalog', 'dist'],
  ['images', 'images'],
  ['base-images/x', 'base-images'],
  ['_archive', '_archive/images'],
])('the folder %s', (folder, taken) => {
  const fault = catalogFolderFault(folder, 'dist')
  expect(fault === null ? null : fault.includes(`is or contains ${taken},`)).toBe(taken === null ? null : true)
})

it('the top of the state folder is no folder of its own', () => {
  expect(catalogFolderFault('.', 'dist')).toContain('a separate folder')
})
