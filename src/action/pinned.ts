/** The action that runs, as the workflow names it. */
export interface ActionReference {
  /** OWNER/REPO */
  readonly repository: string
  /** What stands behind the `@`. */
  readonly ref: string
}

/** A commit, or the whole number of a version, whose tag an immutable release locks (docs.github.com, "Immutable releases"). */
const FIXED = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/

/**
 * What to say to a workflow that names this action by something that moves, a branch or a tag like `v1`: whoever moves
 * it decides what runs with the workflow's tokens. Null where all is well, and for an action out of the workspace.
 */
export function pinningAdvice(action: ActionReference | null): string | null {
  if (action === null || FIXED.test(action.ref)) return null
  const { repository, ref } = action
  return (
    `${repository}@${ref} may be another program tomorrow: ${ref} is a name that moves. ` +
    `Pin it to the full SHA of a commit you have looked at (uses: ${repository}@SHA); Dependabot raises it for you.`
  )
}
