import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseImagesFile } from '../../../src/enrollment/index.js'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const page = read('docs/backstage.md')

it('its images.yaml is good, and means what its comments say', () => {
  const [, text = ''] = /```yaml\n([\s\S]+?)```/.exec(page) ?? []
  const { enrolled, problems } = parseImagesFile(text, 'images.yaml')
  expect(problems).toEqual([])
  expect(enrolled).toMatchObject({
    settings: { backstage: 'catalog' },
    images: [{ name: 'web', backstage: { owner: 'team-web', lifecycle: 'production', system: 'shop' } }],
  })
})

it('names every annotation that the entities have, and no other', () => {
  const folder = 'test/golden/backstage'
  const entities = readdirSync(new URL(`../../../${folder}`, import.meta.url)).map((name) => read(`${folder}/${name}`))
  const written = new Set(
    entities.flatMap((text) => [...text.matchAll(/image-factory\.io\/([a-z-]+):/g)].map(([, key]) => key)),
  )
  const rows = [...page.slice(page.indexOf('## Annotations')).matchAll(/^\| (`[^|]+) \|/gm)].map(
    ([, names = '']) => names,
  )
  const input = rows.flatMap((names) => [...names.matchAll(/`([a-z-]+)`/g)].map(([, key]) => key))
  expect(input.sort()).toEqual([...written].sort())
})
