import {
  type Assignment,
  type Command,
  type ParsedScript,
  parse,
  type Redirection,
  type Statement,
  type SyntaxNode,
  type Word,
} from 'unbash'
import type { Budget } from '../scan.js'
import type { Facts, ScriptOptions } from './facts.js'
import type { Marks } from './marks.js'
import type { Field, ScriptVariables, State, Stdin } from './state.js'

/** A command whose words are expanded. */
export interface ExpandedCommand {
  /** As the script writes it. */
  readonly written: string
  readonly fields: readonly Field[]
  /** `A=b` after `export` and its like. */
  readonly declared: readonly Assignment[]
  readonly line: number
}

/** A script that is being read, for what goes through the parts of it. */
export interface Interpreter {
  readonly facts: Facts
  readonly marks: Marks
  readonly variables: ScriptVariables
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

/** Scripts of steps are short: what is longer is no script anybody writes. */
const MAX_SCRIPT = 32 * 1024
/** Brackets within brackets, and all of them: reading takes time with both. */
const MAX_NESTED = 40
const MAX_BRACKETS = 2000

/**
 * Reads the shell language of a script, null where it is too much. What is wrong in it is left out, as far as the
 * parser can.
 */
export function parseScript(text: string): ParsedScript | null {
  if (text.length > MAX_SCRIPT || isTangled(text)) return null
  try {
    return parse(text)
  } catch (error) {
    // Words that may stand before one another without end are followed by recursion.
    if (error instanceof RangeError) return null
    throw error
  }
}

function isTangled(text: string): boolean {
  let open = 0
  let brackets = 0
  for (const [sign] of text.matchAll(/[(){}`]|\$\[|<</g)) {
    brackets += 1
    open = sign === ')' || sign === '}' ? Math.max(0, open - 1) : sign === '(' || sign === '{' ? open + 1 : open
    if (open > MAX_NESTED || brackets > MAX_BRACKETS) return true
  }
  return false
}

/** The language of a script by the `shell` of its step (docs.github.com, "Workflow syntax"); null: one that is not read. */
export function shellOf(shell: string): NonNullable<ScriptOptions['shell']> | null {
  const program = shell.trim().split(/\s/)[0] ?? ''
  if (program === '' || /^(?:ba|da|z|k)?sh$/.test(program)) return 'posix'
  if (program === 'pwsh' || program === 'powershell') return 'pwsh'
  return program === 'cmd' ? 'cmd' : null
}
