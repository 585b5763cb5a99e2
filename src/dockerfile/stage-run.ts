import { joinPath, mountProblem } from './mount.js'
import { type BuildOptions, DockerfileRefusal } from './result.js'
import type { StageNode } from './stage-graph.js'
import type { GlobalArgs } from './stages.js'
import { portsProblem, type Step } from './step.js'
import type { Expansion, ExpansionMode } from './substitution.js'
import { expandWord } from './word-expansion.js'

interface StageState {
  values: ReadonlyMap<string, string>
  /** Whether these are all variables: an image from a registry brings its own. */
  isWhole: boolean
  /** The working directory; null if only the base image knows it. */
  directory: string | null
}

interface RunInput {
  args: GlobalArgs
  buildArgs: NonNullable<BuildOptions['args']>
  mode: ExpansionMode
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const FROM_SCRATCH: StageState = { values: new Map([['PATH', DEFAULT_PATH]]), isWhole: true, directory: '/' }
const FROM_IMAGE: StageState = { values: new Map(), isWhole: false, directory: null }

/**
 * Evaluates the instructions of the stages that are built, as BuildKit does before it runs anything: refuses words it
 * cannot parse and values it does not accept. What a registry image sets is unknown; nothing that depends on it is
 * refused.
 */
export function runStages(
  { stages, triggered }: { stages: readonly StageNode[]; triggered: ReadonlyMap<StageNode, readonly Step[]> },
  input: RunInput,
): void {
  const ends = new Map<StageNode, StageState>()
  const afterTriggers = new Map<StageNode, StageState>()
  for (const node of stages) {
    let start = node.base === null ? startOf(node) : afterTriggers.get(node.base)
    if (start === undefined && node.base !== null) {
      start = runSteps(triggered.get(node.base) ?? [], ends.get(node.base) ?? FROM_IMAGE, input)
      afterTriggers.set(node.base, start)
    }
    ends.set(node, runSteps(node.stage.steps, start ?? FROM_IMAGE, input))
  }
}

function startOf(node: StageNode): StageState {
  return node.image.text === 'scratch' ? FROM_SCRATCH : FROM_IMAGE
}

function runSteps(steps: readonly Step[], start: StageState, input: RunInput): StageState {
  if (steps.length === 0) return start
  const run = new StageRun(start, input)
  for (const step of steps) run.take(step)
  return run.state()
}

class StageRun {
  private values: ReadonlyMap<string, string>
  /** A private copy of `values`, made on the first write. */
  private own: Map<string, string> | null = null
  private directory: string | null
  private readonly isWhole: boolean
  private readonly input: RunInput

  constructor({ values, isWhole, directory }: StageState, input: RunInput) {
    this.values = values
    this.isWhole = isWhole
    this.directory = directory
    this.input = input
  }

  state(): StageState {
    return { values: this.values, isWhole: this.isWhole, directory: this.directory }
  }

  take(step: Step): void {
    switch (step.kind) {
      case 'env':
        this.setVariables(step)
        break
      case 'arg':
        for (const variable of step.variables) this.declare(variable, step.line)
        break
      case 'workdir':
        this.enter(this.expand(step.path, step.line))
        break
      case 'expose':
        this.expose(step)
        break
      case 'mounts':
        for (const mount of step.mounts) this.mount(mount, step)
        break
      case 'words':
        this.readWords(step)
    }
  }

  /** All pairs are expanded before any is set. */
  private setVariables({ pairs, line }: Extract<Step, { kind: 'env' }>): void {
    const expanded = pairs.map((word) => this.expand(word, line))
    for (let at = 0; at < expanded.length; at += 2) this.set(expanded[at] ?? null, expanded[at + 1] ?? null, line)
  }

  private declare({ name, value }: { name: string; value: string | null }, line: number): void {
    const { args, buildArgs } = this.input
    const given = buildArgs.get(name)
    if (given !== undefined) this.set(name, given, line)
    else if (value !== null) this.set(name, this.expand(value, line), line)
    else if (args.values.has(name)) this.set(name, args.values.get(name) ?? null, line)
  }

  private set(name: string | null, value: string | null, line: number): void {
    const values = this.ownValues(line)
    if (name === null) values.clear()
    else if (value === null) values.delete(name)
    else values.set(name, value)
  }

  private ownValues(line: number): Map<string, string> {
    if (this.own !== null) return this.own
    const { budget } = this.input.mode
    if (budget !== undefined) {
      budget.left -= this.values.size
      if (budget.left < 0)
        throw new DockerfileRefusal('the variables of this file take more work than any real build needs', line)
    }
    this.own = new Map(this.values)
    this.values = this.own
    return this.own
  }

  private enter(path: string | null): void {
    if (path === null) this.directory = null
    else if (path.startsWith('/')) this.directory = joinPath('/', path)
    else if (this.directory !== null) this.directory = joinPath(this.directory, path)
  }

  private expose({ ports, keyword, line }: Extract<Step, { kind: 'expose' }>): void {
    const known = ports.flatMap((port) => {
      const expansion = this.expansion(port, line, { words: true })
      return this.isKnown(expansion) ? expansion.words : []
    })
    this.refuse(portsProblem(known), keyword, line)
  }

  private mount(mount: string, { keyword, line }: Step): void {
    const problem = mountProblem(mount, (value) => this.expand(value, line), this.directory, line)
    this.refuse(problem === null ? null : `--mount=${mount}: ${problem}`, keyword, line)
  }

  private readWords({ words, bodies, problem, keyword, line }: Extract<Step, { kind: 'words' }>): void {
    const values = words.map((word) => this.expand(word, line))
    for (const body of bodies) this.expansion(body, line, { escapeChar: '\\', literalQuotes: true })
    this.refuse(problem(values), keyword, line)
  }

  private refuse(problem: string | null, keyword: string, line: number): void {
    if (problem !== null) throw new DockerfileRefusal(`${keyword}: ${problem}`, line)
  }

  private expand(word: string, line: number): string | null {
    const expansion = this.expansion(word, line)
    return this.isKnown(expansion) ? expansion.text : null
  }

  private expansion(word: string, line: number, mode: Partial<ExpansionMode> = {}): Expansion {
    return expandWord(word, this.values, { ...this.input.mode, ...mode, openEnded: !this.isWhole }, line)
  }

  private isKnown({ missing }: Expansion): boolean {
    return this.isWhole || missing.size === 0
  }
}
