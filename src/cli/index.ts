/**
 * The command line: options in, the pipeline or one of its steps, text or JSON out. `read-commands.ts` looks only,
 * `plan-commands.ts` runs the pipeline, `demo.ts` shows the whole job on the embedded example.
 */
import { Command, CommanderError } from 'commander'
import { Refusal } from '../enrollment/problem.js'
import type { CommonOptions, Environment } from './options.js'
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
  const terminal = processTerminal()
  let code = 0
  const program = build({ env, terminal, now }, (result) => {
    code = result
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1
    if (!(error instanceof Refusal)) throw error
    if (args.includes('--json'))
      terminal.out(`${JSON.stringify({ refused: true, problems: error.problems }, null, 2)}\n`)
    else printProblems(terminal, error.problems)
    return 1
  }
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
const readCommands = () => import(/* webpackMode: "eager" */ './read-commands.js')

function build(setting: Setting, finish: Finish): Command {
  const program = new Command('image-factory')
    .description('Keeps container images fresh: images.yaml in, Kargo manifests out.')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: setting.terminal.out, writeErr: setting.terminal.err })
    .showSuggestionAfterError()
  const run = (command: Command): Run => ({ ...setting, options: command.optsWithGlobals<CommonOptions>() })
  const whole = (name: 'synth' | 'diff' | 'check', description: string) =>
    guarded(common(program.command(name).description(description))).action(async (_, command: Command) =>
      finish(await (await planCommands())[name](run(command))),
    )
  common(program.command('validate').description('check images.yaml and show every problem')).action(
    async (_, command) => finish(await (await readCommands()).validate(run(command))),
  )
  addBases(program, run, finish)
  common(
    program.command('discover').description('show the base images of enrolled images').argument('[name...]'),
  ).action(async (names: string[], _, command: Command) =>
    finish(await (await discovering()).discoverCommand(run(command), names)),
  )
  whole('synth', 'write state files and Kargo manifests')
  whole('diff', 'show what synth would change')
  whole('check', 'exit with 2 when generated files are out of date')
  program
    .command('demo')
    .description('run the whole job on the embedded example: enrol, preview, commit')
    .action(async () =>
      finish(await (await import(/* webpackMode: "eager" */ './demo.js')).demo(setting.terminal, setting.now)),
    )
  return program
}

function common(command: Command): Command {
  return command
    .option('--state <dir>', 'state folder (else IMAGE_FACTORY_STATE_DIR, else the current folder)')
    .option('--images <file>', 'enrolment file below the state folder', 'images.yaml')
    .option('--output <dir>', 'folder of the manifests below the state folder', 'dist')
    .option('--sources <dir>', 'read Dockerfiles from checkouts there (OWNER/REPO/PATH), not from GitHub')
    .option('--json', 'print JSON')
}

function guarded(command: Command): Command {
  const description = 'resources that may be deleted, a number or a percentage (ten may always go)'
  return command.option('--max-deletions <limit>', description, '25%')
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
