import { Document } from 'yaml'
import type { ActionPin } from '../enrollment/action-pin.js'
import { DNS_LABEL, isBranchName } from '../enrollment/grammar.js'
import { GITHUB_REPOSITORY } from '../forges/github.js'
import type { DataMap } from '../yaml/data.js'

/** Fills in `{{name}}` in a template. Only names with a given value are replaced. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/(?<!\$)\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole)
}

/** A text as a YAML scalar on one line, quoted if any YAML parser would read it as another type. */
export function scalar(text: string): string {
  const document = new Document(text, { compat: 'yaml-1.1' })
  return document.toString({ lineWidth: 0, blockQuote: false, singleQuote: false }).trimEnd()
}

/** What starts rebuilds: Kargo in a cluster, or this action itself. */
export type Engine = 'kargo' | 'actions'

/** Path of the workflow. */
export const WORKFLOW_FILES: Readonly<Record<Engine, string>> = {
  kargo: '.github/workflows/synth.yml',
  actions: '.github/workflows/image-factory.yml',
}

export interface Answers {
  /** OWNER/REPO of the state repository itself. */
  readonly repository: string
  /** Branch whose images.yaml counts. */
  readonly branch: string
  /** What starts rebuilds: `settings.engine`. */
  readonly engine: Engine
  /** Folder of the state in an application's own repository (`.`: at its top); null: a separate state repository. */
  readonly applicationFolder: string | null
  readonly hasDashboard: boolean
  /** Kubernetes namespace and Kargo Project. */
  readonly namespace: string
  /** Reviewers of changes: users (`@name`), teams (`@org/team`) or email addresses. */
  readonly owners: readonly string[]
  readonly action: ActionPin
  /** Relative to the folder of the state, like the next one. */
  readonly imagesFile: string
  readonly outputDir: string
  /** The first image; null: nothing is enrolled yet. */
  readonly entry: DataMap | null
}

/** A user, a team or an email address, as in CODEOWNERS. */
export const OWNER =
  /^(?:@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\/[A-Za-z0-9._-]{1,100})?|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253})$/

/** What is wrong with an answer, to complete "must be …"; null if it is valid. */
export function answerFault(kind: 'repository' | 'branch' | 'namespace' | 'owner', text: string): string | null {
  const isGood = {
    repository: () => GITHUB_REPOSITORY.test(text),
    branch: () => isBranchName(text),
    namespace: () => DNS_LABEL.test(text),
    owner: () => OWNER.test(text),
  }[kind]()
  return isGood ? null : EXPECTED[kind]
}

const EXPECTED = {
  repository: 'OWNER/REPO',
  branch: 'the name of a branch',
  namespace: 'lower-case letters, digits and dashes, at most 63',
  owner: '@USER, @ORGANIZATION/TEAM or an email address',
} as const

const CODEOWNERS = `# Who reviews pull requests. The branch rule "Require review from Code Owners" enforces it.
# An entry of {{images}} decides which workflow a token starts: review it like code.
* {{owners}}
`

/** The reviewers of each file. */
export function codeowners({ owners, imagesFile }: Answers): string {
  return filled(CODEOWNERS, { owners: owners.join(' '), images: imagesFile })
}

const GITATTRIBUTES = `* text=auto eol=lf
{{output}}/** linguist-generated=true
images/** linguist-generated=true
base-images/** linguist-generated=true
_archive/** linguist-generated=true
`

/** The same bytes on every system; generated files are folded in pull requests. */
export function gitattributes({ outputDir }: Answers): string {
  return filled(GITATTRIBUTES, { output: outputDir.replaceAll(' ', '[[:space:]]') })
}
