import {
  type Assignment,
  type Command,
  forEachChild,
  type ParsedScript,
  type Redirection,
  type Statement,
  type SyntaxNode,
  type Word,
} from 'unbash'
import { type Budget, lineCounter } from '../scan.js'
import type { ProgramCall } from './build-command.js'
import { assign, runBuiltin } from './builtins.js'
import { Facts, isEnvironmentFile, type ScriptBuild } from './facts.js'
import { Flow } from './flow.js'
import type { Marks } from './marks.js'
import { readProgram } from './programs.js'
import { type ExpandedCommand, type Interpreter, parseScript } from './reading.js'
import { outputOf } from './results.js'
import { copyState, type Field, type ScriptVariables, type State, type Stdin, type Variable } from './state.js'
import { expandParts, expandShellWord, expandText, type WordContext } from './words.js'
import { programOf, scriptOf, unwrapped } from './wrappers.js'

/** Limit on commands, branches and loops read in one script; each loop iteration counts. */
const MAX_STEPS = 10_000
/** Cost of a variable in a copy of the state, in characters of text. */
const COPY_COST = 8
/** Limit on nested function calls and scripts. */
const MAX_DEPTH = 16

/** Reads a script as a shell would without running anything: all branches, and every iteration of a loop over words. */
export class ScriptReader implements Interpreter {
  readonly facts = new Facts()
  readonly marks: Marks
  readonly variables: ScriptVariables
  readonly budget: Budget
  readonly #flow: Flow
  /** The text being read, and the script's line for each position in it. */
  #source: { readonly text: string; readonly line: (position: number) => number }
  /** Line of the current command. */
  #line = 1
  #steps = MAX_STEPS
  #cut: Facts['unread'][number] | null = null
  #depth = 0
  readonly #called = new Set<unknown>()

  constructor(text: string, { marks, variables, budget }: Pick<ScriptReader, 'marks' | 'variables' | 'budget'>) {
    this.marks = marks
    this.variables = variables
    this.budget = budget
    this.#source = { text, line: lineCounter(text) }
    this.#flow = new Flow(this)
  }

