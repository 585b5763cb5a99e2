/** Every command: its arguments, options and implementation, which is loaded when it runs, to keep `--help` fast. */

import { Command, Option } from 'commander'
import { FORGES } from '../forges/index.js'
import { VERSION } from '../version.js'
import { examplesText } from './examples.js'
import type { ExplainOptions } from './explain-command.js'
import type { InitOptions } from './init-answers.js'
import type { CommandContext, CommonOptions } from './options.js'
import type { PageOptions } from './page-command.js'
import type { DiffOptions } from './plan-commands.js'
import type { EnrollOptions } from './propose-entry.js'
import type { BasesOptions, GraphOptions } from './read-commands.js'
import type { RebuildOptions } from './rebuild-command.js'

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
    .configureOutput({ writeOut: session.terminal.out, writeErr: session.terminal.err })
    .showSuggestionAfterError()
  addValidate(program, session)
  addBases(program, session)
  addDiscover(program, session)
  addPlanCommand(program, session, 'synth', 'write state files and Kargo manifests')
  addPlanCommand(program, session, 'refresh', 'look up digests in their registries, then write as synth does')
  addDiff(program, session)
  addPlanCommand(program, session, 'check', 'exit with 2 when generated files are out of date')
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
    .option('--state <dir>', 'state folder (else IMAGE_FACTORY_STATE_DIR, else the current folder)')
    .option('--images <file>', 'enrollment file below the state folder', 'images.yaml')
    .option('--output <dir>', 'folder of the manifests below the state folder', 'dist')
    .option('--json', 'print JSON')
}

function withCommonOptions(command: Command): Command {
  const description = 'read Dockerfiles from checkouts there (OWNER/REPO/PATH), not from GitHub'
  return withStateOptions(command).option('--sources <dir>', description)
}

function addValidate(program: Command, session: Session): void {
  withCommonOptions(
    program.command('validate').description('check images.yaml and overrides.yaml, and show every problem'),
  )
    .argument('[file...]', 'enrollment files, or overrides.yaml (else those of the state folder)')
    .action(async (files: string[], _, command: Command) => {
      const { validate } = await import(/* webpackMode: "eager" */ './validate-command.js')
      session.finish(await validate(contextOf(command, session), files))
    })
}

function addBases(program: Command, session: Session): void {
  withCommonOptions(program.command('bases').description('show the base images that BuildKit pulls for a Dockerfile'))
    .argument('<dockerfile>', 'path, or - for standard input')
    .option('--build-arg <name=value>', 'build argument (several)', collect, [])
    .option('--target <stage>', 'stage that is built')
    .option('--platform <os/arch>', 'platform that is built for (several)', collect, [])
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
  const limit = 'resources that may be deleted, a number or a percentage (ten may always go)'
  return withCommonOptions(command).option('--max-deletions <limit>', limit, '25%')
}

function addDiff(program: Command, session: Session): void {
  withDeletionLimit(program.command('diff').description('show what synth would change'))
    .option('--stat', 'leave out the differences')
    .option('--markdown', 'print the comment that a pull request would get')
    .action(async (options: DiffOptions, command: Command) => {
      const { diff } = await import(/* webpackMode: "eager" */ './plan-commands.js')
      session.finish(await diff(contextOf(command, session), options))
    })
}

function addExplain(program: Command, session: Session): void {
  const description = 'say why images are rebuilt, or why not yet, from the state files'
  withCommonOptions(program.command('explain').description(description))
    .argument('[name...]', 'images to explain in sentences (else a table of all)')
    .option('--status <status,…>', 'only images with one of these statuses, for example behind,failed')
    .action(async (names: string[], options: ExplainOptions, command: Command) => {
      const { explainCommand } = await import(/* webpackMode: "eager" */ './explain-command.js')
      session.finish(explainCommand(contextOf(command, session), names, options))
    })
}

function addPage(program: Command, session: Session): void {
  withStateOptions(
    program.command('page').description('write a page that shows the whole factory, from the state files'),
  )
    .option('--out <dir>', 'folder that index.html and factory.json are written to')
    .action(async (options: PageOptions, command: Command) => {
      const { pageCommand } = await import(/* webpackMode: "eager" */ './page-command.js')
      session.finish(pageCommand(contextOf(command, session), options))
    })
}

function addRebuild(program: Command, session: Session): void {
  withStateOptions(program.command('rebuild').description('start builds now, whatever their delay'))
    .argument('[name...]', 'images (else those that are due, with `engine: actions`)')
    .option('--all-stale', 'all images that are provably on an old base image')
    .option('--dry-run', 'show what would be started, without asking any server')
    .action(async (names: string[], options: RebuildOptions, command: Command) => {
      const { rebuildCommand } = await import(/* webpackMode: "eager" */ './rebuild-command.js')
      session.finish(await rebuildCommand(contextOf(command, session), names, options))
    })
}

