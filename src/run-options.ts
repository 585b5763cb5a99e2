import type { DeletionLimit } from './manifests/index.js'
import type { RegistryClient } from './registry/index.js'
import type { Report } from './report/index.js'
import type { SourceReader } from './sources/index.js'

/** What a run works with and what it may do, whoever started it. */
export interface RunOptions {
  readonly mode: Report['mode']
  readonly read: SourceReader
  readonly maxDeletions: DeletionLimit
  /** Where Kargo dispatches GitHub workflows. */
  readonly apiUrl: string
  /** The GitLab where Kargo starts pipelines. */
  readonly gitlabUrl: string
  /** OWNER/REPO of the state repository: a source that names no repository is there; null where it is not known. */
  readonly ownRepository: string | null
  /** Asks registries, those in private networks where they are named; null: this run looks up nothing. */
  readonly registries: ((allowedRegistries: readonly string[]) => RegistryClient) | null
  /** Tokens of this run: they must get into nothing that is written. */
  readonly secrets: readonly string[]
  /** ISO 8601: the time of what is found out in this run. */
  readonly now: string
  /**
   * Whether what is planned is written or committed. Where it is not, the clock has no part in the manifests: two
   * previews of the same files say the same.
   */
  readonly writes: boolean
  /** Runs one named step, showing its progress. */
  readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>
  /** Logs the result of a step in a few words. */
  readonly log: (text: string) => void
}
