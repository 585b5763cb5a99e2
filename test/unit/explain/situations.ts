import { type ImagesFile, type Override, parseImagesFile, parseOverrides } from '../../../src/enrollment/index.js'
import { type Explanation, explainImages } from '../../../src/explain/index.js'
import { serverUrls } from '../../../src/forges/index.js'
import type { Records } from '../../../src/state/index.js'
import { readRecord } from '../../../src/state/read.js'
import type { StateRecord } from '../../../src/state/record.js'

export const NOW = '2026-03-10T08:00:00.000Z'
export const PLACES = serverUrls({})
export const OLD = `sha256:${'0'.repeat(64)}`
export const NEW = `sha256:${'1'.repeat(64)}`
export const FILES = { images: 'images.yaml', overrides: 'overrides.yaml' }

/** State files by folder and name; a text is read as the YAML of a state file. */
export interface Situation {
  readonly images: string
  readonly overrides?: string
  readonly state?: { readonly images?: Record<string, string>; readonly bases?: Record<string, string> }
}

export function enrolmentOf(text: string): ImagesFile {
  const { enrolled, problems } = parseImagesFile(text, 'images.yaml')
  if (enrolled === null) throw new Error(JSON.stringify(problems))
  return enrolled
}

export function overridesOf(text: string | undefined, now = NOW): readonly Override[] {
  return text === undefined ? [] : parseOverrides(text, 'overrides.yaml', now).active
}

export function recordsFrom(state: Situation['state']): Records {
  const read = (texts: Record<string, string> = {}) =>
    new Map(Object.entries(texts).map(([name, text]) => [name, record(text)] as const))
  return { images: read(state?.images), bases: read(state?.bases) }
}

function record(text: string): StateRecord {
  const { record: found, problems } = readRecord(text, 'state.yaml')
  if (found === null) throw new Error(JSON.stringify(problems))
  return found
}

export function explain({ images, overrides, state }: Situation, now = NOW): Explanation[] {
  return explainImages({
    enrolled: enrolmentOf(images),
    records: recordsFrom(state),
    overrides: overridesOf(overrides, now),
    now,
    urls: PLACES,
  })
}

/** images.yaml with the image `web`, and what its entry has beside. */
export function web(more = '', settings = ''): string {
  const source = 'source: {repo: acme/web, branch: main, workflow: build.yml}'
  const entry = `{name: web, registry: ghcr.io, repository: acme/web, ${source}${more === '' ? '' : `, ${more}`}}`
  return settings === '' ? `- ${entry}\n` : `settings: {${settings}}\nimages:\n  - ${entry}\n`
}

const NODE = "registry: docker.io\nrepository: library/node\ntag: '22'\nfirstDiscovered: '2026-01-01T00:00:00.000Z'\n"
const SEEN = "lastChecked: '2026-01-02T06:00:00.000Z'\n"

/** node:22 that nobody looked up. */
export const UNSEEN_NODE = `${NODE}currentDigest: null\n`
/** node:22 as it was when tracking began. */
export const FIRST_NODE = `${NODE}${SEEN}baselineDigest: ${OLD}\ncurrentDigest: ${OLD}\n`

/** node:22 with a new digest. */
export function newNode(at: string): string {
  const history = `updateHistory:\n  - {digest: '${NEW}', previousDigest: '${OLD}', observedAt: '${at}'}\n`
  const digests = `baselineDigest: ${OLD}\ncurrentDigest: ${NEW}\npreviousDigest: ${OLD}\n`
  return `${NODE}lastChecked: '${at}'\nlastUpdated: '${at}'\n${digests}${history}`
}

/** node:22 that had a new digest and went back to the old one. */
export function returnedNode(updated: string, returned: string): string {
  const entry = (digest: string, before: string, at: string, more = '') =>
    `  - {digest: '${digest}', previousDigest: '${before}', observedAt: '${at}'${more}}\n`
  const history = `updateHistory:\n${entry(OLD, NEW, returned, ', returned: true')}${entry(NEW, OLD, updated)}`
  const digests = `baselineDigest: ${OLD}\ncurrentDigest: ${OLD}\npreviousDigest: ${NEW}\n`
  return `${NODE}lastChecked: '${returned}'\nlastUpdated: '${updated}'\n${digests}${history}`
}

/** State of an image that was last built then. */
export function builtAt(built: string | null, bases = 'node-22', more = ''): string {
  const when = built === null ? 'lastBuilt: null\n' : `currentVersion: 1.4.2\nlastBuilt: '${built}'\n`
  const found = "enrolledAt: '2026-01-01T00:00:00.000Z'\nlastDiscovery: '2026-01-01T00:00:00.000Z'\n"
  return `${found}${more === '' ? 'discoveryStatus: success\n' : more}baseImages: [${bases}]\n${when}`
}

const IMAGE = `sha256:${'9'.repeat(64)}`

