/** How many tags of an image Kargo lists (`tags.discoveryLimit`), up to the bounds that images.yaml takes. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type KubeObject, until } from '../support/cluster.ts'
import type { Scenario, Suite } from '../support/suite.ts'
import type { TestImage } from '../support/test-image.ts'
import { MAIN } from './factories.ts'

interface Schema {
  readonly definitions: { readonly tags: { readonly properties: { readonly discoveryLimit: Bounds } } }
}
interface Bounds {
  readonly minimum: number
  readonly maximum: number
  readonly default: number
}
const SCHEMA = new URL('../../../schema/images.schema.json', import.meta.url)
const { discoveryLimit: BOUNDS } = (JSON.parse(readFileSync(SCHEMA, 'utf8')) as Schema).definitions.tags.properties

/** A Warehouse, as far as it says what it found. */
interface Warehouse extends KubeObject {
  readonly status?: {
    readonly discoveredArtifacts?: {
      readonly images?: readonly { readonly references?: readonly { readonly tag: string }[] }[]
    }
  }
}

const SELECTIONS: readonly (readonly [name: string, limit: number, tags: Readonly<Record<string, unknown>>])[] = [
  ['fewest', BOUNDS.minimum, { discoveryLimit: BOUNDS.minimum }],
  ['most', BOUNDS.maximum, { discoveryLimit: BOUNDS.maximum }],
  ['unsaid', BOUNDS.default, {}],
  ['lexical', 3, { strategy: 'Lexical', discoveryLimit: 3 }],
  ['newest', 4, { strategy: 'NewestBuild', allow: ['^1\\.'], discoveryLimit: 4 }],
]

/** The tags that Kargo has in its list, the newest first. */
async function listed({ factory, spec }: TestImage, { cluster }: Suite): Promise<readonly string[]> {
  const name = factory.warehouse(factory.repository(spec.name))
  const text = await cluster.kubectl(['get', 'warehouse', name, '-n', factory.namespace, '-o', 'json'])
  const [image] = (JSON.parse(text) as Warehouse).status?.discoveredArtifacts?.images ?? []
  return (image?.references ?? []).map(({ tag }) => tag)
}

/** Whether admission takes a limit; nothing is stored. */
async function isAdmitted(limit: number, { factory, spec }: TestImage, { cluster }: Suite): Promise<boolean> {
  const name = factory.warehouse(factory.repository(spec.name))
  const patch = [{ op: 'replace', path: '/spec/subscriptions/0/image/discoveryLimit', value: limit }]
  const args = ['patch', 'warehouse', name, '-n', factory.namespace, '--type=json', '--dry-run=server']
  const { code, stderr } = await cluster.tryKubectl([...args, '-p', JSON.stringify(patch)])
  if (code !== 0) expect(`${stderr}`).toContain('discoveryLimit')
  return code === 0
}

/** One tag more than is listed. */
async function listsNoMore(image: TestImage, limit: number, suite: Suite): Promise<void> {
  const tags = Array.from({ length: limit + 1 }, (_, index) => `1.${index + 100}.0`)
  for (const tag of tags) await image.push(tag)
  await image.look()
  const newest = tags.toReversed().slice(0, limit)
  const isFound = async () => (await listed(image, suite)).includes(newest[0] ?? '') || undefined
  // Kargo reads every image in the list.
  await until(`${newest[0]} is found`, isFound, { seconds: 180, everyMs: 2000 })
  expect(await listed(image, suite), `${limit} of ${tags.length} tags`).toEqual(newest)
}

export const LISTINGS: readonly Scenario[] = [
  ...SELECTIONS.map(([name, limit, tags]) => ({
    title: `tags.discoveryLimit: ${name}, ${limit}`,
    factory: MAIN.name,
    images: [{ name: `listed-${name}`, entry: { tags } }],
    run: async ([image]: readonly TestImage[], suite: Suite) => {
      if (image !== undefined) await listsNoMore(image, limit, suite)
    },
  })),
  {
    title: 'tags.discoveryLimit: the bounds of images.yaml are those of admission',
    factory: MAIN.name,
    images: [{ name: 'listed-bounds', entry: { tags: { discoveryLimit: 2 } } }],
    run: async ([image], suite) => {
      if (image === undefined) return
      expect(await isAdmitted(BOUNDS.minimum, image, suite)).toBe(true)
      expect(await isAdmitted(BOUNDS.maximum, image, suite)).toBe(true)
      // Kargo takes 0 for its own default.
      expect(await isAdmitted(-1, image, suite)).toBe(false)
      expect(await isAdmitted(BOUNDS.maximum + 1, image, suite)).toBe(false)
    },
  },
]
