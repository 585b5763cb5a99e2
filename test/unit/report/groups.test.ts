import { describe, expect, it } from 'vitest'
import { renderComment, renderDiff } from '../../../src/report/index.js'
import { because, change, marker, report, trigger } from './examples.js'

const delay = (name: string, seconds: number) =>
  change('Stage', `rebuild-trigger-${name}`, {
    file: `image-${name}.k8s.yaml`,
    before: trigger(name, 86_400),
    after: trigger(name, seconds),
  })

const titles = (text: string) =>
  [...text.matchAll(/<summary><code>(.*?)<\/code>(.*?)<\/summary>/g)].map(([, name = '', rest = '']) => name + rest)

describe('objects that change alike', () => {
  const changes = ['a', 'b', 'c', 'd'].map((name) => delay(name, name === 'c' ? 1 : 2))
  const one = report({ changes, causes: because('`rebuildDelay`', changes) })

  it('share one diff, and are named with it', () => {
    const comment = renderComment(one, { marker })
    expect(titles(comment)).toEqual([
      'Stage image-factory/rebuild-trigger-a changed +1 −1 and 2 more like it — because of <code>rebuildDelay</code>',
      'Stage image-factory/rebuild-trigger-c changed +1 −1 — because of <code>rebuildDelay</code>',
    ])
    expect(comment).toContain('The same in `rebuild-trigger-b`, `rebuild-trigger-d`.')
  })

  it('each have their own in the diff file', () => {
    expect([...renderDiff(one)].join('').match(/^--- a\//gm)).toHaveLength(4)
  })

  it('are shown one by one where there are two of them', () => {
    expect(titles(renderComment(report({ changes: changes.slice(0, 2) }), { marker }))).toHaveLength(2)
  })

  it('are counted with their diff where that is left out', () => {
    const many = Array.from({ length: 40 }, (_, n) => delay(`s${n}`, n % 8))
    const comment = renderComment(report({ changes: many }), { marker, budget: 1500 })
    const [, missing = '', all = ''] = /^\*(\d+) of (\d+) diffs omitted/m.exec(comment) ?? []
    expect([missing, all]).toEqual([String(40 - 5 * titles(comment).length), '40'])
  })
})
