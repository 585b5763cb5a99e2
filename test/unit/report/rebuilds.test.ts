import { describe, expect, it } from 'vitest'
import { renderPlain, renderSummary } from '../../../src/report/index.js'
import type { RebuildRow } from '../../../src/report/model.js'
import { rebuildSentences } from '../../../src/report/rebuilds.js'
import { report } from './examples.js'

const RUN = 'https://github.com/acme/web/actions/runs/7'
const NODE = 'docker.io/library/node:22'

const row = (image: string, status: RebuildRow['status'], more: Partial<RebuildRow> = {}): RebuildRow => ({
  ...{ image, status, reason: 'base', bases: [NODE], run: null, until: null, waitsFor: null, message: null, ...more },
})

/** Each thing that a run may have to say of a rebuild. */
const ROWS: readonly RebuildRow[] = [
  row('a-started', 'started', { run: RUN }),
  row('b-started', 'started', { reason: 'override', bases: [NODE, 'ghcr.io/acme/base:1'] }),
  row('c-started', 'started', { reason: 'manual', bases: [] }),
  row('d-started', 'started', { reason: 'manual', run: RUN }),
  row('e-running', 'running', { run: RUN }),
  row('f-claimed', 'claimed'),
  row('g-queued', 'queued'),
  row('h-queued', 'queued', { message: 'maxRebuildsPerRun' }),
  row('i-queued', 'queued', { waitsFor: 'a-started' }),
  row('j-waiting', 'waiting', { reason: null, until: '2026-03-01T10:00:00.000Z', message: 'rebuildDelay' }),
  row('k-paused', 'paused', { until: '2026-03-01T10:00:00.000Z', message: 'the build failed', run: RUN }),
  row('l-succeeded', 'succeeded', { run: RUN }),
  row('l-succeeded-by-hand', 'succeeded', { reason: 'manual', bases: [], run: RUN }),
  row('m-failed', 'failed', { message: 'the build failed', run: RUN }),
  row('n-refused', 'refused', { message: 'GitHub refused to start build.yml of acme/web (404): Not Found.' }),
  row('o-unknown', 'unknown', { message: 'github.com did not answer within 30 s.' }),
  row('p-unbuildable', 'unbuildable', { reason: null, bases: [] }),
]

describe('rebuilds in a report', () => {
  it('are a sentence for what was started or went wrong, and a table', async () => {
    const summary = renderSummary(report({ mode: 'commit', rebuilds: [...ROWS] }))
    await expect(summary).toMatchFileSnapshot('../../golden/report/rebuilds.md')
  })

  it('are read on a terminal', async () => {
    const text = renderPlain(report({ mode: 'commit', rebuilds: [...ROWS] }), { color: false })
    await expect(text).toMatchFileSnapshot('../../golden/report/rebuilds.txt')
  })

  it('are not mentioned where there are none', () => {
    expect(renderSummary(report({ mode: 'commit' }))).not.toMatch(/rebuilds/i)
  })

  it('of what is on its way are no sentence', () => {
    const quiet = ROWS.filter(({ status }) => /running|claimed|queued|waiting|paused|succeeded/.test(status))
    expect(rebuildSentences(report({ rebuilds: quiet }))).toEqual([])
  })

  it('by the hundred are named a few, and counted', () => {
    const many = Array.from({ length: 100 }, (_, at) => row(`image-${at}`, 'started'))
    const [sentence] = rebuildSentences(report({ rebuilds: many }))
    const text = JSON.stringify(sentence)
    expect(text).toContain('100 builds started')
    expect(text.match(/image-\d+/g)?.length).toBeLessThan(10)
  })

  it('keep the words of a forge from being Markdown, HTML or a row', () => {
    const hostile = 'x | y\n<img src=x> [a](javascript:b) `c` @acme'
    const rebuilds = [row('web', 'refused', { message: hostile })]
    const lines = renderSummary(report({ mode: 'commit', rebuilds })).split('\n')
    const [shown = '', ...others] = lines.filter((line) => line.includes('src=x'))
    expect(others).toEqual([])
    expect(shown).toMatch(/^\| `web` \| refused: ``.*`` \| `node:22` changed \|$/)
    expect(shown.replaceAll('\\|', '').split('|')).toHaveLength(5)
  })
})
