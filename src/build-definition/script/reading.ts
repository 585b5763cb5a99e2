import type { Assignment, Command, Redirection, Statement, SyntaxNode, Word } from 'unbash'
import type { Budget } from '../value.js'
import type { Facts } from './facts.js'
import type { Marks } from './marks.js'
import type { Field, State, Stdin, Variables } from './state.js'

/** A command whose words are expanded. */
export interface Started {
  /** As the script writes it. */
  readonly written: string
  readonly fields: readonly Field[]
  /** `A=b` after `export` and its like. */
  readonly declared: readonly Assignment[]
  readonly line: number
}

/** A script that is being read, for what goes through the parts of it. */
export interface Reading {
  readonly facts: Facts
  readonly marks: Marks
  readonly variables: Variables
  readonly budget: Budget
  /** @returns what is printed, null where that is not known. */
  statements(statements: readonly Statement[], state: State): Stdin
  command(node: Command, state: State): Stdin
  /** Reads a text as a script of its own. */
  readText(text: string, state: State): void
  /** A word as one text, and as the words it becomes. */
  text(word: Word, state: State): string
  fields(word: Word, state: State): Field[]
  /** Command substitutions somewhere inside of a node that is not read otherwise. */
  substitutions(node: SyntaxNode, state: State): void
  /** What redirections change while a command runs. */
  redirected(redirects: readonly Redirection[], state: State): Partial<State>
  /** Whether there is time left to look at a node. */
  hasTime(node: { readonly pos: number; readonly end: number }): boolean
  copy(state: State, changes?: Partial<State>): State
}
