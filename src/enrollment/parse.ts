import { by } from '../text/index.js'
import { type Data, type DataMap, isDataMap, type Path, type PlacedData, type Position } from '../yaml/data.js'
import { type AcceptComment, acceptComments, withAcceptances, withComments } from './accept-comments.js'
import { engineProblems, registryProblems, uniquenessProblems } from './across-entries.js'
import { UnusedKeys, withDefaults } from './defaults.js'
import { type CompletedEntry, toEnrolledImage } from './entry.js'
import type { EnrolledImage, ImagesFile, Settings } from './images-file.js'
import { explainIssues, type SchemaProblem, unknownKey } from './messages.js'
import { misplacedKey, misshapenEntry, misshapenList, withKeylessList } from './misshapen.js'
import { byPlace, type EntryPlace, nearestPosition, partPosition, valueAt, writtenAt } from './places.js'
import { type EntryFault, type Problem, problem } from './problem.js'
import { severityOf } from './problem-codes.js'
import { publishedFaults } from './published.js'
import { type Entry, entrySchema, UNUSED_ENTRY_KEYS } from './schema/entry.js'
import { exampleAt, keysAt } from './schema/keys.js'
import { TOP_KEYS } from './schema/settings.js'
import { readSettings } from './settings.js'
import { type Canonical, canonicalDefaults, canonicalEntry, withSource } from './variants.js'
import { characterProblems, readYaml } from './yaml-data.js'

/**
 * Reads images.yaml: a bare list of images, or a map `{settings, defaults, images}`.
 *
 * @param text the file's text.
 * @param file path to show in problems.
 * @param here OWNER/REPO of the repository that holds the file: the default for a source without a repository.
 * @returns the images file if there is no error among the problems, otherwise null; the settings even if images have
 *   errors; all problems, in the order of the file.
 */
export function parseImagesFile(
  text: string,
  file: string,
  here: string | null = null,
): {
  readonly enrolled: ImagesFile | null
  readonly settings: Settings | null
  readonly problems: readonly Problem[]
} {
  const unprintable = characterProblems(text, file)
  if (unprintable.length > 0) return { enrolled: null, settings: null, problems: unprintable }
  const { placed, problems: unreadable } = readYaml(text, file)
  if (placed === null) return { enrolled: null, settings: null, problems: withKeylessList(unreadable, text, file) }
  const reading = new Reading(placed, text, file, here)
  const { settings, images } = reading.read()
  const found = [
    ...reading.problems,
    ...reading.unused.problems(file),
    ...uniquenessProblems(images, settings, reading.placeOf),
    ...engineProblems(images, settings?.engine ?? 'kargo', reading.placeOf),
    ...registryProblems(images, settings?.allowedRegistries ?? [], reading.placeOf),
  ]
  // Characters that YAML forbids are a YAML error too: one problem per position.
  const others = found.filter((one) => !unreadable.some((other) => byPlace(one, other) === 0))
  const all = withAcceptances([...unreadable, ...others], images).sort(byPlace)
  if (all.some((one) => one.severity === 'error') || settings === null)
    return { enrolled: null, settings, problems: all }
  return { enrolled: { settings, images: images.sort(by(({ name }) => name)) }, settings, problems: all }
}

class Reading {
  readonly problems: Problem[] = []
  readonly #placed: PlacedData
  readonly #text: string
  readonly #file: string
  readonly #here: string | null
  readonly unused = new UnusedKeys()
  readonly #paths = new Map<EnrolledImage, EntryPlace>()
  /** A problem in the defaults is one in every entry, but reported once. */
  readonly #said = new Set<string>()

  constructor(placed: PlacedData, text: string, file: string, here: string | null) {
    this.#placed = placed
    this.#text = text
    this.#file = file
    this.#here = here
  }

