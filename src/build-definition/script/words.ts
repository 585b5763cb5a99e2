import type { ParameterExpansionPart, ParameterOperation, Word, WordPart } from 'unbash'
import type { Budget } from '../scan.js'
import { FieldBuilder, ONLY_MARKS, operated } from './expansion.js'
import type { Marks } from './marks.js'
import type { Field, ScriptVariables, State, Variable } from './state.js'

/** Context for expanding words. */
export interface WordContext {
  readonly state: State
  readonly marks: Marks
  readonly variables: ScriptVariables
  readonly substitute: (part: Extract<WordPart, { type: 'CommandExpansion' | 'ProcessSubstitution' }>) => string | null
  readonly budget: Budget
}

/**
 * Expands one word of a script to words: quotes removed, variables filled in, unquoted parts split at blanks (POSIX,
 * "Word Expansions"; "Shell Parameters" of the Bash manual). Patterns for file names are not expanded.
 */
export function expandShellWord(word: Word, context: WordContext): Field[] {
  const { parts } = word
  const choices = parts?.some(({ type }) => type === 'BraceExpansion') === true ? alternatives(parts) : [parts]
  return choices.flatMap((choice) => {
    const fields = new FieldBuilder(context.marks)
    addParts(word, choice, fields, context)
    return fields.done()
  })
}

const MAX_ALTERNATIVES = 64
/** Cost of a list item in addition to its text. */
const ITEM_COST = 16

