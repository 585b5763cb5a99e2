// The two tables: what changes for whom (images), and what they are built on (base images).
import { compareText, count, groupBy, listSome } from '../text/index.js'
import { cell, codeOrDefault, codeSpan, details, prose } from './markdown.js'
import { type BaseRow, type BaseUseRow, type ImageChange, isChanged, type ValueChange } from './model.js'
import type { View } from './view.js'

const MAX_DETAILS = 6
const MAX_PLACES = 3
const MAX_NAMES = 5
const MANY_IMAGES = 10

/** The images that change, and what about them. */
export function imagesTable(view: View, rows: number): string[] {
  const { images } = view.report
  if (images.length === 0) return []
  return ['### Images', imageTable(images, rows)]
}

/** The settings of the whole factory that change. */
export function settingsTable(view: View, rows: number): string[] {
  const { settings } = view.report
  if (settings.length === 0) return []
  const cells = ({ key, before, after }: ValueChange) => [
    codeSpan(key, 80),
    codeOrDefault(before, 160),
    codeOrDefault(after, 160),
  ]
  return ['### Settings', table(['Setting', 'Before', 'After'], settings, cells, rows)]
}

/** The base images that change, or that are used otherwise than before. */
export function baseTable(view: View, rows: number): string[] {
  const bases = view.report.bases.filter(isChanged)
  if (bases.length === 0) return []
  const isNewHere = view.report.mode === 'preview' && bases.some(({ change }) => change === 'added')
  const note = isNewHere
    ? ['The digest of a new base image is looked up by the run that commits: what it is by then rebuilds nothing.']
    : []
  return ['### Base images', changedBases(bases, rows), ...note]
}

/** What happens to images, without a heading. */
export function imageTable(images: readonly ImageChange[], rows: number): string {
  return table(['Image', 'Change', 'What'], imageRows(images), (cells) => cells, rows)
}

/** What happens to base images, without a heading. */
export function changedBases(bases: readonly BaseRow[], rows: number): string {
  return table(['Base image', 'Change', 'Used by', 'Where'], bases, baseCells, rows)
}

/** The base images that stay as they are, folded. */
export function unchangedBases(view: View, rows: number): string[] {
  const bases = view.report.bases.filter((base) => !isChanged(base))
  if (bases.length === 0) return []
  const body = table(['Base image', 'Used by', 'Where'], bases, (base) => withoutChange(baseCells(base)), rows)
  return [details(count(bases.length, 'unchanged base image'), body)]
}

function table<T>(head: readonly string[], items: readonly T[], cells: (item: T) => string[], rows: number): string {
  const line = (columns: readonly string[]) => `| ${columns.map(cell).join(' | ')} |`
  const rule = line(head.map(() => '---'))
  const more = (n: number) => line([`… and ${n} more`, ...head.slice(1).map(() => '')])
  return [line(head), rule, ...listSome(items, rows, (item) => line(cells(item)), more)].join('\n')
}

/** Images with the same change share a row where there are many: 500 delays changed are one thing to read. */
function imageRows(images: readonly ImageChange[]): string[][] {
  const rows = images.map((image) => ({ image, cells: [image.kind, whatChanges(image)] }))
  const shared = images.length > MANY_IMAGES
  const groups = groupBy(rows, ({ image, cells }) => (shared ? cells.join('\n') : image))
  return [...groups.values()].map((alike) => {
    const names = listSome(
      alike,
      MAX_NAMES,
      ({ image }) => codeSpan(image.name, 80),
      (n) => `and ${n} more`,
    )
    return [names.join(', '), ...(alike[0]?.cells ?? [])]
  })
}

/** `rebuildDelay 24h → 7d`; of a new image only what it begins with. */
function whatChanges({ kind, details: changes }: ImageChange): string {
  const show = ({ key, before, after }: ValueChange) => {
    const old = kind === 'enrolled' && before === null ? '' : `${codeOrDefault(before, 80)} → `
    return `${codeSpan(key, 60)} ${old}${codeOrDefault(after, 80)}`
  }
  return listSome(changes, MAX_DETAILS, show, (n) => `… and ${n} more`).join('<br>')
}

const CHANGE: Readonly<Record<BaseRow['change'], string>> = { added: 'new', removed: 'no longer used', unchanged: '' }

function baseCells(base: BaseRow): string[] {
  const uses = [...base.uses].sort(compareUses)
  // Who pulls it from now on; for a base that goes, who pulled it.
  const present = base.change === 'removed' ? uses : uses.filter(({ change }) => change !== 'removed')
  const places = listSome(
    uses,
    MAX_PLACES,
    (use) => place(use, base),
    (n) => `… and ${n} more`,
  )
  const users = count(new Set(present.map(({ image }) => image)).size, 'image')
  const ours = base.enrolledImage === undefined ? '' : ` (the image ${codeSpan(base.enrolledImage, 80)})`
  return [codeSpan(base.reference, 160) + ours, CHANGE[base.change] || usesChange(uses), users, places.join('<br>')]
}

/** `+2 −1 uses` of a base image that stays. */
function usesChange(uses: readonly BaseUseRow[]): string {
  const of = (change: BaseUseRow['change']) => uses.filter((use) => use.change === change).length
  const [added, removed] = [of('added'), of('removed')]
  const parts = [added === 0 ? '' : `+${added}`, removed === 0 ? '' : `−${removed}`].filter((part) => part !== '')
  return parts.length === 0 ? '' : `${parts.join(' ')} ${added + removed === 1 ? 'use' : 'uses'}`
}

function withoutChange([base = '', , ...rest]: readonly string[]): string[] {
  return [base, ...rest]
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

/** Of a use that is only remembered (it is gone, or could not be read again) the line is not known any more. */
function where(use: BaseUseRow): string[] {
  if (use.line === 0) return use.file === '' ? [] : [codeSpan(use.file, 160)]
  return [codeSpan(`${use.file}:${use.line}`, 160), `(${prose(use.kind, 20)})`]
}

function place(use: BaseUseRow, base: BaseRow): string {
  const shown = [codeSpan(use.image, 80), ...where(use)].join(' ')
  if (use.change === 'unchanged' || base.change !== 'unchanged') return shown
  return use.change === 'added' ? `now ${shown}` : `no longer ${shown}`
}
