/** What of the tests the benchmark uses: their GitHub, and how they start the bundle. */
import { loadSourceModules } from '../scripts/source-modules.ts'

export type Support = Awaited<ReturnType<typeof loadSupport>>

/** Loaded when asked for: most sizes are measured without. */
export async function loadSupport() {
  loadSourceModules()
  const { FakeGitHub } = await import('../test/support/fake-github.js')
  const { eventPayloads } = await import('../test/support/events.js')
  const { runProcess } = await import('../test/support/processes.js')
  const { runAction, WORKFLOW_TOKEN } = await import('../test/support/run-action.js')
  return { FakeGitHub, eventPayloads, runProcess, runAction, WORKFLOW_TOKEN }
}
