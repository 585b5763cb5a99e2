import type { CatalogInput } from '../../../src/backstage/index.js'
import { builtAt, enrolmentOf, newNode, recordsFrom } from '../explain/situations.js'

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
const DIGEST = `sha256:${'e'.repeat(64)}`
const OURS = "registry: ghcr.io\nrepository: acme/base\ntag: '1'\ncurrentDigest: null\nenrolledImage: base\n"

const RUN = "{id: '7', url: 'https://github.com/org/web/actions/runs/7'}"
const REBUILT = `rebuilds:\n  - {at: '${BUILT}', reason: manual, bases: [], run: ${RUN}, result: succeeded, attempts: 1}\n`

/** Records as a run leaves them: node:22 changed since the images were built. */
const RECORDS = recordsFrom({
  images: {
    web: `${builtAt(BUILT, 'acme-base-1')}${REBUILT}`,
    base: `${builtAt(BUILT)}defaultBranch: trunk\n`,
    tool: `${builtAt(BUILT)}evidence: {image: ${DIGEST}, source: layers, bases: []}\n`,
    postgres: builtAt(BUILT, '', 'discoveryStatus: external\n'),
  },
  bases: { 'node-22': newNode('2026-03-09T20:30:00.000Z'), 'acme-base-1': OURS },
})

/** Everything a catalog is made from. */
export function catalogInput(): CatalogInput {
  const { images } = enrolmentOf(IMAGES)
  const base = { baselineDigest: null }
  return {
    folder: 'catalog',
    name: 'image-factory',
    images: images.map((enrollment) => ({ enrollment, bases: [], enrolledAt: null, runs: { kind: 'all' } as const })),
    bases: [
      { ...base, name: 'acme-base-1', registry: 'ghcr.io', repository: 'acme/base', tag: '1', enrolledImage: 'base' },
      { ...base, name: 'node-22', registry: 'docker.io', repository: 'library/node', tag: '22' },
    ],
    records: RECORDS,
    overrides: [],
    staggerSeconds: 0,
    kinds: 'custom',
  }
}