  /** Reads a whole script, including functions without a visible call. */
  run(script: ParsedScript, state: State): void {
    this.statements(script.commands, state)
    for (const body of new Set(state.functions.values())) {
      if (this.#called.has(body)) continue
      this.#flow.run(body, this.copy(state, { positional: null, isConditional: true, ended: 'no' }))
    }
    if (this.#cut !== null) this.facts.unread.push(this.#cut)
  }

  statements(statements: readonly Statement[], state: State): Stdin {
    let output: Stdin = { text: '' }
    for (const statement of statements) {
      if (state.ended !== 'no') break
      const own = statement.background === true ? this.copy(state) : state
      output = this.#flow.run(statement.command, own)
    }
    return statements.length === 1 ? output : null
  }

  words(state: State): WordContext {
    const substitute: WordContext['substitute'] = (part) => this.#substitute(part.script, state)
    return { state, marks: this.marks, variables: this.variables, budget: this.budget, substitute }
  }

  text(word: Word, state: State): string {
    return expandText(word, this.words(state))
  }

  fields(word: Word, state: State): Field[] {
    return expandShellWord(word, this.words(state))
  }

  /** Finds command substitutions anywhere inside a node that is not evaluated. */
  substitutions(node: SyntaxNode, state: State): void {
    forEachChild(node, (child) => {
      if (child.type === 'CommandExpansion' || child.type === 'ProcessSubstitution')
        this.#substitute(child.script, state)
      else this.substitutions(child, state)
    })
  }

  #substitute(script: ParsedScript | undefined, state: State): string | null {
    if (script === undefined) return null
    const inner = this.copy(state, { isWritingEnvironment: false, stdin: null })
    // Positions inside backticks are relative to their own text.
    const run = () => this.statements(script.commands, inner)
    const printed = script.source === undefined ? run() : this.#inside(script.source, run)
    return printed !== null && 'text' in printed ? printed.text.replace(/\n+$/, '') : null
  }

  /** Reads a text that is itself a script (`eval`, `bash -c`); its commands have the line of the call. */
  readText(text: string, state: State): void {
    if (this.#depth >= MAX_DEPTH) return
    const script = parseScript(text)
    if (script === null) {
      this.facts.addUnread(this.#line, this.marks.written(text.split('\n', 1)[0] ?? ''), 'shell')
      return
    }
    this.#inside(text, () => this.statements(script.commands, state))
  }

  #inside<Result>(text: string, run: () => Result): Result {
    const outer = this.#source
    const line = this.#line
    this.#source = { text, line: () => line }
    this.#depth += 1
    const result = run()
    this.#depth -= 1
    this.#source = outer
    return result
  }

  /** @returns the command's output, null if unknown. */
  command(node: Command, state: State): Stdin {
    const line = this.#source.line(node.name?.pos ?? node.pos)
    const changes = this.redirected(node.redirects, state)
    const assignments = node.prefix.filter((part) => part.type === 'Assignment')
    if (node.name === undefined) {
      for (const assignment of assignments) assign(assignment, state, this)
      return { text: '' }
    }
    const fields = [node.name, ...node.args].flatMap((word) => (word.type === 'Word' ? this.fields(word, state) : []))
    const declared = node.args.filter((argument) => argument.type === 'Assignment')
    const inner: State = { ...state, ...changes }
    if (assignments.length > 0) Object.assign(inner, { exported: new Set(state.exported) })
    const before = this.#prefixed(assignments, inner)
    this.#line = line
    const output = this.#start({ fields, declared, line, written: this.#written(node) }, inner)
    for (const [name, value] of before) restore(inner, name, value)
    const { folder, positional, ended, exportsAll, hasSourced } = inner
    Object.assign(state, { folder, positional, ended, exportsAll, hasSourced })
    return output
  }

  /** Applies the assignments of `A=b command` and returns the previous values. */
  #prefixed(assignments: readonly Assignment[], state: State): Map<string, Variable | undefined> {
    const before = new Map<string, Variable | undefined>()
    for (const assignment of assignments) {
      if (!before.has(assignment.name)) before.set(assignment.name, state.variables.get(assignment.name))
      assign(assignment, state, this)
      state.exported.add(assignment.name)
    }
    return before
  }

  #start(command: ExpandedCommand, state: State): Stdin {
    const { fields } = command
    const name = programOf(fields, this.marks) ?? ''
    if (this.#writesEnvironment(name, fields, state)) return null
    const body = state.functions.get(fields[0]?.text ?? '')
    if (body !== undefined) return this.#call(body, fields.slice(1), state)
    if (!runBuiltin(name, command, state, this)) this.start(command, state)
    const output = outputOf(name, fields.slice(1), state, this.marks, this.variables)
    if (state.isWritingEnvironment && !(output !== null && 'text' in output && output.text === '')) {
      const text = output !== null && 'text' in output ? output.text : null
      this.facts.environment.push({ text, isConditional: state.isConditional })
    }
    return output
  }

  /** `tee -a $GITHUB_ENV`; any other program that gets the file's name may write anything. */
  #writesEnvironment(name: string, fields: readonly Field[], state: State): boolean {
    if (!fields.slice(1).some(({ text }) => isEnvironmentFile(this.marks.written(text)))) return false
    if (/^(?:echo|printf|cat|rm|touch|ls|test|\[|grep)$/.test(name)) return false
    const { stdin } = state
    const text = name === 'tee' && stdin !== null && 'text' in stdin ? stdin.text : null
    this.facts.environment.push({ text, isConditional: state.isConditional })
    return true
  }

  #call(body: NonNullable<ReturnType<State['functions']['get']>>, args: readonly Field[], state: State): Stdin {
    this.#called.add(body)
    if (this.#depth >= MAX_DEPTH) return null
    this.#depth += 1
    const { positional, locals, isConditional } = state
    state.positional = args.some(({ isElastic }) => isElastic) ? null : args
    state.locals = new Map()
    this.#flow.run(body, state)
    for (const [name, value] of state.locals) restore(state, name, value)
    Object.assign(state, { positional, locals, isConditional })
    if (state.ended !== 'script') state.ended = 'no'
    this.#depth -= 1
    return null
  }

  /** Reads a command that is not part of the shell. */
  start({ fields, line, written }: Pick<ExpandedCommand, 'fields' | 'line' | 'written'>, state: State): void {
    const { fields: own, variables, isIsolated } = unwrapped(fields, this.marks)
    const script = scriptOf(own, state, this.marks)
    if (script !== null) {
      this.readText(script, this.copy(state, { positional: null, functions: new Map() }))
      return
    }
    const given = new Map(variables.map(({ name, text }) => [name, this.marks.value(text)]))
    const environment = (name: string) => given.get(name) ?? (isIsolated ? null : this.variables.exported(state, name))
    const ownEnvironment = () => new Map([...(isIsolated ? [] : this.variables.ownExported(state)), ...given])
    const call: ProgramCall = { line, state, marks: this.marks, environment, ownEnvironment }
    const facts = readProgram(own, call)
    this.facts.add(facts)
    if (facts.pushesServices === true) this.#pushServices()
    if (facts.unread !== undefined) this.facts.addUnread(line, written, facts.unread)
  }

  #pushServices(): void {
    const isPushed = ({ kind, publishes }: ScriptBuild) => kind === 'compose' && publishes === null
    this.facts.builds = this.facts.builds.map((build) => (isPushed(build) ? { ...build, publishes: true } : build))
  }

