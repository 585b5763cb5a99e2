import { describe, expect, it } from 'vitest'
import { renderComment, renderDiff, renderPlain, renderSummary, summaryLine } from '../../../src/report/index.js'
import { change, examples, report } from './examples.js'

describe('the summary line', () => {
  it.each([
    ['first-enrollment', '1 image, 1 base image: 6 resources added (+79 lines)'],
    ['delay-change', '3 images, 2 base images: 1 resource changed (+1 −1 lines)'],
    ['image-removed', '2 images, 1 base image: 1 resource changed · 3 removed (+1 −54 lines)'],
    ['discovery-failed', '3 images, 2 base images: 1 resource changed (+1 −1 lines) — 2 warnings, 1 notice'],
    ['nothing-changed', '✅ No manifest changes — 3 images, 2 base images checked'],
    ['broken-images-file', '❌ Failed with 2 errors, 1 warning: nothing was written'],
  ] as const)('%s', (name, said) => {
    expect(summaryLine(examples[name])).toBe(said)
  })

  it('says that generated files are out of date', () => {
    expect(summaryLine(report({ ...examples['delay-change'], mode: 'check' }))).toMatch(/^Out of date: 3 images/)
  })
})

describe('on a terminal', () => {
  it('has colours only when asked for', () => {
    const one = examples['image-removed']
    expect(renderPlain(one, { color: false })).not.toContain('\u001b')
    expect(renderPlain(one, { color: true })).toContain('\u001b[31m-kind: Stage\u001b[39m')
  })

  it('shows problems with their place', () => {
    expect(renderPlain(examples['broken-images-file'], { color: false })).toContain(
      'images.yaml:14:3: error: unknown key',
    )
  })

  it('shows control characters instead of obeying them', () => {
    const shown = renderPlain(examples['hostile-names'], { color: false })
    expect(shown).toContain('\\u{1b}[31mred')
    expect(shown).not.toContain('\u001b')
  })
})

it('says where the commit is', () => {
  expect(renderSummary(examples['base-change'])).toContain('Committed as [`9c1185a`](https://github.com/example/')
})

it('shows an object whose shown text does not differ', () => {
  const same = change('Stage', 'x', { file: 'x.yaml', before: 'a: 1\n', after: 'a: 1\n\n' })
  const shown = renderComment(report({ changes: [same] }), { marker: { id: 'x', sha: 'a', run: 1, attempt: 1 } })
  expect(shown).toContain('Nothing that can be shown differs.')
})

it('writes all diffs one after the other', () => {
  const text = [...renderDiff(examples['many-changed'])].join('')
  expect(text.match(/^--- a\/dist\//gm)).toHaveLength(501)
  expect(text).toMatch(/^--- a\/dist\/base-node-20.k8s.yaml\n\+\+\+ \/dev\/null\n@@ -1,16 \+0,0 @@\n/)
  expect([...renderDiff(report())]).toEqual([])
})
