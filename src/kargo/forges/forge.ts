import type { Source } from '../../enrollment/images-file.js'
import type { TrackedImage } from '../../state/model.js'
import type { Expression, Text } from '../constructs/expression.js'
import type { Factory } from '../factory.js'

/**
 * Where repositories are kept and images are built: all that differs between one and another. To add one, write a file
 * beside `github.ts` and register it in `index.ts`.
 *
 * Its functions are methods, so that one of a single kind of source stands for one of any.
 */
export interface Forge<S extends Source = Source> {
  /** As messages name it. */
  readonly name: Expression
  /** Address of the repositories; no slash at the end. */
  repositories(factory: Factory): string
  /** The file of a source that says how it is built, null where none is known, and the key that names it. */
  definition(source: S): { readonly key: string; readonly path: string | null }
  /** Variables of the Stage that rebuilds an image; null where nothing says how to. */
  build(image: TrackedImage, source: S, factory: Factory): Build | null
  /** The PromotionTask of these Stages, and the variables that are this forge's own. */
  readonly task: { readonly name: string; readonly vars: readonly [where: string, inputs: string] }
  readonly api: BuildApi
}

/** Variables that say where an image is built, and those that say how. */
export interface Build {
  readonly where: Readonly<Record<string, string>>
  readonly how: Readonly<Record<string, string | undefined>>
}

/**
 * A forge as the rebuild task sees it: where builds are started and asked for, and what its answers say. Code stands over
 * `response`; in `run` it stands over `#`, one run (GitHub) or pipeline (GitLab) of a list.
 */
export interface BuildApi {
  readonly headers: Readonly<Record<string, Text>>
  /** Address of the latest builds, newest first, before it is filled in, and what narrows them to the branch. */
  readonly builds: Expression
  readonly onBranch: Readonly<Record<string, Text>>
  /** Address of the build with the id `vars.run`, before it is filled in. */
  readonly build: Expression
  readonly dispatch: { readonly url: Expression; readonly body: Expression }
  readonly answer: {
    /** The list of builds. */
    readonly builds: Expression
    /** Whether the answer is such a list, and not one build. */
    readonly isList: Expression
    /** A read that is refused for good. */
    readonly isRefused: Expression
    /** The same of one build, which may be found only after a moment: 404 is another matter. */
    readonly isBuildRefused: Expression
    /** A dispatch that was not looked at, because there were too many requests. */
    readonly isRateLimited: Expression
    /** What the refusal of a read says. */
    readonly message: Expression
    /** The same of a dispatch; nothing where it was accepted. */
    readonly refusal: Expression
    /** The build that a dispatch started, where the answer names it. */
    readonly startedId: Expression
  }
  readonly run: {
    /** Whether it counts as a build of this image (rebuild.md, "Which runs are an image's own"). */
    readonly counts: Expression
    /** Whether it has this image's title, where the image has one. */
    readonly hasTitle: Expression
    readonly wasDispatched: Expression
    /** It succeeded. */
    readonly isSuccess: Expression
    /** It may yet succeed; asked only of those of which none has. */
    readonly mayYetSucceed: Expression
    /** It succeeded, or may yet. */
    readonly isGood: Expression
    /** When it began, in seconds since 1970. */
    readonly startedAt: Expression
    readonly address: Expression
  }
  /** The same of a single build, `r`. */
  readonly single: {
    readonly isOver: Expression
    readonly conclusion: Expression
    readonly address: Expression
  }
  /** Conclusions that are a success, as a list of texts. */
  readonly successes: Expression
}
