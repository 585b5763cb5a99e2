import { posix } from 'node:path'
import type { Function as ShellFunction } from 'unbash'
import { plainPath } from '../paths.js'
import { type BuildValue, type EnvironmentLookup, isKnown, unknown } from '../value.js'
import type { Marks } from './marks.js'

/** One word of a command, after expansion. */
export interface Field {
  /** With marks for unknown parts. */
  readonly text: string
  /** May be any number of words: unknown, unquoted, with nothing adjacent. */
  readonly isElastic: boolean
}

export type Variable =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Field[] }
  | { readonly kind: 'unset' }
  | { readonly kind: 'unknown' }

/** Source of a command's input; null if unknown. */
export type Stdin = { readonly text: string } | { readonly file: string } | null

/** Shell state that a command reads and changes. */
export interface State {
  readonly variables: Map<string, Variable>
  readonly exported: Set<string>
  readonly functions: Map<string, ShellFunction['body']>
  /** Relative to the workspace, or absolute; with marks for unknown parts. */
  folder: string
  readonly folders: string[]
  /** `$1` and so on; null if unknown. */
  positional: readonly Field[] | null
  /** After `continue`, `break`, `return`, `exit`: the commands after it are not run. */
  ended: 'no' | 'round' | 'loop' | 'function' | 'script'
  isConditional: boolean
  /** `set -a`: every variable is exported. */
  exportsAll: boolean
  /** A file was sourced, which may set anything. */
  hasSourced: boolean
  /** Previous values of a function's local variables; null outside of functions. */
  locals: Map<string, Variable | undefined> | null
  stdin: Stdin
  /** Output is redirected to the environment file. */
  isWritingEnvironment: boolean
}

export function initialState(folder: string): State {
  return {
    variables: new Map(),
    exported: new Set(),
    functions: new Map(),
    folder,
    folders: [],
    positional: null,
    ended: 'no',
    isConditional: false,
    exportsAll: false,
    hasSourced: false,
    locals: null,
    stdin: null,
    isWritingEnvironment: false,
  }
}

/** An independent copy: for a subshell, or one of several branches. */
export function copyState(state: State, changes: Partial<State> = {}): State {
  return {
    ...state,
    variables: new Map(state.variables),
    exported: new Set(state.exported),
    functions: new Map(state.functions),
    folders: [...state.folders],
    ...changes,
  }
}

/** Merges the states of branches of which one ran: values that differ are unknown. */
export function mergeStates(state: State, branches: readonly State[], marks: Marks): void {
  const [first, ...others] = branches.filter(({ ended }) => ended === 'no')
  if (first === undefined) {
    const endings = new Set(branches.map(({ ended }) => ended))
    state.ended = (['round', 'loop', 'function'] as const).find((ending) => endings.has(ending)) ?? 'script'
    return
  }
  for (const name of new Set([first, ...others].flatMap(({ variables }) => [...variables.keys()]))) {
    const value = first.variables.get(name)
    const isSame = others.every(({ variables }) => isSameVariable(variables.get(name), value))
    const values = [first, ...others].map(({ variables }) => variables.get(name) ?? { kind: 'unknown' as const })
    if (!isSame) state.variables.set(name, merged(name, values, marks))
    else if (value !== undefined) state.variables.set(name, value)
  }
  for (const { exported, functions } of [first, ...others]) {
    for (const name of exported) state.exported.add(name)
    for (const [name, body] of functions) state.functions.set(name, body)
  }
  const isSameFolder = others.every(({ folder }) => folder === first.folder)
  state.folder = isSameFolder ? first.folder : marks.add('$PWD')
  state.folders.splice(0, state.folders.length, ...first.folders)
  state.exportsAll = [first, ...others].some(({ exportsAll }) => exportsAll)
  state.hasSourced = [first, ...others].some(({ hasSourced }) => hasSourced)
  state.positional = others.every(({ positional }) => positional === first.positional) ? first.positional : null
}

