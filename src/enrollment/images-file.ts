import type { CompletedEntry } from './entry.js'
import type { Problem } from './problem.js'
import type { settingsFrom } from './settings.js'

export type { Duration } from './grammar.js'
export { THRESHOLDS, type Threshold } from './schema/promotion.js'

/** What the schemas make of a file, for whoever only reads it. */
type Immutable<T> =
  T extends ReadonlyMap<string, string> ? T : T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T

/** What holds for the whole factory: the key `settings` with every default filled in; receivers sorted by name. */
export type Settings = Immutable<ReturnType<typeof settingsFrom>>
/** A workflow of the state repository that Kargo tells about changes. */
export type StateWorkflow = NonNullable<Settings['stateWorkflow']>
/** A webhook receiver of the Project. */
export type WebhookReceiver = Settings['webhookReceivers'][number]

/** What an entry comes to: every default filled in, every value checked; null: it has none. */
export type EntryContent = Immutable<CompletedEntry>

/** One enrolled image. */
export interface EnrolledImage extends EntryContent {
  /** 1-based position of the entry in the images file. */
  readonly line: number
  readonly column: number
  /** The entry as written with the defaults merged in, without its name: what the state file repeats. */
  readonly written: Readonly<Record<string, unknown>>
  /** Line of a key of the entry (`rebuildDelay`, `source.workflow`), null where neither it nor a default writes it. */
  readonly lineOf: (key: string) => number | null
}

/** Where an image is built. */
export type Source = NonNullable<EnrolledImage['source']>
export type GitHubSource = Extract<Source, { provider: 'github' }>
export type GitLabSource = Extract<Source, { provider: 'gitlab' }>
/** What the real build passes to BuildKit. */
export type BuildSettings = EnrolledImage['build']
/** How Kargo finds the published image among a repository's tags. */
export type TagSelection = EnrolledImage['tags']
/** The checks of a published image; null: that check is off. */
export type Analysis = NonNullable<EnrolledImage['analysis']>
/** Where an image is promoted to: one Kargo Stage. */
export type Environment = EnrolledImage['environments'][number]
/** One file that is changed by a promotion. */
export type Update = Environment['updates'][number]
/** Who answers for an image in Backstage's catalog, and where it belongs there. */
export type CatalogPlace = EnrolledImage['backstage']

/** A valid images file. */
export interface ImagesFile {
  readonly settings: Settings
  /** Sorted by name. */
  readonly images: readonly EnrolledImage[]
}

/** What reading images.yaml gives: the enrollment when there is no error among the problems, else null. */
export interface ImagesFileResult {
  readonly enrolled: ImagesFile | null
  /** The settings, whatever is wrong with the images; null where they cannot be read themselves. */
  readonly settings: Settings | null
  /** All problems at once, in the order of the file. */
  readonly problems: readonly Problem[]
}

/** What is known beside the file's text. */
export interface ImagesFileContext {
  /** OWNER/REPO of the repository that holds the file: a source that names no repository is there. */
  readonly here?: string | null
}
