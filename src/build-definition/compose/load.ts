import { posix } from 'node:path'
import { Budget, TooMuch } from '../scan.js'
import { type BuildEnvironment, type BuildValue, isKnown, shortText, type Unclear } from '../value.js'
import type { DefinitionFile } from '../yaml-file.js'
import {
  ComposeFault,
  type ComposeSettings,
  inFolder,
  knownTexts,
  locatedPath,
  mergeServices,
  pathFrom,
  ROOT,
  sizeOfNode,
  unread,
  withContext,
  withNamed,
  withoutPath,
  withProject,
} from './services.js'
import {
  type ComposeFile,
  type ComposeMap,
  type ComposeNode,
  isComposeMap,
  partOf,
  placeOf,
  readComposeFile,
  scalarOf,
} from './tree.js'
import { readDotenv } from './variables.js'

const MAX_EXTENDS = 64
const MAX_FILES = 200
const MAX_COPIES = 1_000_000
const MAX_TEXT = 16 * 1024 * 1024
const MAX_READ = 4 * 1024 * 1024

const NO_SERVICE: ComposeMap = new Map()

/** The files of a list, in order of precedence; an unknown list names one that cannot be read. */
function namedFiles(list: BuildValue | undefined): string[] {
  if (list === undefined) return []
  return isKnown(list)
    ? list.text
        .split(',')
        .filter((file) => file !== '')
        .reverse()
    : ['/']
}

/** Context for reading a file; an `include` has a separate one. */
interface ProjectContext {
  /** Base for paths of files. */
  readonly loader: string
  /** Base for paths of services. */
  readonly working: string
  readonly environment: BuildEnvironment
  /** The chain of files that include it. */
  readonly within: readonly string[]
}

/** Services of one file; each is replaced by its merged form once its `extends` is resolved. */
interface Extendable {
  readonly file: ComposeFile
  readonly services: Map<string, ComposeMap>
  readonly place: ProjectContext
}

/**
 * Combines the compose files of one build (compose-go, `loader/`): includes first, then what services extend, then
 * later files over earlier ones. Records the further files it needs.
 */
export class ComposeLoader {
  /** Paths of files that were not looked up yet. */
  readonly wanted = new Set<string>()
  readonly #settings: ComposeSettings
  readonly #unclear: Unclear[] = []
  readonly #copies = new Budget(MAX_COPIES)
  readonly #budget = new Budget(MAX_TEXT)
  readonly #reading = new Budget(MAX_READ)
  readonly #open = new Set<string>()
  readonly #others = new Map<string, Extendable>()
  #files = 0

  constructor(settings: ComposeSettings) {
    this.#settings = settings
  }

