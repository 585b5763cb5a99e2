import { describe, expect, it } from 'vitest'
import { type Report, renderComment, renderPlain, renderSummary } from '../../../src/report/index.js'
import { examples, marker } from './examples.js'

describe('golden comments', () => {
  for (const [name, report] of Object.entries<Report>(examples)) {
    it(name, async () => {
      const comment = renderComment(report, { marker })
      expect(comment.length).toBeLessThanOrEqual(60_000)
      await expect(comment).toMatchFileSnapshot(`../../golden/report/${name}.md`)
    })
  }

  it('image-removed on a terminal', async () => {
    await expect(renderPlain(examples['image-removed'], { color: false })).toMatchFileSnapshot(
      '../../golden/report/image-removed.txt',
    )
  })

  it('shows 500 images that change alike once, and the deletion beside them', () => {
    const summary = renderSummary(examples['many-changed'])
    expect(summary).not.toContain('omitted')
    expect(summary.match(/<summary><code>/g)).toHaveLength(2)
    expect(summary).toContain('and 499 more like it')
  })
})
