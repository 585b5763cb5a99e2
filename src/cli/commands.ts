/** Every command: its arguments, options and implementation, which is loaded when it runs, to keep `--help` fast. */
import { Command, Option } from 'commander'
import { FORGES } from '../forges/index.js'
import { VERSION } from '../version.js'
import { examplesText, helpItems } from './help.js'
import type { InitOptions } from './init-answers.js'
import type { CommandContext, CommonOptions } from './options.js'
import type { EnrollOptions } from './propose-entry.js'
import type { BasesOptions, GraphOptions } from './read-commands.js'

/** What all commands of one invocation share. */
export interface Session extends Omit<CommandContext, 'options'> {
  /** Receives the exit code. */
  readonly finish: (code: number) => void
}

/** The program with all its commands, in the order of `--help`. */
export function makeProgram(session: Session): Command {
  const program = new Command('image-factory')
    .description('Keeps container images fresh: images.yaml in, Kargo manifests out.')
    .helpCommand('help [command]', 'show the help of a command')
    .version(VERSION, '--version', 'show the version')
    .exitOverride()
    .configureHelp(helpItems)
    .configureOutput({
      writeOut: session.terminal.out,
      writeErr: session.terminal.err,
      getOutHelpWidth: () => session.terminal.columns ?? 80,
    })
    .showSuggestionAfterError()
  addValidate(program, session)
  addBases(program, session)
  addDiscover(program, session)
  addPlanCommand(program, session, 'synth', 'write state files and Kargo manifests')
  addPlanCommand(program, session, 'refresh', 'look up image digests in their registries, then do what synth does')
  addDiff(program, session)
  addPlanCommand(program, session, 'check', 'exit with code 2 when generated files are out of date')
  addExplain(program, session)
  addPage(program, session)
  addRebuild(program, session)
  addGraph(program, session)
  addEnroll(program, session)
  addInit(program, session)
  addSchema(program, session)
  addDemo(program, session)
  addCompletion(program, session)
  for (const command of program.commands) {
    const examples = examplesText(command.name())
    command.addHelpText('after', `\nExamples:\n${examples}`).showHelpAfterError(`For example:\n${examples}`)
  }
  return program
}

function contextOf(command: Command, session: Session): CommandContext {
  return { ...session, options: command.optsWithGlobals<CommonOptions>() }
}

const collect = (value: string, before: readonly string[]) => [...before, value]

function withStateOptions(command: Command): Command {
  return command
    .option('--state <dir>', 'state folder (default: $IMAGE_FACTORY_STATE_DIR, or the current folder)')
    .option('--images <file>', 'enrollment file in the state folder', 'images.yaml')
    .option('--output <dir>', 'folder for manifests in the state folder', 'dist')
    .option('--json', 'print JSON')
}

function withCommonOptions(command: Command): Command {
  const description = 'read Dockerfiles from the checkouts there (OWNER/REPO/PATH) instead of from GitHub'
  return withStateOptions(command).option('--sources <dir>', description)
}

function addValidate(program: Command, session: Session): void {
  withCommonOptions(
    program.command('validate').description('check images.yaml and overrides.yaml and report every problem'),
  )
    .argument('[file...]', 'enrollment files, or overrides.yaml (default: those of the state folder)')
    .action(async (files: string[], _, command: Command) => {
      const { validate } = await import(/* webpackMode: "eager" */ './validate-command.js')
      session.finish(await validate(contextOf(command, session), files))
    })
}

function addBases(program: Command, session: Session): void {
  withCommonOptions(program.command('bases').description('show the base images that BuildKit pulls for a Dockerfile'))
    .argument('<dockerfile>', 'path, or - for standard input')
    .option('--build-arg <name=value>', 'build argument (repeatable)', collect, [])
    .option('--target <stage>', 'stage to build')
    .option('--platform <os/arch>', 'platform to build for (repeatable)', collect, [])
    .action(async (path: string, options: BasesOptions, command: Command) => {
      const { bases } = await import(/* webpackMode: "eager" */ './read-commands.js')
      session.finish(await bases(contextOf(command, session), path, options))
    })
}

