import type {
  AndOr,
  Case,
  CommandNode,
  CompoundList,
  For,
  If,
  Pipeline,
  PipelineNode,
  Select,
  Statement,
  TestCommand,
  While,
} from 'unbash'
import type { Interpreter } from './reading.js'
import { chosenCase, holds, isTrue } from './results.js'
import { type Field, mergeStates, type State, type Stdin } from './state.js'

/** Loops over more words are read once, with an unknown variable. */
const MAX_ROUNDS = 64

type Node = Statement['command'] | CompoundList

/** Commands used as a condition: what follows `&&` may be skipped. */
const ASKING = /^(?:\[|test|grep|egrep|command|which|type|hash|diff|cmp|false)$/

/** Executes control flow: lists, branches, loops, assignments. */
export class Flow {
  readonly #reader: Interpreter

  constructor(reader: Interpreter) {
    this.#reader = reader
  }

  /** @returns the output, null if unknown. */
  run(node: Node, state: State): Stdin {
    if (!this.#reader.hasTime(node)) return null
    switch (node.type) {
      case 'Command':
        return this.#reader.command(node, state)
      case 'Pipeline':
        return this.#pipeline(node, state)
      case 'CompoundList':
        return this.#reader.statements(node.commands, state)
      case 'Redirected': {
        const { isWritingEnvironment, stdin } = state
        Object.assign(state, this.#reader.redirected(node.redirects, state))
        this.run(node.command, state)
        Object.assign(state, { isWritingEnvironment, stdin })
        return null
      }
      case 'Subshell':
      case 'Coproc':
        return this.run(node.body, this.#reader.copy(state))
      case 'BraceGroup':
        return this.run(node.body, state)
      default:
        this.#control(node, state)
        return null
    }
  }

  #control(node: Node, state: State): void {
    switch (node.type) {
      case 'AndOr':
        this.#list(node, state)
        break
      case 'If':
        this.#if(node, state)
        break
      case 'Case':
        this.#case(node, state)
        break
      case 'For':
      case 'Select':
        this.#for(node, state)
        break
      case 'While':
        this.#while(node, state)
        break
      case 'ArithmeticFor':
        this.#manyRounds(state, (inner) => this.run(node.body, inner))
        break
      case 'Function':
        state.functions.set(node.name.text, node.body)
        break
      case 'TestCommand':
      case 'ArithmeticCommand':
        this.#expression(node, state)
        break
    }
  }

  #expression(node: Extract<Node, { type: 'TestCommand' | 'ArithmeticCommand' }>, state: State): void {
    this.#reader.substitutions(node, state)
    if (node.type === 'TestCommand') return
    for (const [name] of node.body.matchAll(/[A-Za-z_]\w*/g)) {
      if (state.variables.has(name)) state.variables.set(name, { kind: 'unknown' })
    }
  }

  #pipeline({ commands }: Pipeline, state: State): Stdin {
    const [only] = commands
    if (commands.length === 1 && only !== undefined) return this.run(only, state)
    let { stdin } = state
    for (const [index, command] of commands.entries()) {
      const isLast = index === commands.length - 1
      const inner = this.#reader.copy(state, { stdin, isWritingEnvironment: isLast && state.isWritingEnvironment })
      stdin = this.run(command, inner)
    }
    return stdin
  }

  /** `a && b || c`, left to right. After a condition with `&&`, and after any `||`, commands may be skipped. */
  #list({ commands, operators }: AndOr, state: State): void {
    let branch: State | null = null
    const [first, ...others] = commands
    if (first === undefined) return
    let answer = this.#ask(first, state)
    for (const [index, command] of others.entries()) {
      if (state.ended !== 'no') break
      const isAnd = operators[index] === '&&'
      if (!isAnd && branch !== null) {
        mergeStates(state, [state, branch], this.#reader.marks)
        branch = null
        answer = null
      }
      if (typeof answer === 'boolean' && branch === null) {
        if (answer === isAnd) answer = this.#ask(command, state)
        continue
      }
      if (isAnd && answer === 'done' && !isEnding(command)) answer = this.#ask(command, branch ?? state)
      else if (isAnd) {
        branch ??= this.#reader.copy(state, { isConditional: true })
        this.#ask(command, branch)
      } else {
        this.#branches(state, [(inner) => void this.#ask(command, inner), () => undefined])
        answer = 'done'
      }
    }
    if (branch !== null) mergeStates(state, [state, branch], this.#reader.marks)
  }

  /** Runs a command and returns its result: true, false, `done` for ordinary commands, or null if unknown. */
  #ask(node: PipelineNode, state: State): boolean | 'done' | null {
    const known = this.#answer(node, state)
    this.run(node, state)
    if (known !== null) return known
    return isQuestion(node) ? null : 'done'
  }

  #answer(node: PipelineNode, state: State): boolean | null {
    if (node.type === 'TestCommand') return this.#truth(node, state)
    if (node.type !== 'Command' || !/^(?:\[|test)$/.test(node.name?.text ?? '')) return null
    const words = [...(node.name === undefined ? [] : [node.name]), ...node.args.filter((one) => one.type === 'Word')]
    let fields: Field[] = []
    this.#reader.facts.without(() => {
      const inner = this.#reader.copy(state)
      fields = words.flatMap((word) => this.#reader.fields(word, inner))
    })
    return holds(fields)
  }

  #truth(node: TestCommand, state: State): boolean | null {
    let result: boolean | null = null
    this.#reader.facts.without(() => {
      const inner = this.#reader.copy(state)
      result = isTrue(node.expression, (word) => this.#reader.text(word, inner))
    })
    return result
  }

  #if(node: If, state: State): void {
    const clauses = [node, ...node.elif]
    const next = (index: number, inner: State): void => {
      const part = clauses[index]
      if (part === undefined) {
        if (node.else !== undefined) this.run(node.else, inner)
        return
      }
      const answer = this.#clause(part.clause, inner)
      if (answer === true) this.run(part.then, inner)
      else if (answer === false) next(index + 1, inner)
      else this.#branches(inner, [(branch) => this.run(part.then, branch), (branch) => next(index + 1, branch)])
    }
    next(0, state)
  }

  #clause({ commands }: CompoundList, state: State): boolean | null {
    const [only] = commands
    if (commands.length !== 1 || only === undefined) {
      this.#reader.statements(commands, state)
      return null
    }
    const { command } = only
    if (command.type === 'AndOr' || command.type === 'Pipeline') {
      this.run(command, state)
      return null
    }
    const answer = this.#ask(command, state)
    return answer === 'done' ? null : answer
  }

  #case(node: Case, state: State): void {
    const word = this.#reader.text(node.word, state)
    const patterns = node.items.map(({ pattern }) => pattern.map((one) => this.#reader.text(one, state)))
    const isPlain = node.items.every(({ terminator }) => terminator === undefined || terminator === ';;')
    const chosen = isPlain ? chosenCase(word, patterns) : null
    if (chosen !== null) {
      const item = node.items[chosen]
      if (item !== undefined) this.run(item.body, state)
      return
    }
    const hasDefault = patterns.some((alternatives) => alternatives.includes('*'))
    const bodies = node.items.map(
      ({ body }) =>
        (inner: State) =>
          void this.run(body, inner),
    )
    this.#branches(state, hasDefault ? bodies : [...bodies, () => undefined])
  }

  /** Runs all branches of which one applies, without knowing which. */
  #branches(state: State, runs: readonly ((state: State) => unknown)[]): void {
    const { isConditional } = state
    const branches = runs.map((run) => {
      const branch = this.#reader.copy(state, { isConditional: true })
      run(branch)
      return branch
    })
    mergeStates(state, branches, this.#reader.marks)
    state.isConditional = isConditional
  }

  #for(node: For | Select, state: State): void {
    const words = node.wordlist
    const items = words === undefined ? state.positional : words.flatMap((word) => this.#items(word, state))
    const name = node.name.text
    const round = (item: string) => (inner: State) => {
      inner.variables.set(name, { kind: 'text', text: item })
      this.run(node.body, inner)
      if (inner.ended === 'round') inner.ended = 'no'
    }
    const unknownItem = () => this.#reader.marks.add(`$${name}`)
    if (items === null || items.length > MAX_ROUNDS || node.type === 'Select') {
      this.#manyRounds(state, round(unknownItem()))
      return
    }
    for (const { text, isElastic } of items) {
      if (isElastic) this.#manyRounds(state, round(unknownItem()))
      else round(text)(state)
      if (state.ended !== 'no') break
    }
    if (state.ended === 'loop') state.ended = 'no'
  }

  /** Words of a loop. A pattern stands for unknown files. */
  #items(word: For['name'], state: State): Field[] {
    const isPattern = word.parts?.some(({ type }) => type === 'Glob' || type === 'ExtendedGlob') === true
    return isPattern ? [{ text: word.text, isElastic: true }] : this.#reader.fields(word, state)
  }

  #while(node: While, state: State): void {
    this.run(node.clause, state)
    this.#manyRounds(this.#reader.copy(state, { isConditional: true }), (inner) => this.run(node.body, inner), state)
  }

  /** Runs something that may run any number of times: what it changes is unknown, both inside and afterwards. */
  #manyRounds(before: State, run: (state: State) => unknown, state: State = before): void {
    const trial = this.#reader.copy(before)
    this.#reader.facts.without(() => run(trial))
    const inner = this.#reader.copy(before)
    for (const [name, value] of trial.variables) {
      if (JSON.stringify(before.variables.get(name)) !== JSON.stringify(value))
        inner.variables.set(name, { kind: 'unknown' })
    }
    if (trial.folder !== before.folder && trial.ended === 'no') inner.folder = this.#reader.marks.add('$PWD')
    run(inner)
    if (inner.ended === 'round' || inner.ended === 'loop') inner.ended = 'no'
    const { isConditional } = state
    mergeStates(state, [state, inner], this.#reader.marks)
    state.isConditional = isConditional
  }
}

function isEnding(node: PipelineNode): boolean {
  return node.type === 'Command' && /^(?:exit|return|break|continue)$/.test(node.name?.text ?? '')
}

function isQuestion(node: PipelineNode): boolean {
  if (node.type === 'TestCommand' || node.type === 'ArithmeticCommand') return true
  if (node.type === 'Command') return ASKING.test(node.name?.text ?? '')
  if (node.type !== 'Pipeline') return false
  const last: CommandNode | undefined = node.commands.at(-1)
  return node.prefixes.some(({ type }) => type === 'Negation') || (last !== undefined && isQuestion(last))
}
