/**
 * The dashboard issue: the factory as one Markdown text with boxes that start rebuilds. Pure, and independent of the
 * clock: the same factory gives the same bytes. `issue-lines.ts` describes one image, `issue-marker.ts` recognizes our
 * issues and their ticked boxes, `notice.ts` renders the comment that notifies people of new concerns.
 */
import { shortDigest } from '../explain/index.js'
import {
  code,
  codeSpan,
  details,
  html,
  link,
  listed,
  markdown,
  prose,
  shortReference,
  table,
} from '../report/markdown.js'
import { minute } from '../report/rebuilds.js'
import { redactor } from '../report/redact.js'
import { compareText, count, formatNumber, groupBy } from '../text/index.js'
import { concernText, rebuildCells, standingText } from './issue-lines.js'
import { ALL_STALE, box } from './issue-marker.js'
import { type Overview, type OverviewImage, STANDING_WORDS, STANDINGS, type Standing } from './overview.js'

export interface IssueOptions {
  /** Maximum length in characters; at least 600. */
  readonly budget: number
  /** Whether ticking a box can start anything: the issue is in the workflow's repository. */
  readonly hasBoxes: boolean
  /** URL of images.yaml; null: unknown. */
  readonly imagesUrl: string | null
  /** Values that are never shown. */
  readonly secrets: readonly string[]
}

/** The issue's title; for a factory that is not at the top of its repository it includes the folder. */
export function issueTitle(path: string): string {
  return path === '.' ? 'Image factory' : `Image factory: ${path}`
}

/** The issue below its marker. */
export function renderIssue(overview: Overview, options: IssueOptions): string {
  const redact = redactor(options.secrets)
  for (const rows of ROWS) {
    if (Math.min(rows, overview.images.length) * MIN_LINE > options.budget) continue
    const text = render({ overview, options, rows, redact })
    if (text.length <= options.budget) return text
  }
  return headline(overview)
}

/** Characters of the shortest line about an image, to skip rendering what cannot fit. */
const MIN_LINE = 7

/** Images listed per section, reduced until everything fits; 0: only counts. */
const ROWS = [10_000, 1000, 400, 200, 100, 50, 25, 10, 5, 2, 0]

function withoutSecrets<T>(data: T, redact: (text: string) => string): T {
  if (typeof data === 'string') return redact(data) as T
  if (Array.isArray(data)) return data.map((one) => withoutSecrets(one, redact)) as T
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, withoutSecrets(value, redact)])) as T
}

function render(context: IssueContext): string {
  const { overview } = context
  if (overview.images.length === 0) return EMPTY
  const concerned = overview.images.filter(({ concerns }) => concerns.length > 0)
  const calm = groupBy(
    overview.images.filter(({ concerns }) => concerns.length === 0),
    ({ standing }) => standing,
  )
  const of = (standing: Standing) => calm.get(standing) ?? []
  const blocks = [
    headline(overview),
    ...about(context),
    ...section('Needs attention', concerned, concernText, context),
    ...OPEN.flatMap(([standing, title]) => section(title(overview), of(standing), standingText, context)),
    ...recent(context),
    ...overridesSection(context),
    ...FOLDED.flatMap(([standing, title]) => folded(title, of(standing), context)),
  ]
  return blocks.join('\n\n')
}

const DOCS = 'https://github.com/craigedmunds/image-factory-action/blob/main/docs'

const EMPTY = [
  '**Nothing is enrolled yet.**',
  `Enroll a first image by a pull request on \`images.yaml\`: \`image-factory enroll\`, in a clone of the image's repository, writes its entry ([every key](${DOCS}/images-yaml.md)). It appears here once that is merged.`,
].join('\n\n')

interface IssueContext {
  readonly overview: Overview
  readonly options: IssueOptions
  /** How many images a section lists. */
  readonly rows: number
  readonly redact: (text: string) => string
}

/** `3 images: 1 failed, 2 fresh. 1 image needs attention.` */
function headline({ images, totals }: Overview): string {
  const parts = STANDINGS.filter((standing) => totals[standing] > 0).map(
    (standing) => `${formatNumber(totals[standing])} ${STANDING_WORDS[standing].word.toLowerCase()}`,
  )
  const n = images.filter(({ concerns }) => concerns.length > 0).length
  const needs =
    n === 0 ? 'Nothing needs attention.' : `**${count(n, 'image')} ${n === 1 ? 'needs' : 'need'} attention.**`
  return `**${count(images.length, 'image')}**: ${parts.join(', ')}. ${needs}`
}

function about({ overview, options }: IssueContext): string[] {
  const kept = `Kept current by [image-factory-action](${DOCS}/dashboard.md).`
  if (!options.hasBoxes || !overview.images.some(({ isStartable }) => isStartable)) return [kept]
  const stale = overview.images.filter(isStale).length
  const all = stale === 0 ? [] : [`${box(ALL_STALE)} **Rebuild all that are stale** (${count(stale, 'image')})`]
  return [`Tick a box to rebuild the image now, regardless of its delay (needs write access). ${kept}`, ...all]
}

/** Provably built on an outdated base image, and startable: what `all-stale` covers. */
function isStale({ isStartable, bases }: OverviewImage): boolean {
  return isStartable && bases.some(({ change }) => change === 'behind')
}

