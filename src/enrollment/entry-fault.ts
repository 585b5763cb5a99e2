import type { Path } from '../yaml/data.js'

/** Something about an entry that its schema cannot see: where, what, and what mends it. */
export interface EntryFault {
  readonly severity?: 'warning' | 'notice'
  /** Path in the entry. */
  readonly path: Path
  readonly message: string
  readonly remedy: string | null
}
