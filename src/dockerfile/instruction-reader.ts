import { assignedPairs, jsonStrings, splitQuotedWords, takeFlags } from './arguments.js'
import { directiveReader, type EscapeCharacter, withoutByteOrderMark } from './directives.js'
import { type Diagnostic, DockerfileRefusal } from './result.js'
import { cutAtBlank, isSpace, lineSource, lower, splitBlanks, trim, trimNewline, trimStart } from './text.js'
import { expandWord } from './word-expansion.js'

interface HeredocStart {
  /** The line that ends it. */
  terminator: string
  /** `<<-`: tabs before the terminator are stripped. */
  stripTabs: boolean
  /** Part of the name is quoted: variables in the body are not expanded. */
  isLiteral: boolean
}

const NO_VARIABLES: ReadonlyMap<string, string> = new Map()

/**
 * The heredocs that begin on an instruction's line, in order; none on a line whose quoting the shell lexer rejects.
 * Recognizes them as the shell does: `<<EOF`, `<< EOF`, `3<<-"E O F"`; not `<<<`, and nothing in quotes.
 */
export function heredocStarts(line: string, lineNumber: number): HeredocStart[] {
  const starts: HeredocStart[] = []
  for (const word of wordsOf(line, lineNumber)) {
    const start = parseHeredoc(word, lineNumber)
    if (start !== null) starts.push(start)
  }
  return starts
}

/** Whether this argument is a heredoc; an invalid one is not. */
export function isHeredoc(argument: string): boolean {
  return heredocNamed(argument) !== null
}

/** The heredoc that an argument is; null if it is not one or is invalid. */
export function heredocNamed(argument: string): HeredocStart | null {
  try {
    return parseHeredoc(argument, 0)
  } catch (error) {
    if (error instanceof DockerfileRefusal) return null
    throw error
  }
}

function wordsOf(line: string, lineNumber: number): string[] {
  try {
    return expandWord(line, NO_VARIABLES, { escapeChar: '\\', raw: true, keepUnset: true }, lineNumber).words
  } catch (error) {
    if (error instanceof DockerfileRefusal) return []
    throw error
  }
}

function parseHeredoc(word: string, lineNumber: number): HeredocStart | null {
  const opening = /^\p{Nd}*<<(-?)[\t\n\f\r ]*/u.exec(word)
  if (opening === null || !/^\d*</.test(word)) return null
  const name = word.slice(opening[0].length)
  if (name === '' || name.includes('<')) return null
  const mode = { escapeChar: '\\', keepUnset: true }
  const words = expandWord(name, NO_VARIABLES, mode, lineNumber).words
  const terminator = words[0]
  if (terminator === undefined || words.length !== 1) return null
  const quotedWords = expandWord(name, NO_VARIABLES, { ...mode, rawQuotes: true }, lineNumber).words
  if (quotedWords.length !== 1)
    throw new DockerfileRefusal(`the name of the heredoc "${word}" cannot be read`, lineNumber)
  const isLiteral = countQuotes(terminator) !== countQuotes(quotedWords[0] ?? '')
  return { terminator, stripTabs: opening[1] === '-', isLiteral }
}

