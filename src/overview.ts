/** Overview of the factory, read from a state folder on disk. */
import { type Overview, overviewOf } from './dashboard/index.js'
import { Refusal } from './enrollment/index.js'
import { explainImages } from './explain/index.js'
import type { Provider } from './forges/index.js'
import { readActiveOverrides, readImages } from './read-enrollment.js'
import { readState, type StateFolder } from './state/index.js'

/** What a run knows besides the state folder. */
export interface OverviewOptions {
  /** OWNER/REPO of the state; null where unknown. */
  readonly repository: string | null
  readonly urls: Readonly<Record<Provider, string>>
  /** ISO 8601. */
  readonly now: string
  /** References of base images that their registries report as missing. */
  readonly missingBases: ReadonlySet<string>
}

/**
 * Builds the overview of a state folder.
 *
 * @throws Refusal when images.yaml, overrides.yaml or a state file is invalid.
 */
export function readOverview(folder: StateFolder, options: OverviewOptions): Overview {
  const { repository, urls, now, missingBases } = options
  const { enrolled, problems } = readImages(folder, repository)
  if (enrolled === null) throw new Refusal(problems)
  const records = readState(folder.root)
  const { active: overrides } = readActiveOverrides(folder, now)
  const explanations = explainImages({ enrolled, records, overrides, now, urls })
  return overviewOf({ explanations, records, overrides, settings: enrolled.settings, repository, now, missingBases })
}