  /**
   * @param files in order, each overriding the previous ones.
   * @returns the services, the environment plus `.env`, and includes that could not be read: they may contain anything.
   * @throws {ComposeFault} when compose refuses a file.
   * @throws {TooMuch} when a limit is exceeded.
   */
  load(files: readonly DefinitionFile[]) {
    const { reader } = this.#settings
    const own = this.#settings.project ?? posix.dirname(files[0]?.file ?? '')
    const project = reader === 'bake' ? '' : posix.join(ROOT, own)
    const environment = withProject(this.environment(own), reader)
    const place = { loader: project, working: project, environment, within: [] }
    const services = this.#services(files, place)
    return { services, environment, unclear: this.#unclear }
  }

  /**
   * The environment plus `.env` from the working directory and, for `docker compose`, from the project's folder, or the
   * files that `COMPOSE_ENV_FILES` names instead, of which the last one wins.
   */
  environment(project: string): BuildEnvironment {
    const { reader, folder, environment } = this.#settings
    const folders = reader === 'bake' ? [folder] : [folder, project]
    const named = reader === 'bake' ? [] : namedFiles(environment.get('COMPOSE_ENV_FILES'))
    const paths = new Set(
      named.length > 0 ? named.map((one) => locatedPath(one, folder)) : folders.map((one) => locatedPath('.env', one)),
    )
    return [...paths].reduce((found, path) => this.#withDotenv(found, path), environment)
  }

  /** The variables of an `env_file`; null if it cannot be read. */
  environmentFile(path: string, environment: BuildEnvironment): BuildEnvironment | null {
    const located = locatedPath(path, this.#settings.folder)
    const text = this.#text(located)
    return located === null || text === null ? null : this.#dotenv(text, located, environment)
  }

  #services(files: readonly DefinitionFile[], place: ProjectContext): Map<string, ComposeMap> {
    const all = new Map<string, ComposeMap>()
    const within = [...place.within]
    for (const { file, text } of files) {
      const read = this.#read(text, file, place.environment)
      const services = new Map(read.services)
      within.push(file)
      for (const item of read.include) this.#include(item, { file: read, services, place: { ...place, within } })
      for (const name of services.keys()) this.#extended(name, { file: read, services, place })
      for (const [name, service] of services)
        all.set(name, this.#merged(this.#resetService(all.get(name), name, read), service))
    }
    const completed = (service: ComposeMap) => withNamed(withContext(service, place.working), place.environment)
    return new Map([...all].map(([name, service]) => [name, inFolder(completed(service), place.working)]))
  }

  #read(text: string, file: string, environment: BuildEnvironment): ComposeFile {
    this.#files += 1
    if (this.#files > MAX_FILES || !this.#reading.spend(text.length)) {
      throw new TooMuch('its files include and extend too much.')
    }
    const read = readComposeFile(text, file, { environment, budget: this.#budget })
    if (!read.ok) throw new ComposeFault(read.message, file, read.line)
    return read.file
  }

  /** Merges the services of an included project below those of the including file. */
  #include(item: ComposeNode, { file, services, place }: Extendable): void {
    const paths = knownTexts(isComposeMap(item) ? partOf(item, 'path') : item)
    const located = paths?.map((path) => locatedPath(pathFrom(place.loader, path), this.#settings.folder)) ?? []
    const read = located.flatMap((path) => {
      const text = this.#text(path)
      return path === null || text === null ? [] : [{ file: path, text }]
    })
    const [first] = paths ?? []
    const inner = first === undefined || located[0] === null ? null : this.#includedPlace(item, first, place)
    const at = placeOf(file.file, file.line(['include']))
    if (paths === null || inner === null || read.length < paths.length) {
      this.#unclear.push({ key: 'include', written: paths?.join(', ') ?? 'an unknown path', place: at })
    }
    const [main] = read
    if (inner === null || main === undefined) return
    if (place.within.includes(main.file)) {
      throw new ComposeFault(`${shortText(main.file)} includes itself.`, file.file, file.line(['include']))
    }
    for (const [name, service] of this.#services(read, { ...inner, within: place.within })) {
      const own = services.get(name)
      const below = this.#resetService(service, name, file)
      services.set(name, own === undefined ? service : this.#merged(below, own))
    }
  }

  /** null: its folder or its variables are unknown. */
  #includedPlace(item: ComposeNode, path: string, place: ProjectContext): Omit<ProjectContext, 'within'> | null {
    const given = partOf(item, 'project_directory')
    const directory = given === null ? null : knownTexts(given)?.[0]
    if (directory === undefined || directory?.startsWith('/')) return null
    const main = pathFrom(place.loader, path)
    const isAbsolute = main.startsWith('/')
    const beside = isAbsolute ? posix.relative(place.loader, posix.dirname(main)) : posix.dirname(main)
    const loader = directory === null ? posix.dirname(main) : posix.join(place.working, directory)
    const named = partOf(item, 'env_file')
    const files =
      named === null
        ? [posix.join(loader, '.env')]
        : knownTexts(named)?.map((one) => (one.startsWith('/') ? one : posix.join(place.working, one)))
    if (files === undefined) return null
    const environment = files.reduce(
      (found, one) => this.#withDotenv(found, locatedPath(one, this.#settings.folder)),
      place.environment,
    )
    return { loader, working: directory ?? beside, environment }
  }

  /** A service merged over the one it extends. */
  #extended(name: string, at: Extendable): ComposeMap {
    const service = at.services.get(name) ?? new Map<string, ComposeNode>()
    const written = service.get('extends') ?? null
    if (written === null) return service
    const step = JSON.stringify([at.file.file, name])
    if (this.#open.has(step)) throw this.#fault(name, `the service ${shortText(name)} extends itself.`, at)
    if (this.#open.size >= MAX_EXTENDS)
      throw new TooMuch(`more than ${MAX_EXTENDS} services extend each other in a row.`)
    this.#open.add(step)
    const base = this.#resetService(this.#base(name, written, at), name, at.file)
    this.#open.delete(step)
    const merged = this.#merged(base, new Map([...service].filter(([key]) => key !== 'extends')))
    at.services.set(name, merged)
    return merged
  }

  /** The service it extends, or a placeholder if that cannot be read. */
  #base(name: string, written: ComposeNode, at: Extendable): ComposeMap {
    const place = placeOf(at.file.file, at.file.line(['services', name, 'extends']))
    const other = scalarOf(partOf(written, 'file'))
    const ref = scalarOf(isComposeMap(written) ? partOf(written, 'service') : written)
    const from = other === null ? at : this.#otherFile(other, at.place)
    if (from === null || ref === null || !isKnown(ref)) return unread(other ?? ref, place)
    if (from.services.has(ref.text)) return this.#extended(ref.text, from)
    // It may be in a file that could not be included.
    if (from === at && this.#unclear.length > 0) return unread(ref, place)
    const where = from === at ? '' : ` in ${shortText(from.file.file)}`
    throw this.#fault(
      name,
      `the service ${shortText(name)} extends ${shortText(ref.text)}, which does not exist${where}.`,
      at,
    )
  }

  #otherFile(written: BuildValue, place: ProjectContext): Extendable | null {
    if (!isKnown(written)) return null
    const located = locatedPath(pathFrom(place.loader, written.text), this.#settings.folder)
    const text = this.#text(located)
    if (located === null || text === null) return null
    const folder = posix.dirname(written.text)
    const key = JSON.stringify([located, folder, place.loader])
    const before = this.#others.get(key)
    if (before !== undefined) return before
    const file = this.#read(text, located, place.environment)
    const services = [...file.services].map(([name, service]) => [name, inFolder(service, folder)] as const)
    const found = { file, services: new Map(services), place }
    this.#others.set(key, found)
    return found
  }

  #fault(name: string, message: string, { file }: Extendable): ComposeFault {
    return new ComposeFault(message, file.file, file.line(['services', name, 'extends']))
  }

  /** A service after the removals by a later file's tags. */
  #resetService(service: ComposeMap | undefined, name: string, { resets }: ComposeFile): ComposeMap {
    let left = service ?? NO_SERVICE
    for (const [top, of, ...path] of resets) {
      if (top !== 'services' || (of !== name && of !== undefined)) continue
      this.#spend(left.size)
      left = path.length === 0 ? NO_SERVICE : withoutPath(left, path)
    }
    return left
  }

  #merged(below: ComposeMap, above: ComposeMap): ComposeMap {
    this.#spend(sizeOfNode(below) + sizeOfNode(above))
    return mergeServices(below, above)
  }

  #spend(size: number): void {
    if (!this.#copies.spend(size)) throw new TooMuch('the services extend too much.')
  }

  #text(path: string | null): string | null {
    if (path === null) return null
    const text = this.#settings.beside.get(path)
    if (text === undefined) this.wanted.add(path)
    return text ?? null
  }

  /** Variables that are already set keep their value. */
  #withDotenv(environment: BuildEnvironment, path: string | null): BuildEnvironment {
    const text = this.#text(path)
    return path === null || text === null
      ? environment
      : new Map([...this.#dotenv(text, path, environment), ...environment])
  }

  #dotenv(text: string, path: string, environment: BuildEnvironment): BuildEnvironment {
    const read = readDotenv(text, path, { environment, budget: this.#budget })
    if (!read.ok) throw new ComposeFault(read.message, path, read.line)
    return read.values
  }
}
