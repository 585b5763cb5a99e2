/** What the real build passes; whatever is missing falls back as `docker build` does. */
export interface BuildOptions {
  /** `--build-arg`: they win over defaults, and only where the Dockerfile declares the ARG. */
  args?: ReadonlyMap<string, string>
  /** `--target`; null or missing: the last stage. */
  target?: string | null
  /** `--platform`, default `linux/amd64`; several: the answer is the union. The build host counts as linux/amd64. */
  platforms?: readonly string[]
  /** `--build-context NAME=VALUE`: `docker-image://REF` replaces an image or stage, anything else is no image. */
  contexts?: ReadonlyMap<string, string>
}

export type UseKind = 'from' | 'copy' | 'mount' | 'onbuild'

/** One place where an image is asked for; the same image may be asked for in several places. */
export interface BaseImageUse {
  /** Canonical, with `:latest` filled in. */
  ref: string
  kind: UseKind
  /** Name of the stage the instruction stands in, or its index as decimal. */
  stage: string
  /** 1-based line where the instruction starts. */
  line: number
  /** Is it pulled for this target? False: named in the file, but not needed. */
  reachable: boolean
  /** The `--platform` asked for, variables expanded; null where none is. */
  platform: string | null
  /** Is it below the image that is shipped (the FROM chain of the target), as opposed to build stages and copies? */
  runtime: boolean
  /** ARGs whose default in the Dockerfile decided, for want of a build argument; sorted. */
  assumed: readonly string[]
  /** The platforms built (as given in the options) that need it; empty when not reachable. */
  platforms: readonly string[]
}

/** Legal, but worth a look. */
export interface Diagnostic {
  severity: 'warning'
  line: number
  message: string
}

export type DockerfileResult =
  | { ok: true; images: BaseImageUse[]; syntax: string | null; problems: Diagnostic[] }
  | { ok: false; error: { message: string; line: number } }

/** BuildKit would refuse this Dockerfile. Thrown inside this folder only; its entry point turns it into a result. */
export class DockerfileRefusal extends Error {
  readonly line: number

  constructor(message: string, line: number) {
    super(message)
    this.name = 'DockerfileRefusal'
    this.line = line
  }
}

/** Text from a Dockerfile, quoted for a message: short and on one line. */
export function quoted(text: string): string {
  const line = text.replace(/\s/g, ' ')
  return `"${line.length > 80 ? `${line.slice(0, 80)}…` : line}"`
}

/** What is left of the work a file's variables may take, in characters written and compared; shared by all expansions. */
export interface WorkBudget {
  left: number
}

/** Enough for any real file a thousand times over, and less than a second or two. */
const MAX_WORK = 50_000_000

/** For all builds of one file that are looked at together. */
export const MAX_WORK_OF_ALL = 4 * MAX_WORK

/** How much of a budget was used. */
export function spentOf({ left }: WorkBudget): number {
  return MAX_WORK - left
}

export function workBudget(): WorkBudget {
  return { left: MAX_WORK }
}
