import { DEFAULT_PROVIDER } from '../forges/index.js'
import { type Data, type DataMap, isDataMap, isSameData, type PlacedData } from '../yaml/data.js'
import { PUBLISHED, schemaComment } from './action-pin.js'
import { blockEntry, type Edit, PLAIN_STYLE, placesFor } from './insertion.js'
import { parseImagesFile } from './parse.js'
import { type Problem, problem } from './problem.js'
import { readYaml } from './yaml-data.js'

/** The file with one more entry, or why it could not be added. */
export type Enrolled =
  | {
      readonly ok: true
      readonly text: string
      /** 1-based line that the entry begins on. */
      readonly line: number
      /** The entry as written: without what the file's defaults already set. */
      readonly entry: DataMap
      /** The entry as text, formatted as a standalone block. */
      readonly printed: string
      readonly problems: readonly Problem[]
    }
  | {
      readonly ok: false
      readonly problems: readonly Problem[]
      /** The text that the problems' line numbers refer to. */
      readonly text: string
    }

/**
 * Adds an entry at the end of images.yaml, formatted like the existing entries. The rest of the file stays unchanged,
 * byte for byte (only an empty `[]` is replaced). The result is read and validated before it is returned.
 *
 * @param text the file, null if it does not exist yet.
 * @param entry with its keys in the order to write them.
 * @param file path to show in problems.
 */
export function addEntry(text: string | null, entry: DataMap, file: string): Enrolled {
  const bom = text?.startsWith('\ufeff') ? '\ufeff' : ''
  const body = (text ?? '').slice(bom.length)
  const { placed, problems } = readYaml(body, file)
  const isReadable = placed !== null && !problems.some(isError)
  const wrong = isReadable ? problemsBefore(body, placed, file) : parseImagesFile(body, file).problems.filter(isError)
  if (placed === null || wrong.length > 0) return { ok: false, problems: wrong, text: body }
  const twice = enrolledAlready(placed, entry, file)
  if (twice !== null) return { ok: false, problems: [twice], text: body }
  const written = inContextOf(placed.data, entry)
  const edits = /\S/.test(body) ? placesFor(body, written) : [newFile(written)]
  for (const edit of edits) {
    const changed = body.slice(0, edit.from) + edit.text + body.slice(edit.to)
    if (!says(changed, file, withEntry(placed.data, written))) continue
    const line = changed.slice(0, edit.from + edit.skip).split('\n').length
    return validated(bom + changed, line, written, file)
  }
  return { ok: false, problems: [noPlace(written, file)], text: body }
}

/** The defaults of a file, for building an entry; none if it cannot be read. */
export function defaultsOf(text: string): DataMap {
  const data = readYaml(text, '').placed?.data
  return isDataMap(data) && isDataMap(data.defaults) ? data.defaults : {}
}

function validated(text: string, line: number, entry: DataMap, file: string): Enrolled {
  const { enrolled, problems } = parseImagesFile(text, file)
  if (enrolled === null) return { ok: false, problems: problems.filter(isError), text }
  const about = problems.filter(({ image }) => image !== null && image === entry.name)
  return { ok: true, text, line, entry, printed: blockEntry(entry, PLAIN_STYLE, '\n'), problems: about }
}

/** Reported at the existing entry: the new one is in no file that the reader could open. */
function enrolledAlready({ data, position }: PlacedData, { name }: DataMap, file: string): Problem | null {
  const index = imagesOf(data).findIndex((one) => isDataMap(one) && one.name === name)
  if (index < 0 || typeof name !== 'string') return null
  const at = position(isDataMap(data) ? ['images', index] : [index])
  const message = `${name} is enrolled already (${file}:${at?.line ?? 1}).`
  const remedy = 'Change that entry, or pass --name and --image for another image.'
  return problem('name-taken', message, { file, ...at, image: name, remedy })
}

/** Existing problems of the file, except that no image is enrolled: that one is reported at the list itself. */
function problemsBefore(text: string, placed: PlacedData, file: string): readonly Problem[] {
  const errors = parseImagesFile(text, file).problems.filter(isError)
  if (imagesOf(placed.data).length > 0) return errors
  const at = (isDataMap(placed.data) ? placed.position(['images']) : placed.valuePosition([])) ?? { line: 1, column: 1 }
  const isOfList = ({ line, column }: Problem) => line === at.line && column === at.column
  const isEmpty = isDataMap(placed.data) ? isNothing(placed.data.images) : isNothing(placed.data)
  return isEmpty ? errors.filter((found) => !isOfList(found)) : errors
}

