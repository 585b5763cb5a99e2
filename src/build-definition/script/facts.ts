import type { Budget } from '../scan.js'
import {
  type BuildEnvironment,
  type BuildInputs,
  type BuildValue,
  type Unclear,
  unknown,
  writtenText,
} from '../value.js'
import type { Marks } from './marks.js'

/** What a script starts with. */
export interface ScriptEnvironment {
  /** Value of an environment variable where the script starts; null: nobody sets it, as far as is known. */
  readonly variable: (name: string) => BuildValue | null
}

export interface ScriptOptions {
  /** Whose language the script is in: `sh` and `bash` are `posix`. */
  readonly shell?: 'posix' | 'pwsh' | 'cmd'
  /** Where the script starts, relative to the workspace (`working-directory`); the workspace itself if not given. */
  readonly folder?: BuildValue
  /** How much text may come out of variables, where several scripts share it; each has enough of its own if not given. */
  readonly budget?: Budget
}

/** What a script does as far as images are concerned. */
export interface ScriptFacts {
  readonly builds: readonly ScriptBuild[]
  readonly environmentWrites: EnvironmentWrites
  readonly unread: readonly UnreadCommand[]
  /** Images the script sends to a registry, by the names it gives them. */
  readonly pushes: readonly BuildValue[]
  /** Names the script gives images that have another name already (`docker tag`). */
  readonly retags: readonly Retag[]
}

/** What `>> $GITHUB_ENV` sets for later steps. */
export interface EnvironmentWrites {
  /** An unknown value where the script may as well not set it. */
  readonly values: ReadonlyMap<string, BuildValue>
  /** Whether there may be names that cannot be seen (`cat file >> $GITHUB_ENV`). */
  readonly hasOthers: boolean
}

/** A command that may well build an image, and cannot be read. */
export interface UnreadCommand {
  /** 1-based, in the script. */
  readonly line: number
  /** As written. */
  readonly command: string
  /** What would have to be read: `make`, `npm`, `script`, `docker`, `shell`. */
  readonly tool: string
}

export interface Retag {
  readonly from: BuildValue
  readonly to: BuildValue
}

export type ScriptBuild = CommandBuild | BakeCommand | ComposeCommand

interface CommandPlace {
  /** 1-based, in the script. */
  readonly line: number
  /** Where the command runs, relative to the workspace; '' is the workspace itself. */
  readonly folder: BuildValue
  /** Whether the script may as well end well without it. */
  readonly isConditional: boolean
  /** Whether its image leaves the machine; null: no push is seen yet, and a later one of its tags may send it. */
  readonly publishes: boolean | null
}

/** A command that builds one Dockerfile. */
export interface CommandBuild extends CommandPlace {
  readonly kind: 'build'
  /** Which program builds: podman, buildah and nerdctl look for a Containerfile as well, podman before a Dockerfile. */
  readonly tool: BuildTool
  /** null: none is given, which docker does not take. `-`: stdin, which is a Dockerfile or an archive. */
  readonly context: BuildValue | null
  /**
   * Relative to `folder`, not to the context; null: none is given. Where the Dockerfile comes from stdin it is the file
   * that stdin is read from, or an unknown value.
   */
  readonly file: BuildValue | null
  /** The Dockerfile itself, where the script holds it. */
  readonly inline: BuildValue | null
  readonly inputs: BuildInputs
  readonly tags: readonly BuildValue[]
}

export type BuildTool = 'docker' | 'podman' | 'buildah' | 'nerdctl' | 'kaniko' | 'img' | 'depot'

/** `docker buildx bake`: what it builds stands in other files. */
export interface BakeCommand extends CommandPlace {
  readonly kind: 'bake'
  /** Relative to `folder`; empty: bake's own default files. */
  readonly files: readonly BuildValue[]
  /** Empty: the group or target `default`. */
  readonly targets: readonly BuildValue[]
  /** Overrides, as `TARGET.KEY=VALUE`. */
  readonly set: readonly BuildValue[]
  /** A repository to read the files from, instead of `folder`. */
  readonly source: BuildValue | null
  /** What the script sets, over what it starts with; `--var` included. */
  readonly environment: BuildEnvironment
  readonly unclear: readonly Unclear[]
}

/** `docker compose build`, or `up --build`. */
export interface ComposeCommand extends CommandPlace {
  readonly kind: 'compose'
  /** Relative to `folder`; empty: compose's own default files. */
  readonly files: readonly BuildValue[]
  /** Empty: all. */
  readonly services: readonly BuildValue[]
  /** `--build-arg`, over what the services say. */
  readonly args: ReadonlyMap<string, BuildValue>
  /** What paths in the files are relative to, if not to the folder of the first. */
  readonly projectFolder: BuildValue | null
  /** What the script sets, over what it starts with. */
  readonly environment: BuildEnvironment
  readonly unclear: readonly Unclear[]
}

