import type { BuildValue } from '../value.js'
import type { EnvironmentText } from './environment-file.js'
import type { CommandFacts } from './programs.js'
import type { Retag, ScriptBuild, UnreadCommand } from './types.js'

/** More of a kind than this is no script anybody writes. */
const MAX_FACTS = 256

/** What one script does, as far as it was read. */
export class Facts {
  builds: ScriptBuild[] = []
  unread: UnreadCommand[] = []
  pushes: BuildValue[] = []
  retags: Retag[] = []
  environment: EnvironmentText[] = []

  /** Forgets what was found while something ran that only tells what it changes. */
  without(run: () => void): void {
    const { builds, unread, pushes, retags, environment } = this
    Object.assign(this, { builds: [], unread: [], pushes: [], retags: [], environment: [] })
    run()
    Object.assign(this, { builds, unread, pushes, retags, environment })
  }

  add({ builds = [], pushes = [], retags = [] }: CommandFacts): void {
    if (this.builds.length < MAX_FACTS) this.builds.push(...builds)
    if (this.pushes.length < MAX_FACTS) this.pushes.push(...pushes)
    if (this.retags.length < MAX_FACTS) this.retags.push(...retags)
  }

  addUnread(line: number, command: string, tool: string): void {
    if (this.unread.length < MAX_FACTS) this.unread.push({ line, command, tool })
  }
}
