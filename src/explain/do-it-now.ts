import type { EnrolledImage, GitHubSource, Settings, Source } from '../enrollment/index.js'
import { rebuildStageName, warehouseName } from '../kargo/names.js'
import { type StateRecord, textOf } from '../state/record.js'
import { byKey } from '../text/index.js'
import type { ExplainedBase } from './bases.js'

/** Where images are built, as people open it in a browser. No slash at the end. */
export interface Places {
  /** `https://github.com`, or that of a GitHub Enterprise server. */
  readonly github: string
  /** `https://gitlab.com`, or that of another GitLab. */
  readonly gitlab: string
}

/** What a person can type or open. */
export interface DoItNow {
  /** Starts the build; null where nothing can. */
  readonly build: string | null
  /** The page that starts the build; null where there is none. */
  readonly page: string | null
  /** Shows what Kargo is doing about it. */
  readonly look: readonly string[]
  /** Has Kargo do it; empty where that would not help. */
  readonly promote: readonly string[]
}

/** The image, and the status it has. */
interface ActionInput {
  readonly enrollment: EnrolledImage
  readonly record: StateRecord | undefined
  readonly bases: readonly ExplainedBase[]
  readonly changed: ExplainedBase | null
  readonly status: string
  readonly reason: string
}

const NOTHING: DoItNow = { build: null, page: null, look: [], promote: [] }

/**
 * The commands that rebuild an image now. Every value is in them as one quoted word of a POSIX shell.
 *
 * Kargo's are those of its command line, 1.11: `kargo get freight --origin`, `kargo approve`, `kargo promote`
 * (github.com/akuity/kargo, pkg/cli/cmd). None is offered while Kargo's own Promotion waits for `rebuildDelay` or its
 * turn: Promotions of a Stage run one after the other, so another one would only queue behind it.
 */
export function actionsFor(input: ActionInput, settings: Settings, places: Places): DoItNow {
  const { enrollment, record, changed, status, reason } = input
  const { source } = enrollment
  if (source === null) return NOTHING
  const branch = source.branch ?? textOf(record, 'defaultBranch')
  const starts =
    source.provider === 'github' ? onGitHub(source, branch, input, places) : onGitLab(source, branch, places)
  const isKnownToKargo = changed !== null && status !== 'never'
  const stage = word(rebuildStageName(enrollment.name))
  const project = `--project=${word(settings.namespace)}`
  const isQueued = status === 'waiting' && reason !== 'minimumReleaseAge'
  return {
    ...starts,
    look: isKnownToKargo ? [`kargo get promotions ${project} --stage=${stage}`] : [],
    promote: isKnownToKargo && !isQueued ? promotion({ project, stage, changed, status }) : [],
  }
}

interface Promoted {
  readonly project: string
  readonly stage: string
  readonly changed: ExplainedBase
  readonly status: string
}

function promotion({ project, stage, changed, status }: Promoted): string[] {
  const target = `${project} --stage=${stage} --freight=FREIGHT`
  return [
    `kargo get freight ${project} --origin=${word(warehouseName(changed.name))}`,
    // What is not old enough is not available to the Stage until a person says so.
    ...(status === 'waiting' ? [`kargo approve ${target}`] : []),
    `kargo promote ${target}`,
  ]
}

function onGitHub(
  { repo, workflow, inputs }: GitHubSource,
  branch: string | null,
  { bases, changed }: ActionInput,
  { github }: Places,
): Pick<DoItNow, 'build' | 'page'> {
  if (workflow === null) return { build: null, page: null }
  const host = github === 'https://github.com' ? '' : `${github.replace(/^https?:\/\//, '')}/`
  const base = changed ?? bases[0] ?? null
  const fill = (value: string) =>
    value.replaceAll('$(baseImage)', base?.reference ?? '').replaceAll('$(baseDigest)', base?.digest ?? '')
  const options = [
    ['--repo', `${host}${repo}`],
    ...(branch === null ? [] : [['--ref', branch]]),
    ...[...inputs].sort(byKey).map(([key, value]) => ['-f', `${key}=${fill(value)}`]),
  ]
  const command = ['gh workflow run', word(workflow), ...options.map(([key, value = '']) => `${key} ${word(value)}`)]
  return { build: command.join(' '), page: `${github}/${path(repo)}/actions/workflows/${path(workflow)}` }
}

function onGitLab({ repo }: Source, branch: string | null, { gitlab }: Places): Pick<DoItNow, 'build' | 'page'> {
  const ref = branch === null ? '' : `?ref=${encodeURIComponent(branch)}`
  return { build: null, page: `${gitlab}/${path(repo)}/-/pipelines/new${ref}` }
}

function path(text: string): string {
  return text.split('/').map(encodeURIComponent).join('/')
}

/** One word of a POSIX shell, quoted where it must be. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
