import { shortReference } from '../../report/markdown.js'
import { by, truncate } from '../../text/index.js'
import { type Overview, type OverviewImage, STANDING_WORDS, STANDINGS } from '../overview.js'
import { type Html, html } from './html.js'

/** A base image or an enrolled image, with its position in the picture. */
interface Box {
  readonly id: string
  readonly label: string
  readonly below: string
  readonly kind: string
  readonly column: number
  readonly row: number
}

/** Most images in one readable picture. */
const MAX_IMAGES = 60
const MAX_LABEL = 26

const [COLUMN, ROW, WIDTH, HEIGHT] = [260, 44, 196, 34]

/** Which image is built on which, from left to right; if there are many images, the most urgent ones. */
export function dependencyPicture(overview: Overview): Html {
  const shown = [...overview.images]
    .filter(({ bases }) => bases.length > 0)
    .sort((a, b) => STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing))
    .slice(0, MAX_IMAGES)
  if (shown.length === 0) return html`<p>No base image is known yet.</p>`
  const boxes = boxesOf(overview, shown)
  const at = new Map(boxes.map((box) => [box.id, box]))
  const lines = shown.flatMap((image) => image.bases.map((base) => edge(at, image, base)))
  const width = Math.max(...boxes.map(({ column }) => column)) * COLUMN + WIDTH + 4
  const height = (Math.max(...boxes.map(({ row }) => row)) + 1) * ROW
  const isCut = shown.length < overview.images.length
  const cut =
    isCut && html`<p>Shown are ${shown.length} of ${overview.images.length} images, the most urgent first.</p>`
  const picture = html`<svg width="${width}" height="${height}" viewBox="-2 -2 ${width} ${height}" role="group" aria-label="Dependencies">${lines}${boxes.map(drawn)}</svg>`
  return html`${cut}<div class="pic" tabindex="0" role="region" aria-label="Picture of dependencies">${picture}</div>`
}

/** A base that is an enrolled image is represented by that image. */
function sourceOf(base: OverviewImage['bases'][number], shown: ReadonlySet<string>): string {
  const { enrolledImage, name } = base
  return enrolledImage !== null && shown.has(enrolledImage) ? `i-${enrolledImage}` : `b-${name}`
}

function boxesOf(overview: Overview, shown: readonly OverviewImage[]): Box[] {
  const names = new Set(shown.map(({ name }) => name))
  const sources = new Map(
    shown.map((image) => [`i-${image.name}`, image.bases.map((base) => sourceOf(base, names))] as const),
  )
  const column = columnsOf(sources)
  const used = new Set([...sources.values()].flat())
  const bases = overview.bases
    .filter(({ name }) => used.has(`b-${name}`))
    .sort((a, b) => b.users.length - a.users.length)
  const rows = new Map<string, number>()
  const left = bases.map(({ name, ref, users }, row): Box => {
    rows.set(`b-${name}`, row)
    const below = `${users.length} ${users.length === 1 ? 'image' : 'images'}`
    return { id: `b-${name}`, label: shortReference(ref), below, kind: 'base', column: 0, row }
  })
  return [...left, ...imageBoxes(shown, sources, column, rows)]
}

/** Places each image as close as possible to the middle of its bases, column by column. */
function imageBoxes(
  shown: readonly OverviewImage[],
  sources: ReadonlyMap<string, readonly string[]>,
  column: ReadonlyMap<string, number>,
  rows: Map<string, number>,
): Box[] {
  const boxes: Box[] = []
  for (let at = 1; at <= Math.max(...column.values()); at += 1) {
    const placed = shown
      .filter(({ name }) => column.get(`i-${name}`) === at)
      .map((image) => ({ image, middle: middleOf(sources.get(`i-${image.name}`) ?? [], rows) }))
      .sort((a, b) => a.middle - b.middle || by<OverviewImage>(({ name }) => name)(a.image, b.image))
    for (const [row, { image }] of placed.entries()) {
      const { name, standing } = image
      rows.set(`i-${name}`, row)
      const below = STANDING_WORDS[standing].word
      boxes.push({ id: `i-${name}`, label: name, below, kind: `s-${standing}`, column: at, row })
    }
  }
  return boxes
}

function middleOf(sources: readonly string[], rows: ReadonlyMap<string, number>): number {
  const known = sources.flatMap((id) => rows.get(id) ?? [])
  return known.reduce((sum, row) => sum + row, 0) / Math.max(1, known.length)
}

/** 0 for base images, otherwise one more than the highest column of an image's bases; cycles end where they began. */
function columnsOf(sources: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const columns = new Map<string, number>()
  const columnOf = (id: string, path: readonly string[]): number => {
    const known = columns.get(id)
    if (known !== undefined) return known
    const from = sources.get(id)
    if (from === undefined || path.includes(id)) return 0
    const column = 1 + Math.max(0, ...from.map((one) => columnOf(one, [...path, id])))
    columns.set(id, column)
    return column
  }
  for (const id of sources.keys()) columnOf(id, [])
  return columns
}

function edge(
  boxes: ReadonlyMap<string, Box>,
  image: OverviewImage,
  base: OverviewImage['bases'][number],
): Html | null {
  const to = boxes.get(`i-${image.name}`)
  const from = boxes.get(`i-${base.enrolledImage ?? ''}`) ?? boxes.get(`b-${base.name}`)
  if (to === undefined || from === undefined || from.column >= to.column) return null
  const [x1, y1] = [from.column * COLUMN + WIDTH, from.row * ROW + HEIGHT / 2]
  const [x2, y2] = [to.column * COLUMN, to.row * ROW + HEIGHT / 2]
  const isOld = base.change === 'behind' || base.change === 'newer'
  const middle = (x1 + x2) / 2
  return html`<path class="${isOld ? 'e old' : 'e'}" d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"/>`
}

function drawn({ id, label, below, kind, column, row }: Box): Html {
  const [x, y] = [column * COLUMN, row * ROW]
  const name = truncate(label, MAX_LABEL)
  return html`<a href="#${id}"><rect class="${kind}" x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="5"/><text x="${x + 10}" y="${y + 15}">${name}<title>${label}</title></text><text class="sub" x="${x + 10}" y="${y + 28}">${below}</text></a>`
}