/** `x{a,b}`: one word each, expanded before anything else. Other brace expansions are unknown. */
function alternatives(parts: readonly WordPart[]): readonly (readonly WordPart[])[] {
  let words: readonly (readonly WordPart[])[] = [[]]
  for (const part of parts) {
    const inner = part.type === 'BraceExpansion' ? /^\{([^{}$"'`\\]*,[^{}$"'`\\]*)\}$/.exec(part.text)?.[1] : undefined
    const items = inner?.split(',') ?? []
    const literals = items.map(
      (text): WordPart => ({ type: 'Literal', pos: part.pos, end: part.end, text, value: text }),
    )
    const choices = inner === undefined || words.length * items.length > MAX_ALTERNATIVES ? [part] : literals
    words = words.flatMap((word) => choices.map((choice) => [...word, choice]))
  }
  return words
}

/** Expands a word where the shell does not split: the value of an assignment, the target of a redirection. */
export function expandText(word: Word, context: WordContext): string {
  const fields = new FieldBuilder(context.marks, false)
  addParts(word, word.parts, fields, context)
  return fields
    .done()
    .map(({ text }) => text)
    .join(' ')
}

/** Expands parts of a text in which quotes are literal: a here-document. */
export function expandParts(parts: readonly WordPart[], context: WordContext): string {
  const fields = new FieldBuilder(context.marks, false)
  for (const part of parts) addPart(part, fields, context, true)
  return fields
    .done()
    .map(({ text }) => text)
    .join(' ')
}

function addParts(word: Word, parts: Word['parts'], fields: FieldBuilder, context: WordContext): void {
  if (parts === undefined) fields.literal(spent(word.value, context), word.text !== word.value)
  else for (const part of parts) addPart(part, fields, context, false)
}

function spent(text: string, { budget }: WordContext): string {
  return budget.spend(text.length) ? text : ''
}

function addPart(part: WordPart, fields: FieldBuilder, context: WordContext, isQuoted: boolean): void {
  switch (part.type) {
    case 'Literal':
      if (isQuoted) fields.quoted(spent(part.value, context))
      else fields.literal(spent(part.value, context), false)
      break
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      fields.quoted(spent(part.value, context))
      break
    case 'DoubleQuoted':
    case 'LocaleString':
      // "${LIST[@]}" of an empty list is no word at all, while "" is one.
      if (part.parts.length === 0) fields.quoted('')
      for (const inner of part.parts) addPart(inner, fields, context, true)
      break
    case 'SimpleExpansion':
    case 'ParameterExpansion':
      addVariable(part, fields, context, isQuoted)
      break
    case 'CommandExpansion':
      fields.expansion(context.substitute(part) ?? context.marks.add(part.text), isQuoted)
      break
    case 'ProcessSubstitution':
      context.substitute(part)
      fields.quoted(context.marks.add(part.text))
      break
    case 'ArithmeticExpansion':
      fields.quoted(context.marks.add(part.text))
      break
    case 'BraceExpansion':
      fields.quoted(context.marks.add(part.text))
      break
    case 'Glob':
    case 'ExtendedGlob':
      fields.quoted(part.text)
      break
  }
}

type VariablePart = Extract<WordPart, { type: 'SimpleExpansion' | 'ParameterExpansion' }>

function addVariable(part: VariablePart, fields: FieldBuilder, context: WordContext, isQuoted: boolean): void {
  const { marks, budget, state } = context
  const found = readVariable(part, context, isQuoted)
  if (found.kind === 'unset') fields.expansion('', isQuoted)
  else if (found.kind === 'operand') addOperand(found.word, fields, context, isQuoted)
  else if (found.kind === 'unknown') {
    // Even in quotes, a list may be any number of words.
    fields.expansion(marks.add(part.text), isQuoted && !isWholeList(part))
  } else if (found.kind === 'list') addList(found.items, part, fields, context, isQuoted)
  else {
    const isCut = state.variables.has('IFS') && !isQuoted && /\W/.test(found.text)
    fields.expansion(isCut || !budget.spend(found.text.length) ? marks.add(part.text) : found.text, isQuoted)
  }
}

/** `${NAME:-a "b c"}`: quoted parts stay together, or all of it if the whole expansion is quoted. */
function addOperand(word: Word, fields: FieldBuilder, context: WordContext, isQuoted: boolean): void {
  if (isQuoted || word.parts === undefined) {
    fields.expansion(expandText(word, context), isQuoted || word.text !== word.value)
    return
  }
  for (const part of word.parts) {
    if (part.type === 'Literal') fields.expansion(spent(part.value, context), false)
    else addPart(part, fields, context, false)
  }
}

function addList(
  items: readonly Field[],
  part: VariablePart,
  fields: FieldBuilder,
  context: WordContext,
  isQuoted: boolean,
): void {
  const isSpent = context.budget.spend(items.reduce((sum, { text }) => sum + text.length + ITEM_COST, 0))
  const unknown = () => context.marks.add(part.text)
  if (!isQuoted || isWholeList(part)) fields.list(isSpent ? items : [{ text: unknown(), isElastic: true }], isQuoted)
  // `"$*"`: all of them as one word.
  else if (!isSpent || items.some(({ isElastic }) => isElastic)) fields.quoted(unknown())
  else fields.quoted(items.map(({ text }) => text).join(' '))
}

function isWholeList(part: VariablePart): boolean {
  return part.type === 'SimpleExpansion' ? part.text === '$@' : part.parameter === '@' || part.index?.text === '@'
}

/** What `$NAME`, `${NAME…}` and `$@` expand to. */
type Expansion = Variable | { readonly kind: 'operand'; readonly word: Word }

function readVariable(part: VariablePart, context: WordContext, isQuoted: boolean): Expansion {
  const isSimple = part.type === 'SimpleExpansion'
  const name = isSimple ? part.text.slice(1) : part.parameter
  const index = isSimple ? null : (part.index?.text ?? null)
  const value = indexed(find(name, context), /^[@*]$/.test(name) ? name : index)
  if (isSimple || (part.prefix === undefined && part.operation === undefined)) return value ?? { kind: 'unknown' }
  return part.prefix !== undefined || part.operation === undefined
    ? { kind: 'unknown' }
    : operate(part, part.operation, value, context, isQuoted)
}

function find(name: string, { state, variables }: WordContext): Variable | null {
  const { positional } = state
  if (name === '@' || name === '*')
    return positional === null ? { kind: 'unknown' } : { kind: 'list', items: positional }
  if (/^[1-9]\d{0,3}$/.test(name)) {
    const field = positional?.[Number(name) - 1]
    if (positional === null) return { kind: 'unknown' }
    return field === undefined ? { kind: 'unset' } : { kind: 'text', text: field.text }
  }
  return /^[A-Za-z_]\w*$/.test(name) ? variables.find(state, name) : { kind: 'unknown' }
}

/** `${LIST[@]}`, `${LIST[2]}`; a list without an index is its first item. */
function indexed(value: Variable | null, index: string | null): Variable | null {
  if (value?.kind !== 'list') return index === null || /^[@*0]$/.test(index) ? value : { kind: 'unknown' }
  if (index === '@' || index === '*') return value
  if (index === null && value.items.some(({ isElastic }) => isElastic)) return { kind: 'unknown' }
  if (index === null) return first(value.items, 0)
  if (!/^\d{1,4}$/.test(index)) return { kind: 'unknown' }
  return first(value.items, Number(index))
}

function first(items: readonly Field[], index: number): Variable {
  if (items.slice(0, index + 1).some(({ isElastic }) => isElastic)) return { kind: 'unknown' }
  const item = items[index]
  return item === undefined ? { kind: 'unset' } : { kind: 'text', text: item.text }
}

function operate(
  { parameter, text: written }: ParameterExpansionPart,
  operation: ParameterOperation,
  value: Variable | null,
  context: WordContext,
  isQuoted: boolean,
): Expansion {
  if (operation.type !== 'Default') {
    const text = value?.kind === 'text' && !value.text.includes('\0') ? value.text : null
    const result = text === null ? null : operated(text, operation, (word) => expandText(word, context))
    return result === null ? { kind: 'unknown' } : { kind: 'text', text: result }
  }
  const { operator, operand } = operation
  const isColon = operator.startsWith(':')
  if (operator.endsWith('+')) return alternative(value, isColon, operand)
  const isEmpty = value === null || value.kind === 'unset' || (isColon && isEmptyValue(value))
  if (operator.endsWith('?')) return isEmpty ? { kind: 'unknown' } : value
  if (!isEmpty) return value
  const result: Expansion =
    value === null ? assumed(operand, written, context, isQuoted) : { kind: 'operand', word: operand }
  if (operator.endsWith('=') && /^[A-Za-z_]\w*$/.test(parameter)) {
    const text = result.kind === 'operand' ? expandText(operand, context) : result
    context.state.variables.set(parameter, typeof text === 'string' ? { kind: 'text', text } : text)
  }
  return result
}

/** A default, for a variable that is not known to be set. */
function assumed(operand: Word, written: string, context: WordContext, isQuoted: boolean): Variable {
  const { marks } = context
  const settled = marks.withDefaults(expandText(operand, context))
  if (settled === null) return { kind: 'unknown' }
  const pieces = isQuoted ? [settled] : settled.split(/[ \t\n]+/)
  return { kind: 'text', text: pieces.map((piece) => marks.add(written, { assumed: piece })).join(' ') }
}

/** `${NAME:+text}`: the text if the variable is set. */
function alternative(value: Variable | null, isColon: boolean, operand: Word): Expansion {
  if (value === null || value.kind === 'unknown') return { kind: 'unknown' }
  if (value.kind === 'unset' || (isColon && isEmptyValue(value))) return { kind: 'text', text: '' }
  if (value.kind === 'text' && isColon && ONLY_MARKS.test(value.text)) return { kind: 'unknown' }
  return { kind: 'operand', word: operand }
}

function isEmptyValue(value: Variable): boolean {
  return (value.kind === 'text' && value.text === '') || (value.kind === 'list' && value.items.length === 0)
}
