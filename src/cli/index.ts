/**
 * The command line: options in, the pipeline or one of its steps, text or JSON out. `read-commands.ts` looks only,
 * `plan-commands.ts` runs the pipeline, `demo.ts` shows the whole job on the embedded example.
 */
import { Command, CommanderError } from 'commander'
import { printable, Refusal } from '../enrollment/problem.js'
import { type EnrollOptions, withEnrollOptions } from './enroll-options.js'
import { type Environment, secretsIn } from './environment.js'
import type { GraphOptions } from './graph-command.js'
import { withGraphOptions } from './graph-options.js'
import { type InitOptions, withInitOptions } from './init-options.js'
import type { CommonOptions } from './options.js'
import type { Run } from './plan-commands.js'
import type { BasesOptions } from './read-commands.js'
import { printProblems, processTerminal, type Terminal } from './terminal.js'

/**
 * Runs one command.
 *
 * @param args the arguments behind the program's name.
 * @param now the time of the run, ISO 8601.
 * @returns the exit code: 0 good, 1 error, 2 out of date (`check` only).
 */
export async function runCommandLine(args: readonly string[], env: Environment, now: string): Promise<number> {
  const terminal = processTerminal(secretsIn(env))
  let code = 0
  const program = build({ env, terminal, now }, (result) => {
    code = result
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1
    if (!(error instanceof Refusal)) return unexpected(error, terminal)
    if (args.includes('--json'))
      terminal.out(`${JSON.stringify({ refused: true, problems: error.problems }, null, 2)}\n`)
    else printProblems(terminal, error.problems)
    return 1
  }
}

/** A defect: its trace is for who mends it, and may quote what a server said. */
function unexpected(error: unknown, terminal: Terminal): number {
  terminal.err(`${printable(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`)
  return 1
}

type Finish = (code: number) => void

interface Setting {
  readonly env: Environment
  readonly terminal: Terminal
  readonly now: string
}

// Commands are loaded when they run: `--help` answers at once.
const planCommands = () => import(/* webpackMode: "eager" */ './plan-commands.js')
const discovering = () => import(/* webpackMode: "eager" */ './discover-command.js')
const enrolling = () => import(/* webpackMode: "eager" */ './enroll-command.js')
const explaining = () => import(/* webpackMode: "eager" */ './explain-command.js')
const initialising = () => import(/* webpackMode: "eager" */ './init-command.js')
const graphs = () => import(/* webpackMode: "eager" */ './graph-command.js')
const schemas = () => import(/* webpackMode: "eager" */ './schema-command.js')
const readCommands = () => import(/* webpackMode: "eager" */ './read-commands.js')

function build(setting: Setting, finish: Finish): Command {
  const program = new Command('image-factory')
    .description('Keeps container images fresh: images.yaml in, Kargo manifests out.')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: setting.terminal.out, writeErr: setting.terminal.err })
    .showSuggestionAfterError()
  const run = (command: Command): Run => ({ ...setting, options: command.optsWithGlobals<CommonOptions>() })
  const whole = (name: 'synth' | 'refresh' | 'diff' | 'check', description: string) =>
    guarded(common(program.command(name).description(description))).action(async (_, command: Command) =>
      finish(await (await planCommands())[name](run(command))),
    )
  addValidate(program, run, finish)
  addBases(program, run, finish)
  common(
    program.command('discover').description('show the base images of enrolled images').argument('[name...]'),
  ).action(async (names: string[], _, command: Command) =>
    finish(await (await discovering()).discoverCommand(run(command), names)),
  )
  whole('synth', 'write state files and Kargo manifests')
  whole('refresh', 'look up digests in their registries, then write as synth does')
  whole('diff', 'show what synth would change')
  whole('check', 'exit with 2 when generated files are out of date')
  addExplain(program, run, finish)
  addGraph(program, run, finish)
  addEnroll(program, run, finish)
  addInit(program, run, finish)
  program
    .command('schema')
    .description('print the JSON Schema of images.yaml, for editors')
    .action(async () => finish((await schemas()).schemaCommand(setting.terminal)))
  program
    .command('demo')
    .description('run the whole job on the embedded example: enrol, preview, commit')
    .action(async () =>
      finish(await (await import(/* webpackMode: "eager" */ './demo.js')).demo(setting.terminal, setting.now)),
    )
  return program
}

function ofState(command: Command): Command {
  return command
    .option('--state <dir>', 'state folder (else IMAGE_FACTORY_STATE_DIR, else the current folder)')
    .option('--images <file>', 'enrolment file below the state folder', 'images.yaml')
    .option('--output <dir>', 'folder of the manifests below the state folder', 'dist')
    .option('--json', 'print JSON')
}

function common(command: Command): Command {
  const description = 'read Dockerfiles from checkouts there (OWNER/REPO/PATH), not from GitHub'
  return ofState(command).option('--sources <dir>', description)
}

function guarded(command: Command): Command {
  const description = 'resources that may be deleted, a number or a percentage (ten may always go)'
  return command.option('--max-deletions <limit>', description, '25%')
}

function addValidate(program: Command, run: (command: Command) => Run, finish: Finish): void {
  common(program.command('validate').description('check images.yaml and show every problem'))
    .argument('[file...]', 'enrolment files (else the one of the state folder)')
    .action(async (files: string[], _, command: Command) =>
      finish(await (await readCommands()).validate(run(command), files)),
    )
}

function addBases(program: Command, run: (command: Command) => Run, finish: Finish): void {
  const collect = (value: string, before: string[]) => [...before, value]
  common(program.command('bases').description('show the base images that BuildKit pulls for a Dockerfile'))
    .argument('<dockerfile>', 'path, or - for standard input')
    .option('--build-arg <name=value>', 'build argument (several)', collect, [])
    .option('--target <stage>', 'stage that is built')
    .option('--platform <os/arch>', 'platform that is built for (several)', collect, [])
    .action(async (path: string, options: BasesOptions, command: Command) =>
      finish(await (await readCommands()).bases(run(command), path, options)),
    )
}

function addExplain(program: Command, run: (command: Command) => Run, finish: Finish): void {
  common(program.command('explain').description('say why images are rebuilt, or why not yet, from the state files'))
    .argument('[name...]', 'images to explain in sentences (else a table of all)')
    .action(async (names: string[], _, command: Command) =>
      finish((await explaining()).explainCommand(run(command), names)),
    )
}

function addGraph(program: Command, run: (command: Command) => Run, finish: Finish): void {
  withGraphOptions(common(program.command('graph').description('show which image hangs on which base image'))).action(
    async (options: GraphOptions, command: Command) => finish(await (await graphs()).graph(run(command), options)),
  )
}

function addEnroll(program: Command, run: (command: Command) => Run, finish: Finish): void {
  withEnrollOptions(common(program.command('enroll').description('add an image to images.yaml'))).action(
    async (checkout: string | undefined, options: EnrollOptions, command: Command) =>
      finish(await (await enrolling()).enroll(run(command), checkout, options)),
  )
}

function addInit(program: Command, run: (command: Command) => Run, finish: Finish): void {
  const command = program.command('init').description('write the files of a new state repository')
  withInitOptions(ofState(command)).action(
    async (checkout: string | undefined, options: InitOptions, command: Command) =>
      finish(await (await initialising()).init(run(command), checkout, options)),
  )
}
