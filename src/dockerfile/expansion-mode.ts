import type { WorkBudget } from './work-budget.js'

/** How words are read. */
export interface ExpansionMode {
  escapeChar: string
  /** Keep quotes and escapes as they are written. */
  raw?: boolean
  /** Keep quotes as they are written. */
  rawQuotes?: boolean
  /** Leave variables that have no value as they are written, instead of making them empty. */
  keepUnset?: boolean
  /** Quotes are letters like any other, and a long text is no mistake: a heredoc's body. */
  literalQuotes?: boolean
  /** The words are asked for. */
  words?: boolean
  /** A variable that is missing may have a value that is not known here: with one of them, nothing is computed. */
  openEnded?: boolean
  /** Missing: no limit. */
  budget?: WorkBudget
}

/** A word that has been read. */
export interface Expansion {
  text: string
  /** With `words` or `keepUnset`: the text cut at white space outside quotes. */
  words: string[]
  /** Variables that were looked up and had a value, or had none. */
  found: Set<string>
  missing: Set<string>
}
