/** Inputs of the real build; missing ones default as in `docker build`. */
export interface BuildOptions {
  /** `--build-arg`: override defaults, but only where the Dockerfile declares the ARG. */
  args?: ReadonlyMap<string, string>
  /** `--target`; null or missing: the last stage. */
  target?: string | null
  /** `--platform`, default `linux/amd64`; several give the union. The build host is taken to be linux/amd64. */
  platforms?: readonly string[]
  /** `--build-context NAME=VALUE`: `docker-image://REF` replaces an image or stage; other values are not images. */
  contexts?: ReadonlyMap<string, string>
}

/** One place that names an image; the same image may be named in several places. */
export interface BaseImageUse {
  /** Canonical, with the default `:latest`. */
  ref: string
  kind: 'from' | 'copy' | 'mount' | 'onbuild'
  /** Name of the stage that contains the instruction, or its index in decimal. */
  stage: string
  /** 1-based line where the instruction starts. */
  line: number
  /** Whether it is pulled for this target. False: named in the file, but not needed. */
  reachable: boolean
  /** Its `--platform` with variables expanded; null without one. */
  platform: string | null
  /** Whether it is in the FROM chain of the target, not only in build stages and copies. */
  runtime: boolean
  /** ARGs decided by their default in the Dockerfile because no build argument was given; sorted. */
  assumed: readonly string[]
  /** The built platforms (as given in the options) that need it; empty when not reachable. */
  platforms: readonly string[]
}

/** Legal, but suspicious. */
export interface Diagnostic {
  severity: 'warning'
  line: number
  message: string
}

export type DockerfileResult =
  | { ok: true; images: BaseImageUse[]; syntax: string | null; problems: Diagnostic[] }
  | { ok: false; error: { message: string; line: number } }

/** BuildKit would refuse this Dockerfile. Thrown only inside this folder; its entry point turns it into a result. */
export class DockerfileRefusal extends Error {
  readonly line: number

  constructor(message: string, line: number) {
    super(message)
    this.name = 'DockerfileRefusal'
    this.line = line
  }
}

/** Quotes text from a Dockerfile for a message: truncated, on one line. */
export function quoted(text: string): string {
  const line = text.replace(/\s/g, ' ')
  return `"${line.length > 80 ? `${line.slice(0, 80)}…` : line}"`
}

/** Remaining work for a file's variables, in characters written and compared; shared by all expansions. */
export interface WorkBudget {
  left: number
}

/** A thousand times what any real file needs, and at most a second or two. */
const MAX_WORK = 50_000_000

/** Limit for all builds of one file together. */
export const MAX_WORK_OF_ALL = 4 * MAX_WORK

/** Work spent so far. */
export function spentOf({ left }: WorkBudget): number {
  return MAX_WORK - left
}

export function workBudget(): WorkBudget {
  return { left: MAX_WORK }
}
