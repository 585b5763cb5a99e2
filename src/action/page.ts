import { resolve } from 'node:path'
import { warning } from '@actions/core'
import { pageFiles } from '../dashboard/index.js'
import { readOverview } from '../overview.js'
import type { Plan } from '../plan.js'
import { type StateFolder, writeFiles } from '../state/index.js'
import type { Context } from './context.js'
import { inputFolder } from './inputs.js'
import { asWarning, logLine, safe, step } from './log.js'

export interface PageRequest {
  /** The input page-dir; null: no page. */
  readonly directory: string | null
  readonly plan: Plan
  /** OWNER/REPO of the state. */
  readonly repository: string
  /** ISO 8601. */
  readonly now: string
  /** Reads the state to show. */
  readonly folder: () => Promise<StateFolder>
}

/** Writes the page and its data to the input page-dir. A failure is only a warning: the commit is already made. */
export async function writePage(request: PageRequest, context: Context): Promise<void> {
  const { directory, plan, repository, now, folder } = request
  if (directory === null || plan.refused) return
  try {
    await step('Write the page', async () => {
      const root = inputFolder('page-dir', directory, context) ?? resolve(context.workspace, directory)
      const missingBases = plan.answers.missing
      const overview = readOverview(await folder(), { repository, urls: context.servers, now, missingBases })
      writeFiles(root, pageFiles(overview))
      logLine(`The page is in ${directory}.`)
    })
  } catch (error) {
    warning(safe(`The page could not be written: ${asWarning(error)}`))
  }
}
