import type { ImageReference } from '../reference/index.js'

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
  /** Path of the Dockerfile inside the repository; null: none is read, `bases` names what it is built on. */
  readonly dockerfile: string | null
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
  readonly dockerfile: string | null
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
export interface EnrolledImage {
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
  /** Base images that are named by hand, each once, with a tag and without a digest; line of each: `lineOf('bases.0')`. */
  readonly bases: readonly ImageReference[]
  readonly rebuildDelay: Duration
  readonly minimumReleaseAge: Duration
  readonly autoRebuild: boolean
  readonly rebuildOn: 'all' | 'runtime'
  readonly tags: TagSelection
  /** What checks each published image; null: nothing does, and promotion follows publication. */
  readonly analysis: Analysis | null
  /** Where the image is promoted to, one after the other; the flat `updates` are one environment named `1`. */
  readonly environments: readonly Environment[]
  /** The Kargo controller (its shard) that looks after the image; null: the one without a shard. */
  readonly shard: string | null
  /** What Backstage's catalog says of it. */
  readonly backstage: CatalogPlace
  /** The entry as written with the defaults merged in, without its name: what the state file repeats. */
  readonly written: Readonly<Record<string, unknown>>
  /** Line of a key of the entry (`rebuildDelay`, `source.workflow`), null where neither it nor a default writes it. */
  readonly lineOf: (key: string) => number | null
}

/** Who answers for an image in Backstage's catalog, and where it belongs there. */
export interface CatalogPlace {
  /** Reference of a user or group: `team-a`, `group:default/team-a`. */
  readonly owner: string
  readonly lifecycle: string
  /** Reference of a system; null: it belongs to none. */
  readonly system: string | null
}

/** How bad a finding must be to fail a check: this severity and every worse one. Least first. */
export const THRESHOLDS = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const
export type Threshold = (typeof THRESHOLDS)[number]

/** The checks of a published image; null: that check is off. */
export interface Analysis {
  /** The Dockerfile at the commit that was built. */
  readonly dockerfile: Threshold | null
  /** What is in the image: its user, secrets, its configuration. */
  readonly content: Threshold | null
  /** Known vulnerabilities of what is in the image. */
  readonly vulnerabilities: Threshold | null
  /** Whether vulnerabilities that nobody can fix yet are passed over. */
  readonly ignoreUnfixed: boolean
  /** AnalysisTemplates of the user's own, by name; they get the arguments `image` and `digest`. */
  readonly templates: readonly string[]
}

/** Where an image is promoted to: one Kargo Stage. */
export interface Environment {
  /** Names its Stage; `1` for the flat `updates`. */
  readonly name: string
  /** false: somebody promotes by hand. */
  readonly auto: boolean
  /** How long an image must have stood in the environment before (in analysis, for the first). */
  readonly soak: Duration
  /** Whether the change goes through a pull request (merge request) instead of a push. */
  readonly pullRequest: boolean
  /** At least one. */
  readonly updates: readonly Update[]
}

/** One file that is changed by a promotion. */
export interface Update {
  readonly provider: 'github' | 'gitlab'
  /** OWNER/REPO, or GROUP/…/PROJECT. */
  readonly repo: string
  readonly branch: string
  /** A folder with a kustomization or the kustomization itself, or the YAML file, below the repository's top. */
  readonly path: string
  readonly type: 'kustomize-set-image' | 'yaml-update'
  /** yaml-update: dotted path of the value (`image.tag`); null for kustomize-set-image. */
  readonly key: string | null
  /** yaml-update: what is written there: the tag, the digest, or repository and tag. */
  readonly value: 'tag' | 'digest' | 'image'
}

/** A workflow of the state repository that Kargo tells about changes. */
export interface StateWorkflow {
  /** OWNER/REPO */
  readonly repo: string
  /** File name in .github/workflows; it takes the input `reason`. */
  readonly workflow: string
  readonly ref: string
}

/** Who can tell Kargo of a push, so that it need not wait for its next look (Kargo's webhook receivers). */
export const RECEIVER_TYPES = [
  'github',
  'gitlab',
  'bitbucket',
  'dockerhub',
  'quay',
  'harbor',
  'azure',
  'gitea',
  'artifactory',
] as const

/** A webhook receiver of the Project. */
export interface WebhookReceiver {
  /** Unique among the receivers. */
  readonly name: string
  readonly type: (typeof RECEIVER_TYPES)[number]
  /** Name of the Secret it checks requests with. */
  readonly secret: string
  /** artifactory only: the virtual repository's name. */
  readonly virtualRepoName: string | null
}

/** The image of Trivy that checks run where the settings name none. */
export const DEFAULT_TRIVY_IMAGE = 'ghcr.io/aquasecurity/trivy:0.70.0'

/** What holds for the whole factory. */
export interface Settings {
  /** Kubernetes namespace and Kargo Project. */
  readonly namespace: string
  /** Secret with the token that dispatches GitHub workflows (key `token`). */
  readonly githubTokenSecret: string
  /** Secret with the token that starts GitLab pipelines (key `token`). */
  readonly gitlabTokenSecret: string
  /** Secret with the credentials that checks pull private images with (docker configuration); it need not exist. */
  readonly registrySecret: string
  /** Secret with the token that checks read private sources with (key `token`); it need not exist. */
  readonly sourceTokenSecret: string
  /** How often a failed build is started again: 0 or 1. */
  readonly retries: number
  /** The pause before a failed build is started again, at least 10 seconds. */
  readonly retryPause: Duration
  /** How often Kargo looks at a base image that is not enrolled itself, at least 5 minutes. */
  readonly baseInterval: Duration
  /**
   * The most time that passes until a waiting rebuild notices an override; waiting asks only the cluster's own API. A
   * build in progress is asked for once a minute, or this often where it is shorter.
   */
  readonly pollInterval: Duration
  /** Rebuilds of images that share a base are spread over this span; 0: all at once. */
  readonly stagger: Duration
  /** Shard of what belongs to no image, and of images that name none; null: the controller without a shard. */
  readonly shard: string | null
  /** null: Kargo tells nobody, and sources are not watched. */
  readonly stateWorkflow: StateWorkflow | null
  /** Sorted by name. */
  readonly webhookReceivers: readonly WebhookReceiver[]
  /** Where images may be published and come from: a host, or a host and the beginning of a path; empty: anywhere. */
  readonly allowedRegistries: readonly string[]
  /** false: no image is checked, whatever its entry says (a cluster without Argo Rollouts). */
  readonly analysis: boolean
  /** Image of Trivy that the checks run. */
  readonly trivyImage: string
  /** Folder of the catalog entities for Backstage; null: none are written. */
  readonly backstage: string | null
}

/** A valid images file. */
export interface ImagesFile {
  readonly settings: Settings
  /** Sorted by name. */
  readonly images: readonly EnrolledImage[]
}
