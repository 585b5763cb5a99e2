/** Overview of the factory, read from a state folder on disk. */
import { type Overview, overviewOf } from './dashboard/index.js'
import { Refusal } from './enrollment/index.js'
import { explainImages } from './explain/index.js'
import { readActiveOverrides, readImages } from './read-enrollment.js'
import { readState, type StateFolder } from './state/index.js'

/**
 * Builds the overview of a state folder.
 *
 * @param known what a run knows besides the folder.
 * @throws Refusal when images.yaml, overrides.yaml or a state file is invalid.
 */
export function readOverview(
  folder: StateFolder,
  known: Pick<Parameters<typeof overviewOf>[0], 'repository' | 'now' | 'missingBases'> &
    Pick<Parameters<typeof explainImages>[0], 'urls'>,
): Overview {
  const { repository, urls, now, missingBases } = known
  const { enrolled, problems } = readImages(folder, repository)
  if (enrolled === null) throw new Refusal(problems)
  const records = readState(folder.root)
  const { active: overrides } = readActiveOverrides(folder, now)
  const explanations = explainImages({ enrolled, records, overrides, now, urls })
  return overviewOf({ explanations, records, overrides, settings: enrolled.settings, repository, now, missingBases })
}
