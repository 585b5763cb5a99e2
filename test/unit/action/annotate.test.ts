import { describe, expect, it } from 'vitest'
import { annotate } from '../../../src/action/log.js'
import { problem, type Severity } from '../../../src/enrollment/index.js'
import { renderSummary } from '../../../src/report/index.js'
import { report } from '../report/examples.js'
import { catchOutput } from './written.js'

const many = (severity: Severity, count: number) =>
  Array.from({ length: count }, (_, n) =>
    problem(severity, `fault ${n}.`, { file: 'images.yaml', line: n + 1, column: 3, remedy: 'Mend it.' }),
  )

describe('annotations', () => {
  const output = catchOutput()
  const lines = () =>
    output
      .text()
      .split('\n')
      .filter((line) => line.startsWith('::'))

  it('are at most ten of each kind, errors first', () => {
    annotate([...many('notice', 12), ...many('warning', 3), ...many('error', 25)], true)
    const kinds = lines().map((line) => /^::(\w+)/.exec(line)?.[1])
    expect(kinds).toEqual([...Array(10).fill('error'), ...Array(3).fill('warning'), ...Array(10).fill('notice')])
  })

  it('stand at their place in a file of this repository', () => {
    annotate(many('error', 1), true)
    expect(lines()).toEqual(['::error file=images.yaml,line=1,col=3::fault 0. Mend it.'])
  })

  it('name the place in their text where the file is in another repository', () => {
    annotate(many('error', 1), false)
    expect(lines()).toEqual(['::error::images.yaml:1: fault 0. Mend it.'])
  })

  it('give no text of a file to the runner as a command', () => {
    annotate([problem('error', 'a\n::set-output name=x::y.', { file: 'a,b:c\n.yaml', line: 1 })], true)
    expect(lines()).toHaveLength(1)
  })
})

describe('problems beyond the annotations', () => {
  it('are in the job summary, all of them', () => {
    const summary = renderSummary(report({ problems: many('error', 45) }), {})
    for (let n = 0; n < 45; n += 1) expect(summary).toContain(`fault ${n}.`)
  })
})
