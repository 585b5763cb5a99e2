/** The keys that name the file which builds an image. */
export interface BuildName {
  readonly workflow?: string | null
  readonly pipeline?: string | null
}

/** Where an image is built, as far as a forge needs to know (`Source` in enrollment/ is one). */
export interface ForgeSource extends BuildName {
  readonly repo: string
  /** Inputs sent when a build is started, by name. */
  readonly inputs: ReadonlyMap<string, string>
}

/** What messages, pages and commands need to know about one forge. Static facts only: no requests. */
export interface Forge<P extends string = string> {
  /** Name in images.yaml. */
  readonly provider: P
  /** Name for messages. */
  readonly name: string
  /** Server used unless `urlVariable` is set. No trailing slash. */
  readonly defaultUrl: string
  readonly urlVariable: string
  /** Hosts of git remotes that belong to it. */
  readonly host: RegExp
  /** Valid repository names, and their form in words. */
  readonly repository: RegExp
  readonly repositoryForm: string
  /** The action's input for the token that reads sources. */
  readonly tokenInput: string
  /** Environment variables with that token on the command line; the first that is set counts. */
  readonly tokenVariables: readonly string[]
  /** Default name of the Secret with the token that starts builds. */
  readonly tokenSecret: string
  /** What the forge calls what it starts. */
  readonly builds: string
  /** Language of its build files: GitHub's workflows or GitLab's pipelines. */
  readonly language: 'workflow' | 'pipeline'
  /** The key of an entry that names the build file. */
  readonly buildKey: 'source.workflow' | 'source.pipeline'
  /** The build file when an entry names none; null: there is no default. */
  readonly defaultBuild: string | null
  /** The build file that an entry names. */
  readonly buildOf: (source: BuildName) => string | null
  /** Path of that file in the repository; null: there is none. */
  readonly buildFile: (source: BuildName) => string | null
  /** Whether runs belong to a build file rather than to a branch. */
  readonly hasRunsPerFile: boolean
  /** What the forge calls its runs, what it calls a run's name, and the line that names runs after inputs. */
  readonly runs: string
  readonly runTitle: string
  readonly runTitleLine: (inputs: readonly string[]) => string
  /** URL of a file, on the given branch or else on the default branch. */
  readonly filePage: (
    url: string,
    at: { readonly repo: string; readonly branch: string | null },
    path: string,
  ) => string
  /** URL of one run. */
  readonly runPage: (url: string, repo: string, id: string) => string
  /** URL of the page that starts a build by hand; null: there is none. */
  readonly startPage: (url: string, source: ForgeSource, branch: string | null) => string | null
  /** The command that starts a build, as words; null: there is none. `fill` replaces the placeholder of an input. */
  readonly startCommand: (
    url: string,
    source: ForgeSource,
    branch: string | null,
    fill: (input: string) => string,
  ) => readonly string[] | null
}

/** A path with each segment percent-encoded. */
export function urlPath(text: string): string {
  return text.split('/').map(encodeURIComponent).join('/')
}
