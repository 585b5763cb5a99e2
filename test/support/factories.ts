/** State folders whose images stand in every way an image can: files by path. */

/** The time at which they are looked at. */
export const NOW = '2026-03-10T08:00:00.000Z'

/** A digest that is told from others by one digit. */
export const digest = (digit: string): string => `sha256:${digit.repeat(64)}`

const BUILT = '2026-03-05T08:00:00.000Z'
const CHANGED = '2026-03-09T20:30:00.000Z'
const IMAGE = digest('9')

/** A base image with its digests, newest first. */
export function baseFile(repository: string, tag: string, changes: readonly (readonly [at: string, digest: string])[]) {
  const [current] = changes
  const history = changes.map(([at, now], index) => {
    const before = changes[index + 1]?.[1] ?? digest('0')
    return `  - {digest: '${now}', previousDigest: '${before}', observedAt: '${at}'}\n`
  })
  return [
    `registry: docker.io\nrepository: ${repository}\ntag: '${tag}'\nfirstDiscovered: '2026-01-01T00:00:00.000Z'\n`,
    `baselineDigest: '${digest('0')}'\ncurrentDigest: '${current?.[1] ?? digest('0')}'\n`,
    current === undefined
      ? "lastChecked: '2026-01-02T06:00:00.000Z'\n"
      : `lastChecked: '${current[0]}'\nlastUpdated: '${current[0]}'\npreviousDigest: '${changes[1]?.[1] ?? digest('0')}'\n`,
    history.length === 0 ? 'updateHistory: []\n' : `updateHistory:\n${history.join('')}`,
  ].join('')
}

interface ImageFile {
  readonly bases?: string
  readonly discovery?: string
  readonly built?: string | null
  readonly more?: string
}

/** An enrolled image. */
export function imageFile({ bases = 'node-22', discovery = 'success', built = BUILT, more = '' }: ImageFile = {}) {
  const when = built === null ? 'lastBuilt: null\n' : `currentVersion: 1.4.2\nlastBuilt: '${built}'\n`
  const enrolled = "enrolledAt: '2026-01-01T00:00:00.000Z'\nlastDiscovery: '2026-03-09T00:00:00.000Z'\n"
  return `${enrolled}discoveryStatus: ${discovery}\nbaseImages: [${bases}]\n${when}${more}`
}

/** What the published image shows of one base. */
export function provenFile(base: string, reference: string, on: string, built = BUILT): string {
  const one = `{name: ${base}, ref: '${reference}', digest: '${on}', source: provenance}`
  return `currentDigest: '${IMAGE}'\nevidence:\n  image: '${IMAGE}'\n  source: provenance\n  at: '${built}'\n  bases:\n    - ${one}\n`
}

interface RebuildFile {
  readonly result: string
  readonly at?: string
  readonly id?: string
  readonly to?: string
  readonly more?: string
}

/** Rebuilds on record, newest first. */
export function rebuildsFile(name: string, all: readonly RebuildFile[]): string {
  const lines = all.map(({ result, at = CHANGED, id = '16123', to = digest('1'), more = 'attempts: 1' }) => {
    const base = `{name: node-22, ref: 'docker.io/library/node:22', from: '${digest('0')}', to: '${to}'}`
    const run = `{id: '${id}', url: 'https://github.com/acme/${name}/actions/runs/${id}'}`
    return `  - {at: '${at}', reason: base, bases: [${base}], run: ${run}, result: ${result}, ${more}}\n`
  })
  return `rebuilds:\n${lines.join('')}`
}

function entry(name: string, more = ''): string {
  const source = `source: {repo: acme/${name}, branch: main, workflow: build.yml}`
  return `  - {name: ${name}, registry: ghcr.io, repository: acme/${name}, ${source}${more === '' ? '' : `, ${more}`}}\n`
}

const NODE = 'docker.io/library/node:22'
const TRIED = `started: '2026-03-09T20:31:00.000Z', ended: '2026-03-10T07:45:00.000Z'`
const REFUSED = 'message: GitHub refused to start build.yml of acme/refused on main (403).'