/** What a command does as far as images are concerned. */
export interface CommandFacts {
  readonly builds?: readonly ScriptBuild[]
  readonly pushes?: readonly BuildValue[]
  readonly retags?: readonly Retag[]
  /** `docker compose push`: what compose built leaves the machine. */
  readonly pushesServices?: boolean
  /** What would have to be read to know what it builds. */
  readonly unread?: string
}

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

/**
 * Builds of which a push of one of their tags is seen, by the name they were built with or one they got later: they
 * publish. What is not known is the same where it is written the same.
 */
export function withPushes<Build extends ScriptBuild>(
  builds: readonly Build[],
  { pushes, retags }: { readonly pushes: readonly BuildValue[]; readonly retags: readonly Retag[] },
): Build[] {
  const pushed = new Set(pushes.map(nameOf))
  // Backwards: what a name was given to, in turn, before.
  for (const { from, to } of [...retags].reverse()) if (isPushed(to, pushed)) pushed.add(nameOf(from))
  const isSent = (build: Build) =>
    build.kind === 'build' && build.publishes === null && tagsOf(build).some((tag) => isPushed(tag, pushed))
  return builds.map((build) => (isSent(build) ? { ...build, publishes: true } : build))
}

function tagsOf(build: CommandBuild): readonly BuildValue[] {
  return build.tags
}

/** Whether a name is pushed, or its repository with all its tags (`docker push app`, `docker push --all-tags app`). */
function isPushed(tag: BuildValue, pushed: ReadonlySet<string>): boolean {
  const name = nameOf(tag)
  return pushed.has(name) || pushed.has(name.replace(/:[^:/]*$/, ''))
}

function nameOf(value: BuildValue): string {
  const written = writtenText(value)
  return written.replace(/^docker\.io\/(?:library\/)?/, '').replace(/:latest$/, '')
}

/** What a script appends to the file of environment variables, piece by piece. */
export interface EnvironmentText {
  /** null: it cannot be seen. */
  readonly text: string | null
  readonly isConditional: boolean
}

const MAX_LINES = 2000

interface WrittenLine {
  readonly text: string
  readonly isUnseen: boolean
  readonly isConditional: boolean
}

/**
 * Names and values in what a script appends to `$GITHUB_ENV`: `NAME=VALUE`, and `NAME<<END`, lines, `END`
 * (docs.github.com, "Workflow commands", "Setting an environment variable").
 */
export function environmentWrites(pieces: readonly EnvironmentText[], marks: Marks): EnvironmentWrites {
  const all = pieces.flatMap(linesOf)
  const lines = all.slice(0, MAX_LINES)
  const values = new Map<string, BuildValue>()
  let hasOthers = all.length > MAX_LINES
  for (let at = 0; at < lines.length; at += 1) {
    const { text, isUnseen, isConditional } = lines[at] as WrittenLine
    const [, written = '', operator = '', rest = ''] = /^([^=<]*)(=|<<)(.*)$/s.exec(text) ?? []
    const name = marks.withDefaults(written)?.trim() ?? ''
    if (isUnseen || (text.trim() !== '' && name === '')) hasOthers = true
    if (name === '' || isUnseen) continue
    if (operator === '=') {
      values.set(name, isConditional ? unknown(`what a script sets ${name} to`) : marks.value(rest))
      continue
    }
    const end = lines.findIndex((line, index) => index > at && !line.isUnseen && line.text === rest)
    const inside = end < 0 ? [] : lines.slice(at + 1, end)
    const isKnown = end >= 0 && !isConditional && inside.every((line) => !line.isUnseen && !line.isConditional)
    const value = inside.map((line) => line.text).join('\n')
    values.set(name, isKnown ? marks.value(value) : unknown(`what a script sets ${name} to`))
    if (end < 0) hasOthers = true
    else at = end
  }
  return { values, hasOthers }
}

function linesOf({ text, isConditional }: EnvironmentText): WrittenLine[] {
  if (text === null) return [{ text: '', isUnseen: true, isConditional }]
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  return lines.map((line) => ({ text: line, isUnseen: false, isConditional }))
}

/** Whether a word, as written, is the file of environment variables, in any of the languages of scripts. */
export function isEnvironmentFile(written: string): boolean {
  return /^(?:\$\{?(?:env:)?GITHUB_ENV\}?|%GITHUB_ENV%|\$\{\{ {0,9}github\.env {0,9}\}\})$/i.test(written)
}
