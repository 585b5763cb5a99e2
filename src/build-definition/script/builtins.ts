import type { Assignment } from 'unbash'
import { splitPair } from '../value.js'
import type { ExpandedCommand, Interpreter } from './reading.js'
import { enterFolder, type Field, type State, type Variable } from './state.js'

/**
 * Executes a shell builtin (Bash manual, "Shell Builtin Commands").
 *
 * @returns false if the command is not a builtin.
 */
export function runBuiltin(name: string, command: ExpandedCommand, state: State, reader: Interpreter): boolean {
  const args = command.fields.slice(1)
  switch (name) {
    case 'cd':
    case 'pushd':
    case 'chdir':
      changeFolder(args, state, reader)
      return true
    case 'popd':
      state.folder = state.folders.pop() ?? reader.marks.add('$PWD')
      return true
    case 'export':
    case 'declare':
    case 'typeset':
    case 'local':
    case 'readonly':
      declare(name, command, state, reader)
      return true
    case 'unset':
      for (const { text } of args) if (isName(text)) state.variables.set(text, { kind: 'unset' })
      return true
    case 'read':
    case 'getopts':
    case 'let':
      for (const { text } of args) forget(text.replace(/[^\w].*$/s, ''), state)
      return true
    case 'mapfile':
    case 'readarray':
      forget(args.at(-1)?.text ?? '', state)
      return true
    case 'printf':
      if (args[0]?.text === '-v') forget(args[1]?.text ?? '', state)
      return true
    default:
      return runControl(name, args, state, reader)
  }
}

function runControl(name: string, args: readonly Field[], state: State, reader: Interpreter): boolean {
  switch (name) {
    case 'exit':
      state.ended = 'script'
      return true
    case 'return':
      state.ended = 'function'
      return true
    case 'break':
      state.ended = 'loop'
      return true
    case 'continue':
      state.ended = 'round'
      return true
    case 'set':
      setOptions(args, state)
      return true
    case 'shift':
      state.positional = args.length === 0 ? (state.positional?.slice(1) ?? null) : null
      return true
    case 'eval':
      reader.readText(args.map(({ text }) => text).join(' '), state)
      return true
    case 'source':
    case '.':
      state.hasSourced = true
      // The sourced file may build too, and is not read.
      return false
    default:
      return /^(?:echo|cat|tee|pwd|basename|dirname|:|true|false|test|\[|trap|alias|ulimit|umask|wait|shopt)$/.test(
        name,
      )
  }
}

function changeFolder(args: readonly Field[], state: State, reader: Interpreter): void {
  const [to] = args.filter(({ text }) => !/^-[LPen@]+$|^--$/.test(text))
  const previous = state.folders.at(-1)
  if (!reader.budget.spend(state.folder.length)) return
  if (to === undefined) enterFolder(state, reader.marks.add('$HOME'), reader.marks)
  else if (to.text !== '-') enterFolder(state, to.text, reader.marks)
  else {
    state.folders.push(state.folder)
    state.folder = previous ?? reader.marks.add('$OLDPWD')
  }
}

/** `export A=b`, `declare -x A`, `local A`. */
function declare(name: string, { fields, declared }: ExpandedCommand, state: State, reader: Interpreter): void {
  const flags = fields.slice(1).filter(({ text }) => text.startsWith('-'))
  const isExport = name === 'export' || flags.some(({ text }) => /^-\w*x/.test(text))
  const isLocal = name === 'local' && state.locals !== null
  const names = fields.slice(1).flatMap(({ text }) => (isName(text) ? [text] : []))
  for (const one of [...names, ...declared.map((each) => each.name)]) {
    if (isLocal && state.locals?.has(one) === false) state.locals.set(one, state.variables.get(one))
    if (isExport && flags.every(({ text }) => text !== '-n')) state.exported.add(one)
  }
  const isMap = flags.some(({ text }) => /^-\w*A/.test(text))
  for (const assignment of declared) {
    if (isMap) forget(assignment.name, state)
    else assign(assignment, state, reader)
  }
  // `export "A=$B"`: a word that is an assignment.
  for (const { text } of fields.slice(1)) {
    const [one, value] = splitPair(text)
    if (value === null || !isName(one)) continue
    if (isExport) state.exported.add(one)
    state.variables.set(one, { kind: 'text', text: value })
  }
}

/** `set -a`, `set -- a b`. */
function setOptions(args: readonly Field[], state: State): void {
  const dashes = args.findIndex(({ text }) => text === '--')
  if (dashes >= 0) state.positional = args.slice(dashes + 1)
  for (const [index, { text }] of args.slice(0, dashes < 0 ? args.length : dashes).entries()) {
    if (/^-\w*a/.test(text) || (text === '-o' && args[index + 1]?.text === 'allexport')) state.exportsAll = true
    if (/^\+\w*a/.test(text) || (text === '+o' && args[index + 1]?.text === 'allexport')) state.exportsAll = false
  }
}

function forget(name: string, state: State): void {
  if (isName(name)) state.variables.set(name, { kind: 'unknown' })
}

function isName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text)
}

/** Assigns `A=b`, `A+=b`, `A=(b c)`; assignments to an index make the variable unknown. */
export function assign({ name, value, append, index }: Assignment, state: State, reader: Interpreter): void {
  if (!isName(name)) return
  const before = reader.variables.find(state, name)
  const assigned = (): Variable => {
    if (value.type === 'ArrayValue') {
      const old = append === true ? itemsOf(name, before, reader) : []
      const isPlain = value.elements.every(({ text }) => !/^\[[^\]]*\]=/.test(text))
      if (!isPlain || !reader.budget.spend(old.length)) return { kind: 'unknown' }
      return { kind: 'list', items: [...old, ...value.elements.flatMap((element) => reader.fields(element, state))] }
    }
    const text = reader.text(value, state)
    if (index !== undefined || (append === true && before?.kind === 'list')) return { kind: 'unknown' }
    const old = append === true ? itemsOf(name, before, reader) : []
    return { kind: 'text', text: old.map((field) => field.text).join('') + text }
  }
  state.variables.set(name, assigned())
}

function itemsOf(name: string, before: Variable | null, { marks }: Interpreter): readonly Field[] {
  if (before?.kind === 'list') return before.items
  if (before?.kind === 'text') return [{ text: before.text, isElastic: false }]
  return before?.kind === 'unknown' ? [{ text: marks.add(`$${name}`), isElastic: true }] : []
}