  read(): { readonly settings: Settings | null; readonly images: EnrolledImage[] } {
    const { data } = this.#placed
    if (isDataMap(data)) return this.#map(data)
    if (data !== null && !Array.isArray(data)) {
      const message = 'the file must be a list of images, or a map with the key images.'
      const remedy = 'Begin with "images:", and the first entry below it with "- name: web".'
      this.#add({ code: 'value-invalid', path: [], at: 'value', message, remedy })
    }
    const images = Array.isArray(data) ? data : null
    return { settings: this.#settings({}), images: this.#images(images, [], canonicalDefaults({})) }
  }

  #map(data: DataMap) {
    for (const key of Object.keys(data).filter((one) => !(TOP_KEYS as readonly string[]).includes(one))) {
      this.#add({ path: [key], at: 'key', ...unknownKey(key, TOP_KEYS, misplacedKey(key, [], 'file')) })
    }
    const defaults = this.#defaults(data.defaults ?? {})
    return {
      settings: this.#settings(data.settings ?? {}),
      images: this.#images(data.images ?? null, ['images'], defaults),
    }
  }

  #settings(data: Data): Settings | null {
    const { settings, faults } = readSettings(data)
    for (const one of faults) this.#add({ ...one, path: ['settings', ...one.path] })
    return settings
  }

  #images(data: Data, path: Path, defaults: Canonical): EnrolledImage[] {
    if (data === null || (Array.isArray(data) && data.length === 0)) {
      // A file that is not a list, or contains `imges:`, already has a problem.
      if (this.problems.length > 0) return []
      const remedy = 'Enroll an image, or check that this is the right file: an empty one would delete every manifest.'
      this.#add({ code: 'images-missing', path, at: 'key', message: 'no image is enrolled.', remedy })
      return []
    }
    if (!Array.isArray(data)) {
      this.#add({ code: 'value-invalid', path, at: 'value', ...misshapenList(data) })
      return []
    }
    const { byEntry, faults } = acceptComments(this.#text, this.#placed, path, data.length)
    for (const { fault, at } of faults) this.#addAt(fault, at, null)
    return data.flatMap((entry: Data, index) => {
      return this.#image(entry, [...path, index], defaults, byEntry.get(index) ?? []) ?? []
    })
  }

  #image(written: Data, path: Path, defaults: Canonical, accepted: readonly AcceptComment[]): EnrolledImage | null {
    if (!isDataMap(written)) {
      const at = this.#placed.valuePosition(path)
      const line = at === null ? null : (this.#text.split(/\r?\n/)[at.line - 1] ?? null)
      this.#addAt({ code: 'value-invalid', ...misshapenEntry(written, line) }, at, null)
      return null
    }
    const own = canonicalEntry(written, defaults.data)
    const place = { path, moved: own.moved, movedInDefaults: defaults.moved }
    const whole = withComments(withDefaults(own.data, defaults.data), accepted)
    const enrollment = this.#checked(withSource(whole, this.#here), place, accepted)
    this.#remark(own, path, imageName(own.data))
    return own.remarks.some(({ code }) => severityOf(code) === 'error') ? null : enrollment
  }

  #remark({ remarks }: Canonical, path: Path, image: string | null): void {
    for (const one of remarks) {
      this.#addAt(one, this.#placed.position([...path, ...one.path]), image)
    }
  }

  #checked(data: DataMap, place: EntryPlace, accepted: readonly AcceptComment[]): EnrolledImage | null {
    const result = entrySchema.safeParse(data)
    if (!result.success) {
      const found = explainIssues(result.error.issues, {
        prefix: [],
        knownKeys: (at) => {
          const unused: readonly string[] = at.length === 0 ? UNUSED_ENTRY_KEYS : []
          return keysAt(entrySchema, at, data).filter((key) => !unused.includes(key))
        },
        value: (at) => valueAt(data, at),
        example: (at) => exampleAt(entrySchema, at, data),
        misplaced: (key, at) => misplacedKey(key, at, 'entry'),
        written: (at) => this.#writtenAt(at, place),
      })
      for (const one of found) {
        this.#addAt(one, nearestPosition(this.#placed, place, one.path, one.at), imageName(data))
      }
      for (const one of publishedFaults(data, result.error.issues)) {
        this.#addAt(one, nearestPosition(this.#placed, place, one.path, 'value'), imageName(data))
      }
      return null
    }
    this.#tellUnused(result.data, place)
    const derived = toEnrolledImage(result.data)
    for (const one of derived.ok ? derived.remarks : derived.faults) {
      const which = severityOf(one.code) === 'notice' ? 'key' : 'value'
      this.#addAt(one, nearestPosition(this.#placed, place, one.path, which), result.data.name)
    }
    return derived.ok ? this.#placedImage(derived.image, data, place, accepted) : null
  }

  #placedImage(
    completed: CompletedEntry,
    data: DataMap,
    place: EntryPlace,
    accepted: readonly AcceptComment[],
  ): EnrolledImage {
    const placed = this.#placed
    const lineOf = (key: string) =>
      accepted.find(({ data: { code } }) => key === `accept.${code}`)?.at.line ??
      partPosition(placed, place, key.split('.'), 'key')?.line ??
      null
    // Most runs use none of these, and finding positions and copying thousands of entries takes time.
    const image = {
      ...completed,
      get line() {
        return placed.position(place.path)?.line ?? 1
      },
      get column() {
        return placed.position(place.path)?.column ?? 1
      },
      get written() {
        const { name: _, ...written } = data
        return written
      },
      lineOf,
    }
    this.#paths.set(image, place)
    return image
  }

  /** The position of a key of an image, or that of its entry if neither it nor a default sets the key. */
  readonly placeOf = (image: EnrolledImage, key: string) => {
    const { line, column, name } = image
    const place = this.#paths.get(image)
    const at = (place && partPosition(this.#placed, place, key.split('.'), 'key')) ?? { line, column }
    return { file: this.#file, ...at, image: name }
  }

  #tellUnused(entry: Entry, place: EntryPlace): void {
    for (const key of UNUSED_ENTRY_KEYS) {
      if (entry[key] === undefined) continue
      const at = nearestPosition(this.#placed, place, [key], 'key')
      if (at !== null) this.unused.add(key, at)
    }
  }

  #writtenAt(inside: Path, place: EntryPlace): Path {
    const isOwn = this.#placed.position([...place.path, ...writtenAt(inside, place.moved)]) !== null
    return writtenAt(inside, isOwn ? place.moved : place.movedInDefaults)
  }

  #defaults(data: Data): Canonical {
    if (!isDataMap(data)) {
      const remedy = 'Write keys of an image below it, like rebuildDelay: 7d.'
      const message = 'defaults must be a map.'
      this.#add({ code: 'value-invalid', path: ['defaults'], at: 'value', message, remedy })
      return canonicalDefaults({})
    }
    const { name: _, accept: __, ...others } = data
    for (const key of ['name', 'accept'].filter((one) => data[one] !== undefined)) {
      const remedy = 'Remove it: each image has its own.'
      const message = `${key} cannot be a default.`
      this.#add({ code: 'key-unknown', path: ['defaults', key], at: 'key', message, remedy })
    }
    const canonical = canonicalDefaults(others)
    this.#remark(canonical, ['defaults'], null)
    return canonical
  }

  #add(fault: SchemaProblem): void {
    const { path } = fault
    const look = fault.at === 'key' ? this.#placed.position : this.#placed.valuePosition
    let at = look(path)
    for (let length = path.length - 1; at === null && length > 0; length -= 1) at = look(path.slice(0, length))
    this.#addAt(fault, at, null)
  }

  #addAt({ code, message, remedy }: Omit<EntryFault, 'path'>, at: Position | null, image: string | null): void {
    const found = problem(code, message, {
      file: this.#file,
      line: at?.line ?? 1,
      column: at?.column ?? 1,
      remedy,
      image,
    })
    const key = `${found.line}:${found.column} ${found.message}`
    if (!this.#said.has(key)) this.problems.push(found)
    this.#said.add(key)
  }
}

function imageName(data: Data): string | null {
  return isDataMap(data) && typeof data.name === 'string' ? data.name : null
}
