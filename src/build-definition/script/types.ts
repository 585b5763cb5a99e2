import type { Budget, BuildInputs, BuildValue } from '../value.js'

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
  readonly environment: ReadonlyMap<string, BuildValue>
  readonly unclear: BuildInputs['unclear']
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
  readonly environment: ReadonlyMap<string, BuildValue>
  readonly unclear: BuildInputs['unclear']
}
