import type { Source } from '../../enrollment/images-file.js'
import type { TrackedImage } from '../../state/model.js'
import type { Expression, Text } from '../constructs/expression.js'
import type { Factory } from '../factory.js'

/**
 * A server with repositories and builds: everything that differs between forges. To add one, write a file beside
 * `github.ts` and register it in `index.ts`.
 *
 * Its functions are methods, so that a forge for one kind of source can be used as one for any (bivariance).
 */
export interface Forge<S extends Source = Source> {
  readonly name: Expression
  /** Base URL of the repositories, without trailing slash. */
  repositories(factory: Factory): string
  /** Variables of the Stage that rebuilds an image; null if its build is unknown. */
  build(image: TrackedImage, source: S, factory: Factory): Build | null
  /** The PromotionTask of these Stages, and the forge's specific variables. */
  readonly task: { readonly name: string; readonly vars: readonly [where: string, inputs: string] }
  readonly api: BuildApi
}

/** Variables that define where and how an image is built. */
export interface Build {
  readonly where: Readonly<Record<string, string>>
  readonly how: Readonly<Record<string, string | undefined>>
}

/**
 * A forge as seen by the rebuild task: where builds are started and listed, and how to read its responses. Code refers
 * to `response`; in `run` it refers to `#`, one run (GitHub) or pipeline (GitLab) of a list.
 */
export interface BuildApi {
  readonly headers: Readonly<Record<string, Text>>
  /** URL of the latest builds, newest first, unevaluated, and the parameters that restrict them to the branch. */
  readonly builds: Expression
  readonly onBranch: Readonly<Record<string, Text>>
  /** URL of the build with the id `vars.run`, unevaluated. */
  readonly build: Expression
  readonly dispatch: { readonly url: Expression; readonly body: Expression }
  readonly answer: {
    readonly builds: Expression
    /** Whether the response is a list of builds rather than a single one. */
    readonly isList: Expression
    /** A permanent refusal of a read. */
    readonly isRefused: Expression
    /** A permanent refusal for a single build; not a 404, because a build may appear with a delay. */
    readonly isBuildRefused: Expression
    /** A dispatch that was rejected by a rate limit. */
    readonly isRateLimited: Expression
    /** The message of a refused read. */
    readonly message: Expression
    /** The message of a refused dispatch; nil if it was accepted. */
    readonly refusal: Expression
    /** The build that a dispatch started, if the response contains it. */
    readonly startedId: Expression
  }
  readonly run: {
    /** Whether it counts as a build of this image (rebuild.md, "Which runs are an image's own"). */
    readonly counts: Expression
    /** Whether it has this image's title, if the image has one. */
    readonly hasTitle: Expression
    readonly wasDispatched: Expression
    readonly isSuccess: Expression
    /** It may still succeed; evaluated only if no build has. */
    readonly mayYetSucceed: Expression
    /** It succeeded, or may still succeed. */
    readonly isGood: Expression
    /** Start time in seconds since the epoch. */
    readonly startedAt: Expression
    readonly address: Expression
  }
  /** The same for a single build, `r`. */
  readonly single: {
    readonly isOver: Expression
    readonly conclusion: Expression
    readonly address: Expression
  }
  /** Conclusions that count as success, as a list of strings. */
  readonly successes: Expression
}
