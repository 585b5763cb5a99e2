import type { Command } from 'commander'

/** Options of `init`. */
export interface InitOptions {
  readonly repository?: string
  readonly branch?: string
  readonly namespace?: string
  readonly owner: readonly string[]
  readonly image?: string
  readonly repo?: string
  readonly dockerfile?: string
  readonly workflow?: string
  readonly keep?: boolean
  readonly yes?: boolean
}

/** Declares the argument and the options of `init`. */
export function withInitOptions(command: Command): Command {
  const collect = (value: string, before: readonly string[]) => [...before, value]
  return command
    .argument('[checkout]', 'a local clone that the first image is built from, to look at as enroll does')
    .option('--repository <owner/repo>', 'the state repository (else the remote of its folder)')
    .option('--branch <name>', 'branch whose enrolment counts (else the one that is checked out, else main)')
    .option('--namespace <name>', 'Kubernetes namespace and Kargo Project (image-factory)')
    .option('--owner <owner>', 'who reviews changes: @user, @organisation/team (several)', collect, [])
    .option('--image <reference>', 'first image: where it is published, for example ghcr.io/acme/web')
    .option('--repo <owner/repo>', 'first image: its source repository')
    .option('--dockerfile <path>', 'first image: its Dockerfile inside that repository')
    .option('--workflow <file>', 'first image: the GitHub workflow that builds it, for example build.yml')
    .option('--keep', 'keep files that are there, write only the others')
    .option('--yes', 'ask nothing, take what is found and the defaults')
}