  /** The redirected input and output. */
  redirected(redirects: readonly Redirection[], state: State): Partial<State> {
    let { stdin, isWritingEnvironment } = state
    for (const redirect of redirects) {
      if (redirect.type === 'HereDoc') {
        const { parts, text } = redirect.body
        const body = parts === undefined ? text : expandParts(parts, this.words(state))
        stdin = { text: redirect.operator === '<<-' ? body.replace(/^\t+/gm, '') : body }
        continue
      }
      const target = redirect.target === undefined ? '' : this.text(redirect.target, state)
      if (redirect.type === 'HereString') stdin = { text: `${target}\n` }
      else if (redirect.operator === '<') stdin = { file: target }
      else if (isOutput(redirect)) isWritingEnvironment = isEnvironmentFile(this.marks.written(target))
    }
    return { stdin, isWritingEnvironment }
  }

  #written({ pos, end }: { readonly pos: number; readonly end: number }): string {
    return this.marks.written(this.#source.text.slice(pos, end))
  }

  /** Whether there is budget for another step; when it runs out, the rest is reported as unread. */
  hasTime({ pos, end }: { readonly pos: number; readonly end: number }): boolean {
    if (this.#steps < 0) return false
    this.#steps = this.budget.spend(0) ? this.#steps - 1 : -1
    if (this.#steps >= 0) return true
    this.#cut = { line: this.#source.line(pos), command: this.#written({ pos, end }), tool: 'shell' }
    return false
  }

  /** Copies a state; copying many variables uses up the budget. */
  copy(state: State, changes: Partial<State> = {}): State {
    this.budget.spend(COPY_COST * state.variables.size)
    return copyState(state, changes)
  }
}

function isOutput(redirect: Extract<Redirection, { type: 'Redirect' }>): boolean {
  const { descriptor, operator } = redirect
  const isStdout = descriptor === undefined || (descriptor.type === 'FileDescriptor' && descriptor.value === 1)
  return isStdout && /^(?:>>?|>\||&>>?|>&)$/.test(operator)
}

function restore(state: State, name: string, value: Variable | undefined): void {
  if (value === undefined) state.variables.delete(name)
  else state.variables.set(name, value)
}
