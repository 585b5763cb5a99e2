import type { Enrollment, Enrolment, Settings } from './enrollment.js'
import { entryToEnrollment, isDataMap, mergeData } from './entry.js'
import { parseDuration } from './grammar.js'
import { explainIssues, unknownKey } from './messages.js'
import { type Problem, problem } from './problem.js'
import { type Entry, entrySchema, settingsSchema, TOP_KEYS, UNUSED_ENTRY_KEYS, UNUSED_SETTINGS_KEYS } from './schema.js'
import { keysAt } from './schema-keys.js'
import { uniquenessProblems } from './uniqueness.js'
import { type Data, type Path, type PlacedData, type Position, readYaml } from './yaml-data.js'

/** What reading images.yaml gives: the enrolment when there is no error among the problems, else null. */
export interface EnrolmentResult {
  readonly enrolment: Enrolment | null
  /** All problems at once, in the order of the file. */
  readonly problems: readonly Problem[]
}

/**
 * Reads images.yaml: a bare list of images, or a map `{settings, defaults, images}`.
 *
 * @param text the file's text.
 * @param file its name as people know it, for the problems.
 */
export function parseEnrolment(text: string, file: string): EnrolmentResult {
  const { placed, problems: unreadable } = readYaml(text, file)
  if (placed === null) return { enrolment: null, problems: unreadable }
  const reading = new Reading(placed, file)
  const parts = reading.parts()
  const settings = reading.settings(parts.settings)
  const images = reading.images(parts.images, parts.imagesPath, parts.defaults)
  const repeated = uniquenessProblems(images, file, reading.placeOf)
  // What YAML itself cannot say is no text either: one problem a place.
  const told = new Set(unreadable.map(placeKey))
  const others = [...reading.problems, ...repeated].filter((found) => !told.has(placeKey(found)))
  const problems = [...unreadable, ...others].sort(byPlace)
  if (problems.some((found) => found.severity === 'error') || settings === null) return { enrolment: null, problems }
  return { enrolment: { settings, images: images.sort((a, b) => (a.name < b.name ? -1 : 1)) }, problems }
}

function placeKey({ line, column }: Problem): string {
  return `${line}:${column}`
}

function byPlace(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}

interface Parts {
  readonly settings: Data
  readonly defaults: Data
  readonly images: Data
  readonly imagesPath: Path
}

/** One reading of one file: collects its problems on the way. */
class Reading {
  readonly problems: Problem[] = []
  readonly #placed: PlacedData
  readonly #file: string
  readonly #paths = new Map<Enrollment, Path>()
  /** What is wrong in the defaults is wrong in every entry, and said once. */
  readonly #said = new Set<string>()

  constructor(placed: PlacedData, file: string) {
    this.#placed = placed
    this.#file = file
  }

  parts(): Parts {
    const { data } = this.#placed
    const nothing: Parts = { settings: {}, defaults: {}, images: null, imagesPath: [] }
    if (Array.isArray(data)) return { ...nothing, images: data }
    if (data === null) return nothing
    if (!isDataMap(data)) {
      this.#add([], 'value', 'the file must be a list of images, or a map with the key images.', null)
      return nothing
    }
    for (const key of Object.keys(data).filter((one) => !(TOP_KEYS as readonly string[]).includes(one))) {
      const { message, remedy } = unknownKey(key, TOP_KEYS)
      this.#add([key], 'key', message, remedy)
    }
    const { settings = {}, defaults = {}, images = null } = data
    return {
      settings: settings ?? {},
      defaults: this.#map(defaults ?? {}, ['defaults']),
      images,
      imagesPath: ['images'],
    }
  }

  settings(data: Data): Settings | null {
    const result = settingsSchema.safeParse(data)
    if (!result.success) {
      const found = explainIssues(result.error.issues, {
        prefix: ['settings'],
        knownKeys: (path) => keysAt(settingsSchema, path, data),
        value: (path) => valueAt(data, path),
      })
      for (const { path, at, message, remedy } of found) this.#add(['settings', ...path], at, message, remedy)
      return null
    }
    for (const key of UNUSED_SETTINGS_KEYS) {
      if (result.data[key] !== undefined) this.#unused(this.#placed.position(['settings', key]), key, null)
    }
    const { namespace, secrets, pollInterval } = result.data
    const seconds = parseDuration(pollInterval)?.seconds ?? 0
    return { namespace, githubTokenSecret: secrets.github, pollInterval: { text: pollInterval, seconds } }
  }