function addDiscover(program: Command, session: Session): void {
  withCommonOptions(program.command('discover').description('show the base images of enrolled images'))
    .argument('[name...]')
    .action(async (names: string[], _, command: Command) => {
      const { discoverCommand } = await import(/* webpackMode: "eager" */ './discover-command.js')
      session.finish(await discoverCommand(contextOf(command, session), names))
    })
}

function addPlanCommand(
  program: Command,
  session: Session,
  name: 'synth' | 'refresh' | 'check',
  description: string,
): void {
  withDeletionLimit(program.command(name).description(description)).action(async (_, command: Command) => {
    const commands = await import(/* webpackMode: "eager" */ './plan-commands.js')
    session.finish(await commands[name](contextOf(command, session)))
  })
}

function withDeletionLimit(command: Command): Command {
  const limit = 'how many resources may be deleted, as a number or a percentage (ten are always allowed)'
  return withCommonOptions(command).option('--max-deletions <limit>', limit, '25%')
}

function addDiff(program: Command, session: Session): void {
  withDeletionLimit(program.command('diff').description('show what synth would change'))
    .option('--stat', 'omit the diffs')
    .option('--markdown', 'print the comment a pull request would get')
    .action(async ({ stat, markdown }: { stat?: true; markdown?: true }, command: Command) => {
      const { diff } = await import(/* webpackMode: "eager" */ './plan-commands.js')
      session.finish(await diff(contextOf(command, session), stat, markdown))
    })
}

function addExplain(program: Command, session: Session): void {
  const description = 'explain from the state files why images are or are not rebuilt'
  withCommonOptions(program.command('explain').description(description))
    .argument('[name...]', 'images to explain in detail (default: a table of all)')
    .option('--status <status,…>', 'only images with one of these statuses, for example behind,failed')
    .action(async (names: string[], { status }: { status?: string }, command: Command) => {
      const { explainCommand } = await import(/* webpackMode: "eager" */ './explain-command.js')
      session.finish(explainCommand(contextOf(command, session), names, status))
    })
}

function addPage(program: Command, session: Session): void {
  withStateOptions(program.command('page').description('write an HTML page of the whole factory from the state files'))
    .option('--out <dir>', 'folder to write index.html and factory.json to')
    .action(async ({ out }: { out?: string }, command: Command) => {
      const { pageCommand } = await import(/* webpackMode: "eager" */ './read-commands.js')
      session.finish(pageCommand(contextOf(command, session), out))
    })
}

function addRebuild(program: Command, session: Session): void {
  withStateOptions(
    program.command('rebuild').description('start builds now, regardless of delays; reads state files, not sources'),
  )
    .argument('[name...]', 'images (default: those that are due, with `engine: actions`)')
    .option('--all-stale', 'all images that are provably on an old base image')
    .option('--dry-run', 'show what would be started, without contacting any server')
    .action(async (names: string[], options: { dryRun?: true; allStale?: true }, command: Command) => {
      const { rebuildCommand } = await import(/* webpackMode: "eager" */ './rebuild-command.js')
      session.finish(await rebuildCommand(contextOf(command, session), names, options))
    })
}

function addGraph(program: Command, session: Session): void {
  const format = new Option('--format <format>', 'what to print').choices(['mermaid', 'dot', 'json']).default('mermaid')
  withCommonOptions(program.command('graph').description('show which image depends on which base image'))
    .addOption(format)
    .option('--discover', 'read the Dockerfiles now (default: use the state files)')
    .action(async (options: GraphOptions, command: Command) => {
      const { graphCommand } = await import(/* webpackMode: "eager" */ './read-commands.js')
      session.finish(await graphCommand(contextOf(command, session), options))
    })
}

