import { refuse } from '../enrollment/index.js'
import type { Context } from './context.js'
import type { Inputs } from './inputs.js'

export interface RunTarget {
  readonly mode: 'preview' | 'commit' | 'check'
  /** OWNER/REPO of the state. */
  readonly repository: string
  /** Whether that is the repository that the workflow runs in. */
  readonly isOwn: boolean
  /** Full name of the ref to read, null for the default branch of the state repository. */
  readonly ref: string | null
  /** Whether the workspace's checkout may be used, if there is one. */
  readonly useWorkspace: boolean
  /** Why the run is only a preview where a commit might be expected. */
  readonly reason: string | null
}

const PULL_REQUEST_EVENTS: ReadonlySet<string> = new Set(['pull_request', 'pull_request_target', 'merge_group'])

/** Events that only people with write access to the branch can cause. A called workflow has its caller's event. */
const COMMIT_EVENTS: ReadonlySet<string> = new Set([
  'push',
  'workflow_dispatch',
  'schedule',
  'repository_dispatch',
  'registry_package',
  // Only after dashboard.ts has confirmed that a person with write access ticked a box.
  'issues',
])

/**
 * Decides what to do from inputs and event. Only a push to (or a run on) the state's own branch writes to it; nothing
 * that comes from a pull request writes to a shared branch.
 *
 * @throws Refusal when a commit is requested that is not allowed.
 */
export function chooseTarget(inputs: Inputs, context: Context): RunTarget {
  const repository = inputs.stateRepository ?? context.repository
  const isOwn = repository.toLowerCase() === context.repository.toLowerCase()
  const about = { repository, isOwn, reason: null }
  const stateRef = inputs.stateRef === null ? null : fullRef(inputs.stateRef)
  if (!isOwn) {
    return { ...about, ref: stateRef, useWorkspace: false, ...otherRepositoryMode(inputs, context) }
  }
  if (inputs.mode === 'commit' && context.pullRequest !== null) return pullRequestCommit(context, about)
  if (PULL_REQUEST_EVENTS.has(context.eventName)) {
    const mode = inputs.mode === 'auto' ? 'preview' : inputs.mode
    if (mode === 'commit')
      throw refuse('event-unsuitable', `mode commit is not possible on ${context.eventName}.`, {
        remedy: 'Use mode: auto.',
      })
    return { ...about, mode, ref: context.ref || null, useWorkspace: true }
  }
  const ref = stateRef ?? (context.ref || null)
  if (inputs.mode !== 'auto')
    return { ...about, mode: inputs.mode, ref, useWorkspace: stateRef === null || stateRef === context.ref }
  return automaticPush(context, stateRef, about)
}

/** The state is in another repository: only the workflow's own default branch may write to it. */
function otherRepositoryMode(inputs: Inputs, context: Context): Pick<RunTarget, 'mode' | 'reason'> {
  if (inputs.mode !== 'auto') return { mode: inputs.mode, reason: null }
  const trusted = context.defaultBranch === null ? null : fullRef(context.defaultBranch)
  if (!COMMIT_EVENTS.has(context.eventName)) return { mode: 'preview', reason: null }
  if (trusted === null || context.ref === trusted) return { mode: 'commit', reason: null }
  return { mode: 'preview', reason: `${context.ref} is not ${trusted}: nothing is committed.` }
}

/** A push, a schedule, a dispatch: commits on the state's branch, previews on any other. */
function automaticPush(
  context: Context,
  stateRef: string | null,
  about: Pick<RunTarget, 'repository' | 'isOwn' | 'reason'>,
): RunTarget {
  if (!COMMIT_EVENTS.has(context.eventName)) {
    const reason = `on ${context.eventName} nothing is committed.`
    return { ...about, mode: 'preview', ref: context.ref || null, useWorkspace: true, reason }
  }
  const branch = stateRef ?? (context.defaultBranch === null ? null : fullRef(context.defaultBranch))
  if (branch === null || branch === context.ref) {
    return { ...about, mode: 'commit', ref: context.ref || null, useWorkspace: true }
  }
  const reason = `${context.ref} is not ${branch}: nothing is committed. Set state-ref to the branch, or use mode: commit.`
  return { ...about, mode: 'preview', ref: context.ref || null, useWorkspace: true, reason }
}

function pullRequestCommit(context: Context, about: Pick<RunTarget, 'repository' | 'isOwn' | 'reason'>): RunTarget {
  const { pullRequest } = context
  const from = pullRequest?.headRepository ?? 'a repository that is gone'
  if (pullRequest === null || from.toLowerCase() !== context.repository.toLowerCase()) {
    throw refuse('event-unsuitable', `mode commit writes to the pull request's branch, and that is in ${from}.`, {
      remedy: 'Use mode: auto, which only previews pull requests.',
    })
  }
  // The workspace usually holds the merge with the base branch instead of the head branch.
  return { ...about, mode: 'commit', ref: fullRef(pullRequest.headRef), useWorkspace: false }
}

function fullRef(branch: string): string {
  return branch.startsWith('refs/') ? branch : `refs/heads/${branch}`
}
