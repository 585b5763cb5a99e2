// The tables: changes per image, settings, and changed base images.
import { compareText, count, formatNumber, groupBy, listSome } from '../text/index.js'
import { untoldImages } from './effect.js'
import { deployedTo, imageName, movedWords, moves, rebuiltWhen, workflowName } from './effect-of-entries.js'
import { sourceFileUrl, stateFileUrl } from './links.js'
import { code, codeSpan, link, listed, markdown, type Span, table } from './markdown.js'
import type { BaseRow, BaseUseRow, ImageChange, Report, ValueChange } from './model.js'
import { predicatesOf } from './predicates.js'
import { rebuildCells } from './rebuilds.js'
import { beforeAndAfter, keyedChange } from './values.js'
import type { View } from './view.js'

const MAX_DETAILS = 10
const MAX_USERS = 5
const MAX_NAMES = 5
const MANY_IMAGES = 10

/** The changed images, and the effect on each. */
export function imagesTable({ report }: View, rows: number): string[] {
  const images = untoldImages(report)
  return images.length === 0 ? [] : ['### Images', imageTable(report, images, rows)]
}

const TOLD_VALUES = 4

/** The changed settings of the whole factory, if the sentences above do not contain all of them. */
export function settingsTable({ report: { settings } }: View, rows: number): string[] {
  if (settings.length <= TOLD_VALUES) return []
  const cells = (change: ValueChange) => [codeSpan(change.key, 80), markdown(beforeAndAfter(change))]
  return ['### Settings', table(['Setting', 'Before → after'], settings, cells, rows)]
}

/** Pending, waiting and finished rebuilds. */
export function rebuildTable({ report: { rebuilds } }: View, rows: number): string[] {
  if (rebuilds.length === 0) return []
  return ['### Rebuilds', table(['Image', 'Rebuild', 'Because'], rebuilds, rebuildCells, rows)]
}

/** The base images that become tracked or untracked, with their uses. */
export function baseTable({ report }: View, rows: number): string[] {
  const bases = report.bases.filter(({ change }) => change !== 'unchanged')
  if (bases.length === 0) return []
  const isNewHere = report.mode === 'preview' && bases.some(({ change }) => change === 'added')
  const note = isNewHere
    ? ["Today's digests are the baseline: the first rebuild comes when one of these base images changes."]
    : []
  return ['### Base images', changedBases(report, bases, rows), ...note]
}

/** The table of images, without a heading. */
export function imageTable(report: Report, images: readonly ImageChange[], rows: number): string {
  return table(['Image', 'What changes', 'What follows'], imageRows(report, images), (cells) => cells, rows)
}

/** The table of base images, without a heading. */
export function changedBases(report: Report, bases: readonly BaseRow[], rows: number): string {
  const cells = (base: BaseRow) => [
    codeSpan(base.reference, 160) + ours(base),
    CHANGE[base.change],
    users(report, base),
  ]
  return table(['Base image', 'Change', 'Used by'], bases, cells, rows)
}

/** Groups identical changes of many images: 500 changed delays are one row. */
function imageRows(report: Report, images: readonly ImageChange[]): string[][] {
  const movesOf = new Map(moves(report).map((move) => [move.image, move]))
  const rows = images.map((image) => {
    const moved = movesOf.get(image.name)
    const follows = [...whatFollows(report, image), ...(moved === undefined ? [] : [withoutIs(movedWords(moved))])]
    return {
      image,
      cells: [whatChanges(report, image), listSome(follows.map(markdown), MAX_DETAILS, String, more).join('<br>')],
    }
  })
  const shared = images.length > MANY_IMAGES
  const groups = [...groupBy(rows, ({ image, cells }) => (shared ? cells.join('\n') : image)).values()]
  const sorted = groups.sort((a, b) => b.length - a.length)
  return sorted.map((alike) => {
    // Links to the lines of fifty entries are useless.
    const isLinked = alike.length <= MAX_NAMES
    const names = alike.map(({ image }) => [isLinked ? imageName(report, image) : code(image.name)])
    return [markdown(listed(names, { max: MAX_NAMES })), ...(alike[0]?.cells ?? [])]
  })
}

function more(n: number): string {
  return `… and ${formatNumber(n)} more`
}

/** `rebuildDelay 24h → 7d`; for a new image where it is published and built from. */
function whatChanges(report: Report, image: ImageChange): string {
  if (image.kind === 'removed') return 'removed'
  if (image.kind === 'enrolled') return whatIsNew(report, image)
  return listSome(image.details, MAX_DETAILS, (change) => markdown(keyedChange(change)), more).join('<br>')
}

/** Keys that the words beside it already express. */
const TOLD = /^(?:repository|rebuildDelay|autoRebuild|enabled|source\.(?:dockerfile|workflow|pipeline))$/

