/** What one way to take a protection away is, and how the tests that hold it are named. */

/** A test by its file below `test/` and its title; without one: any test of the file. */
export interface HeldBy {
  readonly file: string
  readonly title: string | null
}

/** What no type of `src` fits: replacements are put into a file as text, and compiled without types. */
type Untyped = ReturnType<typeof JSON.parse>

/** Replaces something that a file of `src` declares at its top; whatever file that is, and whatever is in it. */
export interface Replacement {
  /** `function`, `CONSTANT` or `Class.method`: an exported name where there is one. */
  readonly name: string
  /** Beginning of the file's path below `src/`, where several files declare the name. */
  readonly in?: string
  /**
   * Is called in its place, with what was there before the arguments; gives the value of a constant. Its text is put into
   * the file: it sees nothing of this one.
   */
  readonly by: (original: Untyped, ...args: Untyped[]) => Untyped
}

/** Replaces a type of `src`, written on one line. */
export interface TypeReplacement {
  readonly type: string
  readonly by: string
}

/** Replaces what is found first in a file that is no source: a workflow, a manifest, the lockfile, a trap of the tests. */
export interface FileEdit {
  /** From the repository's root. */
  readonly file: string
  readonly find: RegExp
  readonly by: string
}

export type Edit = Replacement | TypeReplacement | FileEdit

/** A protection that is taken away, to see the tests that hold it fail. */
export interface Removal {
  /** The row of docs/threat-model.md. */
  readonly threat: number
  /** What is missing then, in words that end the sentence "without …". */
  readonly without: string
  /** All at once. A row has more than one removal only where one would hide what another shows. */
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

/** The tests of one file: what rows name them by. */
export function testsOf(file: string): (title: string) => HeldBy {
  return (title) => ({ file, title })
}

/** An expression for the titles that a title stands for: what vitest puts in for `%s` or `$name` may be anything. */
export function titlePattern(title: string): string {
  return title
    .split(/%[sdijf]|\$\w+/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('.*')
}