function addEnroll(program: Command, session: Session): void {
  withCommonOptions(program.command('enroll').description('add an image to images.yaml'))
    .argument('[checkout]', 'a local clone of the source repository to read; options override what it finds')
    .option('--name <name>', 'name of the entry (default: the last part of the repository)')
    .option('--image <reference>', 'where it is published, for example ghcr.io/acme/web')
    .option('--registry <host>', 'registry, instead of --image')
    .option('--repository <path>', 'repository below the registry, instead of --image')
    .addOption(
      new Option('--source-provider <name>', 'where the source is').choices(FORGES.map(({ provider }) => provider)),
    )
    .option('--repo <owner/repo>', 'source repository; without it the image is external')
    .option(
      '--branch <name>',
      'branch to build from (default: the branch that is checked out, else the default branch)',
    )
    .option('--dockerfile <path>', 'Dockerfile inside the source repository')
    .option('--workflow <file>', 'GitHub workflow that builds it, for example build.yml')
    .option('--pipeline <path>', 'GitLab pipeline definition')
    .option('--job <name>', 'GitLab job that builds it')
    .option('--input <name=value>', 'input to start the build with (repeatable)', collect, [])
    .option('--base <reference>', 'base image, if no Dockerfile shows it (repeatable)', collect, [])
    .option('--target <stage>', 'Dockerfile stage to build')
    .option('--rebuild-delay <duration>', 'minimum time between builds, for example 7d')
    .addOption(new Option('--auto-rebuild <bool>', 'rebuild automatically').choices(['true', 'false']))
    .option('--disabled', 'enroll it disabled')
    .option('--dry-run', 'show the entry without writing it')
    .action(async (checkout: string | undefined, options: EnrollOptions, command: Command) => {
      const { enroll } = await import(/* webpackMode: "eager" */ './enroll-command.js')
      session.finish(await enroll(contextOf(command, session), checkout, options))
    })
}

function addInit(program: Command, session: Session): void {
  withStateOptions(program.command('init').description('write the files for a new state repository'))
    .argument('[checkout]', "a local clone of the first image's source repository, read as enroll does")
    .addOption(
      new Option('--engine <engine>', 'what starts rebuilds: Kargo in a cluster, or the action itself on a schedule')
        .choices(['kargo', 'actions'])
        .default('kargo'),
    )
    .option(
      '--in-app-repository',
      'keep the state in the repository that builds the image, in image-factory/ (or --state); needs --engine actions',
    )
    .option('--dashboard', 'show the factory in an issue with checkboxes that start rebuilds')
    .option('--repository <owner/repo>', 'the state repository (default: the remote of its folder)')
    .option('--branch <name>', 'branch that the factory runs from (default: the branch that is checked out, or main)')
    .option('--namespace <name>', 'Kubernetes namespace and Kargo Project (image-factory)')
    .option('--owner <owner>', 'who reviews changes: @user or @organization/team (repeatable)', collect, [])
    .option('--image <reference>', 'first image: where it is published, for example ghcr.io/acme/web')
    .option('--repo <owner/repo>', 'first image: its source repository')
    .option('--dockerfile <path>', 'first image: its Dockerfile inside that repository')
    .option('--workflow <file>', 'first image: the GitHub workflow that builds it, for example build.yml')
    .option('--base <reference>', 'first image: a base image, if no Dockerfile shows it (repeatable)', collect, [])
    .option('--keep', 'keep existing files and write only the missing ones')
    .option('--yes', 'do not prompt; use what is found and the defaults')
    .action(async (checkout: string | undefined, options: InitOptions, command: Command) => {
      const { init } = await import(/* webpackMode: "eager" */ './init-command.js')
      session.finish(await init(contextOf(command, session), checkout, options))
    })
}

function addSchema(program: Command, { terminal, finish }: Session): void {
  const description = 'print the JSON Schema of images.yaml, for editors'
  program
    .command('schema')
    .description(description)
    .action(async () => {
      const { printJsonSchema } = await import(/* webpackMode: "eager" */ '../enrollment/json-schema.js')
      terminal.out(printJsonSchema())
      finish(0)
    })
}

function addCompletion(program: Command, { terminal, finish }: Session): void {
  program
    .command('completion')
    .description('print a completion script for bash, zsh or fish')
    .argument('<shell>')
    .action(async (name: string) => {
      const { completionScript } = await import(/* webpackMode: "eager" */ './completion.js')
      terminal.out(completionScript(program, name))
      finish(0)
    })
}

function addDemo(program: Command, { terminal, now, finish }: Session): void {
  const description = 'run the whole workflow on the embedded example: enroll, preview, commit'
  program
    .command('demo')
    .description(description)
    .action(async () => {
      const { demo } = await import(/* webpackMode: "eager" */ './demo.js')
      finish(await demo(terminal, now))
    })
}
