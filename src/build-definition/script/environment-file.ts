import type { BuildValue } from '../value.js'
import { unknown } from '../value.js'
import type { Marks } from './marks.js'
import type { EnvironmentWrites } from './types.js'

/** What a script appends to the file of environment variables, piece by piece. */
export interface EnvironmentText {
  /** null: it cannot be seen. */
  readonly text: string | null
  readonly isConditional: boolean
}

const MAX_LINES = 2000

interface Line {
  readonly text: string
  readonly isUnseen: boolean
  readonly isConditional: boolean
}

/**
 * Names and values in what a script appends to `$GITHUB_ENV`: `NAME=VALUE`, and `NAME<<END`, lines, `END`
 * (docs.github.com, "Workflow commands", "Setting an environment variable").
 */
export function environmentWrites(pieces: readonly EnvironmentText[], marks: Marks): EnvironmentWrites {
  const all = pieces.flatMap(linesOf)
  const lines = all.slice(0, MAX_LINES)
  const values = new Map<string, BuildValue>()
  let hasOthers = all.length > MAX_LINES
  for (let at = 0; at < lines.length; at += 1) {
    const { text, isUnseen, isConditional } = lines[at] as Line
    const [, written = '', operator = '', rest = ''] = /^([^=<]*)(=|<<)(.*)$/s.exec(text) ?? []
    const name = marks.settled(written)?.trim() ?? ''
    if (isUnseen || (text.trim() !== '' && name === '')) hasOthers = true
    if (name === '' || isUnseen) continue
    if (operator === '=') {
      values.set(name, isConditional ? unknown(`what a script sets ${name} to`) : marks.value(rest))
      continue
    }
    const end = lines.findIndex((line, index) => index > at && !line.isUnseen && line.text === rest)
    const inside = end < 0 ? [] : lines.slice(at + 1, end)
    const isKnown = end >= 0 && !isConditional && inside.every((line) => !line.isUnseen && !line.isConditional)
    const value = inside.map((line) => line.text).join('\n')
    values.set(name, isKnown ? marks.value(value) : unknown(`what a script sets ${name} to`))
    if (end < 0) hasOthers = true
    else at = end
  }
  return { values, hasOthers }
}

function linesOf({ text, isConditional }: EnvironmentText): Line[] {
  if (text === null) return [{ text: '', isUnseen: true, isConditional }]
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  return lines.map((line) => ({ text: line, isUnseen: false, isConditional }))
}

/** Whether a word, as written, is the file of environment variables, in any of the languages of scripts. */
export function isEnvironmentFile(written: string): boolean {
  return /^(?:\$\{?(?:env:)?GITHUB_ENV\}?|%GITHUB_ENV%|\$\{\{ {0,9}github\.env {0,9}\}\})$/i.test(written)
}