function countQuotes(text: string): number {
  return text.split(/['"]/).length
}

/** An instruction split into its parts, not yet validated. */
export interface Instruction {
  /** As written, and in lower case. */
  keyword: string
  name: string
  flags: readonly string[]
  /** The arguments: for the shell form, the whole text as one; for ENV and LABEL, alternating names and values. */
  args: readonly string[]
  isJson: boolean
  /** 1-based line where it starts. */
  line: number
  /** The whole instruction on one line, continuations joined, without heredoc bodies. */
  text: string
  /** Heredoc bodies with their terminators, for ONBUILD, which parses the text again later. */
  heredocs: string
  /** For COPY and ADD: heredoc bodies by terminator. */
  bodies: ReadonlyMap<string, string>
  /** The instruction that ONBUILD runs. */
  trigger: Instruction | null
}

const NO_BODIES: ReadonlyMap<string, string> = new Map()
const HEREDOC_INSTRUCTIONS: ReadonlySet<string> = new Set(['run', 'copy', 'add'])

/**
 * Splits a Dockerfile into instructions: directives, comments, continuations, heredocs, flags and argument forms.
 * Refuses what BuildKit's parser refuses: invalid directives, unterminated heredocs, malformed ENV, LABEL and JSON
 * arguments, lines over 65,535 bytes, and a file without instructions.
 */
export function readInstructions(text: string): {
  instructions: Instruction[]
  escapeChar: EscapeCharacter
  warnings: Diagnostic[]
} {
  const lines = lineSource(text)
  const directives = directiveReader()
  const instructions: Instruction[] = []
  const warnings: Diagnostic[] = []
  for (let raw = lines.next(); raw !== null; raw = lines.next()) {
    const line = lines.number()
    const first = trimStart(trimNewline(line === 1 ? withoutByteOrderMark(raw) : raw))
    directives.read(first, line)
    if (first === '' || first.startsWith('#')) continue
    const escapeChar = directives.escapeChar()
    const joined = joinContinuations(first, escapeChar, lines, warnings)
    const instruction = parseInstruction(joined, escapeChar, line)
    readHeredocs(instruction, lines)
    instructions.push(instruction)
  }
  if (instructions.length === 0) {
    lines.checkComplete()
    throw new DockerfileRefusal('the file contains no instruction: there is no build stage', 1)
  }
  lines.checkComplete()
  return { instructions, escapeChar: directives.escapeChar(), warnings }
}

/** Joins an instruction's lines, skipping comments and blank lines between them. */
function joinContinuations(
  first: string,
  escapeChar: string,
  lines: ReturnType<typeof lineSource>,
  warnings: Diagnostic[],
): string {
  const start = lines.number()
  let current = cutContinuation(first, escapeChar)
  const parts = [current.text]
  while (current.continues) {
    const raw = lines.next()
    if (raw === null) break
    const content = trimStart(trimNewline(raw))
    if (content === '' || content.startsWith('#')) continue
    if (/^FROM[\t ]/i.test(content)) warnings.push(swallowedFrom(lines.number(), start))
    current = cutContinuation(trimNewline(raw), escapeChar)
    parts.push(current.text)
  }
  return parts.join('')
}

function swallowedFrom(line: number, start: number): Diagnostic {
  const message = `this FROM belongs to the instruction of line ${start}, which the line before continues`
  return {
    severity: 'warning',
    line,
    message: `${message}: if it should begin a stage, remove the continuation character`,
  }
}

/** A trailing escape character (blanks may follow it) continues the line, unless another one precedes it. */
function cutContinuation(line: string, escapeChar: string): { text: string; continues: boolean } {
  let end = line.length
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1
  const continues = end > 0 && line[end - 1] === escapeChar && line[end - 2] !== escapeChar
  return { text: continues ? line.slice(0, end - 1) : line, continues }
}

/** Reads the bodies of an instruction's heredocs; those of RUN are for the shell and are dropped. */
function readHeredocs(instruction: Instruction, lines: ReturnType<typeof lineSource>): void {
  const carrier = instruction.name === 'onbuild' ? (instruction.trigger ?? instruction) : instruction
  if (!HEREDOC_INSTRUCTIONS.has(carrier.name) || carrier.isJson || !instruction.text.includes('<<')) return
  const bodies = new Map<string, string>()
  for (const start of heredocStarts(instruction.text, instruction.line)) {
    const body = readHeredoc(start, lines, instruction.line)
    if (instruction.name === 'onbuild') instruction.heredocs += `\n${body}${start.terminator}`
    else if (instruction.name !== 'run') bodies.set(start.terminator, body)
  }
  instruction.bodies = bodies
}

function readHeredoc(start: HeredocStart, lines: ReturnType<typeof lineSource>, line: number): string {
  const body: string[] = []
  for (let raw = lines.next(); raw !== null; raw = lines.next()) {
    const content = trimNewline(raw)
    if ((start.stripTabs ? content.replace(/^\t+/, '') : content) === start.terminator) return body.join('')
    body.push(raw)
  }
  const hint = `the heredoc has no end: no line holds just "${start.terminator}"`
  throw new DockerfileRefusal(`${hint}. Add one, or quote the "<<" if none was intended`, line)
}

function parseInstruction(text: string, escapeChar: string, line: number): Instruction {
  const { keyword, flags, rest } = splitInstruction(text, escapeChar)
  const name = lower(keyword)
  const base = { keyword, name, flags, line, text, heredocs: '', bodies: NO_BODIES, trigger: null }
  if (name !== 'onbuild') return { ...base, ...parseArguments(name, rest, escapeChar, line) }
  if (rest === '') return { ...base, args: [], isJson: false }
  const inner = splitInstruction(rest, escapeChar).keyword
  // ONBUILD ONBUILD is refused later, whatever follows it.
  const trigger = lower(inner) === 'onbuild' ? null : parseInstruction(rest, escapeChar, line)
  return { ...base, args: [inner], isJson: false, trigger }
}

function splitInstruction(text: string, escapeChar: string): { keyword: string; flags: string[]; rest: string } {
  const line = trim(text)
  const cut = cutAtBlank(line)
  if (cut === null) return { keyword: line, flags: [], rest: '' }
  const { flags, rest } = takeFlags(cut[1], escapeChar)
  return { keyword: cut[0], flags, rest: trim(rest) }
}

function parseArguments(
  name: string,
  rest: string,
  escapeChar: string,
  line: number,
): { args: string[]; isJson: boolean } {
  const plain = (args: string[]) => ({ args, isJson: false })
  switch (name) {
    case 'arg':
      return plain(splitQuotedWords(rest, escapeChar))
    case 'env':
    case 'label':
      return plain(assignedPairs(name.toUpperCase(), rest, escapeChar, line))
    case 'from':
    case 'expose':
      return plain(rest === '' ? [] : splitBlanks(rest))
    case 'add':
    case 'copy':
    case 'volume':
      return jsonOr(rest, line, () => (rest === '' ? [] : splitBlanks(rest)))
    case 'run':
    case 'cmd':
    case 'entrypoint':
    case 'shell':
      return jsonOr(rest, line, () => (rest === '' ? [] : [rest]))
    case 'healthcheck':
      return healthcheckArguments(rest, line)
    default:
      return plain(rest === '' ? [] : [rest])
  }
}

function jsonOr(rest: string, line: number, otherwise: () => string[]): { args: string[]; isJson: boolean } {
  const strings = jsonStrings(rest, line)
  return strings === null ? { args: otherwise(), isJson: false } : { args: strings, isJson: true }
}

function healthcheckArguments(rest: string, line: number): { args: string[]; isJson: boolean } {
  let end = 0
  while (end < rest.length && !isSpace(rest[end])) end += 1
  if (end === 0) return { args: [], isJson: false }
  const command = trimStart(rest.slice(end))
  const { args, isJson } = jsonOr(command, line, () => (command === '' ? [] : [command]))
  return { args: [rest.slice(0, end), ...args], isJson }
}
