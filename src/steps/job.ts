import { type Problem, Refusal } from '../enrollment/index.js'
import type { DeletionLimit, OutputFolder } from '../manifests/index.js'
import type { RegistryClient } from '../registry/index.js'
import type { Report } from '../report/index.js'
import type { SourceReader } from '../sources/index.js'
import type { StateFiles } from '../state/index.js'

/** The folder with images.yaml, the state and the manifests. */
export interface StateFolder {
  /** Absolute path on disk. */
  readonly root: string
  /** The same folder from the repository's top, `.` or a path: how people know its files. */
  readonly path: string
  readonly imagesFile: string
  readonly outputDir: string
}

/** What a run shall do, whoever asked for it. */
export interface RunSetting {
  readonly mode: Report['mode']
  readonly read: SourceReader
  readonly maxDeletions: DeletionLimit
  /** Where Kargo dispatches GitHub workflows. */
  readonly apiUrl: string
  /** The GitLab where Kargo starts pipelines. */
  readonly gitlabUrl: string
  /** OWNER/REPO of the state repository: a source that names no repository is there; null where it is not known. */
  readonly here: string | null
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
  /** Runs one named step, telling people about it. */
  readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>
  /** What a step came to, in a few words. */
  readonly say: (text: string) => void
}

/** What lies in the state folder. */
export interface Loaded {
  readonly images: string
  /** Text of overrides.yaml; null where there is none. */
  readonly overrides: string | null
  readonly state: StateFiles
  readonly output: OutputFolder
}

/** Keeps what people should know; throws when there are errors among it. */
export function throwOnErrors(found: readonly Problem[], problems: Problem[]): void {
  if (found.some((one) => one.severity === 'error')) throw new Refusal(found)
  problems.push(...found)
}