/** The ways an image can stand, by the name of the image; and an override that one of them is due by. */
const IMAGES: Readonly<Record<string, { readonly entry?: string; readonly file: string }>> = {
  behind: {
    file: imageFile({
      more: provenFile('python-3.13', 'docker.io/library/python:3.13', digest('0')),
      bases: 'python-3.13',
    }),
  },
  building: {
    file: imageFile({
      more: rebuildsFile('building', [{ result: 'started', more: `attempts: 1, started: '2026-03-10T07:31:00.000Z'` }]),
    }),
  },
  failed: {
    file: imageFile({
      more: rebuildsFile('failed', [{ result: 'failed', more: `attempts: 3, message: the build failed, ${TRIED}` }]),
    }),
  },
  fresh: {
    file: imageFile({
      more:
        provenFile('node-22', NODE, digest('1'), '2026-03-10T06:00:00.000Z') +
        rebuildsFile('fresh', [
          { result: 'succeeded', more: `attempts: 1, evidence: current, started: '2026-03-10T05:30:00.000Z'` },
          {
            result: 'succeeded',
            at: '2026-02-11T09:00:00.000Z',
            id: '15002',
            to: digest('2'),
            more: `attempts: 2, evidence: current, started: '2026-02-13T09:00:00.000Z'`,
          },
        ]),
      built: '2026-03-10T06:00:00.000Z',
    }),
  },
  held: { entry: 'autoRebuild: false', file: imageFile() },
  hurried: { entry: 'rebuildDelay: 30d', file: imageFile({ bases: 'alpine-3.20' }) },
  refused: {
    file: imageFile({
      more: rebuildsFile('refused', [{ result: 'refused', more: `attempts: 0, ${REFUSED}, ${TRIED}` }]),
    }),
  },
  unproven: { file: imageFile({ bases: 'debian-12' }) },
  unread: {
    file: imageFile({
      bases: '',
      discovery: 'failed\ndiscoveryError: acme/unread has no Dockerfile at build/Dockerfile.',
      built: null,
    }),
  },
  waiting: { entry: 'rebuildDelay: 14d', file: imageFile() },
}

/** Ten images, each in a situation of its own; `never` beside them is only watched. */
export function tenSituations(): Record<string, string> {
  const names = Object.keys(IMAGES).sort()
  const entries = names.map((name) => entry(name, IMAGES[name]?.entry ?? 'rebuildDelay: 2d'))
  const images = `settings: {engine: actions, retries: 2}\nimages:\n${entries.join('')}  - {name: postgres, repoURL: docker.io/library/postgres}\n`
  return {
    'images.yaml': images,
    'overrides.yaml': `- {base: 'alpine:3.20', digest: '${digest('3')}', reason: CVE-2026-1234 in zlib, expires: 2026-03-20}\n`,
    'base-images/node-22.yaml': baseFile('library/node', '22', [
      [CHANGED, digest('1')],
      ['2026-02-11T08:00:00.000Z', digest('2')],
    ]),
    'base-images/python-3.13.yaml': baseFile('library/python', '3.13', [['2026-03-04T00:00:00.000Z', digest('1')]]),
    'base-images/alpine-3.20.yaml': baseFile('library/alpine', '3.20', [['2026-03-08T01:00:00.000Z', digest('3')]]),
    'base-images/debian-12.yaml': baseFile('library/debian', '12', [['2026-02-20T00:00:00.000Z', digest('4')]]),
    ...Object.fromEntries(names.map((name) => [`images/${name}.yaml`, IMAGES[name]?.file ?? ''])),
  }
}

/** So many images on twenty bases, in the situations by turns. */
export function manyImages(count: number): Record<string, string> {
  const files: Record<string, string> = {}
  for (let base = 0; base < 20; base += 1) {
    const changes = ['2026-03-0', '2026-02-1', '2026-01-2'].map(
      (day, index) => [`${day}${base % 10}T0${base % 10}:00:00.000Z`, digest(String(index + 1))] as const,
    )
    files[`base-images/base-${base}.yaml`] = baseFile(`library/base-${base}`, '1', changes)
  }
  const entries: string[] = []
  for (let index = 0; index < count; index += 1) {
    const name = `service-${String(index).padStart(5, '0')}`
    const base = index % 20
    const rebuilds = ['2026-03-07', '2026-02-18', '2026-01-27'].map((day, nth) => ({
      result: index % 7 === 0 && nth === 0 ? 'failed' : 'succeeded',
      at: `${day}T04:00:00.000Z`,
      id: String(20_000 + index * 3 + nth),
      more: `attempts: 1, started: '${day}T05:00:00.000Z', ended: '${day}T05:10:00.000Z'`,
    }))
    const proven =
      index % 3 === 0
        ? provenFile(`base-${base}`, `docker.io/library/base-${base}:1`, digest(index % 2 === 0 ? '1' : '2'))
        : ''
    entries.push(entry(name, index % 11 === 0 ? 'autoRebuild: false' : `rebuildDelay: ${1 + (index % 30)}d`))
    files[`images/${name}.yaml`] = imageFile({
      bases: `base-${base}, base-${(base + 7) % 20}`,
      built: `2026-03-0${1 + (index % 8)}T00:00:00.000Z`,
      more: proven + rebuildsFile(name, rebuilds),
    })
  }
  return { ...files, 'images.yaml': `settings: {engine: actions}\nimages:\n${entries.join('')}` }
}
