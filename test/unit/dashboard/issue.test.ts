import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type IssueOptions,
  issueTitle,
  type Overview,
  readDashboard,
  renderIssue,
  withMarker,
} from '../../../src/dashboard/index.js'
import { runs } from '../../support/full.js'
import { SITUATIONS } from '../explain/situations.js'
import { factoryIn, factoryNamed, factoryOfAll, hostile, many, TEN, withTexts } from './factories.js'

/** The names in the boxes of an issue. */
function boxesIn(text: string): readonly string[] {
  const ticked = text.replaceAll('- [ ] <!-- rebuild=', '- [x] <!-- rebuild=')
  return readDashboard(withMarker({ id: 'main:.', sequence: 0, told: new Set() }, ticked))?.ticked ?? []
}

const GOLDEN = '../../golden/dashboard'
const OPTIONS: IssueOptions = {
  budget: 60_000,
  hasBoxes: true,
  imagesUrl: 'https://github.com/acme/factory/blob/HEAD/images.yaml',
  secrets: [],
}
const MARKER = { id: 'main:.', sequence: 3, told: new Set(['0123abcd']) } as const

/** Names of the images that a person may start. */
function startable({ images }: Overview): string[] {
  return images.filter(({ isStartable }) => isStartable).map(({ name }) => name)
}

describe('the issue', () => {
  it.each(Object.keys(TEN))('%s', async (name) => {
    const body = withMarker(MARKER, renderIssue(TEN[name]!, OPTIONS))
    await expect(`${body}\n`).toMatchFileSnapshot(`${GOLDEN}/${name}.md`)
  })

  it('of a factory in which everything is', async () => {
    const factory = factoryOfAll(Object.keys(SITUATIONS))
    await expect(`${renderIssue(factory, OPTIONS)}\n`).toMatchFileSnapshot(`${GOLDEN}/everything.md`)
  })

  it('of a factory, as the documentation shows it', async () => {
    const factory = factoryNamed({
      payments: 'failed-for-good',
      search: 'behind-still-behind',
      worker: 'building-started',
      checkout: 'waiting-rebuildDelay',
      ledger: 'waiting-minimumReleaseAge',
      legacy: 'held-autoRebuild',
      gateway: 'due-override',
      reports: 'behind-before-enrollment',
      api: 'up-to-date-proven',
      web: 'up-to-date-rebuilt',
      postgres: 'never-external',
    })
    await expect(`${renderIssue(factory, OPTIONS)}\n`).toMatchFileSnapshot(`${GOLDEN}/factory.md`)
  })

  it('without boxes, where its repository runs no workflow of ours', () => {
    const text = renderIssue(factoryIn('behind-still-behind'), { ...OPTIONS, hasBoxes: false })
    expect(text).not.toMatch(/- \[|Tick/)
    expect(text).toContain('- **[`web`]')
  })

  it('is called after its folder', () => {
    expect([issueTitle('.'), issueTitle('teams/a')]).toEqual(['Image factory', 'Image factory: teams/a'])
  })

  it('says nothing of a base image that is missing twice', () => {
    const text = renderIssue(factoryIn('waiting-rebuildDelay', ['docker.io/library/node:22']), OPTIONS)
    expect(text).toContain('does not exist: the next build will fail.')
    expect(text).toContain('<br>Waits until 2026-03-12 08:00 UTC: `node:22` changed 2026-03-09 20:30 UTC')
    expect(text.match(/rebuild=web/g)).toHaveLength(1)
  })

  it('has no box for what nobody can start', () => {
    for (const name of [
      'building-started',
      'building-intended',
      'never-disabled',
      'never-external',
      'never-no-workflow',
    ])
      expect(boxesIn(renderIssue(factoryIn(name), OPTIONS)), name).toEqual([])
  })

  it('folds images about which the same is to be said', () => {
    const text = renderIssue(many(20), OPTIONS)
    expect(text).toMatch(/^\*\*7 images\*\*: until 2026-03-12 08:00 UTC/m)
    expect(boxesIn(text)).toEqual([...startable(many(20)), 'all-stale'].sort())
  })

  it('takes an image that is called like the box of all for an image without a box', () => {
    const { images, ...rest } = factoryIn('held-autoRebuild')
    const text = renderIssue({ ...rest, images: images.map((one) => ({ ...one, name: 'all-stale' })) }, OPTIONS)
    expect(boxesIn(text)).toEqual([])
  })
})

describe('however big a factory is', () => {
  it('its issue fits: 10,000 images', () => {
    const factory = many(10_000)
    const text = renderIssue(factory, OPTIONS)
    expect(text.length).toBeLessThanOrEqual(60_000)
    expect(text).toContain('**10,000 images**')
    expect(text).toMatch(/… and [\d,]+ more: `image-factory explain` lists all of them\./)
    expect(boxesIn(text).length).toBeGreaterThan(50)
  })

  it('what needs attention is cut last but to numbers', () => {
    for (const budget of [30_000, 10_000, 3_000, 1_500, 700]) {
      const text = renderIssue(many(1000), { ...OPTIONS, budget })
      expect(text.length).toBeLessThanOrEqual(budget)
      expect(text).toContain('need attention.**')
      expect(text).toContain('### Waiting (')
      expect(boxesIn(text).length).toBeGreaterThan(budget / 1500 - 1)
    }
  })
})

describe('whatever texts there are', () => {
  it('no text of others makes a box, a heading, an element or a mention', () => {
    const plain = renderIssue(factoryOfAll(Object.keys(SITUATIONS)), OPTIONS)
    const text = renderIssue(hostile(factoryOfAll(Object.keys(SITUATIONS))), OPTIONS)
    expect(boxesIn(text)).toEqual(boxesIn(plain))
    const outline = (one: string) => one.match(/^(?:#+ .*|<\/?details>.*|\| --- .*)$/gm)
    expect(outline(text)).toEqual(outline(plain))
    // What stands outside of code is markup of ours alone.
    const outside = text.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '')
    expect(outside).not.toMatch(/<(?!!-- rebuild=[a-z0-9-]+ -->|\/?details>|\/?summary>|br>|code>|\/code>)/)
    expect(outside).not.toMatch(/@everyone|@acme/)
  })

  it('a secret is in none', () => {
    const secret = 's3cr3t-t0ken-of-nobody'
    const text = renderIssue(withTexts(factoryOfAll(['failed-for-good', 'due-override']), `a ${secret} b`), {
      ...OPTIONS,
      secrets: [secret],
    })
    expect(text).not.toContain('s3cr3t')
    expect(text).toContain('\\*\\*\\*')
  })

  it('any factory renders within the limit, its boxes being those that may be started', () => {
    const names = Object.keys(SITUATIONS)
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
        fc.string({ unit: 'binary', maxLength: 2000 }),
        fc.integer({ min: 700, max: 60_000 }),
        (some, text, budget) => {
          const factory = withTexts(factoryOfAll(some), text)
          const whole = renderIssue(factory, { ...OPTIONS, budget: 10_000_000 })
          const expected = startable(factory)
          expect(boxesIn(whole).filter((name) => name !== 'all-stale')).toEqual(expected)
          const cut = renderIssue(factory, { ...OPTIONS, budget })
          expect(cut.length).toBeLessThanOrEqual(budget)
          expect(boxesIn(cut).filter((name) => !expected.includes(name) && name !== 'all-stale')).toEqual([])
        },
      ),
      { numRuns: runs(200) },
    )
  })
})
