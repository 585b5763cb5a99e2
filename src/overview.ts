/** The factory at a glance, from a state folder as it lies on disk. Asks nobody. */
import { type Overview, overviewOf } from './dashboard/index.js'
import { OVERRIDES_FILE, type Override, parseImagesFile, parseOverrides, Refusal, refuse } from './enrollment/index.js'
import { explainImages } from './explain/index.js'
import type { Provider } from './forges/index.js'
import { readOptional, readState, type StateFolder } from './state/index.js'

/** What a run knows beside the state folder. */
export interface OverviewOptions {
  /** OWNER/REPO of the state; null where that is not known. */
  readonly repository: string | null
  readonly urls: Readonly<Record<Provider, string>>
  /** ISO 8601. */
  readonly now: string
  /** Names of base images that their registries say are not there. */
  readonly missingBases: ReadonlySet<string>
}

/**
 * Sees the factory of a state folder.
 *
 * @throws Refusal when images.yaml, overrides.yaml or a state file cannot be used.
 */
export function readOverview(folder: StateFolder, options: OverviewOptions): Overview {
  const { root, imagesFile } = folder
  const { repository, urls, now, missingBases } = options
  const text = readOptional(root, imagesFile)
  if (text === null) {
    const remedy = 'Name the folder in --state and the file in --images.'
    throw refuse('file-missing', `there is no ${imagesFile}.`, { file: imagesFile, remedy })
  }
  const { enrolled, problems } = parseImagesFile(text, imagesFile, { here: repository })
  if (enrolled === null) throw new Refusal(problems)
  const records = readState(root)
  const overrides = overridesIn(root, now)
  const explanations = explainImages({ enrolled, records, overrides, now, urls })
  return overviewOf({ explanations, records, overrides, settings: enrolled.settings, repository, now, missingBases })
}

function overridesIn(root: string, now: string): readonly Override[] {
  const written = readOptional(root, OVERRIDES_FILE)
  if (written === null) return []
  const { active, problems } = parseOverrides(written, OVERRIDES_FILE, now)
  if (problems.some(({ severity }) => severity === 'error')) throw new Refusal(problems)
  return active
}