  images(data: Data, path: Path, defaults: Data): Enrollment[] {
    if (data === null || (Array.isArray(data) && data.length === 0)) {
      // A file that is no list, or says `imges:`, has been told so.
      if (this.problems.length > 0) return []
      const remedy = 'Enrol an image, or check that this is the right file: an empty one would delete every manifest.'
      this.#add(path, 'key', 'no image is enrolled.', remedy)
      return []
    }
    if (!Array.isArray(data)) {
      this.#add(path, 'value', 'images must be a list.', 'Begin each entry with "- name:".')
      return []
    }
    return data.flatMap((entry: Data, index) => this.#image(entry, [...path, index], defaults) ?? [])
  }

  #image(written: Data, path: Path, defaults: Data): Enrollment | null {
    if (!isDataMap(written)) {
      this.#add(path, 'value', 'an entry must be a map with at least name, registry and repository.', null)
      return null
    }
    const data = withProvider(mergeData(defaultsFor(written, defaults), written))
    const result = entrySchema.safeParse(data)
    if (!result.success) {
      const found = explainIssues(result.error.issues, {
        prefix: [],
        knownKeys: (at) => keysAt(entrySchema, at, data),
        value: (at) => valueAt(data, at),
      })
      for (const { path: at, at: which, message, remedy } of found) {
        this.#addAt(this.#place(path, at, which), message, remedy, imageName(data))
      }
      return null
    }
    this.#tellUnused(result.data, path)
    const derived = entryToEnrollment(result.data)
    if (!derived.ok) {
      for (const fault of derived.faults) {
        this.#addAt(this.#place(path, [fault.key], 'value'), fault.message, fault.remedy, result.data.name)
      }
      return null
    }
    for (const { key, message, remedy } of derived.remarks) {
      const about = { file: this.#file, ...this.#place(path, key.split('.'), 'key'), image: result.data.name, remedy }
      this.problems.push(problem('notice', message, about))
    }
    const at = this.#placed.position(path) ?? { line: 1, column: 1 }
    const { name: _, ...rest } = isDataMap(data) ? data : { name: null }
    const lineOf = (key: string) => this.#keyPosition(path, key.split('.'))?.line ?? null
    const image = { ...derived.enrollment, line: at.line, column: at.column, written: rest, lineOf }
    this.#paths.set(image, path)
    return image
  }

  /** Where a key of an image stands, its entry's place where neither it nor a default writes the key. */
  readonly placeOf = (image: Enrollment, key: string): Position =>
    this.#keyPosition(this.#paths.get(image) ?? [], key.split('.')) ?? { line: image.line, column: image.column }

  #tellUnused(entry: Entry, path: Path): void {
    for (const key of UNUSED_ENTRY_KEYS) {
      if (entry[key] !== undefined) this.#unused(this.#place(path, [key], 'key'), key, entry.name)
    }
  }

  #keyPosition(entry: Path, key: Path): Position | null {
    return this.#placed.position([...entry, ...key]) ?? this.#placed.position(['defaults', ...key])
  }

  /** Where a part of an entry stands: in the entry, in the defaults, or (when it is missing) at the nearest part above. */
  #place(entry: Path, inside: Path, which: 'key' | 'value'): Position | null {
    const look = which === 'key' ? this.#placed.position : this.#placed.valuePosition
    const exact = look([...entry, ...inside]) ?? look(['defaults', ...inside])
    if (exact !== null) return exact
    for (let length = inside.length - 1; length > 0; length -= 1) {
      const found = look([...entry, ...inside.slice(0, length)])
      if (found !== null) return found
    }
    return this.#placed.valuePosition(entry)
  }

  #map(data: Data, path: Path): Data {
    if (isDataMap(data)) return data
    this.#add(path, 'value', `${String(path.at(-1))} must be a map.`, null)
    return {}
  }

  #unused(at: Position | null, key: string, image: string | null): void {
    const about = { file: this.#file, line: at?.line ?? null, column: at?.column ?? null, image }
    this.#once(problem('notice', `${key} is known but has no effect yet.`, about))
  }

  #add(path: Path, which: 'key' | 'value', message: string, remedy: string | null): void {
    const at = which === 'key' ? this.#placed.position(path) : this.#placed.valuePosition(path)
    this.#addAt(at, message, remedy, null)
  }

  #addAt(at: Position | null, message: string, remedy: string | null, image: string | null): void {
    const about = { file: this.#file, line: at?.line ?? 1, column: at?.column ?? 1, remedy, image }
    this.#once(problem('error', message, about))
  }

  #once(found: Problem): void {
    const key = `${found.line}:${found.column} ${found.message}`
    if (!this.#said.has(key)) this.problems.push(found)
    this.#said.add(key)
  }
}

/** Defaults for a source make no source (an entry without one is an external image), and a registry no second address. */
function defaultsFor(entry: Data, defaults: Data): Data {
  if (!isDataMap(defaults) || !isDataMap(entry)) return defaults
  const without = new Set<string>()
  if (entry.source === undefined) without.add('source')
  if (entry.repoURL !== undefined) for (const key of ['registry', 'repository']) without.add(key)
  return Object.fromEntries(Object.entries(defaults).filter(([key]) => !without.has(key)))
}

/** The seed's form leaves `provider` out for GitHub; the schema tells sources apart by it. */
function withProvider(data: Data): Data {
  if (!isDataMap(data) || !isDataMap(data.source) || data.source.provider !== undefined) return data
  return mergeData(data, { source: mergeData({ provider: 'github' }, data.source) })
}

function imageName(data: Data): string | null {
  return isDataMap(data) && typeof data.name === 'string' ? data.name : null
}

function valueAt(data: Data, path: Path): unknown {
  let value: unknown = data
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}
