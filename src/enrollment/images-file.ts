import type { Provider } from '../forges/index.js'
import type { CompletedEntry } from './entry.js'
import type { Problem } from './problem.js'
import type { Immutable, Settings } from './settings.js'

export type { Duration } from './grammar.js'
export { THRESHOLDS, type Threshold } from './schema/promotion.js'
export type { Settings } from './settings.js'

/** A workflow of the state repository that Kargo starts after changes. */
export type StateWorkflow = NonNullable<Settings['stateWorkflow']>
/** A webhook receiver of the Project. */
export type WebhookReceiver = Settings['webhookReceivers'][number]

export type EntryContent = Immutable<CompletedEntry>

export interface EnrolledImage extends EntryContent {
  /** 1-based position of the entry in the images file. */
  readonly line: number
  readonly column: number
  /** The entry as written with the defaults merged in, without its name: what the state file records. */
  readonly written: Readonly<Record<string, unknown>>
  /** Line of a key of the entry (`rebuildDelay`, `source.workflow`), null if neither entry nor defaults set it. */
  readonly lineOf: (key: string) => number | null
}

export type Source = NonNullable<EnrolledImage['source']>
/** A source on one forge. */
export type SourceOn<P extends Provider> = Extract<Source, { provider: P }>
/** A source that is built by a workflow. */
export type WorkflowSource = Extract<Source, { workflow: unknown }>
/** What the real build passes to BuildKit. */
export type BuildSettings = EnrolledImage['build']
/** How Kargo finds the published image among a repository's tags. */
export type TagSelection = EnrolledImage['tags']
/** The checks of a published image. */
export type Analysis = NonNullable<EnrolledImage['analysis']>
/** Where an image is promoted to: one Kargo Stage. */
export type Environment = EnrolledImage['environments'][number]
export type Update = Environment['updates'][number]
/** Owner and system of an image in Backstage's catalog. */
export type CatalogPlace = EnrolledImage['backstage']

export interface ImagesFile {
  readonly settings: Settings
  /** Sorted by name. */
  readonly images: readonly EnrolledImage[]
}

/** Result of reading images.yaml: the enrollment if there is no error among the problems, otherwise null. */
export interface ImagesFileResult {
  readonly enrolled: ImagesFile | null
  /** The settings, even if images have errors; null if the settings have errors. */
  readonly settings: Settings | null
  /** All problems, in the order of the file. */
  readonly problems: readonly Problem[]
}

/** What is known besides the file's text. */
export interface ImagesFileContext {
  /** OWNER/REPO of the repository that holds the file: the default for a source without a repository. */
  readonly here?: string | null
}
