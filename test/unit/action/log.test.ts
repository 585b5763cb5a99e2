import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pinningAdvice } from '../../../src/action/context.js'
import { annotate, countProgress, logFolded, logLine, step } from '../../../src/action/log.js'
import { lastLine, stoppedLine } from '../../../src/action/report-outcome.js'
import { problem } from '../../../src/enrollment/index.js'
import { renderSummary } from '../../../src/report/index.js'
import { report } from '../report/examples.js'

/** Catches what each test of a file writes to standard output. */
function catchOutput(): { readonly text: () => string } {
  let written = ''
  beforeEach(() => {
    written = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written += String(text)
      return true
    })
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
  return { text: () => written }
}

const output = catchOutput()

/** What was written, without how long it took. */
const lines = () =>
  output
    .text()
    .replace(/\d+\.\d s/g, 'N s')
    .split('\n')
    .slice(0, -1)

describe('a step in the log', () => {
  it('is a group, and what it came to stands below it', async () => {
    const answer = await step('Discover', async () => {
      logLine('5 found.')
      logLine('1 failed.')
      return 7
    })
    expect(answer).toBe(7)
    expect(lines()).toEqual(['::group::Discover', 'N s', '::endgroup::', '  5 found.', '  1 failed.'])
  })

  it('tells what was done so far while it goes on, and at its end', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const gates: (() => void)[] = []
    const gate = () => new Promise<void>((resolve) => gates.push(resolve))
    const running = step('Look up', async () => {
      for (let n = 0; n < 3; n += 1) countProgress('answers')
      await gate()
      countProgress('answers')
      countProgress('pauses')
    })
    vi.advanceTimersByTime(14_000)
    expect(lines()).toEqual(['::group::Look up'])
    vi.advanceTimersByTime(17_000)
    expect(output.text()).toBe('::group::Look up\n15.0 s, answers: 3\n30.0 s, answers: 3\n')
    gates[0]?.()
    await running
    expect(output.text().slice(-66)).toContain('31.0 s, answers: 4, pauses: 1\n::endgroup::\n')
    vi.advanceTimersByTime(60_000)
    expect(output.text().endsWith('::endgroup::\n')).toBe(true)
  })

  it('ends its group and says what it had to say when it fails', async () => {
    const failing = step('Commit', async () => {
      logLine('half of it.')
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    logLine('after')
    expect(lines()).toEqual(['::group::Commit', 'N s', '::endgroup::', '  half of it.', 'after'])
  })

  it('may have steps inside, whose results stand with its own', async () => {
    await step('outer', () =>
      step('inner', async () => {
        logLine('found.')
      }),
    )
    expect(lines().slice(-2)).toEqual(['::endgroup::', '    found.'])
  })

  it('gives the runner no commands out of a text', async () => {
    await step('a\n::error::b', async () => logLine('x\n::set-output name=y::z'))
    logFolded('c', '::warning::d\n##[error]e')
    expect(output.text()).not.toMatch(/^::(?:error|set-output|warning)::/m)
    expect(output.text()).not.toContain('##[')
  })
})

describe('the last line', () => {
  const ending = {
    verdict: '1 image',
    isFailed: false,
    commentUrl: '',
    runUrl: 'https://github.com/a/b/actions/runs/1',
  }
  const commit = { sha: '0123456789abcdef', branch: 'main', url: 'https://github.com/a/b/commit/0123456789abcdef' }

  it.each([
    ['preview', { mode: 'preview', commit: null }, {}, /^Preview: 1 image\. See summary https:\S+\/runs\/1$/],
    ['a comment', { mode: 'preview', commit: null }, { commentUrl: 'https://c' }, /See comment https:\/\/c · summary /],
    ['a commit', { mode: 'commit', commit }, {}, /^Committed 0123456789ab to main: 1 image\. See commit https:/],
    ['nothing new', { mode: 'commit', commit: null }, {}, /^Nothing to commit: /],
    ['a check', { mode: 'check', commit: null }, {}, /^Up to date: /],
    ['a failure', { mode: 'check', commit: null }, { isFailed: true }, /^Failed: 1 .* · what messages mean https:\S+$/],
    [
      'errors',
      { mode: 'preview', commit: null },
      { isFailed: true, verdict: '❌ Failed: 1 error' },
      /^❌ Failed: 1 error\. /,
    ],
  ] as const)('of %s', (_, report, more, expected) => {
    expect(lastLine(report, { ...ending, ...more })).toMatch(expected)
  })

  it('of a run that was stopped says whose turn it is', () => {
    expect(stoppedLine({ isDefect: true })).toContain('/issues')
    expect(stoppedLine({ isDefect: false })).toContain('/troubleshooting.md#')
  })
})

describe('how the workflow names this action', () => {
  const repository = 'craigedmunds/image-factory-action'

  it.each(['main', 'v1', 'v1.2', '1', '3d3c42e', 'refs/heads/main', `${'a'.repeat(39)}g`, ''])('%j moves', (ref) => {
    expect(pinningAdvice({ repository, ref })).toContain(`${repository}@${ref} `)
  })

  it.each(['3d3c42e5aac5ba805825da76410c181273ba90b1', 'a'.repeat(64), 'v1.2.3', '1.2.3', 'v2.0.0-rc.1'])(
    '%j does not',
    (ref) => {
      expect(pinningAdvice({ repository, ref })).toBeNull()
    },
  )

  it('out of the workspace (uses: ./) needs no pin', () => {
    expect(pinningAdvice(null)).toBeNull()
  })
})

const CODES = { error: 'value-invalid', warning: 'base-pinned', notice: 'key-unused' } as const

const many = (severity: keyof typeof CODES, count: number) =>
  Array.from({ length: count }, (_, n) =>
    problem(CODES[severity], `fault ${n}.`, { file: 'images.yaml', line: n + 1, column: 3, remedy: 'Mend it.' }),
  )

describe('annotations', () => {
  const commands = () => lines().filter((line) => line.startsWith('::'))

  it('are at most ten of each kind, errors first', () => {
    annotate([...many('notice', 12), ...many('warning', 3), ...many('error', 25)], true)
    const kinds = commands().map((line) => /^::(\w+)/.exec(line)?.[1])
    expect(kinds).toEqual([...Array(10).fill('error'), ...Array(3).fill('warning'), ...Array(10).fill('notice')])
  })

  it('stand at their place in a file of this repository', () => {
    annotate(many('error', 1), true)
    expect(commands()).toEqual(['::error file=images.yaml,line=1,col=3::fault 0. Mend it.'])
  })

  it('of warnings end in their code; an accepted one gets none', () => {
    const accepted = many('warning', 1).map((one) => ({ ...one, severity: 'accepted' as const, reason: 'Known.' }))
    annotate([...many('warning', 1), ...accepted], true)
    expect(commands()).toEqual(['::warning file=images.yaml,line=1,col=3::fault 0. Mend it. [base-pinned]'])
  })

  it('name the place in their text where the file is in another repository', () => {
    annotate(many('error', 1), false)
    expect(commands()).toEqual(['::error::images.yaml:1: fault 0. Mend it.'])
  })

  it('give no text of a file to the runner as a command', () => {
    annotate([problem('value-invalid', 'a\n::set-output name=x::y.', { file: 'a,b:c\n.yaml', line: 1 })], true)
    expect(commands()).toHaveLength(1)
  })
})

describe('problems beyond the annotations', () => {
  it('are in the job summary, all of them', () => {
    const summary = renderSummary(report({ problems: many('error', 45) }), {})
    for (let n = 0; n < 45; n += 1) expect(summary).toContain(`fault ${n}.`)
  })
})