/** The common prefix of values that grow: the words they begin with, then any number of others. */
function merged(name: string, values: readonly Variable[], marks: Marks): Variable {
  const lists = values.flatMap((value) => (value.kind === 'list' ? [value.items] : []))
  const [first = [], ...others] = lists
  if (lists.length === values.length) {
    const end = first.findIndex((field, at) => others.some((items) => items[at]?.text !== field.text))
    const common = end < 0 ? first : first.slice(0, end)
    return { kind: 'list', items: [...common, { text: marks.add(`\${${name}[@]}`), isElastic: true }] }
  }
  const texts = values.flatMap((value) => (value.kind === 'text' ? [value.text] : []))
  const [text = ''] = [...texts].sort((a, b) => a.length - b.length)
  const isStart =
    texts.length === values.length && text !== '' && texts.every((one) => one === text || one.startsWith(`${text} `))
  return isStart ? { kind: 'text', text: `${text} ${marks.add(`$${name}`)}` } : { kind: 'unknown' }
}

function isSameVariable(one: Variable | undefined, other: Variable | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}

/** Changes the folder, as `cd` does. */
export function enterFolder(state: State, to: string, marks: Marks): void {
  state.folders.push(state.folder)
  const place = marks.place(to)
  if (place !== null) state.folder = place
  else if (to.startsWith('/') || to.startsWith('\0') || to.startsWith('~')) state.folder = to
  else if (state.folder.includes('\0') || to.includes('\0')) {
    state.folder = state.folder === '' ? to : `${state.folder}/${to}`
  } else state.folder = plainPath(posix.join(state.folder, to))
}

/** Variables GitHub's runner sets in every step (docs.github.com, "Variables reference"), and those of any shell. */
const ALWAYS_SET =
  /^(?:(?:GITHUB|RUNNER|ACTIONS|ImageOS)_?\w*|CI|HOME|PATH|USER|SHELL|HOSTNAME|LANG|PWD|OLDPWD|TMPDIR|UID|RANDOM|SECONDS|IFS)$/

/** Variables as the script's commands see them. */
export class ScriptVariables {
  readonly #environment: EnvironmentLookup
  readonly #marks: Marks

  constructor(environment: EnvironmentLookup, marks: Marks) {
    this.#environment = environment
    this.#marks = marks
  }

  /** @returns null if not set, as far as is known. */
  find(state: State, name: string): Variable | null {
    const own = state.variables.get(name)
    if (own !== undefined) return own
    const given = this.#environment(name)
    if (given !== null) return this.#given(name, given)
    if (name === 'PWD') return this.text(this.folderMark(state))
    if (name === 'GITHUB_WORKSPACE') return this.text(this.#marks.add('$GITHUB_WORKSPACE', { folder: '' }))
    if (name === 'CI') return this.text('true')
    return state.hasSourced || ALWAYS_SET.test(name) ? { kind: 'unknown' } : null
  }

  /** `$PWD`: the current folder, if it is known and in the workspace. */
  folderMark({ folder }: State): string {
    return this.#marks.add('$PWD', /\0|^\/|^\.\./.test(folder) ? {} : { folder })
  }

  /** A variable as a started program sees it; null: not set for it. */
  exported(state: State, name: string): BuildValue | null {
    if (!state.exportsAll && !state.exported.has(name) && this.#environment(name) === null) return null
    return this.#valueOf(name, this.find(state, name))
  }

  /** Exported variables that the script sets. */
  ownExported(state: State): Map<string, BuildValue> {
    const values = new Map<string, BuildValue>()
    for (const name of state.variables.keys()) {
      const value = this.exported(state, name)
      if (value !== null) values.set(name, value)
    }
    return values
  }

  #valueOf(name: string, variable: Variable | null): BuildValue | null {
    if (variable === null || variable.kind === 'unset') return null
    return variable.kind === 'text' ? this.#marks.value(variable.text) : unknown(`$${name}`)
  }

  text(text: string): Variable {
    return { kind: 'text', text }
  }

  #given(name: string, value: BuildValue): Variable {
    if (!isKnown(value)) return { kind: 'unknown' }
    const { text, assumedFrom } = value
    const plainText = text.replaceAll('\0', '\ufffd')
    if (assumedFrom === undefined) return this.text(plainText)
    return this.text(this.#marks.add(assumedFrom === '' ? `$${name}` : assumedFrom, { assumed: plainText }))
  }
}
