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
import type { Facts } from './facts.js'
import type { Marks } from './marks.js'
import type { Field, ScriptVariables, State, Stdin } from './state.js'

/** A command after expansion of its words. */
export interface ExpandedCommand {
  /** Source text. */
  readonly written: string
  readonly fields: readonly Field[]
  /** `A=b` after `export` and similar builtins. */
  readonly declared: readonly Assignment[]
  readonly line: number
}

/** The script reader, as seen by its parts. */
export interface Interpreter {
  readonly facts: Facts
  readonly marks: Marks
  readonly variables: ScriptVariables
  readonly budget: Budget
  /** @returns the output, null if unknown. */
  statements(statements: readonly Statement[], state: State): Stdin
  command(node: Command, state: State): Stdin
  /** Reads a text as a nested script. */
  readText(text: string, state: State): void
  /** Expands a word to one text, and to the words it becomes. */
  text(word: Word, state: State): string
  fields(word: Word, state: State): Field[]
  /** Finds command substitutions anywhere inside a node that is not evaluated. */
  substitutions(node: SyntaxNode, state: State): void
  /** Changes of the state by redirections while a command runs. */
  redirected(redirects: readonly Redirection[], state: State): Partial<State>
  /** Whether there is budget left for a node. */
  hasTime(node: { readonly pos: number; readonly end: number }): boolean
  copy(state: State, changes?: Partial<State>): State
}

/** Scripts in steps are short; no real one is longer. */
const MAX_SCRIPT = 32 * 1024
/** Limits on nested and on all brackets: both cost parsing time. */
const MAX_NESTED = 40
const MAX_BRACKETS = 2000

/** Parses a shell script; null if it exceeds a limit. Invalid parts are skipped as far as the parser can. */
export function parseScript(text: string): ParsedScript | null {
  if (text.length > MAX_SCRIPT || isTangled(text)) return null
  try {
    return parse(text)
  } catch (error) {
    // The parser recurses on prefix words, of which there may be any number.
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

/**
 * The language of a script from its step's `shell` (docs.github.com, "Workflow syntax"): `posix` includes `sh` and
 * `bash`; null: not supported.
 */
export function shellOf(shell: string): 'posix' | 'pwsh' | 'cmd' | null {
  const program = shell.trim().split(/\s/)[0] ?? ''
  if (program === '' || /^(?:ba|da|z|k)?sh$/.test(program)) return 'posix'
  if (program === 'pwsh' || program === 'powershell') return 'pwsh'
  return program === 'cmd' ? 'cmd' : null
}
