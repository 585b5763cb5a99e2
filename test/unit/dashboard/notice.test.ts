import { describe, expect, it } from 'vitest'
import { keysOf, newsOf, type Overview, readNotice, renderNotice, toldAlso } from '../../../src/dashboard/index.js'
import { factoryIn, factoryOfAll, hostile, many, withTexts } from './factories.js'

const NOBODY = new Set<string>()
const MARK = { id: 'main:.', sequence: 4 }
const NOTIFY = ['@acme/platform', '@octocat']
const NODE = 'docker.io/library/node:22'

function news(factory: Overview, told: Parameters<typeof newsOf>[1] = NOBODY, there: readonly string[] = [NODE]) {
  return newsOf(factory, told, new Set(there))
}

/** What people are told, as `image kind`. */
function told(found: ReturnType<typeof newsOf>): string[] {
  return found.items.map(({ image, concern }) => `${image.name} ${concern.kind}`)
}

describe('what is news', () => {
  it('is what does not mend itself, once', () => {
    const factory = factoryOfAll([
      'failed-for-good',
      'failed-to-be-tried-again',
      'failed-start-refused',
      'due-several-bases',
    ])
    const first = news(factory)
    expect(told(first)).toEqual(['failed-for-good build-failed', 'failed-start-refused start-refused'])
    expect(told(news(factory, first.told))).toEqual([])
  })

  it('is told again when it was over, and when it is for another change', () => {
    const failed = factoryIn('failed-for-good')
    const { told: known } = news(failed)
    const over = news(factoryIn('up-to-date-proven'), known)
    expect([told(over), over.told]).toEqual([[], NOBODY])
    expect(told(news(failed, over.told))).toEqual(['web build-failed'])
    const later = {
      ...failed,
      images: failed.images.map((one) => ({ ...one, concerns: one.concerns.map((it) => ({ ...it, key: 'later' })) })),
    }
    expect(told(news(later, known))).toEqual(['web build-failed'])
  })

  it('is no base image that is missing still when nobody asked in between', () => {
    const missing = factoryIn('waiting-rebuildDelay', [NODE])
    const { told: known } = news(missing, NOBODY, [])
    const unasked = news(factoryIn('waiting-rebuildDelay'), known, [])
    expect(told(news(missing, unasked.told, []))).toEqual([])
    const back = news(factoryIn('waiting-rebuildDelay'), unasked.told, [NODE])
    expect(told(news(missing, back.told, []))).toEqual(['web base-missing'])
  })

  it('of more than 200 is told together, and none of them by itself until they are fewer', () => {
    const first = news(many(10_000))
    expect(first.items).toHaveLength(6666)
    expect(first.told).toBe('many')
    expect(told(news(many(9000), first.told))).toEqual([])
    const fewer = news(many(150), 'many')
    expect([told(fewer), fewer.told]).toEqual([[], new Set(news(many(150)).items.map(({ key }) => key))])
  })

  it('is known from both where two runs told something', () => {
    expect(toldAlso(new Set(['a']), new Set(['b']))).toEqual(new Set(['a', 'b']))
    expect(toldAlso(new Set(['a']), 'many')).toBe('many')
  })
})

describe('the comment', () => {
  it('tells one image', async () => {
    const { items } = news(factoryIn('failed-for-good'))
    const body = renderNotice(items, MARK, NOTIFY, [])
    await expect(`${body}\n`).toMatchFileSnapshot('../../golden/dashboard/notice.md')
    expect(readNotice(body)).toEqual({ id: 'main:.', sequence: 4, told: keysOf(items) })
    expect(readNotice(body.replaceAll('\n', '\r\n'))).toEqual(readNotice(body))
  })

  it('tells many in one digest that fits', async () => {
    const { items } = news(many(10_000))
    const body = renderNotice(items, MARK, NOTIFY, [])
    await expect(`${body}\n`).toMatchFileSnapshot('../../golden/dashboard/notice-of-many.md')
    const long = withTexts(many(10_000), 'x '.repeat(5000))
    expect(renderNotice(news(long).items, MARK, NOTIFY, []).length).toBeLessThan(65_536)
  })

  it('mentions whom the settings name, and nobody whom a text names', () => {
    const body = renderNotice(news(hostile(factoryIn('failed-for-good'))).items, MARK, ['@octocat'], [])
    const outside = body.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '')
    expect(outside.match(/@[\w/]+/g)).toEqual(['@octocat'])
    expect(outside.match(/<[^!b]/g)).toBeNull()
  })

  it('holds no secret', () => {
    const secret = 's3cr3t-t0ken-of-nobody'
    const { items } = news(withTexts(factoryIn('failed-for-good'), `a ${secret} b`))
    expect(renderNotice(items, MARK, NOTIFY, [secret])).not.toContain('s3cr3t')
  })

  it.each([
    '',
    'Hello',
    '<!-- image-factory:notice id=a seq=x told= -->',
    '<!-- image-factory:notice id=a seq=1 told=xyz -->',
  ])('is none of ours: %j', (body) => {
    expect(readNotice(body)).toBeNull()
  })
})
