/** What a run makes of an image that is behind since before it was enrolled (`rebuildOnEnrollment`). */
import { describe, expect, it } from 'vitest'
import { entry, LATER, NOW, recordIn, run } from './world.js'

const [IMAGE, OTHER, OLD, CURRENT] = ['1', '2', '3', '4'].map((digit) => `sha256:${digit.repeat(64)}`) as [
  string,
  string,
  string,
  string,
]
const SOURCES = { app: 'FROM a:1\n' }
const READ = '2026-03-02T08:00:00.500Z'
const BASE = 'base-images/a-1.yaml'

type Files = ReadonlyMap<string, string>

/** What a run read of the image, on top of the files of the run that enrolled it. */
interface Told {
  readonly proven?: string | null
  readonly published?: string
  readonly at?: string
  readonly built?: string
  readonly more?: string
}

async function known({ proven = OLD, published = IMAGE, at = READ, built, more = '' }: Told = {}): Promise<Files> {
  const { files } = await run(entry('app'), SOURCES)
  const base = `{name: a-1, ref: 'docker.io/library/a:1', digest: ${proven}${proven === null ? '' : ', source: provenance'}}`
  const evidence = `evidence:\n  image: '${IMAGE}'\n  source: provenance\n  at: '${at}'\n  bases:\n    - ${base}\n`
  const told = new Map(files)
  told.set(
    'images/app.yaml',
    `${(files.get('images/app.yaml') ?? '')
      .replace(/^currentDigest: .*$/m, `currentDigest: '${published}'`)
      .replace(
        /^lastBuilt: .*$/m,
        built === undefined ? 'lastBuilt: null' : `lastBuilt: '${built}'`,
      )}${evidence}${more}`,
  )
  told.set(
    BASE,
    (files.get(BASE) ?? '')
      .replace(/^baselineDigest: .*$/m, `baselineDigest: '${CURRENT}'`)
      .replace(/^currentDigest: .*$/m, `currentDigest: '${CURRENT}'`),
  )
  return told
}

const KEY = 'rebuildOnEnrollment: true'
const later = (before: Files, more = KEY, overridden: readonly string[] = []) =>
  run(entry('app', more), SOURCES, before, LATER, [], undefined, { overridden: new Set(overridden) })
const eligible = (files: Files) => recordIn(files, BASE).rebuildEligibleAt

describe('an image that is proven to be behind since before it was enrolled', () => {
  it('is named with what its rebuild needs, the same in every run', async () => {
    const first = await later(await known())
    const stale = { image: IMAGE, base: 'a-1', digest: CURRENT, from: Math.floor(Date.parse(READ) / 1000) }
    expect(first.images).toMatchObject([{ atEnrollment: { stale } }])
    expect(eligible(first.files)).toEqual({ app: READ })
    const again = await later(first.files)
    expect(again.images).toMatchObject([{ atEnrollment: { stale } }])
    expect(Object.fromEntries(again.files)).toEqual(Object.fromEntries(first.files))
  })

  it('is due when the delay since its last build is over, or an override names the digest', async () => {
    const before = await known({ built: '2026-02-27T00:00:00.000Z' })
    const { files } = await later(before)
    expect(eligible(files)).toEqual({ app: '2026-03-06T00:00:00.000Z' })
    const overridden = await later(before, KEY, [CURRENT])
    expect(eligible(overridden.files)).toEqual({ app: READ })
  })

  it('counts no age of the digest before it was seen', async () => {
    const { images, files } = await later(await known(), `${KEY}, minimumReleaseAge: 7d`)
    expect(images).toMatchObject([{ atEnrollment: { stale: { from: Date.parse(NOW) / 1000 } } }])
    expect(eligible(files)).toEqual({ app: '2026-03-08T08:00:00.000Z' })
  })

  it('is no longer due once a build is on record', async () => {
    const due = await later(await known())
    const built = [...due.files].map(
      ([path, text]) => [path, text.replace('lastBuilt: null', `lastBuilt: '${READ}'`)] as const,
    )
    const { images, files } = await later(new Map(built))
    expect(images).toMatchObject([{ atEnrollment: { stale: null } }])
    expect(eligible(files)).toEqual({ app: null })
  })

  it('is not due where nothing is rebuilt by itself, but named for who promotes by hand', async () => {
    const { images, files } = await later(await known(), `${KEY}, autoRebuild: false`)
    expect(images).toMatchObject([{ atEnrollment: { stale: { image: IMAGE } } }])
    expect(eligible(files)).toEqual({ default: null })
  })
})

describe('an image with the key', () => {
  it.each<[string, Told]>([
    ['is proven to be current', { proven: CURRENT }],
    ['proves nothing', { proven: null }],
    ['was published anew since', { published: OTHER }],
    ['was built since it was enrolled', { built: READ }],
    ['has no moment when that was read', { at: 'yesterday' }],
  ])('is not rebuilt for that: it %s', async (_, told) => {
    const { images, files } = await later(await known(told))
    expect(images).toMatchObject([{ atEnrollment: { stale: null } }])
    expect(eligible(files)).toEqual({ default: null })
  })

  it('has nothing to say before its evidence was read', async () => {
    const { files } = await run(entry('app'), SOURCES)
    expect((await later(files)).images[0]).not.toHaveProperty('atEnrollment')
  })
})

it('without the key nothing comes of it', async () => {
  const { images, files } = await later(await known(), '')
  expect(images[0]).not.toHaveProperty('atEnrollment')
  expect(eligible(files)).toEqual({ default: null })
})

it('an image that comes back from the archive was enrolled when it came back', async () => {
  const before = await known({ built: '2026-03-05T00:00:00.000Z' })
  const gone = await run(entry('web'), { web: 'FROM b:1\n' }, before, LATER)
  const { images } = await run(entry('app', KEY), SOURCES, gone.files, '2027-02-01T00:00:00.000Z')
  expect(images).toMatchObject([{ atEnrollment: { stale: { image: IMAGE } } }])
})