/** The same, with what the published image shows of node:22. */
function provenAt(built: string, digest: string, source: 'provenance' | 'layers'): string {
  const base = `{name: node-22, ref: 'docker.io/library/node:22', digest: '${digest}', source: ${source}}`
  const evidence = `evidence:\n  image: '${IMAGE}'\n  source: ${source}\n  at: '${built}'\n  bases:\n    - ${base}\n`
  return `${builtAt(built)}currentDigest: '${IMAGE}'\n${evidence}`
}

const OVERRIDE = `- {base: 'node:22', digest: '${NEW}', reason: CVE-2026-1234 in zlib, expires: 2026-03-20}\n`
const BUILT = '2026-03-05T08:00:00.000Z'
const RECENT = '2026-03-09T20:30:00.000Z'
const changed = (at: string, built: string | null = BUILT) => ({
  images: { web: builtAt(built) },
  bases: { 'node-22': newNode(at) },
})

/** Enrolled on 10 March, and proven to be on the digest that node:22 had until the fourth. */
const STALE: Situation['state'] = {
  images: {
    web: provenAt('2026-03-01T00:00:00.000Z', OLD, 'layers')
      .replace("enrolledAt: '2026-01-01", "enrolledAt: '2026-03-10")
      .replace("at: '2026-03-01", "at: '2026-03-10"),
  },
  bases: { 'node-22': newNode('2026-03-04T00:00:00.000Z') },
}

/** The same as `changed`, with what came of the rebuild that it gave. */
function rebuilt(result: string, more = ''): NonNullable<Situation['state']> {
  const base = `{name: node-22, ref: 'docker.io/library/node:22', from: '${OLD}', to: '${NEW}'}`
  const run = "{id: '16123', url: 'https://github.com/acme/web/actions/runs/16123'}"
  const written = `rebuilds:\n  - {at: '${RECENT}', reason: base, bases: [${base}], run: ${run}, result: ${result}, ${more}}\n`
  return { images: { web: `${builtAt(BUILT)}${written}` }, bases: { 'node-22': newNode(RECENT) } }
}

const TRIED = "started: '2026-03-09T20:31:00.000Z', ended: '2026-03-10T07:45:00.000Z'"

