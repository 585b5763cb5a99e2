/** A checkout whose `.git`, attributes and surroundings try to have programs run or the token sent elsewhere. */

import { writeFileSync } from 'node:fs'
import { appendFile, chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { git } from './git.js'
import { tempFolder } from './temp-folder.js'

export interface Traps {
  /** Names of the traps that something stepped into. */
  readonly sprung: () => Promise<readonly string[]>
  /** A command that springs the trap of a name. */
  readonly command: (name: string) => string
}

/** A place for marks that must not be made. */
export async function setTraps(): Promise<Traps> {
  const { path } = await tempFolder('traps')
  await mkdir(join(path, 'marks'))
  return {
    sprung: async () => (await readdir(join(path, 'marks'))).sort(),
    command: (name) => {
      const program = join(path, name)
      // Ends well and says nothing, so that git goes on and steps into the next.
      writeFileSync(program, `#!/bin/sh\ntouch '${join(path, 'marks', name)}'\n`, { mode: 0o755 })
      return program
    },
  }
}

/** Every hook that a client's git knows (githooks). */
const HOOKS = [
  'applypatch-msg',
  'commit-msg',
  'fsmonitor-watchman',
  'post-checkout',
  'post-commit',
  'post-index-change',
  'post-merge',
  'post-rewrite',
  'pre-auto-gc',
  'pre-commit',
  'pre-push',
  'prepare-commit-msg',
  'push-to-checkout',
  'reference-transaction',
] as const

/**
 * Configuration that names programs, as text of a configuration file.
 *
 * @param server address of the server that is asked.
 */
export function hostileConfiguration({ command }: Traps, server: string): string {
  const run = (name: string) => JSON.stringify(command(name))
  return `[core]
  fsmonitor = ${run('fsmonitor')}
  askPass = ${run('askpass')}
  sshCommand = ${run('ssh')}
  gitProxy = ${run('git-proxy')}
  editor = ${run('editor')}
  pager = ${run('pager')}
  alternateRefsCommand = ${run('alternate-refs')}
[pager]
  log = ${run('pager-log')}
  show = ${run('pager-show')}
[credential]
  helper = ${run('credential-helper')}
[credential "${server}"]
  helper = ${JSON.stringify(`!${command('credential-of-host')}`)}
[gpg]
  program = ${run('gpg')}
[log]
  showSignature = true
[commit]
  gpgSign = true
[push]
  gpgSign = if-asked
  followTags = true
  recurseSubmodules = on-demand
[submodule]
  recurse = true
[diff]
  external = ${run('diff')}
[diff "evil"]
  textconv = ${run('textconv')}
  command = ${run('diff-command')}
[filter "evil"]
  clean = ${run('clean')}
  smudge = ${run('smudge')}
  required = true
[filter "lfs"]
  process = ${run('lfs')}
  smudge = ${run('lfs-smudge')}
  required = true
[merge "evil"]
  driver = ${run('merge')}
[alias]
  push = ${JSON.stringify(`!${command('alias')}`)}
  fast-import = ${JSON.stringify(`!${command('alias')}`)}
[protocol "ext"]
  allow = always
[protocol]
  allow = always
[uploadpack]
  packObjectsHook = ${run('pack-objects')}
[gc]
  auto = 1
[maintenance]
  auto = true
`
}

/** Lays every trap into a repository: configuration, hooks, attributes. */
export async function makeHostile(repository: string, traps: Traps, server: string): Promise<void> {
  await git(repository, ['config', 'remote.origin.uploadpack', traps.command('upload-pack')])
  await git(repository, ['config', 'remote.origin.receivepack', traps.command('receive-pack')])
  await appendFile(join(repository, '.git/config'), hostileConfiguration(traps, server))
  await layHooks(join(repository, '.git/hooks'), traps)
  await mkdir(join(repository, '.git/info'), { recursive: true })
  await writeFile(join(repository, '.git/info/attributes'), '* diff=evil merge=evil\n')
}

async function layHooks(folder: string, { command }: Traps): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of HOOKS) {
    await writeFile(join(folder, name), `#!/bin/sh\n${command(`hook-${name}`)}\n`)
    await chmod(join(folder, name), 0o755)
  }
}
