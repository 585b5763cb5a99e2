import { BRANCH } from '../../enrollment/grammar.js'
import { type Problem, problem } from '../../enrollment/problem.js'
import { workflowFaults } from '../dispatch-url.js'
import type { Factory } from '../factory.js'

/** What in the settings and overrides cannot become a manifest. */
export function settingsProblems({ settings, overrides = [], imagesFile }: Factory): Problem[] {
  const faults: string[] = []
  const { stateWorkflow } = settings
  if (stateWorkflow !== null) {
    faults.push(...workflowFaults('settings.stateWorkflow', stateWorkflow).map(({ fault }) => fault))
    if (!BRANCH.test(stateWorkflow.ref)) faults.push(`settings.stateWorkflow.ref ${stateWorkflow.ref} is no branch`)
  }
  const wrong = overrides.filter(({ digest }) => !/^sha256:[0-9a-f]{64}$/.test(digest))
  for (const { digest } of wrong)
    faults.push(`the override of ${JSON.stringify(digest)} names no digest: sha256: and 64 hexadecimal digits`)
  return faults.map((fault) => problem('error', `settings: ${fault}`, { file: imagesFile ?? null }))
}
