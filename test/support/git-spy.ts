/** A git in front of git: writes down how it is called, then is the real one. */
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempFolder } from './temp-folder.js'

export interface GitSpy {
  /** PATH with the spy in front. */
  readonly path: string
  /** The arguments of every call so far. */
  readonly calls: () => Promise<readonly (readonly string[])[]>
}

export async function gitSpy(): Promise<GitSpy> {
  const { path } = await tempFolder('git-spy')
  const real = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  const log = join(path, 'calls')
  const bin = join(path, 'bin')
  await mkdir(bin)
  await writeFile(log, '')
  const script = `#!/bin/sh\nprintf '%s\\0' "$@" END >> '${log}'\nexec '${real}' "$@"\n`
  await writeFile(join(bin, 'git'), script)
  await chmod(join(bin, 'git'), 0o755)
  const calls = async () => {
    const all = (await readFile(log, 'utf8')).split('\0END\0')
    return all.slice(0, -1).map((call) => call.split('\0'))
  }
  return { path: `${bin}:${process.env.PATH ?? ''}`, calls }
}
