import { type Command, Option } from 'commander'

/** Options of `enroll`: what an entry says first. */
export interface EnrollOptions {
  readonly name?: string
  readonly image?: string
  readonly registry?: string
  readonly repository?: string
  readonly sourceProvider?: 'github' | 'gitlab'
  readonly repo?: string
  readonly branch?: string
  readonly dockerfile?: string
  readonly workflow?: string
  readonly pipeline?: string
  readonly job?: string
  /** NAME=VALUE */
  readonly input: readonly string[]
  /** References. */
  readonly base: readonly string[]
  readonly target?: string
  readonly rebuildDelay?: string
  readonly autoRebuild?: 'true' | 'false'
  readonly disabled?: boolean
  readonly dryRun?: boolean
}

/** Declares the argument and the options of `enroll`. */
export function withEnrollOptions(command: Command): Command {
  const collect = (value: string, before: readonly string[]) => [...before, value]
  return command
    .argument('[checkout]', 'a local clone of the source repository, to look at; options win over what is found')
    .option('--name <name>', 'name of the entry (else the last part of the repository)')
    .option('--image <reference>', 'where it is published, for example ghcr.io/acme/web')
    .option('--registry <host>', 'registry, instead of --image')
    .option('--repository <path>', 'repository below the registry, instead of --image')
    .addOption(new Option('--source-provider <name>', 'where the source is').choices(['github', 'gitlab']))
    .option('--repo <owner/repo>', 'source repository; without it the image is external')
    .option('--branch <name>', 'branch it is built from (else the default branch)')
    .option('--dockerfile <path>', 'Dockerfile inside the source repository')
    .option('--workflow <file>', 'GitHub workflow that builds it, for example build.yml')
    .option('--pipeline <path>', 'GitLab pipeline definition')
    .option('--job <name>', 'GitLab job that builds it')
    .option('--input <name=value>', 'input that the build is started with (several)', collect, [])
    .option('--base <reference>', 'base image, where no Dockerfile tells it (several)', collect, [])
    .option('--target <stage>', 'Dockerfile stage that is built')
    .option('--rebuild-delay <duration>', 'at least this long between builds, for example 7d')
    .addOption(new Option('--auto-rebuild <bool>', 'rebuild without being asked').choices(['true', 'false']))
    .option('--disabled', 'enrol it switched off')
    .option('--dry-run', 'show the entry, write nothing')
}
