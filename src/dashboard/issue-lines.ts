// What the dashboard shows about one image, without its name. Independent of the clock: due and waiting rebuilds are
// given as dates.

import { code, linked, listed, markdown, prose, type Span, shortReference } from '../report/markdown.js'
import { minute } from '../report/rebuilds.js'
import { type OverviewImage, STANDING_WORDS, type Standing } from './overview.js'

const MAX_BASES = 3

/** The standing of an image, as Markdown; identical for images in the same situation. */
export function standingText(image: OverviewImage): string {
  return markdown(STANDING_SPANS[image.standing](image))
}

const STANDING_SPANS: Readonly<Record<Standing, (image: OverviewImage) => Span[]>> = {
  failed: () => ['its last build failed'],
  building: ({ rebuilds: [last] }) => (last === undefined ? [] : building(last)),
  due: (image) => ['since ', ...at(image.eligibleAt), ': ', ...cause(image)],
  behind: (image) => [...cause(image), ...(isPinned(image) ? [', pinned by its Dockerfile'] : [])],
  held: (image) => [...cause(image), '; ', code('autoRebuild'), ' is false'],
  waiting: (image) => ['until ', ...at(image.eligibleAt), ': ', ...cause(image), ...because(image)],
  unknown: ({ reason }) => [UNKNOWN[reason] ?? 'its base images are unknown'],
  unproven: ({ reason }) => [
    reason === 'built'
      ? 'the last build ran after their base images last changed'
      : 'no base image has changed since they were enrolled',
  ],
  fresh: () => ['built on the current digest of each base image'],
  never: ({ reason }) => [NEVER[reason] ?? 'not rebuilt'],
}

const UNKNOWN: Readonly<Record<string, string>> = {
  'not-looked-up': 'the digests of its base images have not been looked up yet',
  'not-discovered': 'no run has read its Dockerfile yet',
  'discovery-failed': 'the discovery of its base images failed',
}

const NEVER: Readonly<Record<string, string>> = {
  external: 'external, only watched',
  disabled: '`enabled` is false',
  'no-workflow': 'no `source.workflow` is set, so there is nothing to start',
  'no-bases': 'no base image that can be watched',
}

function at(moment: string | null): Span[] {
  return moment === null ? [] : [minute(moment)]
}

function building({ result, started, at: decided, run, bases }: OverviewImage['rebuilds'][number]): Span[] {
  const why = references(bases.flatMap(({ ref }) => ref ?? []))
  const reason: Span[] = why.length === 0 ? [] : [' for ', ...why]
  if (result === 'intended') return ['about to be started', ...reason, ', decided ', minute(decided)]
  return [linked('started', run?.url ?? null), ' ', minute(started ?? decided), ...reason]
}

function references(all: readonly string[]): Span[] {
  return listed(
    [...new Set(all)].map((one) => [code(shortReference(one))]),
    { max: MAX_BASES },
  )
}

/** Why an image is rebuilt or not. */
function cause({ reason, base: name, bases, standing, override, eligibleAt }: OverviewImage): Span[] {
  const base = bases.find((one) => one.name === name)
  if (base === undefined) return ['a base image changed']
  const reference = code(shortReference(base.ref))
  if (reason === 'before-enrollment' || standing === 'behind') return ['on an older ', reference]
  const isSaid = base.since === null || (standing === 'due' && base.since === eligibleAt)
  const changed: Span[] = isSaid ? [] : [' ', ...at(base.since)]
  const returned = base.returned ? ' and went back' : ''
  return [reference, ' changed', ...changed, returned, ...(override === null ? [] : ['; an override is in force'])]
}

function isPinned({ base: name, bases }: OverviewImage): boolean {
  return bases.some((one) => one.name === name && one.pinned)
}

function because({ reason, policy }: OverviewImage): Span[] {
  if (reason !== 'rebuildDelay' && reason !== 'minimumReleaseAge') return ['; ', code(`settings.${reason}`)]
  return ['; ', code(reason), ` ${policy[reason]}`]
}

/** What is wrong with an image and what to do about it, as Markdown; one line. */
export function concernText(image: OverviewImage): string {
  const covered = new Set(image.concerns.flatMap(({ kind }) => COVERS[kind] ?? []))
  const [last] = image.rebuilds
  const told = image.concerns.map(({ kind, text, next }) => {
    const isOfRun = kind === 'build-failed' || kind === 'still-behind'
    const run = isOfRun && last?.run?.url != null ? ` ${markdown([linked('Run', last.run.url)])}.` : ''
    return `${prose(text, MAX_CONCERN)}${run}<br>→ ${prose(next, MAX_CONCERN)}`
  })
  const isQuiet = covered.has(image.standing) || QUIET.has(image.standing)
  const rest = isQuiet ? [] : [`${lead(image.standing)} ${standingText(image)}.`]
  return [...told, ...rest].join('<br>')
}

const MAX_CONCERN = 600

/** The standing that a concern already expresses. */
const COVERS: Readonly<Partial<Record<OverviewImage['concerns'][number]['kind'], Standing>>> = {
  'build-failed': 'failed',
  'start-refused': 'failed',
  'still-behind': 'behind',
  overdue: 'due',
  'discovery-failed': 'unknown',
}

const QUIET: ReadonlySet<Standing> = new Set(['fresh', 'unproven', 'never', 'unknown', 'failed'])

/** How a sentence about a standing begins: those with a date continue without a colon. */
function lead(standing: Standing): string {
  if (standing === 'waiting') return 'Waits'
  return standing === 'due' ? STANDING_WORDS.due.word : `${STANDING_WORDS[standing].word}:`
}

/** One row of the latest rebuilds: the image, time, reason, result, and current base. */
export function rebuildCells(image: string, rebuild: OverviewImage['rebuilds'][number]): string[] {
  const { at: decided, started, ended, reason, bases, run, result, attempts, evidence } = rebuild
  const changed = references(bases.flatMap(({ ref }) => ref ?? []))
  const what: Span[] = changed.length === 0 ? [] : [...changed, ' changed']
  const why: Span[] = {
    base: what,
    override: [...what, what.length === 0 ? 'override' : ', override'],
    manual: what.length === 0 ? ['by request'] : ['by request; ', ...what],
  }[reason]
  const tries = attempts > 1 ? ` after ${attempts} builds` : ''
  return [
    markdown([code(image)]),
    minute(ended ?? started ?? decided),
    markdown(why),
    markdown([linked(result, run?.url ?? null), tries]),
    result === 'succeeded' ? EVIDENCE[evidence ?? 'none'] : '',
  ]
}

const EVIDENCE = {
  current: 'on the current digests',
  behind: '**still on an older digest**',
  unknown: 'no evidence',
  none: 'not checked yet',
} as const
