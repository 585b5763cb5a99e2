import {
  type BuildEnvironment,
  type BuildInputs,
  type BuildValue,
  type Unclear,
  unknown,
  writtenText,
} from '../value.js'
import type { Marks } from './marks.js'

/** What a script does with images. */
export interface ScriptFacts {
  readonly builds: readonly ScriptBuild[]
  readonly environmentWrites: ReturnType<typeof environmentWrites>
  /** Commands that may build an image but cannot be read. */
  readonly unread: readonly {
    /** 1-based line in the script. */
    readonly line: number
    /** As written. */
    readonly command: string
    /** What would have to be read: `make`, `npm`, `script`, `docker`, `shell`. */
    readonly tool: string
  }[]
  /** Images pushed to a registry, by the names used. */
  readonly pushes: readonly BuildValue[]
  /** Additional names for existing images (`docker tag`). */
  readonly retags: readonly { readonly from: BuildValue; readonly to: BuildValue }[]
}

export type ScriptBuild = CommandBuild | BakeCommand | ComposeCommand

interface CommandPlace {
  /** 1-based line in the script. */
  readonly line: number
  /** Working directory, relative to the workspace; '' is the workspace itself. */
  readonly folder: BuildValue
  /** Whether the script may succeed without running it. */
  readonly isConditional: boolean
  /** Whether its image is published; null: no push so far, but a later one of its tags may publish it. */
  readonly publishes: boolean | null
}

/** A command that builds one Dockerfile. */
export interface CommandBuild extends CommandPlace {
  readonly kind: 'build'
  /** The program: podman, buildah and nerdctl also accept a Containerfile; podman prefers it. */
  readonly tool: 'docker' | 'podman' | 'buildah' | 'nerdctl' | 'kaniko' | 'img' | 'depot'
  /** null: none given, which docker rejects. `-`: stdin, a Dockerfile or an archive. */
  readonly context: BuildValue | null
  /**
   * Relative to `folder`, not to the context; null: none given. If the Dockerfile comes from stdin, the file redirected
   * to stdin, or an unknown value.
   */
  readonly file: BuildValue | null
  /** The Dockerfile's text, if the script contains it. */
  readonly inline: BuildValue | null
  readonly inputs: BuildInputs
  readonly tags: readonly BuildValue[]
}

/** `docker buildx bake`: its builds are defined in other files. */
export interface BakeCommand extends CommandPlace {
  readonly kind: 'bake'
  /** Relative to `folder`; empty: bake's default files. */
  readonly files: readonly BuildValue[]
  /** Empty: the group or target `default`. */
  readonly targets: readonly BuildValue[]
  /** Overrides, `TARGET.KEY=VALUE`. */
  readonly set: readonly BuildValue[]
  /** A repository that the files are read from instead of `folder`. */
  readonly source: BuildValue | null
  /** Variables set by the script, including `--var`; they override its initial environment. */
  readonly environment: BuildEnvironment
  readonly unclear: readonly Unclear[]
}

/** `docker compose build`, or `up --build`. */
export interface ComposeCommand extends CommandPlace {
  readonly kind: 'compose'
  /** Relative to `folder`; empty: compose's default files. */
  readonly files: readonly BuildValue[]
  /** Empty: all. */
  readonly services: readonly BuildValue[]
  /** `--build-arg`, overriding those of the services. */
  readonly args: ReadonlyMap<string, BuildValue>
  /** Base of paths in the files; null: the first file's folder. */
  readonly projectFolder: BuildValue | null
  /** Variables set by the script or its flags, overriding its initial environment. */
  readonly environment: BuildEnvironment
  readonly unclear: readonly Unclear[]
}

/** What one command does with images. */
export interface CommandFacts extends Partial<Pick<ScriptFacts, 'builds' | 'pushes' | 'retags'>> {
  /** `docker compose push`: publishes what compose built. */
  readonly pushesServices?: boolean
  /** What would have to be read to know what it builds. */
  readonly unread?: string
}

/** Limit on facts of each kind; no real script reaches it. */
const MAX_FACTS = 256

/** The facts collected from one script. */
export class Facts {
  builds: ScriptBuild[] = []
  unread: ScriptFacts['unread'][number][] = []
  pushes: BuildValue[] = []
  retags: ScriptFacts['retags'][number][] = []
  /** Pieces of text that the script appends to the environment file; null: unknown. */
  environment: { readonly text: string | null; readonly isConditional: boolean }[] = []

  /** Runs something for its side effects on the state only, discarding the facts it adds. */
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

/** Adds the names that images get later (`docker tag`) to their builds, and marks those with a pushed name as published. */
export function withPushes({ builds, ...moves }: Pick<ScriptFacts, 'builds' | 'pushes' | 'retags'>): ScriptBuild[] {
  return builds.map((build) => (build.kind === 'build' ? withMoves(build, moves) : build))
}

/** The build with the names that its image gets later, published if one is pushed. Unknown names are equal if written the same. */
export function withMoves<Build extends Pick<CommandBuild, 'tags' | 'publishes'>>(
  build: Build,
  { pushes, retags }: Pick<ScriptFacts, 'pushes' | 'retags'>,
): Build {
  const tags = [...build.tags]
  const names = new Set(tags.map(nameOf))
  for (const { from, to } of retags) {
    if (!names.has(nameOf(from)) || names.has(nameOf(to))) continue
    tags.push(to)
    names.add(nameOf(to))
  }
  const pushed = new Set(pushes.map(nameOf))
  const isSent = build.publishes !== true && tags.some((tag) => isPushed(tag, pushed))
  return { ...build, tags, ...(isSent && { publishes: true }) }
}

/** Whether a name is pushed, or its repository with all tags (`docker push app`, `docker push --all-tags app`). */
function isPushed(tag: BuildValue, pushed: ReadonlySet<string>): boolean {
  const name = nameOf(tag)
  return pushed.has(name) || pushed.has(name.replace(/:[^:/]*$/, ''))
}

function nameOf(value: BuildValue): string {
  const written = writtenText(value)
  return written.replace(/^docker\.io\/(?:library\/)?/, '').replace(/:latest$/, '')
}

const MAX_LINES = 2000

/**
 * Parses the names and values that a script appends to `$GITHUB_ENV`: `NAME=VALUE`, and `NAME<<END`, lines, `END`
 * (docs.github.com, "Workflow commands", "Setting an environment variable").
 *
 * @returns the variables that it sets for later steps, unknown if it may also not set them; `hasOthers`: it may set
 * others, whose names are unknown (`cat file >> $GITHUB_ENV`).
 */
export function environmentWrites(pieces: Facts['environment'], marks: Marks) {
  const all = pieces.flatMap(linesOf)
  const lines = all.slice(0, MAX_LINES)
  const values = new Map<string, BuildValue>()
  let hasOthers = all.length > MAX_LINES
  for (let at = 0; at < lines.length; at += 1) {
    const { text, isUnseen, isConditional } = lines[at] as (typeof lines)[number]
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

function linesOf({ text, isConditional }: Facts['environment'][number]) {
  if (text === null) return [{ text: '', isUnseen: true, isConditional }]
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  return lines.map((line) => ({ text: line, isUnseen: false, isConditional }))
}

/** Whether a word, as written, is the environment file, in any of the script languages. */
export function isEnvironmentFile(written: string): boolean {
  return /^(?:\$\{?(?:env:)?GITHUB_ENV\}?|%GITHUB_ENV%|\$\{\{ {0,9}github\.env {0,9}\}\})$/i.test(written)
}