/** Every situation an image can be in, as its golden file is called. */
export const SITUATIONS: Readonly<Record<string, Situation>> = {
  'due-change': { images: web('rebuildDelay: 2d'), state: changed(RECENT) },
  'due-never-built': { images: web(), state: changed(RECENT, null) },
  'due-override': { images: web('rebuildDelay: 30d'), overrides: OVERRIDE, state: changed(RECENT) },
  'due-several-bases': {
    images: web('rebuildDelay: 1d'),
    state: {
      images: { web: builtAt(BUILT, 'alpine-3.20, node-22') },
      bases: {
        'node-22': newNode(RECENT),
        'alpine-3.20': newNode('2026-03-07T01:00:00.000Z')
          .replace('library/node', 'library/alpine')
          .replace("'22'", "'3.20'"),
      },
    },
  },
  'waiting-rebuildDelay': { images: web('rebuildDelay: 7d'), state: changed(RECENT) },
  'waiting-minimumReleaseAge': { images: web('rebuildDelay: 1d, minimumReleaseAge: 3d'), state: changed(RECENT) },
  'waiting-minimumReleaseAge-override': {
    images: web('rebuildDelay: 1d, minimumReleaseAge: 3d'),
    overrides: OVERRIDE,
    state: changed(RECENT),
  },
  'waiting-stagger': { images: web('rebuildDelay: 1d', 'stagger: 7d'), state: changed(RECENT) },
  'held-autoRebuild': { images: web('autoRebuild: false'), state: changed(RECENT) },
  'held-autoRebuild-override': { images: web('autoRebuild: false'), overrides: OVERRIDE, state: changed(RECENT) },
  'up-to-date-unchanged': {
    images: web(),
    state: { images: { web: builtAt(BUILT) }, bases: { 'node-22': FIRST_NODE } },
  },
  'up-to-date-changed-before-enrollment': {
    images: web(),
    state: {
      images: { web: builtAt(null).replace("enrolledAt: '2026-01-01", "enrolledAt: '2026-03-10") },
      bases: { 'node-22': newNode(RECENT) },
    },
  },
  'up-to-date-built': { images: web(), state: changed('2026-03-04T00:00:00.000Z') },
  'up-to-date-proven': {
    images: web(),
    state: { images: { web: provenAt(BUILT, NEW, 'provenance') }, bases: { 'node-22': newNode(RECENT) } },
  },
  'behind-before-enrollment': { images: web(), state: STALE },
  'due-before-enrollment': { images: web('rebuildOnEnrollment: true, rebuildDelay: 1d'), state: STALE },
  'waiting-rebuildDelay-before-enrollment': {
    images: web('rebuildOnEnrollment: true, rebuildDelay: 12d'),
    state: STALE,
  },
  'waiting-minimumReleaseAge-before-enrollment': {
    images: web('rebuildOnEnrollment: true, rebuildDelay: 1d, minimumReleaseAge: 7d'),
    overrides: OVERRIDE,
    state: STALE,
  },
  'held-before-enrollment': { images: web('rebuildOnEnrollment: true, autoRebuild: false'), state: STALE },
  'behind-still-behind': {
    images: web(),
    state: {
      images: { web: provenAt(BUILT, OLD, 'provenance') },
      bases: { 'node-22': newNode('2026-03-04T00:00:00.000Z') },
    },
  },
  'due-proven': {
    images: web('rebuildDelay: 2d'),
    state: { images: { web: provenAt(BUILT, OLD, 'provenance') }, bases: { 'node-22': newNode(RECENT) } },
  },
  'due-went-back': {
    images: web('rebuildDelay: 1d'),
    state: { images: { web: builtAt(BUILT) }, bases: { 'node-22': returnedNode(RECENT, '2026-03-10T01:00:00.000Z') } },
  },
  'due-discovery-failed-since': {
    images: web('rebuildDelay: 1d'),
    state: {
      images: {
        web: builtAt(BUILT, 'node-22', 'discoveryStatus: failed\ndiscoveryError: acme/web has no Dockerfile.\n'),
      },
      bases: { 'node-22': newNode(RECENT) },
    },
  },
  'due-other-platforms-only': {
    images: web('rebuildDelay: 1d'),
    state: {
      images: { web: builtAt(BUILT) },
      bases: { 'node-22': newNode(RECENT).replace("'}", "', otherPlatformsOnly: true}") },
    },
  },
  'unknown-not-looked-up': {
    images: web(),
    state: { images: { web: builtAt(null) }, bases: { 'node-22': UNSEEN_NODE } },
  },
  'unknown-not-discovered': { images: web() },
  'unknown-discovery-failed': {
    images: web(),
    state: {
      images: { web: builtAt(null, '', 'discoveryStatus: failed\ndiscoveryError: acme/web cannot be read.\n') },
    },
  },
  'never-disabled': { images: web('enabled: false'), state: changed(RECENT) },
  'never-external': {
    images: '- {name: postgres, repoURL: docker.io/library/postgres}\n',
    state: { images: { postgres: builtAt(BUILT, '', 'discoveryStatus: external\n') } },
  },
  'never-no-workflow': { images: web().replace(', workflow: build.yml', ''), state: changed(RECENT) },
  'never-no-bases': { images: web(), state: { images: { web: builtAt(BUILT, '') } } },
  'behind-pinned': {
    images: web(),
    state: {
      images: {
        web: provenAt(BUILT, OLD, 'provenance')
          .replace('source: provenance}', 'source: provenance, pinned: true}')
          .replace('  bases:', `  claims: {ref: 'docker.io/library/node:22', digest: '${NEW}'}\n  bases:`),
      },
      bases: { 'node-22': newNode('2026-03-04T00:00:00.000Z') },
    },
  },
  'due-engine-actions': { images: web('rebuildDelay: 2d', 'engine: actions'), state: changed(RECENT) },
  'building-intended': {
    images: web('rebuildDelay: 2d', 'engine: actions'),
    state: rebuilt('intended', 'attempts: 0'),
  },
  'building-started': {
    images: web('rebuildDelay: 2d', 'engine: actions'),
    state: rebuilt('started', "attempts: 1, started: '2026-03-10T07:31:00.000Z'"),
  },
  'failed-to-be-tried-again': {
    images: web('rebuildDelay: 2d', 'engine: actions'),
    state: rebuilt('failed', `attempts: 1, message: the build failed, ${TRIED}`),
  },
  'failed-for-good': {
    images: web('rebuildDelay: 2d', 'engine: actions'),
    state: rebuilt('failed', `attempts: 2, message: the build failed, ${TRIED}`),
  },
  'failed-start-refused': {
    images: web('rebuildDelay: 2d', 'engine: actions'),
    state: rebuilt(
      'refused',
      `attempts: 0, message: GitHub refused to start build.yml of acme/web on main (403)., ${TRIED}`,
    ),
  },
  'up-to-date-rebuilt': {
    images: web('rebuildDelay: 2d', 'engine: actions'),
    state: rebuilt('succeeded', `attempts: 2, evidence: current, ${TRIED}`),
  },
  'due-gitlab': {
    images:
      '- {name: web, registry: registry.gitlab.com, repository: acme/web, rebuildDelay: 1d, source: {provider: gitlab, repo: acme/tools/web, branch: main}}\n',
    state: changed(RECENT),
  },
  'due-inputs': {
    images: web('rebuildDelay: 1d').replace(
      'workflow: build.yml',
      "workflow: build.yml, inputs: {reason: $(baseImage) is now $(baseDigest), title: it's due}",
    ),
    state: changed(RECENT),
  },
}
