/** Who may write where: the whole table of events and modes. */
import { describe, expect, it } from 'vitest'
import type { Context } from '../../../src/action/context.js'
import type { Inputs } from '../../../src/action/inputs.js'
import { chooseTarget } from '../../../src/action/target.js'

const HERE = 'acme/state'
const MODES = ['auto', 'preview', 'commit', 'check'] as const

const inputs = (some: Partial<Inputs> = {}) =>
  ({ mode: 'auto', stateRepository: null, stateRef: null, ...some }) as Inputs
const pull = (headRepository: string | null) => ({
  number: 1,
  headSha: 'a',
  headRef: 'topic',
  headRepository,
  baseBranch: 'main',
})
const context = (some: Partial<Context>) =>
  ({ repository: HERE, defaultBranch: 'main', ref: 'refs/heads/main', pullRequest: null, ...some }) as Context

/** What a run may write to: a branch, or nothing. */
function writesTo(given: Inputs, about: Context): string | null {
  try {
    const { mode, ref, repository } = chooseTarget(given, about)
    return mode === 'commit' ? `${repository} ${ref}` : null
  } catch (error) {
    expect((error as Error).message).toMatch(/mode commit/)
    return 'refused'
  }
}

describe('what a pull request writes to', () => {
  const events = ['pull_request', 'pull_request_target']
  const table = events.flatMap((eventName) =>
    [HERE, 'mallory/state', null].flatMap((from) => MODES.map((mode) => ({ eventName, from, mode }))),
  )

  it.each(table)('$eventName from $from with mode $mode', ({ eventName, from, mode }) => {
    const about = context({ eventName, ref: 'refs/pull/1/merge', pullRequest: pull(from) })
    const own = mode === 'commit' ? (from === HERE ? `${HERE} refs/heads/topic` : 'refused') : null
    expect(writesTo(inputs({ mode }), about)).toBe(own)
  })

  it.each(events)('%s to the state of another repository: nothing', (eventName) => {
    const about = context({ eventName, ref: 'refs/pull/1/merge', pullRequest: pull(HERE) })
    expect(writesTo(inputs({ stateRepository: 'acme/other' }), about)).toBeNull()
  })
})

describe('what other events write to by themselves', () => {
  it.each(['push', 'schedule', 'workflow_dispatch', 'repository_dispatch'])(
    '%s on the state’s branch: that',
    (eventName) => {
      expect(writesTo(inputs(), context({ eventName }))).toBe(`${HERE} refs/heads/main`)
    },
  )

  it.each(['push', 'schedule', 'workflow_dispatch', 'repository_dispatch'])(
    '%s on another branch: nothing',
    (eventName) => {
      const about = context({ eventName, ref: 'refs/heads/topic' })
      expect(writesTo(inputs(), about)).toBeNull()
      expect(writesTo(inputs({ stateRepository: 'acme/other' }), about)).toBeNull()
    },
  )

  it.each([
    'merge_group',
    'workflow_run',
    'issue_comment',
    'pull_request_review',
    'fork',
    'watch',
    'release',
    'anything',
  ])('%s: nothing', (eventName) => {
    expect(writesTo(inputs(), context({ eventName }))).toBeNull()
    expect(writesTo(inputs({ stateRepository: 'acme/other' }), context({ eventName }))).toBeNull()
  })

  it('merge_group: nothing, even when asked to', () => {
    expect(writesTo(inputs({ mode: 'commit' }), context({ eventName: 'merge_group' }))).toBe('refused')
  })
})
