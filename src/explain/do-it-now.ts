import { filledInput } from '../build-definition/index.js'
import type { EnrolledImage, Settings } from '../enrollment/index.js'
import { forgeOf, type Provider } from '../forges/index.js'
import { rebuildStageName, warehouseName } from '../kargo/names.js'
import type { Cause } from '../policy/index.js'
import { type StateRecord, textOf } from '../state/record.js'
import type { ExplainedBase } from './bases.js'

/** Commands to type and a page to open. */
export interface DoItNow {
  /** Starts the build; null if nothing can. */
  readonly build: string | null
  /** The page where the build can be started; null if there is none. */
  readonly page: string | null
  /** Shows Kargo's progress. */
  readonly look: readonly string[]
  /** Makes Kargo do it; empty if that would not help. */
  readonly promote: readonly string[]
}

interface ActionInput {
  readonly enrollment: EnrolledImage
  readonly record: StateRecord | undefined
  readonly bases: readonly ExplainedBase[]
  readonly changed: ExplainedBase | null
  readonly cause: Cause | null
  readonly status: string
  readonly reason: string
}

const NOTHING: DoItNow = { build: null, page: null, look: [], promote: [] }

/**
 * The commands that rebuild an image now. Every value in them is one quoted word of a POSIX shell.
 *
 * Kargo's are those of its command line, 1.11: `kargo get freight --origin`, `kargo approve`, `kargo promote`
 * (github.com/akuity/kargo, pkg/cli/cmd). None is offered while Kargo's own Promotion waits for `rebuildDelay` or its
 * turn: Promotions of a Stage run sequentially, so another one would only queue behind it. A rebuild due to enrollment
 * also waits there for its minimum age.
 */
export function actionsFor(input: ActionInput, settings: Settings, urls: Readonly<Record<Provider, string>>): DoItNow {
  const { enrollment, record, bases, changed, cause, status, reason } = input
  const { source } = enrollment
  if (source === null) return NOTHING
  const branch = source.branch ?? textOf(record, 'defaultBranch')
  const base = changed ?? bases[0] ?? null
  const fill = (value: string) => filledInput(value, base)
  const forge = forgeOf(source)
  const url = urls[source.provider]
  const isKnownToKargo = settings.engine === 'kargo' && changed !== null && status !== 'never'
  const stage = word(rebuildStageName(enrollment.name))
  const project = `--project=${word(settings.namespace)}`
  const isQueued = status === 'waiting' && (reason !== 'minimumReleaseAge' || cause === 'before-enrollment')
  return {
    build: forge.startCommand(url, source, branch, fill)?.map(word).join(' ') ?? null,
    page: forge.startPage(url, source, branch),
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
    // Freight that is not old enough is not available to the Stage until a person approves it.
    ...(status === 'waiting' ? [`kargo approve ${target}`] : []),
    `kargo promote ${target}`,
  ]
}

/** One word of a POSIX shell, quoted if necessary. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
