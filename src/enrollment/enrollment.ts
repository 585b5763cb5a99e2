/** A span of time as written and in seconds. */
export interface Duration {
  readonly text: string
  readonly seconds: number
}

/** Where an image is built on GitHub (github.com or a GitHub Enterprise server). */
export interface GitHubSource {
  readonly provider: 'github'
  /** OWNER/REPO */
  readonly repo: string
  /** null: the repository's default branch. */
  readonly branch: string | null
  /** Path of the Dockerfile inside the repository. */
  readonly dockerfile: string
  /** File name of the workflow that builds and publishes the image, null where none was given. */
  readonly workflow: string | null
  /** Which good runs of the workflow count as builds. */
  readonly builds: 'any' | 'dispatched'
  /** workflow_dispatch inputs, keys sorted. */
  readonly inputs: ReadonlyMap<string, string>
}

/** Where an image is built on GitLab. */
export interface GitLabSource {
  readonly provider: 'gitlab'
  /** GROUP[/SUBGROUP…]/PROJECT */
  readonly repo: string
  readonly branch: string | null
  readonly dockerfile: string
  readonly pipeline: string | null
  readonly job: string | null
  readonly inputs: ReadonlyMap<string, string>
}

export type Source = GitHubSource | GitLabSource

/** What the real build passes to BuildKit. */
export interface BuildSettings {
  readonly args: ReadonlyMap<string, string>
  readonly target: string | null
  /** OS/ARCH[/VARIANT], at least one; null where the entry names none. */
  readonly platforms: readonly string[] | null
  /** Named contexts: name → value (docker-image://…, target:…, a path). */
  readonly contexts: ReadonlyMap<string, string>
}

/** How Kargo finds the published image among a repository's tags. */
export interface TagSelection {
  readonly strategy: 'SemVer' | 'NewestBuild' | 'Lexical' | 'Digest'
  readonly constraint: string | null
  /** Regular expressions (RE2) a tag must match one of. */
  readonly allow: readonly string[]
}

/** One enrolled image, complete: every default filled in, every value checked. */
export interface Enrollment {
  readonly name: string
  /** 1-based position of the entry in the images file. */
  readonly line: number
  readonly column: number
  readonly enabled: boolean
  /** Registry host, without path. */
  readonly registry: string
  /** Repository below the registry, without tag. */
  readonly repository: string
  /** null: an external image that is only tracked. */
  readonly source: Source | null
  readonly build: BuildSettings
  readonly rebuildDelay: Duration
  readonly minimumReleaseAge: Duration
  readonly autoRebuild: boolean
  readonly rebuildOn: 'all' | 'runtime'
  readonly tags: TagSelection
  /** The entry as written with the defaults merged in, without its name: what the state file repeats. */
  readonly written: Readonly<Record<string, unknown>>
  /** Line of a key of the entry (`rebuildDelay`, `source.workflow`), null where neither it nor a default writes it. */
  readonly lineOf: (key: string) => number | null
}

/** What holds for the whole factory. */
export interface Settings {
  /** Kubernetes namespace and Kargo Project. */
  readonly namespace: string
  /** Secret with the token that dispatches GitHub workflows (key `token`). */
  readonly githubTokenSecret: string
  /** How often a waiting rebuild asks again. */
  readonly pollInterval: Duration
}

/** A valid images file. */
export interface Enrolment {
  readonly settings: Settings
  /** Sorted by name. */
  readonly images: readonly Enrollment[]
}