function addGraph(program: Command, session: Session): void {
  const format = new Option('--format <format>', 'what to print').choices(['mermaid', 'dot', 'json']).default('mermaid')
  withCommonOptions(program.command('graph').description('show which image depends on which base image'))
    .addOption(format)
    .option('--discover', 'read the Dockerfiles now (default: what the state files know)')
    .action(async (options: GraphOptions, command: Command) => {
      const { graphCommand } = await import(/* webpackMode: "eager" */ './read-commands.js')
      session.finish(await graphCommand(contextOf(command, session), options))
    })
}

function addEnroll(program: Command, session: Session): void {
  withCommonOptions(program.command('enroll').description('add an image to images.yaml'))
    .argument('[checkout]', 'a local clone of the source repository, to look at; options win over what is found')
    .option('--name <name>', 'name of the entry (else the last part of the repository)')
    .option('--image <reference>', 'where it is published, for example ghcr.io/acme/web')
    .option('--registry <host>', 'registry, instead of --image')
    .option('--repository <path>', 'repository below the registry, instead of --image')
    .addOption(
      new Option('--source-provider <name>', 'where the source is').choices(FORGES.map(({ provider }) => provider)),
    )
    .option('--repo <owner/repo>', 'source repository; without it the image is external')
    .option('--branch <name>', 'branch it is built from (else the default branch)')
    .option('--dockerfile <path>', 'Dockerfile inside the source repository')
    .option('--workflow <file>', 'GitHub workflow that builds it, for example build.yml')
    .option('--pipeline <path>', 'GitLab pipeline definition')
    .option('--job <name>', 'GitLab job that builds it')
    .option('--input <name=value>', 'input that the build is started with (several)', collect, [])
    .option('--base <reference>', 'base image, where no Dockerfile shows it (several)', collect, [])
    .option('--target <stage>', 'Dockerfile stage that is built')
    .option('--rebuild-delay <duration>', 'at least this long between builds, for example 7d')
    .addOption(new Option('--auto-rebuild <bool>', 'rebuild without being asked').choices(['true', 'false']))
    .option('--disabled', 'enroll it switched off')
    .option('--dry-run', 'show the entry, write nothing')
    .action(async (checkout: string | undefined, options: EnrollOptions, command: Command) => {
      const { enroll } = await import(/* webpackMode: "eager" */ './enroll-command.js')
      session.finish(await enroll(contextOf(command, session), checkout, options))
    })
}

function addInit(program: Command, session: Session): void {
  withStateOptions(program.command('init').description('write the files of a new state repository'))
    .argument('[checkout]', 'a local clone that the first image is built from, to look at as enroll does')
    .addOption(
      new Option(
        '--engine <engine>',
        'what starts rebuilds: Kargo in a cluster, or the action itself on its scheduled runs',
      )
        .choices(['kargo', 'actions'])
        .default('kargo'),
    )
    .option(
      '--in-app-repository',
      'keep the state in the repository that builds the image, in image-factory/ (else --state); needs --engine actions',
    )
    .option('--dashboard', 'show the factory in an issue, with boxes that start rebuilds')
    .option('--repository <owner/repo>', 'the state repository (else the remote of its folder)')
    .option('--branch <name>', 'branch whose enrollment counts (else the one that is checked out, else main)')
    .option('--namespace <name>', 'Kubernetes namespace and Kargo Project (image-factory)')
    .option('--owner <owner>', 'who reviews changes: @user, @organisation/team (several)', collect, [])
    .option('--image <reference>', 'first image: where it is published, for example ghcr.io/acme/web')
    .option('--repo <owner/repo>', 'first image: its source repository')
    .option('--dockerfile <path>', 'first image: its Dockerfile inside that repository')
    .option('--workflow <file>', 'first image: the GitHub workflow that builds it, for example build.yml')
    .option('--keep', 'keep files that are there, write only the others')
    .option('--yes', 'ask nothing, take what is found and the defaults')
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
    .description('print a script that completes commands and options: bash, zsh or fish')
    .argument('<shell>')
    .action(async (name: string) => {
      const { completionScript } = await import(/* webpackMode: "eager" */ './completion.js')
      terminal.out(completionScript(program, name))
      finish(0)
    })
}

function addDemo(program: Command, { terminal, now, finish }: Session): void {
  const description = 'run the whole job on the embedded example: enroll, preview, commit'
  program
    .command('demo')
    .description(description)
    .action(async () => {
      const { demo } = await import(/* webpackMode: "eager" */ './demo.js')
      finish(await demo(terminal, now))
    })
}
