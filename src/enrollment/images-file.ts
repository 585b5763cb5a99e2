import type { Provider } from '../forges/index.js'
import type { CompletedEntry } from './entry.js'
import type { Immutable, Settings } from './settings.js'

export type { Analysis } from './promotion.js'
export { THRESHOLDS, type Threshold } from './schema/promotion.js'
export type { Settings } from './settings.js'

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