/** Sections whose images are listed, in order; failed images are listed under "needs attention". */
const OPEN: readonly (readonly [Standing, (overview: Overview) => string])[] = [
  ['building', () => 'Being built'],
  ['due', ({ engine }) => (engine === 'actions' ? 'Due: the next run starts them' : 'Due: Kargo starts them')],
  ['behind', () => 'Behind since before they were enrolled: not rebuilt automatically'],
  ['waiting', () => 'Waiting'],
  ['held', () => 'Held: someone has to start the rebuild'],
  ['unknown', () => 'Unknown'],
]

/** Sections that few readers need. */
const FOLDED: readonly (readonly [Standing, string])[] = [
  ['unproven', 'Not proven: up to date, judging by build times'],
  ['fresh', 'Fresh: proven to be on the current base images'],
  ['never', 'Never rebuilt'],
]

/** Groups of more images in the same situation are folded. */
const MAX_ALIKE = 5

function section(
  title: string,
  images: readonly OverviewImage[],
  say: (image: OverviewImage) => string,
  context: IssueContext,
): string[] {
  if (images.length === 0) return []
  const heading = `### ${title} (${formatNumber(images.length)})`
  if (context.rows === 0) return [heading]
  const shown = withoutSecrets(images.slice(0, context.rows), context.redact)
  const groups = [...groupBy(shown, say)]
  const alone = groups.filter(([, alike]) => alike.length <= MAX_ALIKE)
  const lines = alone
    .flatMap(([text, alike]) => alike.map((image) => ({ image, text })))
    .sort((a, b) => compareText(a.image.name, b.image.name))
    .map(({ image, text }) => `${start(image, context)} ${nameOf(image, context)}: ${text}`)
  const folds = groups
    .filter(([, alike]) => alike.length > MAX_ALIKE)
    .map(([text, alike]) => {
      return `**${count(alike.length, 'image')}**: ${text}\n${details('Which', nameLines(alike, context))}`
    })
  return [heading, ...folds, ...block(lines), ...left(images.length - shown.length)]
}

function block(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [lines.join('\n')]
}

function left(n: number): string[] {
  return n <= 0 ? [] : [`… and ${formatNumber(n)} more: \`image-factory explain\` lists all of them.`]
}

/** How a line about an image begins: with a box, if a person may start its build. */
function start({ name, isStartable }: OverviewImage, { options }: IssueContext): string {
  return isStartable && options.hasBoxes && name !== ALL_STALE ? box(name) : '-'
}

function nameOf({ name, line }: OverviewImage, { options: { imagesUrl } }: IssueContext): string {
  return `**${link(codeSpan(name), imagesUrl === null ? null : `${imagesUrl}#L${line}`)}**`
}

function nameLines(images: readonly OverviewImage[], context: IssueContext): string {
  return images.map((image) => `${start(image, context)} ${codeSpan(image.name)}`).join('\n')
}

function folded(title: string, images: readonly OverviewImage[], context: IssueContext): string[] {
  if (images.length === 0) return []
  const heading = `${html(title)} (${formatNumber(images.length)})`
  if (context.rows === 0) return [`### ${heading}`]
  const shown = withoutSecrets(images.slice(0, context.rows), context.redact)
  const groups = [...groupBy(shown, standingText)]
  const parts = groups.flatMap(([text, alike]) => {
    const isSaid = groups.length === 1 && !SAID.has(alike[0].standing)
    return [...(isSaid ? [] : [`${text}:`]), nameLines(alike, context)]
  })
  return [details(heading, [...parts, ...left(images.length - shown.length)].join('\n\n'))]
}

/** Standings whose title leaves something out. */
const SAID: ReadonlySet<Standing> = new Set(['unproven', 'never'])

const MAX_RECENT = 10

function recent({ overview: { images }, rows, redact }: IssueContext): string[] {
  const ended = images.flatMap(({ name, rebuilds }) =>
    rebuilds.flatMap((one) => (ENDED.has(one.result) ? [{ name, one, when: one.ended ?? one.started ?? one.at }] : [])),
  )
  if (ended.length === 0 || rows === 0) return []
  const last = ended
    .sort((a, b) => compareText(b.when, a.when) || compareText(a.name, b.name))
    .slice(0, Math.min(rows, MAX_RECENT))
  const cells = ({ name, one }: (typeof last)[number]) => rebuildCells(name, withoutSecrets(one, redact))
  return ['### Recently rebuilt', table(['Image', 'When', 'Because', 'Build', 'Now'], last, cells, last.length)]
}

const ENDED: ReadonlySet<string> = new Set(['succeeded', 'failed', 'canceled', 'lost'])

const MAX_OVERRIDES = 20
const MAX_NAMES = 5

function overridesSection({ overview: { overrides }, rows, redact }: IssueContext): string[] {
  if (overrides.length === 0) return []
  const heading = `### Overrides in force (${overrides.length})`
  const shown = withoutSecrets(overrides.slice(0, Math.min(rows, MAX_OVERRIDES)), redact)
  return [heading, ...block(shown.map(overrideLine)), ...left(overrides.length - shown.length)]
}

function overrideLine({ base, digest, reason, expires, images }: Overview['overrides'][number]): string {
  const names = listed(
    images.map((name) => [code(name)]),
    { max: MAX_NAMES },
  )
  const whom = images.length === 0 ? 'no image now' : markdown(names)
  const what = markdown([code(shortReference(base)), ' ', code(shortDigest(digest))])
  return `- ${what} skips \`rebuildDelay\` until ${minute(expires)}, for ${whom}: ${prose(reason, 200)}`
}
