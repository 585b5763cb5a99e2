import { type CatalogInput, recordsOf } from '../../../src/backstage/index.js'
import { builtAt, enrolmentOf, newNode } from '../explain/situations.js'

const IMAGES = `
defaults:
  backstage: {owner: group:default/platform, system: image-factory}
images:
- {name: web, registry: ghcr.io, repository: acme/web, source: {repo: org/web, branch: main, workflow: build.yml}, backstage: {owner: team-web}}
- {name: base, registry: ghcr.io, repository: acme/base, rebuildDelay: 30d, autoRebuild: false, source: {repo: org/base, workflow: build.yml}}
- {name: tool, registry: registry.gitlab.com, repository: acme/tool, source: {provider: gitlab, repo: org/tool, branch: main}}
- {name: postgres, repoURL: docker.io/library/postgres, allowTags: ^16}
`
const BUILT = '2026-03-05T08:00:00.000Z'
const OURS = "registry: ghcr.io\nrepository: acme/base\ntag: '1'\ncurrentDigest: null\nenrolledImage: base\n"

/** State files as a run leaves them: node:22 changed since the images were built. */
const STATE = new Map([
  ['images/web.yaml', builtAt(BUILT, 'acme-base-1')],
  ['images/base.yaml', `${builtAt(BUILT)}defaultBranch: trunk\n`],
  ['images/tool.yaml', builtAt(BUILT)],
  ['images/postgres.yaml', builtAt(BUILT, '', 'discoveryStatus: external\n')],
  ['base-images/node-22.yaml', newNode('2026-03-09T20:30:00.000Z')],
  ['base-images/acme-base-1.yaml', OURS],
  ['_archive/images/gone.yaml', builtAt(BUILT)],
])

/** Everything a catalog is made from. */
export function catalogInput(): CatalogInput {
  const { images } = enrolmentOf(IMAGES)
  const records = recordsOf(STATE)
  const base = { baselineDigest: null }
  return {
    folder: 'catalog',
    name: 'image-factory',
    images: images.map((enrollment) => ({ enrollment, bases: [], enrolledAt: null, runs: { kind: 'all' } as const })),
    bases: [
      { ...base, name: 'acme-base-1', registry: 'ghcr.io', repository: 'acme/base', tag: '1', enrolledImage: 'base' },
      { ...base, name: 'node-22', registry: 'docker.io', repository: 'library/node', tag: '22' },
    ],
    records,
    overrides: [],
    staggerSeconds: 0,
  }
}
