import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stoppedLine } from '../../../src/action/report-outcome.js'
import { anchorOf, anchors, PAGES, ROOT, readDocument } from '../../support/documents.js'

describe.each(PAGES)('links of %s', (page) => {
  it('lead to files and headings that exist', () => {
    const text = readDocument(page)
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file = '', anchor] = target.split('#')
      const url = file === '' ? new URL(page, ROOT) : new URL(file, new URL(page, ROOT))
      expect(existsSync(url), target).toBe(true)
      if (anchor !== undefined)
        expect(anchors(readDocument(url.href.slice(ROOT.href.length))), target).toContain(anchor)
    }
  })

  it('to this repository on GitHub lead to files that exist', () => {
    const ours = /https:\/\/github\.com\/craigedmunds\/image-factory-action\/blob\/main\/([^)#\s]+)(?:#([\w-]+))?/g
    for (const [whole, path = '', anchor] of readDocument(page).matchAll(ours)) {
      expect(existsSync(new URL(path, ROOT)), whole).toBe(true)
      if (anchor !== undefined) expect(anchors(readDocument(path)), whole).toContain(anchor)
    }
  })
})

it('what the program links to is there', () => {
  const [, path = '', anchor = ''] = /blob\/main\/([\w./-]+)#([\w-]+)/.exec(stoppedLine({ isDefect: false })) ?? []
  expect(anchors(readDocument(path))).toContain(anchor)
})

it('anchors are made as GitHub makes them', () => {
  expect(anchorOf('dist/ is not updated')).toBe('dist-is-not-updated')
  expect(anchorOf('Emergencies: overrides.yaml')).toBe('emergencies-overridesyaml')
  expect(anchorOf('A month with `rebuildDelay: 7d`')).toBe('a-month-with-rebuilddelay-7d')
})
