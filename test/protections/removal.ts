/** What one way to take a protection away is, and how the tests that hold it are named. */

/** A test by its file below `test/` and its title; without one: any test of the file. */
export interface HeldBy {
  readonly file: string
  readonly title: string | null
}

/** A text that stands in a file once, and what it becomes. */
export interface Edit {
  /** From the repository's root. Source, or a workflow, a manifest, a lockfile where the protection is one of those. */
  readonly file: string
  readonly text: string
  readonly replacement: string
}

/** A protection that is taken away, to see the tests that hold it fail. */
export interface Removal {
  /** The row of docs/threat-model.md. */
  readonly threat: number
  /** What is missing then, in words that end the sentence "without …". */
  readonly without: string
  /** What is replaced; in several files where the protection has several layers. */
  readonly edits: readonly Edit[]
  /** Each has to fail then. */
  readonly failing: readonly HeldBy[]
}

/** A test as docs/threat-model.md names it: `` `unit/x.test.ts` › `title` ``. */
export function heldBy(text: string): HeldBy {
  const [, file = '', title = null] = /^`([^`]+\.test\.ts)`(?: › `([^`]+)`)?$/.exec(text) ?? []
  return { file, title }
}

/** As heldBy reads it. */
export function nameOf({ file, title }: HeldBy): string {
  return title === null ? `\`${file}\`` : `\`${file}\` › \`${title}\``
}

/** An expression for the titles that a title stands for: what vitest puts in for `%s` or `$name` may be anything. */
export function titlePattern(title: string): string {
  return title
    .split(/%[sdijf]|\$\w+/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('.*')
}
