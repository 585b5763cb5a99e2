import type { ComposeMap } from './compose-tree.js'
import type { BuildTarget } from './targets.js'
import type { BuildValue } from './value.js'

export type Environment = ReadonlyMap<string, BuildValue>

/** Files that lie beside the definition, by path: null where there is none. */
export type BesideFiles = ReadonlyMap<string, string | null>

/** What decides beside the compose files. */
export interface ComposeSettings {
  /** Variables of the step that builds. */
  readonly environment: Environment
  /** Where it runs, relative to the repository. */
  readonly folder: string
  readonly beside: BesideFiles
  /**
   * Who reads: bake takes every path from where it runs, `docker compose` from where the first file lies, and it knows
   * neither `x-bake` nor the variables of a service for its build.
   */
  readonly reader: 'bake' | 'compose'
  /** Whether the command names the files (`-f`): `docker compose` then reads no `.env` but that of the first's folder. */
  readonly isNamed?: boolean
  /** Arguments of the command (`--build-arg`), which go before those of services; null: the environment's value. */
  readonly args?: ReadonlyMap<string, BuildValue | null>
}

/** Compose files put together. */
export interface ComposeModel {
  readonly services: ReadonlyMap<string, ComposeMap>
  /** The environment with what `.env` adds. */
  readonly environment: Environment
  /** What is included and could not be read: it may say anything. */
  readonly unclear: readonly Unclear[]
}

/** A compose file that its reader refuses. */
export class ComposeFault extends Error {
  readonly file: string
  readonly line: number | null

  constructor(message: string, file: string, line: number | null = null) {
    super(message)
    this.file = file
    this.line = line
  }
}

/** The key of a service under which stands what it extends and nobody could read. */
export const UNREAD = 'unread'

export type Unclear = BuildTarget['passes']['unclear'][number]
