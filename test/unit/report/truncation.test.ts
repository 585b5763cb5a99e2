import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Report,
  renderComment,
  renderFullSummary,
  renderLog,
  renderPlain,
  renderSummary,
  summaryLine,
} from '../../../src/report/index.js'
import { runs } from '../../support/full.js'
import { hasDiff, reports } from './arbitrary.js'
import { change, examples, marker, report, trigger, warehouse } from './examples.js'
import { danger } from './structure.js'

const budgets = fc.oneof(fc.integer({ min: 1500, max: 12_000 }), fc.constantFrom(1500, 30_000, 60_000, 1_000_000))

describe('any report within any budget', () => {
  it('fits as a comment, is closed, and nothing in it is alive', () => {
    fc.assert(
      fc.property(reports, budgets, (any, budget) => {
        const comment = renderComment(any, { marker, budget })
        expect(comment.length).toBeLessThanOrEqual(budget)
        expect(danger(comment.split('\n').slice(1).join('\n'))).toBeNull()
      }),
      { numRuns: runs(150, 15) },
    )
  })

  it('fits as a summary in bytes', () => {
    fc.assert(
      fc.property(reports, budgets, (any, budget) => {
        const summary = renderSummary(any, { budget })
        expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(budget)
        expect(danger(summary)).toBeNull()
      }),
      { numRuns: runs(100, 15) },
    )
  })

  it('is whole in its file, as a summary with room for everything', () => {
    fc.assert(
      fc.property(reports, (any) => {
        const all = [...renderFullSummary(any)].join('')
        expect(all).toBe(renderSummary(any, { budget: Number.MAX_SAFE_INTEGER }))
        expect(any.changes.filter((one) => !hasDiff(all, one))).toEqual([])
      }),
      { numRuns: runs(100, 15) },
    )
  })

  it('is in the log whole, or not at all where it is longer', () => {
    fc.assert(
      fc.property(reports, (any) => {
        const all = renderPlain(any, { color: false })
        expect(renderLog(any, { maxLength: all.length })).toBe(all)
        expect(renderLog(any, { maxLength: all.length - 1 })).toBeNull()
      }),
      { numRuns: runs(100, 15) },
    )
  })

  it('drops the diffs of deletions last', () => {
    fc.assert(
      fc.property(reports, budgets, (any, budget) => {
        const comment = renderComment(any, { marker, budget })
        const missing = any.changes.some((one) => one.kind === 'removed' && !hasDiff(comment, one))
        const others = any.changes.some((one) => one.kind !== 'removed' && hasDiff(comment, one))
        expect(missing && others).toBe(false)
      }),
      { numRuns: runs(100, 15) },
    )
  })

  it('says how many diffs are omitted', () => {
    fc.assert(
      fc.property(reports, budgets, (any, budget) => {
        const comment = renderComment(any, { marker, budget })
        const missing = any.changes.filter((one) => !hasDiff(comment, one)).length
        expect(/^\*(\d+) of (\d+) diffs? omitted: /m.exec(comment)?.slice(1, 3)).toEqual(
          missing === 0 ? undefined : [String(missing), String(any.changes.length)],
        )
      }),
      { numRuns: runs(100, 15) },
    )
  })

  it('is the same whatever the order of its parts', () => {
    fc.assert(
      fc.property(reports, (any) => {
        const turned: Report = {
          ...any,
          changes: [...any.changes].reverse(),
          stateFiles: [...any.stateFiles].reverse(),
        }
        expect(renderSummary(turned)).toBe(renderSummary({ ...any }))
      }),
      { numRuns: runs(100, 15) },
    )
  })

  it('has nothing unseen on a terminal, and one line that sums up', () => {
    fc.assert(
      fc.property(reports, (any) => {
        expect(renderPlain(any, { color: false })).not.toMatch(/(?![\n\t ])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        expect(summaryLine(any)).toMatch(/^[^\n]+$/)
      }),
      { numRuns: runs(100, 15) },
    )
  })
})

describe('the steps', () => {
  const added = change('Warehouse', 'new', { file: 'new.yaml', after: warehouse('new', 'docker.io/library/new', '1') })
  const small = change('Stage', 'small', {
    file: 'small.yaml',
    before: trigger('small', 1),
    after: trigger('small', 2),
  })
  const large = change('Stage', 'large', {
    file: 'large.yaml',
    before: trigger('a').repeat(5),
    after: trigger('b').repeat(5),
  })
  const gone = change('Stage', 'gone', { file: 'gone.yaml', before: trigger('gone').repeat(2) })
  const all = report({ changes: [added, small, large, gone] })
  const size = (options: { budget: number }) => renderComment(all, { marker, ...options })
  const shown = (text: string) =>
    [added, small, large, gone].filter((one) => hasDiff(text, one)).map((one) => one.id.name)

  it('shows less and less, in the order of the design', () => {
    const seen: string[] = []
    let budget = 60_000
    while (budget >= 1500) {
      const text = size({ budget })
      const context =
        text.includes('-          value: "1"') &&
        !text.includes('         - name: ref\n           value: main\n         - name: rebuildDelay\n-')
          ? 1
          : 3
      const step = `${shown(text).join('+') || 'none'}${text.includes('small.yaml') ? ` ${context}` : ''}`
      if (seen.at(-1) !== step) seen.push(step)
      budget = text.length - 1
      if (text.length > budget + 1) break
    }
    expect(seen).toEqual([
      'new+small+large+gone 3',
      'new+small+large+gone 1',
      'small+large+gone 1',
      'small+gone 1',
      'gone',
      'none',
    ])
  })

  it('never goes below counts: what is dangerous stays', () => {
    const failed = renderComment(examples['hostile-names'], { marker, budget: 1500 })
    expect(failed).toContain('**1 error**')
    expect(failed).toContain('changes to review carefully**')
  })

  it('opens nothing, and holds all diffs in one fold', () => {
    for (const one of [examples['delay-change'], all]) {
      const comment = renderComment(one, { marker })
      expect(comment).not.toContain('<details open>')
      const [, fold = ''] = comment.split('<details><summary>Kargo manifests: ')
      expect(fold.match(/^@@ /gm)).toHaveLength(comment.match(/^@@ /gm)?.length ?? 0)
    }
  })

  it('draws what somebody can read', () => {
    expect(renderComment(examples['delay-change'], { marker })).toContain('```mermaid')
    expect(renderSummary(examples['many-changed'])).not.toContain('```mermaid')
  })
})
