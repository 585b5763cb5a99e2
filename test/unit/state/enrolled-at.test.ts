/** Since when an image is enrolled: what its bases changed to before rebuilds nothing. */
import { describe, expect, it } from 'vitest'
import { entry, LATER, NOW, recordIn, run } from './world.js'

const SOURCES = { app: 'FROM a:1\n', web: 'FROM a:1\n' }
const FILE = 'images/app.yaml'
const seconds = (moment: string) => Date.parse(moment) / 1000

type Files = ReadonlyMap<string, string>

const at = (now: string, before: Files = new Map(), images = entry('app')) => run(images, SOURCES, before, now)
const preview = (now: string, before: Files = new Map()) =>
  run(entry('app'), SOURCES, before, now, [], undefined, { writes: false })

/** The state of an image whose file says this instead of its time. */
async function saying(line: string): Promise<Map<string, string>> {
  const { files } = await at(NOW)
  return new Map([...files].map(([path, text]) => [path, text.replace(/^enrolledAt: .*\n/m, line)]))
}

describe('a new image', () => {
  it('is enrolled when its file is written', async () => {
    const { images, files } = await at(NOW)
    expect(images).toMatchObject([{ enrolledAt: seconds(NOW) }])
    expect(recordIn(files, FILE)).toMatchObject({ enrolledAt: NOW })
    expect(files.get(FILE)).not.toContain('reenrolledAt')
  })

  it('has no time yet where nothing is written, whatever the clock says', async () => {
    for (const now of [NOW, LATER]) expect((await preview(now)).images).toMatchObject([{ enrolledAt: null }])
  })
})

describe('an image that is known', () => {
  it.each([
    ["enrolledAt: '2026-01-31T13:00:00+00:00'\n", seconds('2026-01-31T13:00:00Z')],
    ["enrolledAt: '2025-12-29T19:25:06.841994+00:00'\n", seconds('2025-12-29T19:25:06Z')],
    ["enrolledAt: '2026-01-31T15:00:00+02:00'\n", seconds('2026-01-31T13:00:00Z')],
    ["enrolledAt: '2026-01-31'\n", seconds('2026-01-31T00:00:00Z')],
    ['enrolledAt: yesterday\n', null],
    ["enrolledAt: '2026-02-31T99:00:00Z'\n", null],
    ['enrolledAt: 1769864400\n', null],
    ['enrolledAt: [now]\n', null],
    ['enrolledAt: "None"\n', null],
    ['enrolledAt:\n', null],
    ['', null],
  ])('goes by its file, written or not: %j', async (line, expected) => {
    const before = await saying(line)
    expect((await preview(LATER, before)).images).toMatchObject([{ enrolledAt: expected }])
    const written = await at(LATER, before)
    expect(written.images).toMatchObject([{ enrolledAt: expected }])
    // The clock takes no part: else the next run would say another time than this one.
    const again = await at(LATER, written.files)
    expect(again.images).toMatchObject([{ enrolledAt: expected }])
    expect(Object.fromEntries(again.files)).toEqual(Object.fromEntries(written.files))
  })

  it.each([
    ['switched off and on', [entry('app', 'enabled: false'), entry('app')]],
    ['edited', [entry('app', 'rebuildDelay: 1d')]],
    ['renamed', [entry('app').replace('name: app', 'name: other')]],
  ])('keeps its time when it is %s', async (_, turns) => {
    let { files, images } = await at(NOW)
    for (const turn of turns) ({ files, images } = await at(LATER, files, turn))
    expect(images).toMatchObject([{ enrolledAt: seconds(NOW) }])
    expect([...files.values()].join('')).not.toContain('reenrolledAt')
  })
})

describe('an image that comes back from the archive', () => {
  const RETURN = '2027-06-01T00:00:00.000Z'
  const gone = async () => (await at(LATER, (await at(NOW)).files, entry('web'))).files

  it('is enrolled anew, and its file still says since when it was known', async () => {
    const { images, files } = await at(RETURN, await gone())
    expect(images).toMatchObject([{ enrolledAt: seconds(RETURN) }])
    expect(recordIn(files, FILE)).toMatchObject({ enrolledAt: NOW, reenrolledAt: RETURN })
    const later = await at('2028-01-01T00:00:00.000Z', files)
    expect(later.images).toMatchObject([{ enrolledAt: seconds(RETURN) }])
    expect(Object.fromEntries(later.files)).toEqual(Object.fromEntries(files))
  })

  it('so it is under another name, and each time', async () => {
    const renamed = entry('app').replace('name: app', 'name: other')
    const first = await at(RETURN, await gone(), renamed)
    expect(first.images).toMatchObject([{ enrolledAt: seconds(RETURN) }])
    const away = await at(RETURN, first.files, entry('web'))
    const second = await at('2028-01-01T00:00:00.000Z', away.files, renamed)
    expect(second.images).toMatchObject([{ enrolledAt: seconds('2028-01-01T00:00:00Z') }])
  })

  it('has no time yet where nothing is written', async () => {
    expect((await preview(RETURN, await gone())).images).toMatchObject([{ enrolledAt: null }])
  })
})
