import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Overview } from '../../../src/dashboard/index.js'
import { pageFiles } from '../../../src/dashboard/index.js'
import { html, link, prose } from '../../../src/dashboard/page/html.js'
import { manyImages, tenSituations } from '../../support/factories.js'
import { runs } from '../../support/full.js'
import { overviewIn } from './overview-in.js'

const page = (overview: Overview) => pageFiles(overview).get('index.html') ?? ''

const HOSTILE = '</script><img src=x onerror=alert(1)>"\'&\u202e\u0000`'

/** Every text of an overview that comes from outside, replaced. */
function withTexts(overview: Overview, text: string): Overview {
  const images = overview.images.map((image) => ({
    ...image,
    image: text,
    message: text,
    concerns: image.concerns.map((concern) => ({ ...concern, text, next: text })),
    bases: image.bases.map((base) => ({ ...base, ref: text })),
    rebuilds: image.rebuilds.map((one) => ({ ...one, run: { id: '1', url: text } })),
    doItNow: { ...image.doItNow, page: text },
    source: { provider: 'github' as const, repo: text },
  }))
  const bases = overview.bases.map((base) => ({ ...base, ref: text }))
  const overrides = overview.overrides.map((one) => ({ ...one, base: text, reason: text }))
  return { ...overview, repository: text, images, bases, overrides }
}

/** Tags that a document has, each as often as it stands there. */
function tagsOf(text: string): string[] {
  const markup = text.replace(/<style>[\s\S]*?<\/style>|<script>[\s\S]*?<\/script>/g, '')
  return [...markup.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, name = '']) => name.toLowerCase()).sort()
}

describe('the page', () => {
  it('allows its own style and script, and nothing else', () => {
    const text = page(overviewIn(tenSituations()))
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1]?.replaceAll('&#39;', "'")
    const hash = (tag: string) => {
      const content = text.split(`<${tag}>`)[1]?.split(`</${tag}>`)[0] ?? ''
      return `'sha256-${createHash('sha256').update(content).digest('base64')}'`
    }
    expect(policy).toBe(
      `default-src 'none'; style-src ${hash('style')}; script-src ${hash('script')}; img-src data:; base-uri 'none'; form-action 'none'`,
    )
    expect(text).not.toMatch(/ style=| on[a-z]+=/)
  })

  it('asks nobody: every address in it is a link that a person may follow', () => {
    const text = page(overviewIn(tenSituations()))
    const loaded = [...text.matchAll(/<(?:link|script|img|iframe|object|embed)[^>]*?(?:src|href)="([^"]*)"/g)]
    expect(loaded.map(([, address]) => address)).toEqual(['data:,'])
  })

  it('makes no markup of any text', () => {
    const plain = overviewIn(tenSituations())
    const markupOf = (text: string) => tagsOf(page(withTexts(plain, text)))
    const expected = markupOf('plain')
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(HOSTILE)), (text) => {
        expect(markupOf(text.replaceAll('`', ''))).toEqual(expected)
      }),
      { numRuns: runs(100, 25) },
    )
    expect(page(withTexts(plain, HOSTILE))).not.toContain('<img')
  })

  it('is the same twice', () => {
    expect(page(overviewIn(tenSituations()))).toBe(page(overviewIn(tenSituations())))
  })

  it('says what to do where nothing is enrolled', () => {
    const empty = { ...overviewIn(tenSituations()), images: [], bases: [], overrides: [] }
    expect(page(empty)).toContain('Nothing is enrolled yet.')
  })

  it('has less than 1.5 MB for 1,000 images with two base images and three rebuilds each', () => {
    expect(Buffer.byteLength(page(overviewIn(manyImages(1000))))).toBeLessThan(1_500_000)
  })

  it('leads from each base image to its users, and from each image to its base images', () => {
    const text = page(overviewIn(tenSituations()))
    const ids = new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id))
    const targets = [...text.matchAll(/ href="#([^"]*)"/g)].map(([, id]) => id)
    expect(targets.filter((id) => !ids.has(id))).toEqual([])
    expect(targets).toEqual(expect.arrayContaining(['i-fresh', 'b-node-22', 'c-node-22']))
  })
})

describe('markup', () => {
  it('escapes texts, joins lists, and leaves out what is nothing', () => {
    expect(html`<p title="${'"\'<>&'}">${['a', html`<b>${'<'}</b>`, null, false, 7]}</p>`.text).toBe(
      '<p title="&quot;&#39;&lt;&gt;&amp;">a<b>&lt;</b>7</p>',
    )
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', '//example.com', 'https://a b', 'https://a"b', ''])(
    'makes no link of %j',
    (address) => expect(link(address, 'text').text).toBe('text'),
  )

  it('shows code in sentences', () => {
    expect(prose('Set `pull: true`, <b>.').text).toBe('Set <code>pull: true</code>, &lt;b&gt;.')
  })
})