function whatIsNew(report: Report, { details, build }: ImageChange): string {
  const published = details.find(({ key }) => key === 'repository')?.after
  const file = build?.dockerfile ?? null
  const from =
    build === undefined || file === null
      ? []
      : [['built from ', code(`${build.source.repo}/${file}`, sourceFileUrl(report, build.source, file))]]
  const others = details
    .filter(({ key }) => !TOLD.test(key))
    .map(({ key, after }): Span[] => [code(key), ' ', ...(after === null ? [] : [code(after)])])
  const first: Span[] = published === undefined || published === null ? ['new'] : ['new: ', code(published)]
  return listSome([first, ...from, ...others].map(markdown), MAX_DETAILS, String, more).join('<br>')
}

/** The words of the sentences above, separately for each image. */
function whatFollows(report: Report, image: ImageChange): Span[][] {
  if (image.kind === 'removed') return [['no longer rebuilt']]
  if (image.kind !== 'enrolled') {
    const switched = image.kind === 'changed' ? [] : [[`switched ${image.kind === 'enabled' ? 'on again' : 'off'}`]]
    return [...switched, ...predicatesOf(image).map(({ words, detail }) => [...withoutIs(words), ...detail])]
  }
  const deployed = deployedTo(image)
  const isAlone = report.images.length === 1
  const rest: Span[][] = deployed.length > 0 && !isAlone ? [deployed] : []
  if (isAlone) return [[afterPublication(image)]]
  return [withoutStop(rebuilt(report, image)), ...rest.map(withoutStop)]
}

/** What happens to each new version of a new image, which the sentences above do not contain. */
function afterPublication({ details, environments = [] }: ImageChange): string {
  const isChecked = !details.some(({ key, after }) => key === 'analysis' && after === 'false')
  if (environments.length > 0)
    return isChecked ? 'new versions are checked, then deployed' : 'new versions are deployed unchecked'
  return isChecked ? 'new versions are checked, not deployed' : 'new versions are neither checked nor deployed'
}

/** Leaves out what the sentences above contain about all new images. */
function rebuilt(report: Report, image: ImageChange): Span[] {
  const joining = report.images.filter(({ kind }) => kind === 'enrolled')
  const alike = new Set(
    joining.map(({ build }) => JSON.stringify([build?.bases, build?.rebuildDelay, build?.autoRebuild])),
  )
  const { build } = image
  const isTold = alike.size === 1 && build !== undefined && build.autoRebuild && build.bases.length > 0
  if (!isTold || joining.some((one) => (one.build?.file ?? null) === null)) return rebuiltWhen(report, image, 'It')
  return ['rebuilt by ', workflowName(report, build)]
}

function withoutStop(words: readonly Span[]): Span[] {
  const last = words.at(-1)
  return typeof last === 'string' ? [...words.slice(0, -1), last.replace(/\.$/, '')] : [...words]
}

/** A cell is not a sentence. */
function withoutIs([first = '', ...rest]: readonly Span[]): Span[] {
  return [typeof first === 'string' ? first.replace(/^is (?:now )?/, '') : first, ...rest]
}

const CHANGE: Readonly<Record<BaseRow['change'], string>> = {
  added: 'tracked from now on',
  removed: 'no longer tracked',
  unchanged: '',
}

function ours({ enrolledImage }: BaseRow): string {
  return enrolledImage === undefined ? '' : ` (the image ${codeSpan(enrolledImage, 80)})`
}

/** The images that pull it, and where; for a removed base, those that pulled it. */
function users(report: Report, base: BaseRow): string {
  const present = base.uses.filter(({ change }) => base.change === 'removed' || change !== 'removed')
  const byImage = [...groupBy([...present].sort(compareUses), ({ image }) => image).values()]
  return listSome(
    byImage,
    MAX_USERS,
    ([use]) => user(report, use),
    (n) => `and ${count(n, 'more image')}`,
  ).join('<br>')
}

/** For a use that is only known from the state (removed, or not read again) the line is unknown. */
function user(report: Report, { image, file, line, kind, source }: BaseUseRow): string {
  if (file === '') return codeSpan(image, 80)
  const place = codeSpan(line === 0 ? file : `${file}:${line}`, 160)
  const inSource = source === undefined ? null : sourceFileUrl(report, source, file, line)
  const url = kind === 'named' ? stateFileUrl(report, file, line) : inSource
  return `${codeSpan(image, 80)} in ${link(place, url)}`
}

const USE_ORDER: readonly string[] = ['added', 'removed', 'unchanged']

function compareUses(a: BaseUseRow, b: BaseUseRow): number {
  return (
    USE_ORDER.indexOf(a.change) - USE_ORDER.indexOf(b.change) ||
    compareText(a.image, b.image) ||
    compareText(a.file, b.file) ||
    a.line - b.line ||
    compareText(a.kind, b.kind)
  )
}
