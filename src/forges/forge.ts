/** A forge as images.yaml writes it under `provider`. */
export type Provider = 'github' | 'gitlab'

/** What names the file that builds an image. */
export interface BuildName {
  readonly provider: Provider
  readonly workflow?: string | null
  readonly pipeline?: string | null
}

/** What a forge looks at of where an image is built (`Source` of enrollment/ is one). */
export interface ForgeSource extends BuildName {
  readonly repo: string
  /** What is sent when a build is started, by name. */
  readonly inputs: ReadonlyMap<string, string>
}

/** What messages, pages and commands need to know of one forge. Facts alone: nothing is asked. */
export interface Forge {
  readonly provider: Provider
  /** As messages call it. */
  readonly name: string
  /** Where it is, unless a variable names a server of one's own. Without a slash at the end. */
  readonly defaultUrl: string
  readonly urlVariable: string
  /** Hosts of remotes that are known to be its. */
  readonly host: RegExp
  /** How its repositories are named. */
  readonly repository: RegExp
  /** The action's input for the token that reads sources. */
  readonly tokenInput: string
  /** The key of an entry that names the file which builds. */
  readonly buildKey: 'source.workflow' | 'source.pipeline'
  /** The file that builds where an entry names none; null: none does. */
  readonly defaultBuild: string | null
  /** What an entry names as the file that builds. */
  readonly buildOf: (source: BuildName) => string | null
  /** Where that file lies in the repository; null: there is none. */
  readonly buildFile: (source: BuildName) => string | null
  /** Whether each file that builds has runs of its own, rather than each branch. */
  readonly hasRunsPerFile: boolean
  /** What it calls its runs, the name of one, and the line of a file that names them after inputs. */
  readonly runs: string
  readonly runTitle: string
  readonly runTitleLine: (inputs: readonly string[]) => string
  /** The page of a file, at the branch that is named, else at the default branch. */
  readonly filePage: (
    url: string,
    at: { readonly repo: string; readonly branch: string | null },
    path: string,
  ) => string
  /** The page of one run, by its id. */
  readonly runPage: (url: string, repo: string, id: string) => string
  /** The page that starts a build by hand; null: there is none. */
  readonly startPage: (url: string, source: ForgeSource, branch: string | null) => string | null
  /** The command that does, word by word; null: there is none. `fill` puts values in the place of placeholders. */
  readonly startCommand: (
    url: string,
    source: ForgeSource,
    branch: string | null,
    fill: (input: string) => string,
  ) => readonly string[] | null
}

/** The parts of a path, each encoded for a URL. */
export function urlPath(text: string): string {
  return text.split('/').map(encodeURIComponent).join('/')
}
