import { describe, expect, it } from 'vitest'
import { entry, LATER, NOW, REFERENCE_SOURCES, referenceFiles, referenceImages, run } from './world.js'

const golden = (name: string) => `../../golden/state/${name}.yaml`

describe('from scratch', () => {
  const images = entry('app', 'rebuildDelay: 1d12h, updates: [{repo: org/app, path: k, type: kustomize-set-image}]')
  const dockerfile = 'FROM node:22 AS build\nFROM mcr.microsoft.com/playwright:v1.40.0-focal\nCOPY --from=build /a /a\n'

  it('an image file', async () => {
    const { files } = await run(images, { app: dockerfile })
    await expect(files.get('images/app.yaml')).toMatchFileSnapshot(golden('scratch-image'))
  })

  it('a base file', async () => {
    const { files } = await run(images, { app: dockerfile })
    const text = files.get('base-images/mcr.microsoft.com-playwright-v1.40.0-focal.yaml')
    await expect(text).toMatchFileSnapshot(golden('scratch-base'))
  })

  it('an image whose Dockerfile cannot be read', async () => {
    const { files } = await run(images, { app: new Error('there is no repository org/app.') })
    await expect(files.get('images/app.yaml')).toMatchFileSnapshot(golden('scratch-failed-image'))
  })

  it('an external image', async () => {
    const { files } = await run('- {name: pg, repoURL: docker.io/library/postgres, allowTags: ^16}\n')
    await expect(files.get('images/pg.yaml')).toMatchFileSnapshot(golden('scratch-external-image'))
  })
})

describe('from the reference state', () => {
  it.each(['images/backstage', 'images/metrics-service', 'base-images/node-22-bookworm-slim'])('%s', async (path) => {
    const { files } = await run(referenceImages(), REFERENCE_SOURCES, referenceFiles())
    const name = `reference-${path.slice(path.indexOf('/') + 1)}`
    await expect(files.get(`${path}.yaml`)).toMatchFileSnapshot(golden(name))
  })

  it('keeps every line but those of the discovery, and comments', async () => {
    const before = referenceFiles()
    const { files } = await run(referenceImages(), REFERENCE_SOURCES, before)
    for (const name of ['backstage', 'metrics-service']) {
      const was = before.get(`images/${name}.yaml`)?.trimEnd().split('\n') ?? []
      const is = files.get(`images/${name}.yaml`)?.trimEnd().split('\n') ?? []
      expect(is.length).toBe(was.length)
      expect(is.filter((line, at) => line !== was[at])).toEqual([`lastDiscovery: '${NOW}'`, 'discoveryStatus: success'])
    }
  })
})

describe('a second run', () => {
  it('writes the same bytes, whatever the time is', async () => {
    const first = await run(referenceImages(), REFERENCE_SOURCES, referenceFiles())
    const second = await run(referenceImages(), REFERENCE_SOURCES, first.files, LATER)
    expect([...second.files]).toEqual([...first.files])
  })

  it('moves lastDiscovery when the bases changed, and only there', async () => {
    const first = await run(entry('app') + entry('web'), { app: 'FROM a:1\n', web: 'FROM a:1\n' })
    const second = await run(entry('app') + entry('web'), { app: 'FROM a:2\n', web: 'FROM a:1\n' }, first.files, LATER)
    const changed = [...second.files].filter(([path, text]) => first.files.get(path) !== text).map(([path]) => path)
    expect(changed.sort()).toEqual(['base-images/a-2.yaml', 'images/app.yaml'])
    expect(second.files.get('images/app.yaml')).toContain(`lastDiscovery: '${LATER}'`)
  })
})