function isNothing(data: Data | undefined): boolean {
  return data === undefined || data === null || (Array.isArray(data) && data.length === 0)
}

function imagesOf(data: Data): readonly Data[] {
  const images = isDataMap(data) ? data.images : data
  return Array.isArray(images) ? images : []
}

/** Drops what the file's defaults already set, and the provider unless other entries write it or it is required. */
function inContextOf(data: Data, entry: DataMap): DataMap {
  const defaults = isDataMap(data) && isDataMap(data.defaults) ? data.defaults : {}
  const { source, registry, repository, ...rest } = entry
  const inherited = isDataMap(defaults.source) ? defaults.source : {}
  const written = {
    name: entry.name ?? null,
    ...publishedBelow(registry, repository, defaults.registry),
    ...without(rest, defaults),
    ...(isDataMap(source) ? { source: sourceBelow(source, inherited, imagesOf(data)) } : {}),
  }
  return inOrderOf(entry, written)
}

function inOrderOf(entry: DataMap, written: DataMap): DataMap {
  const keys = Object.keys(entry).filter((key) => written[key] !== undefined)
  return Object.fromEntries(keys.map((key) => [key, written[key] ?? null]))
}

/** The registry in the defaults may include the organization. */
function publishedBelow(registry: Data | undefined, repository: Data | undefined, above: Data | undefined): DataMap {
  const own = { ...(registry === undefined ? {} : { registry }), ...(repository === undefined ? {} : { repository }) }
  if (typeof above !== 'string' || typeof registry !== 'string' || typeof repository !== 'string') return own
  const whole = `${registry}/${repository}`
  return whole.startsWith(`${above}/`) ? { repository: whole.slice(above.length + 1) } : own
}

function sourceBelow(source: DataMap, inherited: DataMap, others: readonly Data[]): DataMap {
  const { provider, ...rest } = without(source, inherited)
  const isSaid = others.some(
    (one) => isDataMap(one) && isDataMap(one.source) && one.source.provider === DEFAULT_PROVIDER,
  )
  const isNeeded = provider !== DEFAULT_PROVIDER || inherited.provider !== undefined || isSaid
  const left = provider === undefined || !isNeeded ? rest : { provider, ...rest }
  // An entry without source is an external image: defaults do not create one.
  return Object.keys(left).length > 0 ? left : { repo: source.repo ?? null }
}

function without(entry: DataMap, defaults: DataMap): DataMap {
  const left = Object.entries(entry).flatMap(([key, value]): [string, Data][] => {
    const below = Object.hasOwn(defaults, key) ? defaults[key] : undefined
    if (below === undefined) return [[key, value]]
    if (isDataMap(value) && isDataMap(below)) {
      const inner = without(value, below)
      return Object.keys(inner).length === 0 ? [] : [[key, inner]]
    }
    return JSON.stringify(value) === JSON.stringify(below) ? [] : [[key, value]]
  })
  return Object.fromEntries(left)
}

function withEntry(data: Data, entry: DataMap): Data {
  const images = [...imagesOf(data), entry]
  return isDataMap(data) ? { ...data, images } : images
}

/** Key order is ignored: the key `images` may be new at the end of its map. */
function says(text: string, file: string, wanted: Data): boolean {
  const { placed, problems } = readYaml(text, file)
  return placed !== null && !problems.some(isError) && isSameData(placed.data, wanted)
}

function newFile(entry: DataMap): Edit {
  const before = `${schemaComment(PUBLISHED)}\n\n`
  const text = `${before}${blockEntry(entry, PLAIN_STYLE, '\n')}\n`
  return { from: 0, to: Number.MAX_SAFE_INTEGER, text, skip: before.length }
}

function noPlace(entry: DataMap, file: string): Problem {
  const remedy = `Add it yourself:\n${blockEntry(entry, PLAIN_STYLE, '\n')}`
  return problem('list-unwritable', 'the list is written in a way that no entry can be added to.', { file, remedy })
}

function isError({ severity }: Problem): boolean {
  return severity === 'error'
}
